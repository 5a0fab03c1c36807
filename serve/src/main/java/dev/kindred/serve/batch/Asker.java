package dev.kindred.serve.batch;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Who waits for something to be computed.
 *
 * @param key the computing threads are shared fairly among keys
 * @param deadline by {@link System#nanoTime}: what cannot be done by then is not begun
 * @param gone whether nobody waits any more; asked before work is begun, on any thread
 */
public record Asker(String key, long deadline, BooleanSupplier gone) {
    private static final Duration LONG = Duration.ofHours(1);

    /** One who stays, for an hour. */
    public static Asker patient(String key) {
        return new Asker(key, System.nanoTime() + LONG.toNanos(), () -> false);
    }
}
