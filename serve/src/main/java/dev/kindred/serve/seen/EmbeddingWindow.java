package dev.kindred.serve.seen;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The last embeddings given, for what only several together show: whether they still differ. */
final class EmbeddingWindow {
    private static final int KEPT = 256;
    /** Fewer say nothing. */
    private static final int LEAST = 16;

    private final AtomicReferenceArray<float[]> last = new AtomicReferenceArray<>(KEPT);
    private final AtomicLong seen = new AtomicLong();

    /** @param embedding kept, never changed */
    void add(float[] embedding) {
        last.set((int) (seen.getAndIncrement() % KEPT), embedding);
    }

    /**
     * The sum over dimensions of the variance (divided by n) of the last {@value #KEPT}: 1 − |mean|² where all have unit length, 0 where
     * all are one; NaN of fewer than {@value #LEAST}. As the bundle's baseline has it.
     */
    double variance() {
        int n = (int) Math.min(seen.get(), KEPT);
        if (n < LEAST) {
            return Double.NaN;
        }
        double[] mean = new double[0];
        double squares = 0;
        int counted = 0;
        for (int i = 0; i < n; i++) {
            float[] embedding = last.get(i);
            if (embedding == null) {
                continue;
            }
            if (counted++ == 0) {
                mean = new double[embedding.length];
            }
            for (int k = 0; k < mean.length; k++) {
                mean[k] += embedding[k];
                squares += (double) embedding[k] * embedding[k];
            }
        }
        double ofMean = 0;
        for (double sum : mean) {
            ofMean += (sum / counted) * (sum / counted);
        }
        return Math.max(0, squares / counted - ofMean);
    }
}
