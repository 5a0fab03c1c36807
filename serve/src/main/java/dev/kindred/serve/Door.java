package dev.kindred.serve;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.kindred.core.Refusal;
import dev.kindred.serve.access.Access;
import dev.kindred.serve.access.Principal;
import dev.kindred.serve.access.Role;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The one way in: who asks is told apart, what they may do is checked, and bodies are counted, before anything is read or computed.
 * Answers are made on virtual threads, which may wait.
 */
final class Door {
    /** What answers a request without a body. */
    @FunctionalInterface
    interface Answer {
        HttpResponse to(Call call, HttpRequest request);
    }

    /** What answers a request that was read whole, of what was found out before it was read. */
    @FunctionalInterface
    interface Asked<T> {
        HttpResponse to(T found, Body body);
    }

    private final ServerBuilder server;
    private final Access access;
    private final ExecutorService waiting;
    private final int mostBodies;
    private final AtomicInteger bodies = new AtomicInteger();

    /** @param mostBodies requests whose bodies may be in memory at once */
    Door(ServerBuilder server, Access access, ExecutorService waiting, int mostBodies) {
        this.server = server;
        this.access = access;
        this.waiting = waiting;
        this.mostBodies = mostBodies;
    }

    /** For everyone who reaches the server: whether it lives, what the console is made of. */
    void open(String path, Answer answer) {
        Route route = Route.builder()
                .path(path)
                .methods(HttpMethod.GET, HttpMethod.HEAD)
                .build();
        server.service(route, (ctx, request) -> later(() -> answer.to(Call.of(ctx, Principal.LOCAL), request)));
    }

    /** @param role of whoever may ask, in the collection that the address names */
    void get(String path, Role role, Answer answer) {
        handle(path, role, answer, HttpMethod.GET, HttpMethod.HEAD);
    }

    /** A request without a body, or one whose body the answer reads itself. */
    void handle(String path, Role role, Answer answer, HttpMethod... methods) {
        Route route = Route.builder().path(path).methods(methods).build();
        server.service(route, (ctx, request) -> {
            Call call = let(ctx, request, role);
            return later(() -> answer.to(call, request));
        });
    }

    /**
     * A request whose body is read whole, as many at once as there is room for.
     *
     * @param first what is found out, or refused, before any of the body is read
     */
    <T> void post(String path, Role role, Function<Call, T> first, Asked<T> asked) {
        Route route = Route.builder().path(path).methods(HttpMethod.POST).build();
        server.service(route, (ctx, request) -> {
            Call call = let(ctx, request, role);
            return read(call, request, first.apply(call), asked);
        });
    }

    private Call let(ServiceRequestContext ctx, HttpRequest request, Role role) {
        Call call = Call.of(ctx, access.of(ctx, request));
        if (!call.principal().may(role, call.collection())) {
            throw new Problem(
                    HttpStatus.FORBIDDEN,
                    "not-allowed",
                    "this key may not do that here",
                    call.collection(),
                    "it takes the role " + role.name().toLowerCase(java.util.Locale.ROOT));
        }
        return call;
    }

    private HttpResponse later(Supplier<HttpResponse> answer) {
        return HttpResponse.of(CompletableFuture.supplyAsync(answer, waiting));
    }

    private <T> HttpResponse read(Call call, HttpRequest request, T found, Asked<T> asked) {
        if (bodies.incrementAndGet() > mostBodies) {
            bodies.decrementAndGet();
            throw Problem.busy();
        }
        return HttpResponse.of(body(call, request)
                .thenApplyAsync(body -> understood(() -> asked.to(found, body)), waiting)
                .whenComplete((reply, failure) -> bodies.decrementAndGet()));
    }

    /** Whatever is wrong with the body is a failed future, so that each body counted is discounted once. */
    private CompletableFuture<Body> body(Call call, HttpRequest request) {
        try {
            return Body.read(request, call.query(), waiting);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** A refusal on the way is the request's fault; saying so here keeps one from the start of the server a fault of its own. */
    private static HttpResponse understood(Supplier<HttpResponse> answer) {
        try {
            return answer.get();
        } catch (Refusal refusal) {
            throw Problem.of(HttpStatus.BAD_REQUEST, "bad-request", refusal);
        }
    }
}
