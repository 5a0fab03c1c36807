package dev.kindred.serve.seen;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the log tells of. */
sealed interface LogEntry {

    /** How much it matters. */
    Log.Level level();

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
            implements LogEntry {
        @Override
        public Log.Level level() {
            return code >= 500 ? Log.Level.ERROR : Log.Level.INFO;
        }
    }

    /**
     * What failed, of a request or of the server's own.
     *
     * @param where the route of the request, or what failed
     * @param stack whether its stack is told too
     */
    record Fault(
            Instant time,
            String id,
            String trace,
            String where,
            String collection,
            String key,
            Throwable cause,
            boolean stack)
            implements LogEntry {
        @Override
        public Log.Level level() {
            return Log.Level.ERROR;
        }
    }

    /** Something that happened to the server. */
    record Note(
            Instant time,
            Log.Level level,
            String event,
            String words,
            @Nullable Throwable cause) implements LogEntry {}
}
