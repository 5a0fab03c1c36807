package dev.kindred.serve;

import com.linecorp.armeria.common.TlsProvider;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceConfig;
import dev.kindred.core.Refusal;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.access.ReloadedTls;
import dev.kindred.serve.seen.Seen;
import dev.kindred.serve.wire.InferenceRpc;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process that answers embed, verify and search over HTTP and shows the console. It starts answering when {@link #start} returns;
 * {@link #close} lets running requests finish. What somebody else opened is theirs to close, afterwards.
 */
public final class KindredServer implements AutoCloseable {
    /** How many ports after an unstated one are tried before any free one is taken. */
    private static final int PORTS_TRIED = 20;

    private static final Duration BEFORE_WARMING = Duration.ofSeconds(2);
    /** What of a request may go on for after its reply has left. */
    private static final Duration LAST_THREADS = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(KindredServer.class);

    private final Server server;
    private final Optional<Server> admin;
    private final String scheme;
    private final String host;
    private final String adminHost;
    private final Compute compute;
    private final Seen seen;
    private final ConsoleRoutes console;
    private final ExecutorService waiting;
    private final Hosting hosting;
    private final Duration drain;
    private final Room room;

    private KindredServer(
            Server server,
            Optional<Server> admin,
            ServeOptions options,
            Compute compute,
            Seen seen,
            ConsoleRoutes console,
            ExecutorService waiting,
            Hosting hosting,
            Room room) {
        this.server = server;
        this.admin = admin;
        this.scheme = options.tls().isPresent() ? "https" : "http";
        this.host = options.main().host();
        this.adminHost = options.admin().host();
        this.compute = compute;
        this.seen = seen;
        this.console = console;
        this.waiting = waiting;
        this.hosting = hosting;
        this.drain = options.bounds().drain();
        this.room = room;
    }

    /**
     * Starts a server.
     *
     * @throws Refusal where the port that somebody asked for is busy, or the address is not this machine's
     */
    public static KindredServer start(ServeOptions options, Served served) {
        return start(
                options,
                served,
                (request, route, cause) -> LOG.error("request {} to {} failed", request, route, cause));
    }

    /** The same, its faults told to whoever runs it instead of the logger. */
    public static KindredServer start(ServeOptions options, Served served, Faults faults) {
        return start(options, List.of(served), Oversight.none(), faults);
    }

    /**
     * Several collections, for those whom {@code oversight} lets in; whoever opened them, and the oversight, closes them after the server.
     *
     * @throws Refusal also where others than this machine could reach it and no key is asked for
     */
    public static KindredServer start(ServeOptions options, List<Served> served, Oversight oversight, Faults faults) {
        return start(options, served, oversight, faults, Seen.quiet());
    }

    /**
     * The same, seen from outside.
     *
     * @param seen closed with the server, and where it does not start
     */
    public static KindredServer start(
            ServeOptions options, List<Served> served, Oversight oversight, Faults faults, Seen seen) {
        return start(options, served.stream().map(Opened::of).toList(), null, oversight, faults, seen);
    }

    /** All that is held, which can grow and shrink meanwhile; closed with the server. */
    public static KindredServer start(ServeOptions options, Holdings holdings, Oversight oversight, Faults faults) {
        return start(options, holdings, oversight, faults, Seen.quiet());
    }

    /**
     * The same, seen from outside.
     *
     * @param seen closed with the server, and where it does not start
     */
    public static KindredServer start(
            ServeOptions options, Holdings holdings, Oversight oversight, Faults faults, Seen seen) {
        return start(options, List.of(), holdings, oversight, faults, seen);
    }

    private static KindredServer start(
            ServeOptions options,
            List<Opened> opened,
            @Nullable Holdings holdings,
            Oversight oversight,
            Faults faults,
            Seen seen) {
        try {
            keepToThisMachine(options, oversight);
        } catch (Refusal refusal) {
            seen.close();
            throw refusal;
        }
        Optional<TlsProvider> tls =
                options.tls().map(files -> new ReloadedTls(files, cause -> faults.tell("", "tls", cause)));
        Compute compute = new Compute(options, seen.meters().registry());
        ExecutorService waiting = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("kindred-request").factory());
        Optional<Server> admin = Optional.empty();
        Hosting hosting = new Hosting(holdings, compute, seen.meters(), oversight::isSensitive, faults);
        ConsoleRoutes console = new ConsoleRoutes(hosting, seen.meters(), seen.readiness()::isReady, faults);
        try {
            opened.forEach(hosting::host);
            int bodies = options.threads() + options.queue();
            Room room = new Room(options.bounds().heldBytes());
            seen.readiness().of(hosting::parts);
            Routes routes = new Routes(hosting, oversight, seen.readiness()::isReady);
            Standing standing = new Standing(seen, oversight::asksForKeys);
            if (oversight.asksForKeys()) {
                Wire wire = new Wire(new Guard(options.admin().host()), seen, faults);
                admin = Optional.of(listen(options, options.admin(), "--admin-port", Optional.empty(), builder -> {
                    builder.errorHandler(wire).decorator(wire).decorator(seen.watched());
                    standing.bindAdmin(new Door(
                            builder,
                            oversight,
                            waiting,
                            compute,
                            bodies,
                            // Its own: strangers at the other port leave it to whoever watches the server.
                            new Room(options.bounds().heldBytes() / 8)));
                }));
            }
            Wire wire = new Wire(new Guard(options.main().host()), seen, faults);
            InferenceRpc rpc = new InferenceRpc(
                    hosting.hosts(), seen.readiness()::isReady, options.bounds().requestBytes(), waiting, faults);
            Server server = listen(options, options.main(), "--port", tls, builder -> {
                // The last added stands outermost: a request that is turned away is counted like any other.
                builder.errorHandler(wire).decorator(wire).decorator(seen.watched());
                Door door = new Door(builder, oversight, waiting, compute, bodies, room);
                routes.bind(door, bodies);
                standing.bind(door, oversight.asksForKeys());
                new CollectionRoutes(hosting, oversight).bind(door);
                new ItemRoutes(hosting, waiting, options).bind(door);
                new ExplainRoutes(hosting).bind(door);
                console.bind(door);
                rpc.bind(door);
            });
            oversight.begin();
            hosting.warm();
            console.begin();
            seen.clock().done("listening");
            waiting.execute(() -> warm(hosting, oversight, seen, rpc));
            return new KindredServer(server, admin, options, compute, seen, console, waiting, hosting, room);
        } catch (RuntimeException e) {
            console.close();
            admin.ifPresent(Server::close);
            waiting.close();
            compute.close();
            hosting.close();
            seen.close();
            throw e;
        }
    }

    /**
     * Makes ready what answers over gRPC, takes away old answers, and reads the items' names before somebody browses them; not before the
     * first requests are answered, which would wait for it where there is but one processor.
     */
    private static void warm(Hosting hosting, Oversight oversight, Seen seen, InferenceRpc rpc) {
        seen.awaitReady();
        try {
            if (!seen.running().stopsWithin(BEFORE_WARMING)) {
                rpc.prepare();
                oversight.settle();
                hosting.hosts().all().forEach(hosted -> hosted.whileHeld(hosted.browsing()::warm));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Without keys whoever reaches the server may do everything: then nobody but this machine reaches it. */
    private static void keepToThisMachine(ServeOptions options, Oversight oversight) {
        if (!oversight.asksForKeys() && !Guard.isLoopback(options.main().host())) {
            throw new Refusal(
                    "there are no keys, so everyone who reaches this address could do everything",
                    "--host " + options.main().host(),
                    "make a key first (kindred keys add NAME --role admin), or leave --host out");
        }
    }

    private static Server listen(
            ServeOptions options,
            ServeOptions.Listening where,
            String flag,
            Optional<TlsProvider> tls,
            Consumer<ServerBuilder> binding) {
        int last = where.explicit() || where.port() == 0 ? where.port() : where.port() + PORTS_TRIED;
        for (int port = where.port(); ; port = port < Math.min(last, 65535) ? port + 1 : 0) {
            Server server = build(options, new InetSocketAddress(where.host(), port), tls, binding);
            try {
                server.start().join();
                return server;
            } catch (CompletionException e) {
                server.close();
                Throwable cause = Exceptions.peel(e);
                boolean busy = isBusy(cause);
                if (!busy || where.explicit() || port == 0) {
                    throw new Refusal(
                            busy ? "the port is busy" : "cannot listen (" + cause.getMessage() + ")",
                            where.host() + ":" + port,
                            busy
                                    ? "stop what listens there, or choose another " + flag
                                    : "choose an address of this machine",
                            cause);
                }
            }
        }
    }

    private static boolean isBusy(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        return (cause instanceof BindException || message.contains("bind"))
                && message.toLowerCase(java.util.Locale.ROOT).contains("in use");
    }

    private static Server build(
            ServeOptions options,
            InetSocketAddress address,
            Optional<TlsProvider> tls,
            Consumer<ServerBuilder> binding) {
        ServeOptions.Bounds bounds = options.bounds();
        Seats seats = new Seats(bounds.connections());
        RequestNumbers numbers = new RequestNumbers(InstantSource.system());
        ServerBuilder builder = Server.builder()
                .requestIdGenerator(routing -> numbers.next())
                // Its own meters would go to a registry that all servers of the process share; ours are in Meters.
                .meterRegistry(new CompositeMeterRegistry())
                .maxRequestLength(bounds.requestBytes())
                .requestTimeout(bounds.requestTime())
                .idleTimeout(bounds.requestTime().plusSeconds(30))
                .maxNumConnections(bounds.connections() + Seats.LEAVING)
                .http1MaxHeaderSize(16 << 10)
                .http1MaxInitialLineLength(8 << 10)
                .http2MaxHeaderListSize(16 << 10)
                .http2MaxStreamsPerConnection(128)
                .childChannelPipelineCustomizer(pipeline -> pipeline.addFirst(
                        seats.seat(),
                        new Unread(bounds.requestTime()),
                        // Armeria flushes a reply's headers by themselves; its own such handler lets that pass where
                        // nothing is read.
                        new FlushConsolidationHandler(
                                FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES, true)))
                .gracefulShutdownTimeout(Duration.ofMillis(50), Duration.ofSeconds(1))
                // What is refused is no news: problems that are faults are told by Wire.
                .unloggedExceptionsReportIntervalMillis(0)
                .disableServerHeader();
        tls.ifPresentOrElse(provider -> builder.https(address).tlsProvider(provider), () -> builder.http(address));
        binding.accept(builder);
        return builder.build();
    }

    /** What it answers, e.g. {@code POST /v1/embed}: method and pattern, as they were bound. */
    List<String> routes() {
        return server.config().serviceConfigs().stream()
                .map(ServiceConfig::route)
                .flatMap(route -> route.methods().stream().map(method -> method + " " + route.patternString()))
                .distinct()
                .sorted()
                .toList();
    }

    /** Bytes of requests and replies that are in memory now. */
    long held() {
        return room.held();
    }

    public int port() {
        return server.activeLocalPort();
    }

    /** Where a browser finds it. */
    public String url() {
        return url(scheme, host, port());
    }

    /** Where its metrics are, without a key; empty where it has none and they are at {@link #url} with all else. */
    public Optional<String> adminUrl() {
        return admin.map(server -> url("http", adminHost, server.activeLocalPort()));
    }

    private static String url(String scheme, String host, int port) {
        String name = host.equals("0.0.0.0") || host.equals("::") ? "localhost" : host;
        return scheme + "://" + (name.indexOf(':') >= 0 ? "[" + name + "]" : name) + ":" + port;
    }

    /**
     * Says no longer ready and refuses new requests at once, lets running ones end (for as long as its bounds say), and stops listening.
     * Whoever asks meanwhile is told so: a balancer sees it before the port goes.
     */
    @Override
    public void close() {
        seen.readiness().stopping();
        seen.running().stop();
        hosting.stop();
        seen.log().event("stopping", "no new requests; those under way end");
        boolean drained = drained();
        if (!drained) {
            seen.log()
                    .warning(
                            "stopping",
                            "requests that took longer than " + drain.toSeconds() + " s were cut off",
                            null);
        }
        server.close();
        admin.ifPresent(Server::close);
        console.close();
        end(waiting, drained ? LAST_THREADS : Duration.ZERO);
        compute.close();
        hosting.close();
        seen.log().event("stopped", "all is closed");
        seen.close();
    }

    /** What still runs after that is interrupted: no thread that waits for what never comes keeps a server from ending. */
    private static void end(ExecutorService threads, Duration patience) {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
        threads.close();
    }

    private boolean drained() {
        try {
            return seen.running().await(drain);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
