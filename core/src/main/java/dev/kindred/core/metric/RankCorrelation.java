package dev.kindred.core.metric;

import dev.kindred.core.Refusal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Whether two orders of the same things agree: Spearman's coefficient, which is Pearson's of the ranks, equal values sharing the mean of
 * their ranks (Kendall 1945). In [-1, 1]. Sorted once, it is then cheap to take again with other weights, as a bootstrap does.
 */
public final class RankCorrelation {
    private final double[] left;
    private final double[] right;
    private final int[] leftOrder;
    private final int[] rightOrder;

    private RankCorrelation(double[] left, double[] right) {
        this.left = left;
        this.right = right;
        leftOrder = order(left);
        rightOrder = order(right);
    }

    /**
     * @param left finite, at least two of them
     * @param right as many
     * @throws Refusal where either is the same everywhere, since then there is no order to agree with
     */
    public static RankCorrelation of(double[] left, double[] right) {
        if (left.length != right.length || left.length < 2) {
            throw new IllegalArgumentException(left.length + " and " + right.length + " values");
        }
        if (constant(left) || constant(right)) {
            throw new Refusal("all values are equal, so they have no order", "score", "give pairs of different scores");
        }
        return new RankCorrelation(left.clone(), right.clone());
    }

    private static boolean constant(double[] values) {
        return Arrays.stream(values).allMatch(v -> v == values[0]);
    }

    private static int[] order(double[] values) {
        return IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    public int count() {
        return left.length;
    }

    public double spearman() {
        int[] once = new int[left.length];
        Arrays.fill(once, 1);
        return spearman(once);
    }

    /**
     * As if value i stood there {@code times[i]} times.
     *
     * @return NaN where what is left has no order
     */
    public double spearman(int[] times) {
        return pearson(ranks(left, leftOrder, times), ranks(right, rightOrder, times), times);
    }

    private static double[] ranks(double[] values, int[] order, int[] times) {
        double[] ranks = new double[values.length];
        double before = 0;
        for (int from = 0; from < order.length; ) {
            int to = from;
            long tied = 0;
            while (to < order.length && values[order[to]] == values[order[from]]) {
                tied += times[order[to++]];
            }
            double rank = before + (tied + 1) / 2.0;
            for (int i = from; i < to; i++) {
                ranks[order[i]] = rank;
            }
            before += tied;
            from = to;
        }
        return ranks;
    }

    private static double pearson(double[] a, double[] b, int[] times) {
        double n = 0;
        double meanA = 0;
        double meanB = 0;
        for (int i = 0; i < a.length; i++) {
            n += times[i];
            meanA += times[i] * a[i];
            meanB += times[i] * b[i];
        }
        meanA /= n;
        meanB /= n;
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += times[i] * (a[i] - meanA) * (b[i] - meanB);
            aa += times[i] * (a[i] - meanA) * (a[i] - meanA);
            bb += times[i] * (b[i] - meanB) * (b[i] - meanB);
        }
        return ab / Math.sqrt(aa * bb);
    }
}
