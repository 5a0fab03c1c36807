package dev.kindred.core.metric;

import java.util.Arrays;
import java.util.TreeSet;

/**
 * Scores of pairs by the classes they belong to, in at most 256 coarse bins: enough to weigh all pairs anew for each draw of classes
 * without walking them again.
 *
 * <p>With up to {@link #PRODUCT_CLASSES} classes there is a histogram for each two classes and a pair weighs the product of their
 * multiplicities. With more there is one a class, and with multiplicities {@code 1 + e} the product {@code (1 + e_a)(1 + e_b)} is taken
 * to first order, {@code 1 + e_a + e_b} (Hájek's projection; what is left out vanishes like one over the number of classes). Beyond
 * {@link #UNITS} classes, classes that agree modulo that number are drawn together.
 */
final class ClassHistograms {
    static final int PRODUCT_CLASSES = 96;
    static final int UNITS = 4096;

    private final int units;
    private final int bins;
    private final boolean product;
    private final long[] same;
    private final long[] different;

    ClassHistograms(int classes, int bins) {
        units = Math.min(classes, UNITS);
        product = units <= PRODUCT_CLASSES;
        this.bins = bins;
        same = new long[units * bins];
        different = new long[(product ? units * (units - 1) / 2 : units) * bins];
    }

    int units() {
        return units;
    }

    void addSame(int ofClass, int bin) {
        same[ofClass % UNITS * bins + bin]++;
    }

    /** A pair of two classes, {@code a < b}. */
    void addDifferent(int a, int b, int bin) {
        if (product) {
            different[(b * (b - 1) / 2 + a) * bins + bin]++;
            return;
        }
        int first = a % UNITS;
        int second = b % UNITS;
        different[first * bins + bin]++;
        if (first != second) {
            different[second * bins + bin]++;
        }
    }

    void add(ClassHistograms other) {
        for (int i = 0; i < same.length; i++) {
            same[i] += other.same[i];
        }
        for (int i = 0; i < different.length; i++) {
            different[i] += other.different[i];
        }
    }

    /**
     * The weighted histograms of all pairs for one draw of classes.
     *
     * @param times multiplicity of each unit
     * @param total different pairs by bin, unweighted
     */
    void weigh(int[] times, long[] total, double[] weightedSame, double[] weightedDifferent) {
        Arrays.fill(weightedSame, 0);
        for (int u = 0; u < units; u++) {
            addTimes(times[u], same, u * bins, weightedSame);
        }
        if (product) {
            Arrays.fill(weightedDifferent, 0);
            for (int b = 1, at = 0; b < units; b++) {
                for (int a = 0; a < b; a++, at += bins) {
                    addTimes((long) times[a] * times[b], different, at, weightedDifferent);
                }
            }
            return;
        }
        for (int k = 0; k < bins; k++) {
            weightedDifferent[k] = total[k];
        }
        for (int u = 0; u < units; u++) {
            addTimes(times[u] - 1, different, u * bins, weightedDifferent);
        }
        for (int k = 0; k < bins; k++) {
            weightedDifferent[k] = Math.max(0, weightedDifferent[k]);
        }
    }

    private void addTimes(long times, long[] counts, int at, double[] sums) {
        if (times == 0) {
            return;
        }
        for (int k = 0; k < bins; k++) {
            sums[k] += times * counts[at + k];
        }
    }

    /**
     * For each fine bin its coarse bin (0 to 255, as an unsigned byte). Edges lie close where rates are read: at falling shares of the
     * different pairs down to a millionth, and at every hundredth of the same pairs.
     */
    static byte[] coarseBins(long[] fineSame, long[] fineDifferent) {
        TreeSet<Integer> edges = new TreeSet<>();
        long[] sameAbove = countsAbove(fineSame);
        long[] differentAbove = countsAbove(fineDifferent);
        for (double x = 0.3; x < 6.05; x += 0.1) {
            edges.add(binAbove(differentAbove, Math.pow(10, -x)));
        }
        for (int i = 1; i < 33; i++) {
            edges.add(binAbove(differentAbove, i / 33.0));
        }
        for (int i = 1; i < 100; i++) {
            edges.add(binAbove(sameAbove, i / 100.0));
        }
        for (double x = 2.1; x < 4.05; x += 0.1) {
            edges.add(binAbove(sameAbove, Math.pow(10, -x)));
            edges.add(binAbove(sameAbove, 1 - Math.pow(10, -x)));
        }
        byte[] coarse = new byte[fineSame.length];
        int bin = 0;
        for (int i = 0; i < coarse.length; i++) {
            if (i > 0 && edges.contains(i)) {
                bin++;
            }
            coarse[i] = (byte) bin;
        }
        return coarse;
    }

    private static long[] countsAbove(long[] counts) {
        long[] above = new long[counts.length + 1];
        for (int i = counts.length - 1; i >= 0; i--) {
            above[i] = above[i + 1] + counts[i];
        }
        return above;
    }

    /** The lowest bin with at most this share of the counts in it and above. */
    private static int binAbove(long[] above, double share) {
        int low = 0;
        int high = above.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (above[middle] <= share * above[0]) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
