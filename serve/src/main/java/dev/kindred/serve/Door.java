package dev.kindred.serve;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.HttpServiceWithRoutes;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.kindred.core.Refusal;
import dev.kindred.serve.access.Access;
import dev.kindred.serve.access.Principal;
import dev.kindred.serve.access.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The one way in: who asks is told apart, what they may do is checked, and bodies are counted, before anything is read or computed.
 * Answers are made on virtual threads, which may wait.
 */
public final class Door {
    /** What answers a request without a body. */
    @FunctionalInterface
    public interface Answer {
        HttpResponse to(Call call, HttpRequest request);
    }

    /** What answers a request that was read whole. */
    @FunctionalInterface
    interface Asked {
        HttpResponse to(Call call, Body body);
    }

    /** What answers a request whose bytes it understands itself. */
    @FunctionalInterface
    public interface Told {
        HttpResponse to(Call call, AggregatedHttpRequest request);
    }

    /**
     * An address that something answers.
     *
     * @param path its names in braces
     * @param role of whoever may ask; empty where everyone may
     */
    public record Bound(String path, List<HttpMethod> methods, Optional<Role> role) {
        public Bound {
            methods = List.copyOf(methods);
        }
    }

    private final ServerBuilder server;
    private final Access access;
    private final ExecutorService waiting;
    private final int mostBodies;
    private final AtomicInteger bodies = new AtomicInteger();
    private final List<Bound> bound = new ArrayList<>();

    /** @param mostBodies requests whose bodies may be in memory at once */
    Door(ServerBuilder server, Access access, ExecutorService waiting, int mostBodies) {
        this.server = server;
        this.access = access;
        this.waiting = waiting;
        this.mostBodies = mostBodies;
    }

    /** For everyone who reaches the server: whether it lives, what the console is made of. */
    public void open(String path, Answer answer) {
        Route route = route(path, Optional.empty(), HttpMethod.GET, HttpMethod.HEAD);
        server.service(route, (ctx, request) -> later(() -> answer.to(Call.of(ctx, Principal.LOCAL), request)));
    }

    /** @param role of whoever may ask, in the collection that the address names */
    public void get(String path, Role role, Answer answer) {
        handle(path, role, answer, HttpMethod.GET, HttpMethod.HEAD);
    }

    /** A request without a body, or one whose body the answer reads itself. */
    public void handle(String path, Role role, Answer answer, HttpMethod... methods) {
        Route route = route(path, Optional.of(role), methods);
        server.service(route, (ctx, request) -> {
            Call call = let(ctx, request, role);
            return later(() -> answer.to(call, request));
        });
    }

    /** A request whose body is read whole first, as many at once as there is room for. */
    void post(String path, Role role, Asked asked) {
        Route route = route(path, Optional.of(role), HttpMethod.POST);
        server.service(route, (ctx, request) -> {
            Call call = let(ctx, request, role);
            return read(() -> Body.read(request, call.query(), waiting), body -> asked.to(call, body));
        });
    }

    /**
     * A request that names its collection in its own protocol's way: the answer finds which, and {@link Call#require holds} the caller to
     * the role there.
     */
    public void naming(String path, Role role, Answer answer) {
        Route route = route(path, Optional.of(role), HttpMethod.GET, HttpMethod.HEAD);
        server.service(route, (ctx, request) -> {
            Call call = admit(ctx, request);
            return later(() -> answer.to(call, request));
        });
    }

    /** The same of a request whose body is read whole first, as many at once as there is room for. */
    public void tell(String path, Role role, Told told) {
        Route route = route(path, Optional.of(role), HttpMethod.POST);
        server.service(route, (ctx, request) -> {
            Call call = admit(ctx, request);
            return read(request::aggregate, whole -> told.to(call, whole));
        });
    }

    /**
     * A service that has its own addresses and reads its requests itself, as many at once as there is room for; it {@link Call#require
     * holds} callers to their roles.
     *
     * @param open addresses that everyone may ask
     * @param begin what is done first with each request that is let in
     */
    public void rpc(HttpServiceWithRoutes service, Set<String> open, Consumer<ServiceRequestContext> begin) {
        server.service(
                service,
                inner -> inner.decorate((delegate, ctx, request) -> {
                    if (open.contains(ctx.path())) {
                        Call.of(ctx, Principal.NOBODY);
                    } else {
                        admit(ctx, request);
                        take();
                        ctx.log().whenComplete().thenAccept(log -> bodies.decrementAndGet());
                    }
                    begin.accept(ctx);
                    return delegate.serve(ctx, request);
                }));
    }

    /** All that was bound so far, in that order, but for {@link #rpc}. */
    public List<Bound> bound() {
        return List.copyOf(bound);
    }

    private Route route(String path, Optional<Role> role, HttpMethod... methods) {
        bound.add(new Bound(path, List.of(methods), role));
        return Route.builder().path(path).methods(methods).build();
    }

    private Call let(ServiceRequestContext ctx, HttpRequest request, Role role) {
        Call call = admit(ctx, request);
        call.require(role, call.collection());
        return call;
    }

    private Call admit(ServiceRequestContext ctx, HttpRequest request) {
        return Call.of(ctx, access.of(ctx, request));
    }

    private HttpResponse later(Supplier<HttpResponse> answer) {
        return HttpResponse.of(CompletableFuture.supplyAsync(answer, waiting));
    }

    private <T> HttpResponse read(Supplier<CompletableFuture<T>> body, Function<T, HttpResponse> answer) {
        take();
        return HttpResponse.of(begun(body)
                .thenApplyAsync(whole -> understood(() -> answer.apply(whole)), waiting)
                .whenComplete((reply, failure) -> bodies.decrementAndGet()));
    }

    /** Counts a body, or refuses it where there is no room. */
    private void take() {
        if (bodies.incrementAndGet() > mostBodies) {
            bodies.decrementAndGet();
            throw Problem.busy();
        }
    }

    /** Whatever is wrong with the body is a failed future, so that each body counted is discounted once. */
    private static <T> CompletableFuture<T> begun(Supplier<CompletableFuture<T>> body) {
        try {
            return body.get();
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
