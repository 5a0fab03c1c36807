package dev.kindred.serve.seen;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the log tells of. */
sealed interface LogEntry {

    /** How much it matters. */
    enum Level {
        INFO,
        WARN,
        ERROR
    }

    /**
     * A request that was answered. Empty what is not known of it.
     *
     * @param time when it was over
     * @param id as the reply's {@code Kindred-Request}
     * @param trace 32 digits of hex
     * @param route the pattern of its address, never the address: ids and query are other people's affairs
     * @param key the key's id, never the key
     * @param millis from its first byte to its reply's last
     * @param batch the inputs that the largest encoding it took part in encoded at once; 0 for none
     * @param degraded whether the answer went without a part that failed
     */
    record Answered(
            Instant time,
            String id,
            String trace,
            String method,
            String route,
            String collection,
            String release,
            String key,
            int code,
            double millis,
            int batch,
            long bytesIn,
            long bytesOut,
            boolean degraded)
            implements LogEntry {}

    /** @param stack whether its stack is told too */
    record Fault(Answered request, Throwable cause, boolean stack) implements LogEntry {}

    /** Something that happened to the server. */
    record Note(
            Instant time,
            Level level,
            String event,
            String words,
            @Nullable Throwable cause) implements LogEntry {}
}
