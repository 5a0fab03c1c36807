package dev.kindred.serve;

import dev.kindred.core.Refusal;
import dev.kindred.serve.batch.Batching;
import java.time.Duration;

/**
 * Where and within what bounds the server works.
 *
 * @param host the address to listen on; a loopback one unless someone says otherwise, since there are no keys yet
 * @param port 0 to 65535; 0 takes any free one
 * @param explicitPort whether somebody asked for this port: if so, a busy one is refused, else the next free one is taken
 * @param maxRequestBytes bytes of a request's body, at least 1; larger ones are answered with 413
 * @param requestTimeout from a request's first byte to its reply's last
 * @param threads how many requests are decoded, encoded or searched at once, at least 1
 * @param queue how many more may wait for that; beyond it requests are answered with 429
 * @param batching how much work may wait, what is computed together and what is remembered
 */
public record ServeOptions(
        String host,
        int port,
        boolean explicitPort,
        long maxRequestBytes,
        Duration requestTimeout,
        int threads,
        int queue,
        Batching batching) {

    /** Where the server is found unless told otherwise. */
    public static final int DEFAULT_PORT = 8317;

    public ServeOptions {
        if (port < 0 || port > 65535) {
            throw new Refusal("no port is " + port, "--port", "choose one from 0 (any free one) to 65535");
        }
        if (maxRequestBytes < 1 || threads < 1 || queue < 0 || requestTimeout.isNegative() || requestTimeout.isZero()) {
            throw new IllegalArgumentException("bounds of a server must be positive");
        }
    }

    /** With the usual batches. */
    public ServeOptions(
            String host,
            int port,
            boolean explicitPort,
            long maxRequestBytes,
            Duration requestTimeout,
            int threads,
            int queue) {
        this(host, port, explicitPort, maxRequestBytes, requestTimeout, threads, queue, Batching.defaults());
    }

    /** Loopback, the default port or the next free one, 16 MiB and 30 seconds a request, every core. */
    public static ServeOptions defaults() {
        return new ServeOptions(
                "127.0.0.1",
                DEFAULT_PORT,
                false,
                16L << 20,
                Duration.ofSeconds(30),
                Runtime.getRuntime().availableProcessors(),
                256);
    }

    /** The same on a port that somebody asked for. */
    public ServeOptions onPort(int stated) {
        return new ServeOptions(host, stated, true, maxRequestBytes, requestTimeout, threads, queue, batching);
    }

    public ServeOptions onHost(String stated) {
        return new ServeOptions(stated, port, explicitPort, maxRequestBytes, requestTimeout, threads, queue, batching);
    }

    public ServeOptions withThreads(int stated) {
        return new ServeOptions(host, port, explicitPort, maxRequestBytes, requestTimeout, stated, queue, batching);
    }

    public ServeOptions withMaxRequestBytes(long stated) {
        return new ServeOptions(host, port, explicitPort, stated, requestTimeout, threads, queue, batching);
    }

    public ServeOptions withBatching(Batching stated) {
        return new ServeOptions(host, port, explicitPort, maxRequestBytes, requestTimeout, threads, queue, stated);
    }
}
