package dev.kindred.serve.batch;

/**
 * How long work of one sort takes, learned from what was done: the mean of the last batches by unit, older ones counting less. The first
 * batch is not counted: it has compiling and loading in it. Safe for many threads.
 */
final class Tempo {
    /** What is left of a batch's weight at the next: half of the sum is that of the last seven. */
    private static final double KEPT = 0.9;

    private boolean warm;
    private double nanos;
    private double units;
    private volatile double perUnit;

    /** @param guess nanoseconds a unit, until something was measured */
    Tempo(double guess) {
        this.perUnit = guess;
    }

    /** @param count units that were done in that time, at least 1 */
    synchronized void record(long took, long count) {
        if (!warm) {
            warm = true;
            return;
        }
        nanos = nanos * KEPT + took;
        units = units * KEPT + count;
        perUnit = nanos / units;
    }

    /** Nanoseconds that so many units take about; at least 1. */
    long of(long count) {
        return Math.max(1, Math.round(perUnit * count));
    }
}
