package dev.kindred.core.metric;

import dev.kindred.core.Interval;

/**
 * Successes among independent trials, e.g. one-shot episodes answered right.
 *
 * @param successes 0 to {@code trials}
 * @param trials at least 1
 */
public record Proportion(long successes, long trials) {
    private static final double Z = 1.959963984540054;

    public Proportion {
        if (trials < 1 || successes < 0 || successes > trials) {
            throw new IllegalArgumentException(successes + " of " + trials);
        }
    }

    /** In [0, 1]. */
    public double value() {
        return (double) successes / trials;
    }

    /** The 95% score interval (Wilson 1927). */
    public Interval interval() {
        double n = trials;
        double p = value();
        double middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
        double half = Z / (1 + Z * Z / n) * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
        return new Interval(Math.max(0, middle - half), Math.min(1, middle + half));
    }
}
