package dev.kindred.core.metric;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Space;

/** Seeded sets of embeddings: classes around random centres. */
record Drawn(Embeddings embeddings, int[] labels) {

    static Drawn of(long seed, int n, int classes, int d, double spread, Distance distance) {
        Keyed random = Keyed.of(seed, n, d);
        double[][] centres = new double[classes][d];
        for (double[] centre : centres) {
            for (int k = 0; k < d; k++) {
                centre[k] = random.nextGaussian();
            }
        }
        int[] labels = new int[n];
        float[] values = new float[n * d];
        for (int i = 0; i < n; i++) {
            labels[i] = i < classes ? i : random.nextInt(classes);
            double squares = 0;
            for (int k = 0; k < d; k++) {
                values[i * d + k] = (float) (centres[labels[i]][k] + spread * random.nextGaussian());
                squares += values[i * d + k] * values[i * d + k];
            }
            if (distance == Distance.COSINE) {
                for (int k = 0; k < d; k++) {
                    values[i * d + k] /= (float) Math.sqrt(squares);
                }
            }
        }
        return new Drawn(new Embeddings(Space.external("drawn", d, distance), n, values), labels);
    }

    /** A set whose cosine scores are given exactly by one number each: points on a line under dot product with (1, 0). */
    static Embeddings onePerRow(Distance distance, float... values) {
        return new Embeddings(Space.external("line", 1, distance), values.length, values);
    }
}
