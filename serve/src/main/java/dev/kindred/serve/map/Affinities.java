package dev.kindred.serve.map;

import java.util.Arrays;

/**
 * How strongly neighbours hold together: the fuzzy graph of UMAP (McInnes, Healy, Melville 2018, section 3.1). What counts is how much
 * further a neighbour is than the nearest one, so that it does not matter of which distance a score is minus.
 *
 * @param heads one end of each edge
 * @param tails the other
 * @param weights in (0, 1], symmetric
 */
record Affinities(int[] heads, int[] tails, float[] weights) {
    private static final int HALVINGS = 48;

    static Affinities of(Neighbours near, int count) {
        int k = near.k();
        float[] directed = new float[count * k];
        for (int i = 0; i < count; i++) {
            weigh(near.scores(), i * k, k, directed);
        }
        int[] heads = new int[count * k];
        int[] tails = new int[count * k];
        float[] weights = new float[count * k];
        int edges = 0;
        for (int i = 0; i < count; i++) {
            for (int a = i * k; a < (i + 1) * k; a++) {
                int j = near.ids()[a];
                int back = place(near.ids(), j, k, i);
                if (back >= 0 && j < i) {
                    continue;
                }
                float one = directed[a];
                float other = back < 0 ? 0 : directed[back];
                heads[edges] = i;
                tails[edges] = j;
                weights[edges++] = one + other - one * other;
            }
        }
        return new Affinities(Arrays.copyOf(heads, edges), Arrays.copyOf(tails, edges), Arrays.copyOf(weights, edges));
    }

    private static int place(int[] ids, int of, int k, int wanted) {
        for (int a = of * k; a < (of + 1) * k; a++) {
            if (ids[a] == wanted) {
                return a;
            }
        }
        return -1;
    }

    /** The width at which a row's weights add up to log2 of their number, by bisection. */
    private static void weigh(float[] scores, int from, int k, float[] weights) {
        double nearest = scores[from];
        double mean = 0;
        for (int a = from; a < from + k; a++) {
            mean += (nearest - scores[a]) / k;
        }
        double wanted = StrictMath.log(k) / StrictMath.log(2);
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        double width = 1;
        for (int round = 0; round < HALVINGS; round++) {
            double sum = 0;
            for (int a = from; a < from + k; a++) {
                sum += StrictMath.exp((scores[a] - nearest) / width);
            }
            if (sum > wanted) {
                high = width;
                width = (low + high) / 2;
            } else {
                low = width;
                width = high == Double.POSITIVE_INFINITY ? width * 2 : (low + high) / 2;
            }
        }
        width = Math.max(width, Math.max(1e-3 * mean, 1e-12));
        for (int a = from; a < from + k; a++) {
            weights[a] = (float) StrictMath.exp((scores[a] - nearest) / width);
        }
    }
}
