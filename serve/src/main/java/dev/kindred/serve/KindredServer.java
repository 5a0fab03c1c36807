package dev.kindred.serve;

import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import dev.kindred.core.Refusal;
import dev.kindred.serve.access.Access;
import dev.kindred.serve.seen.Seen;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process that answers embed, verify and search over HTTP and shows the console. It starts answering when {@link #start} returns;
 * {@link #close} lets running requests finish. Encoder and index are the caller's to close, afterwards.
 */
public final class KindredServer implements AutoCloseable {
    /** How many ports after an unstated one are tried before any free one is taken. */
    private static final int PORTS_TRIED = 20;

    private static final Logger LOG = LoggerFactory.getLogger(KindredServer.class);
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final Server server;
    private final String host;
    private final Compute compute;
    private final Seen seen;
    private final ExecutorService waiting;

    private KindredServer(Server server, String host, Compute compute, Seen seen, ExecutorService waiting) {
        this.server = server;
        this.host = host;
        this.compute = compute;
        this.seen = seen;
        this.waiting = waiting;
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
        return start(options, List.of(served), Access.OPEN, faults);
    }

    /** Several collections, for those whom {@code access} lets in. */
    public static KindredServer start(ServeOptions options, List<Served> served, Access access, Faults faults) {
        return start(options, served, access, faults, Seen.quiet());
    }

    /**
     * The same, seen from outside.
     *
     * @param seen closed with the server, and where it does not start
     */
    public static KindredServer start(
            ServeOptions options, List<Served> served, Access access, Faults faults, Seen seen) {
        Compute compute = new Compute(options.threads(), options.queue());
        seen.meters().queueDepth(compute::waiting);
        ExecutorService waiting = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("kindred-request-", 0).factory());
        try {
            Hosts hosts = new Hosts();
            for (Served each : served) {
                Hosted hosted = new Hosted(each, compute, seen.meters());
                hosts.add(hosted);
                hosted.tell(seen.readiness());
                waiting.execute(hosted.browsing()::warm);
            }
            Routes routes = new Routes(hosts);
            Standing health = new Standing(seen);
            Wire wire = new Wire(new Guard(options.host()), seen, faults);
            Server server = listen(options, builder -> {
                // The last added stands outermost: a request that is turned away is counted like any other.
                builder.errorHandler(wire).decorator(wire).decorator(seen.watched());
                Door door = new Door(builder, access, waiting, options.threads() + options.queue());
                routes.bind(door);
                health.bind(door);
            });
            seen.clock().done("listening");
            waiting.execute(seen::awaitReady);
            return new KindredServer(server, options.host(), compute, seen, waiting);
        } catch (RuntimeException e) {
            waiting.close();
            compute.close();
            seen.close();
            throw e;
        }
    }

    private static Server listen(ServeOptions options, Consumer<ServerBuilder> binding) {
        int last = options.explicitPort() || options.port() == 0 ? options.port() : options.port() + PORTS_TRIED;
        for (int port = options.port(); ; port = port < Math.min(last, 65535) ? port + 1 : 0) {
            Server server = build(options, port, binding);
            try {
                server.start().join();
                return server;
            } catch (CompletionException e) {
                server.close();
                Throwable cause = Exceptions.peel(e);
                boolean busy = isBusy(cause);
                if (!busy || options.explicitPort() || port == 0) {
                    throw new Refusal(
                            busy ? "the port is busy" : "cannot listen (" + cause.getMessage() + ")",
                            options.host() + ":" + port,
                            busy
                                    ? "stop what listens there, or choose another --port"
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

    private static Server build(ServeOptions options, int port, Consumer<ServerBuilder> binding) {
        ServerBuilder builder = Server.builder()
                .http(new InetSocketAddress(options.host(), port))
                .maxRequestLength(options.maxRequestBytes())
                .requestTimeout(options.requestTimeout())
                .idleTimeout(options.requestTimeout().plusSeconds(30))
                .maxNumConnections(1024)
                .http1MaxHeaderSize(16 << 10)
                .http1MaxInitialLineLength(8 << 10)
                .http2MaxHeaderListSize(16 << 10)
                .http2MaxStreamsPerConnection(128)
                .gracefulShutdownTimeout(Duration.ofMillis(50), Duration.ofSeconds(1))
                .disableServerHeader();
        binding.accept(builder);
        return builder.build();
    }

    public int port() {
        return server.activeLocalPort();
    }

    /** Where a browser finds it. */
    public String url() {
        String name = host.equals("0.0.0.0") || host.equals("::") ? "localhost" : host;
        return "http://" + (name.indexOf(':') >= 0 ? "[" + name + "]" : name) + ":" + port();
    }

    /**
     * Says no longer ready and refuses new requests at once, lets running ones end (for ten seconds at most), and stops listening. Whoever
     * asks meanwhile is told so: a balancer sees it before the port goes.
     */
    @Override
    public void close() {
        seen.readiness().stopping();
        seen.running().stop();
        seen.log().event("stopping", "no new requests; those under way end");
        boolean drained = drain();
        server.close();
        waiting.close();
        compute.close();
        if (!drained) {
            seen.log()
                    .warning(
                            "stopping",
                            "some requests took longer than " + DRAIN.toSeconds() + " s and were cut off",
                            null);
        }
        seen.log().event("stopped", "");
        seen.close();
    }

    private boolean drain() {
        try {
            return seen.running().await(DRAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
