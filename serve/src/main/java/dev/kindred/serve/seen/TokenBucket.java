package dev.kindred.serve.seen;

import java.util.function.LongSupplier;

/** So many at once, and then so many a second. */
final class TokenBucket {
    private final double most;
    private final double perSecond;
    private final LongSupplier nanos;
    private double left;
    private long at;

    TokenBucket(double most, double perSecond) {
        this(most, perSecond, System::nanoTime);
    }

    /** @param nanos the clock */
    TokenBucket(double most, double perSecond, LongSupplier nanos) {
        this.most = most;
        this.perSecond = perSecond;
        this.nanos = nanos;
        this.left = most;
        this.at = nanos.getAsLong();
    }

    /** Whether one more is within it. */
    synchronized boolean take() {
        long now = nanos.getAsLong();
        left = Math.min(most, left + (now - at) * 1e-9 * perSecond);
        at = now;
        if (left < 1) {
            return false;
        }
        left--;
        return true;
    }
}
