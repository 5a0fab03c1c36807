package dev.kindred.serve;

import java.util.function.BooleanSupplier;

/** Waiting for what other threads do, which happens within hundredths of a second unless something is wrong. */
public final class Await {
    private static final long MOST_NANOS = 20_000_000_000L;

    private Await() {}

    /** @param what happens, for the message of a test that fails */
    public static void until(String what, BooleanSupplier happened) {
        long end = System.nanoTime() + MOST_NANOS;
        while (!happened.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within twenty seconds: " + what);
            }
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting: " + what, e);
            }
        }
    }
}
