package dev.kindred.core.metric;

import dev.kindred.core.Interval;
import dev.kindred.core.Keyed;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Resampling of classes with replacement: the classes, not the samples or pairs, are what was drawn independently. A class drawn twice
 * counts twice; a pair of two classes counts the product (both sides), a pair within one class as often as its class. This is the
 * vertex bootstrap of Fogliato, Patil, Monfort (2023), "Confidence intervals for error rates in 1:1 matching tasks".
 */
public final class ClassBootstrap {
    /** Replicates an interval is made of. */
    public static final int REPLICATES = 500;

    /** With fewer classes no interval is given: there is nothing to resample. */
    public static final int FEWEST_CLASSES = 5;

    private ClassBootstrap() {}

    /** How often each of {@code classes} is drawn in one replicate; sums to {@code classes}. Decided by seed and replicate alone. */
    public static int[] multiplicities(int classes, long seed, int replicate) {
        Keyed random = Keyed.of(seed, 0xB007, replicate);
        int[] drawn = new int[classes];
        for (int i = 0; i < classes; i++) {
            drawn[random.nextInt(classes)]++;
        }
        return drawn;
    }

    /**
     * The interval between the 2.5% and 97.5% quantiles of the replicates' values; NaN are left out.
     *
     * @return null where fewer than half of the replicates have a value
     */
    public static @Nullable Interval percentiles(double[] values) {
        double[] sorted =
                Arrays.stream(values).filter(v -> !Double.isNaN(v)).sorted().toArray();
        if (sorted.length * 2 < values.length || sorted.length == 0) {
            return null;
        }
        return new Interval(quantile(sorted, 0.025), quantile(sorted, 0.975));
    }

    /** The quantile of sorted values, linear between neighbours. */
    static double quantile(double[] sorted, double q) {
        double at = q * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /**
     * The interval of a mean over queries, by classes.
     *
     * @param sums the sum of the figure over each class's queries
     * @param counts the queries of each class; classes without any do not take part
     */
    static @Nullable Interval ofMean(double[] sums, int[] counts, long seed) {
        int[] present = java.util.stream.IntStream.range(0, counts.length)
                .filter(c -> counts[c] > 0)
                .toArray();
        if (present.length < FEWEST_CLASSES) {
            return null;
        }
        double[] values = new double[REPLICATES];
        for (int r = 0; r < REPLICATES; r++) {
            int[] times = multiplicities(present.length, seed, r);
            double sum = 0;
            long count = 0;
            for (int i = 0; i < present.length; i++) {
                sum += times[i] * sums[present[i]];
                count += (long) times[i] * counts[present[i]];
            }
            values[r] = sum / count;
        }
        return percentiles(values);
    }
}
