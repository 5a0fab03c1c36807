package dev.kindred.serve;

import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import dev.kindred.core.Refusal;
import dev.kindred.serve.access.Access;
import dev.kindred.serve.wire.InferenceRpc;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
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
    private final Meters meters;
    private final ExecutorService waiting;
    private final AtomicBoolean ready;

    private KindredServer(
            Server server, String host, Compute compute, Meters meters, ExecutorService waiting, AtomicBoolean ready) {
        this.server = server;
        this.host = host;
        this.compute = compute;
        this.meters = meters;
        this.waiting = waiting;
        this.ready = ready;
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
        Compute compute = new Compute(options.threads(), options.queue());
        Meters meters = new Meters(compute::waiting);
        ExecutorService waiting = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("kindred-request-", 0).factory());
        AtomicBoolean ready = new AtomicBoolean(true);
        try {
            Hosts hosts = new Hosts();
            for (Served each : served) {
                Hosted hosted = new Hosted(each, compute, meters);
                hosts.add(hosted);
                waiting.execute(hosted.browsing()::warm);
            }
            Routes routes = new Routes(hosts, meters, ready::get);
            Wire wire = new Wire(new Guard(options.host()), meters, faults);
            Server server = listen(options, builder -> {
                builder.errorHandler(wire).decorator(wire);
                int atOnce = options.threads() + options.queue();
                Door door = new Door(builder, access, waiting, atOnce);
                routes.bind(door, atOnce);
                new InferenceRpc(hosts, ready::get, waiting, faults).bind(door, options.maxRequestBytes());
            });
            return new KindredServer(server, options.host(), compute, meters, waiting, ready);
        } catch (RuntimeException e) {
            waiting.close();
            compute.close();
            meters.close();
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
                .gracefulShutdownTimeout(Duration.ofMillis(100), DRAIN)
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

    /** Says no longer ready, lets running requests end (for ten seconds at most), and stops listening. */
    @Override
    public void close() {
        ready.set(false);
        server.close();
        waiting.close();
        compute.close();
        meters.close();
    }
}
