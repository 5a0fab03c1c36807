package dev.kindred.serve;

import dev.kindred.core.Refusal;
import dev.kindred.serve.batch.Batching;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Where and within what bounds the server works.
 *
 * @param main where requests are answered; loopback unless somebody says otherwise, and another address needs keys
 * @param admin where metrics and readiness are, without a key, as soon as keys are set; nothing else answers there
 * @param tls certificate and key of the main address; without them it speaks plain HTTP
 */
public record ServeOptions(
        Listening main, Listening admin, Optional<TlsFiles> tls, Bounds bounds, Computing computing, Kept kept) {

    /** Where the server is found unless told otherwise. */
    public static final int DEFAULT_PORT = 8317;
    /** Where its metrics are found once it has keys. */
    public static final int DEFAULT_ADMIN_PORT = 8318;

    private static final String LOOPBACK = "127.0.0.1";

    /**
     * An address to listen on.
     *
     * @param port 0 to 65535; 0 takes any free one
     * @param explicit whether somebody asked for this port: if so, a busy one is refused, else the next free one is taken
     */
    public record Listening(String host, int port, boolean explicit) {
        public Listening {
            if (port < 0 || port > 65535) {
                throw new Refusal("no port is " + port, "--port", "choose one from 0 (any free one) to 65535");
            }
        }

        public Listening onPort(int stated) {
            return new Listening(host, stated, true);
        }

        public Listening onHost(String stated) {
            return new Listening(stated, port, explicit);
        }
    }

    /** PEM files; changed ones are taken at the next handshake. The key is PKCS #8 or PKCS #1, not encrypted. */
    public record TlsFiles(Path certificate, Path key) {}

    /**
     * What a single client can take.
     *
     * @param requestBytes bytes of a request's body, at least 1; larger ones are answered with 413
     * @param requestTime from a request's first byte to its reply's last
     * @param drain how long running requests may go on once the server was asked to end
     * @param connections open at once, at least 1
     * @param heldBytes of all requests and replies that are in memory at once, at least 1; of one key a quarter of that
     */
    public record Bounds(long requestBytes, Duration requestTime, Duration drain, int connections, long heldBytes) {
        /** A third of the heap may be held. */
        public Bounds(long requestBytes, Duration requestTime, Duration drain, int connections) {
            this(
                    requestBytes,
                    requestTime,
                    drain,
                    connections,
                    Runtime.getRuntime().maxMemory() / 3);
        }

        public Bounds {
            if (requestBytes < 1
                    || heldBytes < 1
                    || connections < 1
                    || requestTime.isNegative()
                    || requestTime.isZero()
                    || drain.isNegative()) {
                throw new IllegalArgumentException("bounds of a server must be positive");
            }
        }
    }

    /**
     * What all requests together can take.
     *
     * @param threads how many requests are decoded, encoded or searched at once, at least 1
     * @param queue how many more may wait for that; beyond it requests are answered with 429
     * @param batching how much work may wait, what is computed together and what is remembered
     */
    public record Computing(int threads, int queue, Batching batching) {
        public Computing {
            if (threads < 1 || queue < 0) {
                throw new IllegalArgumentException("bounds of a server must be positive");
            }
        }
    }

    /**
     * What is written down of requests.
     *
     * @param sensitive collections of which it is kept who searched and compared, beside those whose own settings say so
     * @param answers how many are kept for feedback to come, at least 0
     * @param answersFor for how long
     */
    public record Kept(Set<String> sensitive, int answers, Duration answersFor) {
        public Kept {
            sensitive = Set.copyOf(sensitive);
            if (answers < 0 || answersFor.isNegative()) {
                throw new IllegalArgumentException(
                        "answers cannot be kept in a negative number or for a negative time");
            }
        }
    }

    /** Loopback, the default ports or the next free ones, 16 MiB and 30 seconds a request, every core. */
    public static ServeOptions defaults() {
        return new ServeOptions(
                new Listening(LOOPBACK, DEFAULT_PORT, false),
                new Listening(LOOPBACK, DEFAULT_ADMIN_PORT, false),
                Optional.empty(),
                new Bounds(16L << 20, Duration.ofSeconds(30), Duration.ofSeconds(10), 1024),
                new Computing(Runtime.getRuntime().availableProcessors(), 1_024, Batching.defaults()),
                new Kept(Set.of(), 100_000, Duration.ofDays(30)));
    }

    /** The same on a port that somebody asked for; with 0, the admin port is any free one too. */
    public ServeOptions onPort(int stated) {
        Listening beside = stated == 0 && !admin.explicit() ? admin.onPort(0) : admin;
        return new ServeOptions(main.onPort(stated), beside, tls, bounds, computing, kept);
    }

    public ServeOptions onHost(String stated) {
        return new ServeOptions(main.onHost(stated), admin, tls, bounds, computing, kept);
    }

    public ServeOptions withAdmin(Listening stated) {
        return new ServeOptions(main, stated, tls, bounds, computing, kept);
    }

    public ServeOptions withTls(TlsFiles stated) {
        return new ServeOptions(main, admin, Optional.of(stated), bounds, computing, kept);
    }

    public ServeOptions with(Bounds stated) {
        return new ServeOptions(main, admin, tls, stated, computing, kept);
    }

    public ServeOptions with(Computing stated) {
        return new ServeOptions(main, admin, tls, bounds, stated, kept);
    }

    public ServeOptions with(Kept stated) {
        return new ServeOptions(main, admin, tls, bounds, computing, stated);
    }

    public ServeOptions withThreads(int stated) {
        return with(new Computing(stated, computing.queue(), computing.batching()));
    }

    public ServeOptions withQueue(int stated) {
        return with(new Computing(computing.threads(), stated, computing.batching()));
    }

    public ServeOptions withMaxRequestBytes(long stated) {
        return with(new Bounds(stated, bounds.requestTime(), bounds.drain(), bounds.connections(), bounds.heldBytes()));
    }

    public ServeOptions withRequestTime(Duration stated) {
        return with(
                new Bounds(bounds.requestBytes(), stated, bounds.drain(), bounds.connections(), bounds.heldBytes()));
    }

    public ServeOptions withHeldBytes(long stated) {
        return with(
                new Bounds(bounds.requestBytes(), bounds.requestTime(), bounds.drain(), bounds.connections(), stated));
    }

    public ServeOptions withBatching(Batching stated) {
        return with(new Computing(computing.threads(), computing.queue(), stated));
    }

    public Batching batching() {
        return computing.batching();
    }

    public int threads() {
        return computing.threads();
    }

    public int queue() {
        return computing.queue();
    }
}
