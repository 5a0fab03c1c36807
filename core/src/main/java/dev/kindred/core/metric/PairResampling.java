package dev.kindred.core.metric;

import dev.kindred.core.Interval;
import dev.kindred.core.Workers;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Draws of pairs that were given, not made from classes. Pairs that share a sample are not independent, so what is drawn with replacement
 * is groups of pairs that hang together; where most hang together in one group, samples are drawn on both sides, and a pair counts the
 * product (as in {@link ClassBootstrap}, and on the safe side).
 */
public final class PairResampling {
    /** A group that holds more than this share of all pairs leaves too little to draw. */
    private static final double LARGEST_GROUP = 0.1;

    private final int[] left;
    private final int[] right;
    private final int units;

    private PairResampling(int[] left, int[] right, int units) {
        this.left = left;
        this.right = right;
        this.units = units;
    }

    /**
     * @param samples rows of samples
     * @param left the row of a pair's left sample
     * @param right of its right sample
     */
    public static PairResampling of(int samples, int[] left, int[] right) {
        if (left.length != right.length || left.length == 0) {
            throw new IllegalArgumentException(left.length + " and " + right.length + " sides");
        }
        int[] root = groups(samples, left, right);
        int[] numbers = new int[samples];
        Arrays.fill(numbers, -1);
        int[] group = new int[left.length];
        int count = 0;
        for (int p = 0; p < left.length; p++) {
            int of = root[left[p]];
            numbers[of] = numbers[of] < 0 ? count++ : numbers[of];
            group[p] = numbers[of];
        }
        int[] sizes = new int[count];
        for (int g : group) {
            sizes[g]++;
        }
        boolean apart = Arrays.stream(sizes).max().orElseThrow() <= LARGEST_GROUP * left.length;
        return apart ? new PairResampling(group, group, count) : new PairResampling(left, right, samples);
    }

    /** The lowest row that each sample hangs together with. */
    private static int[] groups(int samples, int[] left, int[] right) {
        int[] parent = new int[samples];
        Arrays.setAll(parent, i -> i);
        for (int p = 0; p < left.length; p++) {
            int a = root(parent, left[p]);
            int b = root(parent, right[p]);
            parent[Math.max(a, b)] = Math.min(a, b);
        }
        int[] roots = new int[samples];
        Arrays.setAll(roots, i -> root(parent, i));
        return roots;
    }

    private static int root(int[] parent, int of) {
        int at = of;
        while (parent[at] != at) {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        return at;
    }

    /** Groups or samples that are drawn. */
    public int units() {
        return units;
    }

    /** How often each pair counts in one replicate; decided by seed and replicate alone. */
    public int[] times(long seed, int replicate) {
        int[] drawn = ClassBootstrap.multiplicities(units, seed, replicate);
        int[] times = new int[left.length];
        for (int p = 0; p < times.length; p++) {
            times[p] = left[p] == right[p] ? drawn[left[p]] : drawn[left[p]] * drawn[right[p]];
        }
        return times;
    }

    /** A figure of pairs of which each counts so many times; NaN where it has none. Called from many threads. */
    @FunctionalInterface
    public interface Figure {
        double of(int[] times);
    }

    /** The 95% interval of a figure; null where there is too little to draw from. */
    public @Nullable Interval interval(Figure figure, long seed, Workers workers) {
        return units < ClassBootstrap.FEWEST_CLASSES ? null : ClassBootstrap.percentiles(values(figure, seed, workers));
    }

    /**
     * How much better one way is than another on the same pairs.
     *
     * @param difference the first's figure less the second's
     */
    public @Nullable PairedBootstrap paired(Figure difference, long seed, Workers workers) {
        double[] drawn = Arrays.stream(values(difference, seed, workers))
                .filter(v -> !Double.isNaN(v))
                .toArray();
        if (units < ClassBootstrap.FEWEST_CLASSES || drawn.length * 2 < ClassBootstrap.REPLICATES) {
            return null;
        }
        int[] once = new int[left.length];
        Arrays.fill(once, 1);
        return PairedBootstrap.of(difference.of(once), drawn);
    }

    private double[] values(Figure figure, long seed, Workers workers) {
        double[] values = new double[ClassBootstrap.REPLICATES];
        workers.blocks(values.length, 10, (from, to) -> {
            for (int r = from; r < to; r++) {
                values[r] = figure.of(times(seed, r));
            }
        });
        return values;
    }
}
