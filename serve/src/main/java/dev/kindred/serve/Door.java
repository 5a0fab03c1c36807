package dev.kindred.serve;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.util.TimeoutMode;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.kindred.core.Refusal;
import dev.kindred.serve.access.Access;
import dev.kindred.serve.access.Principal;
import dev.kindred.serve.access.Role;
import dev.kindred.serve.batch.Lane;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
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

    /** What answers a request that was read whole. */
    @FunctionalInterface
    interface Asked {
        HttpResponse to(Call call, Body body);
    }

    /** So many keys may have all their bodies in memory. */
    private static final int KEYS_AT_ONCE = 4;

    private final ServerBuilder server;
    private final Access access;
    private final ExecutorService waiting;
    private final Compute compute;
    private final int mostBodies;
    private final AtomicInteger allBodies = new AtomicInteger();
    /** Requests whose bodies are in memory, by key. */
    private final Map<String, Integer> bodies = new ConcurrentHashMap<>();

    /** @param mostBodies requests of one key whose bodies may be in memory at once */
    Door(ServerBuilder server, Access access, ExecutorService waiting, Compute compute, int mostBodies) {
        this.server = server;
        this.access = access;
        this.waiting = waiting;
        this.compute = compute;
        this.mostBodies = mostBodies;
    }

    /** For everyone who reaches the server: whether it lives, what the console is made of. */
    void open(String path, Answer answer) {
        Route route = Route.builder()
                .path(path)
                .methods(HttpMethod.GET, HttpMethod.HEAD)
                .build();
        server.service(route, (ctx, request) -> {
            Call call = Call.of(ctx, Principal.LOCAL);
            return later(call, () -> answer.to(call, request));
        });
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
            return later(call, () -> answer.to(call, request));
        });
    }

    /** A request whose body is read whole first, as many at once as there is room for. */
    void post(String path, Role role, Asked asked) {
        Route route = Route.builder().path(path).methods(HttpMethod.POST).build();
        server.service(route, (ctx, request) -> read(let(ctx, request, role), request, asked));
    }

    /** The same where answering takes the computing pool: a request that it would turn away is so before its body is read. */
    void post(String path, Role role, Lane lane, Asked asked) {
        Route route = Route.builder().path(path).methods(HttpMethod.POST).build();
        server.service(route, (ctx, request) -> {
            Call call = let(ctx, request, role);
            compute.check(call, lane);
            return read(call, request, asked);
        });
    }

    private Call let(ServiceRequestContext ctx, HttpRequest request, Role role) {
        bound(ctx, request);
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

    /** Whoever asks may say for how long they will wait, within the server's own bound. */
    private static void bound(ServiceRequestContext ctx, HttpRequest request) {
        String asked = request.headers().get(Wire.TIMEOUT);
        if (asked == null) {
            return;
        }
        if (!asked.matches("[1-9][0-9]{0,8}")) {
            throw Problem.badRequest(
                    "a whole number of milliseconds is wanted, 1 or more", "Kindred-Timeout-Ms", "a second is 1000");
        }
        long millis = Long.parseLong(asked);
        long most = ctx.requestTimeoutMillis();
        if (most == 0 || millis < most) {
            ctx.setRequestTimeout(TimeoutMode.SET_FROM_START, Duration.ofMillis(millis));
        }
    }

    private HttpResponse later(Call call, Supplier<HttpResponse> answer) {
        return HttpResponse.of(CompletableFuture.supplyAsync(() -> by(call, answer), waiting));
    }

    private static HttpResponse by(Call call, Supplier<HttpResponse> answer) {
        return ScopedValue.where(Call.CURRENT, call).call(answer::get);
    }

    private HttpResponse read(Call call, HttpRequest request, Asked asked) {
        String key = call.principal().key();
        boolean full = allBodies.incrementAndGet() > KEYS_AT_ONCE * mostBodies;
        if (bodies.merge(key, 1, Integer::sum) > mostBodies || full) {
            forget(key);
            throw Problem.busy(0);
        }
        return HttpResponse.of(body(call, request)
                .thenApplyAsync(body -> by(call, () -> understood(() -> asked.to(call, body))), waiting)
                .whenComplete((reply, failure) -> forget(key)));
    }

    private void forget(String key) {
        allBodies.decrementAndGet();
        bodies.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
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
