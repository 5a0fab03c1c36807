package dev.kindred.serve;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.ExchangeType;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.util.TimeoutMode;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.HttpServiceWithRoutes;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.RoutingContext;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;
import dev.kindred.core.Refusal;
import dev.kindred.index.Failure;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.access.Principal;
import dev.kindred.serve.access.Role;
import dev.kindred.serve.batch.Lane;
import dev.kindred.serve.seen.Trail;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
     * @param keyed whether a key must be shown, where the server has keys
     * @param role of whoever may ask; empty where everyone may, or the answer asks for roles itself
     */
    public record Bound(String path, List<HttpMethod> methods, boolean keyed, Optional<Role> role) {
        public Bound {
            methods = List.copyOf(methods);
        }
    }

    /** Of a body that anybody may send. */
    private static final long OPEN_BYTES = 4 << 10;

    private static final Duration OPEN_TIME = Duration.ofSeconds(5);
    /** So much is a message in memory, packed and as objects together. */
    private static final int UNPACKED = 4;

    private final ServerBuilder server;
    private final Oversight oversight;
    private final ExecutorService waiting;
    private final Compute compute;
    private final Room room;
    private final Bodies bodies;
    private final Telling telling;
    private final List<Bound> bound = new CopyOnWriteArrayList<>();

    /**
     * @param mostBodies requests of one key whose bodies may be in memory at once
     * @param room what they and their replies may take in bytes
     */
    Door(
            ServerBuilder server,
            Oversight oversight,
            ExecutorService waiting,
            Compute compute,
            int mostBodies,
            Room room) {
        this.server = server;
        this.oversight = oversight;
        this.waiting = waiting;
        this.compute = compute;
        this.room = room;
        this.bodies = new Bodies(mostBodies);
        this.telling = new Telling(oversight);
    }

    /** For everyone who reaches the server: whether it lives, what the console is made of. */
    public void open(String path, Answer answer) {
        bound.add(new Bound(path, List.of(HttpMethod.GET, HttpMethod.HEAD), false, Optional.empty()));
        Route route = Route.builder()
                .path(path)
                .methods(HttpMethod.GET, HttpMethod.HEAD)
                .build();
        whole(route, (ctx, request) -> {
            Call call = enter(ctx, Principal.NOBODY);
            return later(call, () -> answer.to(call, request));
        });
    }

    /**
     * A request without a body whose reply is made whole. One that is a stream would be gathered first: {@link #give} is for those.
     *
     * @param role of whoever may ask, in the collection that the address names
     */
    void get(String path, Role role, Answer answer) {
        get(path, Rule.in(role), answer);
    }

    void get(String path, Rule rule, Answer answer) {
        handle(path, rule, answer, HttpMethod.GET, HttpMethod.HEAD);
    }

    /** The same with other methods, or of a body that the answer reads itself. */
    void handle(String path, Role role, Answer answer, HttpMethod... methods) {
        handle(path, Rule.in(role), answer, methods);
    }

    void handle(String path, Rule rule, Answer answer, HttpMethod... methods) {
        whole(route(path, rule.role(), methods), let(rule, answer));
    }

    /** A request whose reply is a stream that is made while it leaves: where the key is revoked meanwhile it breaks off. */
    void give(String path, Role role, Answer answer) {
        server.service(route(path, role, HttpMethod.GET, HttpMethod.HEAD), let(Rule.in(role), answer));
    }

    /** A request whose body is a stream that has no end to be waited for: the answer reads it itself, and bounds it. */
    void stream(String path, Role role, Answer answer) {
        Route route = route(path, role, HttpMethod.POST);
        server.route().addRoute(route).maxRequestLength(0).build(let(Rule.in(role), answer));
    }

    private HttpService let(Rule rule, Answer answer) {
        return (ctx, request) -> {
            Call call = let(ctx, request, rule);
            return later(call, () -> telling.told(call, rule, () -> answer.to(call, request)));
        };
    }

    /** Whether whoever sent a request that goes on may still do that here. */
    boolean isStillAllowed(Call call, Role role) {
        return oversight.isStillAllowed(call.context(), call.context().request(), role, call.collection());
    }

    /** A request whose body is read whole first, as many at once as there is room for. */
    void post(String path, Role role, Asked asked) {
        post(path, Rule.in(role), asked);
    }

    /** The same with other methods. */
    void read(String path, Role role, Asked asked, HttpMethod... methods) {
        read(path, Rule.in(role), asked, methods);
    }

    void post(String path, Rule rule, Asked asked) {
        read(path, rule, asked, HttpMethod.POST);
    }

    private void read(String path, Rule rule, Asked asked, HttpMethod... methods) {
        Route route = route(path, rule.role(), methods);
        whole(route, (ctx, request) -> read(let(ctx, request, rule), rule, request, asked));
    }

    /**
     * The same where answering takes the computing pool: a request that it would turn away is so before its body is read.
     *
     * @param first throws what else can be refused before that
     */
    void post(String path, Role role, Lane lane, Consumer<Call> first, Asked asked) {
        Rule rule = Rule.in(role);
        Route route = route(path, role, HttpMethod.POST);
        whole(route, (ctx, request) -> {
            Call call = let(ctx, request, rule);
            first.accept(call);
            compute.check(call, lane);
            return read(call, rule, request, asked);
        });
    }

    /**
     * A request that names its collection in its own protocol's way: the answer finds which, {@link Call#require holds} the caller to the
     * role there and {@link Call#tell writes it down}.
     */
    public void naming(String path, Role role, Answer answer) {
        Route route = route(path, role, HttpMethod.GET, HttpMethod.HEAD);
        whole(route, (ctx, request) -> {
            Call call = admit(ctx, request);
            return later(call, () -> answer.to(call, request));
        });
    }

    /**
     * The same of a request whose body is read whole first, as many at once as there is room for, and {@link Call#take counts} its inputs.
     */
    public void tell(String path, Role role, Told told) {
        Route route = route(path, role, HttpMethod.POST);
        whole(route, (ctx, request) -> {
            Call call = admit(ctx, request);
            compute.check(call, Lane.EMBED);
            return read(call, request, Function::identity, whole -> {
                call.work(StrictJson.weight(whole.content().array()));
                return told.to(call, whole);
            });
        });
    }

    /**
     * A service that has its own addresses and reads its requests itself, as many at once as there is room for; it does with callers what
     * {@link #tell} leaves to the answer.
     *
     * @param open addresses that everyone may ask
     * @param begin what is done first with each request that is let in
     */
    public void rpc(HttpServiceWithRoutes service, Set<String> open, Consumer<ServiceRequestContext> begin) {
        server.service(service, inner -> new Rpc(inner, open, begin));
    }

    /** Lets requests in before their bodies are read: the service's own way is to be called with the whole. */
    private final class Rpc extends SimpleDecoratingHttpService {
        private final Set<String> open;
        private final Consumer<ServiceRequestContext> begin;

        private Rpc(HttpService delegate, Set<String> open, Consumer<ServiceRequestContext> begin) {
            super(delegate);
            this.open = open;
            this.begin = begin;
        }

        @Override
        public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) throws Exception {
            boolean free = open.contains(ctx.path());
            Call call = free ? enter(ctx, Principal.NOBODY) : admit(ctx, request);
            if (free) {
                ctx.setMaxRequestLength(OPEN_BYTES);
                ctx.setRequestTimeout(TimeoutMode.SET_FROM_START, OPEN_TIME);
            }
            Held held = bodies.begin(call, request, free ? 1 : UNPACKED);
            ctx.log().whenComplete().thenAccept(log -> bodies.end(call));
            begin.accept(ctx);
            HttpRequest bounded = Pieces.bounded(request, held);
            ctx.updateRequest(bounded);
            return unwrap().serve(ctx, bounded);
        }

        @Override
        public ExchangeType exchangeType(RoutingContext routing) {
            return ExchangeType.REQUEST_STREAMING;
        }
    }

    /**
     * Binds what makes its reply whole: headers and body are then written together. Whoever is cut off, as by a key that is revoked, has
     * all of it or a refusal; and where the pipeline flushes them together they leave in one segment.
     */
    private void whole(Route route, HttpService service) {
        server.service(route, new SimpleDecoratingHttpService(service) {
            @Override
            public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) throws Exception {
                return unwrap().serve(ctx, request);
            }

            @Override
            public ExchangeType exchangeType(RoutingContext routing) {
                return ExchangeType.REQUEST_STREAMING;
            }
        });
    }

    private Route route(String path, @Nullable Role role, HttpMethod... methods) {
        bound.add(new Bound(braced(path), List.of(methods), true, Optional.ofNullable(role)));
        return Route.builder().path(path).methods(methods).build();
    }

    /** The same with its names in braces where it is a regular expression. */
    private static String braced(String path) {
        return path.startsWith("regex:")
                ? path.substring("regex:".length())
                        .replaceAll("\\(\\?<(\\w+)>[^)]*\\)", "{$1}")
                        .replaceAll("^\\^|\\$$", "")
                : path;
    }

    /** All that was bound so far, in that order, but for {@link #rpc}. */
    public List<Bound> bound() {
        return List.copyOf(bound);
    }

    /** What a key lets ask here, {@code GET /v1/collections/{collection}}: the console shows nothing that is not answered. */
    Set<String> addresses() {
        Set<String> addresses = new TreeSet<>();
        for (Bound each : bound) {
            if (each.keyed()) {
                each.methods().forEach(method -> addresses.add(method + " " + each.path()));
            }
        }
        return addresses;
    }

    private Call let(ServiceRequestContext ctx, HttpRequest request, Rule rule) {
        Call call = admit(ctx, request);
        Role role = rule.role();
        if (role != null) {
            call.require(role, rule.everywhere() ? Principal.EVERY : call.collection());
        }
        return call;
    }

    private Call admit(ServiceRequestContext ctx, HttpRequest request) {
        Heads.requirePlain(ctx);
        Heads.shorten(ctx, request);
        return enter(ctx, oversight.admit(ctx, request));
    }

    private Call enter(ServiceRequestContext ctx, Principal principal) {
        Held.of(ctx, room, principal.key());
        if (principal != Principal.NOBODY) {
            keepSeat(ctx);
        }
        return Call.of(ctx, principal, oversight);
    }

    /** Whose key holds keeps the connection as long as the request goes on. */
    private static void keepSeat(ServiceRequestContext ctx) {
        Channel channel = ctx.log().partial().channel();
        Seats.Seat seat = channel == null ? null : Seats.of(channel);
        if (seat != null) {
            seat.begin();
            ctx.log().whenComplete().thenRun(seat::end);
        }
    }

    private HttpResponse later(Call call, Supplier<HttpResponse> answer) {
        return HttpResponse.of(CompletableFuture.supplyAsync(() -> by(call, answer), waiting)
                .whenComplete((reply, failure) -> Held.of(call).answered()));
    }

    /** Does the work of a request that was let in, on the thread that calls: it is done for whoever asked, in the request's trace. */
    public static <T> T by(Call call, Supplier<T> answer) {
        return ScopedValue.where(Call.CURRENT, call)
                .call(() -> Trail.of(call.context()).during(answer));
    }

    private HttpResponse read(Call call, Rule rule, HttpRequest request, Asked asked) {
        return read(
                call,
                request,
                () -> Body.reader(request.contentType(), call.query(), call::work),
                body -> answered(call, rule, body, asked));
    }

    /** @param reader what understands it, or throws what can be refused before it is read; both are then answered on one virtual thread */
    private <T> HttpResponse read(
            Call call,
            HttpRequest request,
            Supplier<Function<AggregatedHttpRequest, T>> reader,
            Function<T, HttpResponse> answer) {
        Held held = bodies.begin(call, request, 1);
        call.reading(true);
        return HttpResponse.of(begun(() -> {
                    Function<AggregatedHttpRequest, T> understand = reader.get();
                    return Pieces.bounded(request, held)
                            .aggregate()
                            .thenApplyAsync(
                                    whole -> by(
                                            call,
                                            () -> understood(() -> {
                                                T body = understand.apply(whole);
                                                call.reading(false);
                                                return answer.apply(body);
                                            })),
                                    waiting);
                })
                .whenComplete((reply, failure) -> bodies.end(call)));
    }

    private HttpResponse answered(Call call, Rule rule, Body body, Asked asked) {
        if (rule.role() == Role.READER) {
            call.take(body.inputs());
        }
        return telling.told(call, rule, () -> asked.to(call, body));
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
            if (Failure.of(refusal).isPresent()) {
                throw refusal;
            }
            throw Problem.of(HttpStatus.BAD_REQUEST, "bad-request", refusal);
        }
    }
}
