package dev.kindred.core;

/**
 * Randomness that is a function of a key, never of a thread or of what was drawn before: the same (seed, epoch, sample) gives the same
 * numbers wherever and whenever they are asked for. The mixer is SplitMix64's finaliser (Steele, Lea, Flood 2014).
 */
public final class Keyed {
    private long state;

    private Keyed(long state) {
        this.state = state;
    }

    /** A stream of numbers decided by these keys alone, in this order. */
    public static Keyed of(long... keys) {
        long state = 0x9E3779B97F4A7C15L;
        for (long key : keys) {
            state = mix(state + 0x9E3779B97F4A7C15L ^ mix(key));
        }
        return new Keyed(state);
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    public long nextLong() {
        state += 0x9E3779B97F4A7C15L;
        return mix(state);
    }

    /** Uniform in [0, 1). */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Uniform in [low, high). */
    public double uniform(double low, double high) {
        return low + (high - low) * nextDouble();
    }

    /** Uniform in [0, bound), without bias; {@code bound} is at least 1. */
    public int nextInt(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("bound " + bound);
        }
        long limit = Long.MAX_VALUE - Long.MAX_VALUE % bound;
        long draw;
        do {
            draw = nextLong() >>> 1;
        } while (draw >= limit);
        return (int) (draw % bound);
    }

    /** Standard normal (Box–Muller, StrictMath, so equal on every platform). */
    public double nextGaussian() {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - nextDouble()));
        return radius * StrictMath.cos(2 * Math.PI * nextDouble());
    }

    /** Puts the array into a random order in place (Fisher–Yates). */
    public void shuffle(int[] values) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = nextInt(i + 1);
            int swap = values[i];
            values[i] = values[j];
            values[j] = swap;
        }
    }
}
