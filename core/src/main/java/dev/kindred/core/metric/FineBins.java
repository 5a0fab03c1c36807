package dev.kindred.core.metric;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;

/**
 * Bins of equal width over every score that a set can give (Cauchy–Schwarz): cosine within ±1, l2 within twice the longest vector, dot
 * within its square.
 */
record FineBins(double low, double width) {
    /** A bin of cosine is 1.9e-6 wide. */
    static final int COUNT = 1 << 20;

    static FineBins of(Embeddings embeddings) {
        double longest = 0;
        int d = embeddings.dimension();
        for (int i = 0; i < embeddings.count(); i++) {
            longest = Math.max(longest, -Distance.L2.score(embeddings.values(), i * d, new float[d], 0, d));
        }
        double slack = 1 + 1e-5;
        double low = switch (embeddings.space().distance()) {
            case COSINE -> -slack;
            case L2 -> -2 * longest * slack;
            case DOT -> -longest * longest * slack;
        };
        double high = embeddings.space().distance() == Distance.L2 ? 0 : -low;
        return new FineBins(low, Math.max(high - low, 1e-30) / (COUNT - 1));
    }

    int bin(float score) {
        return Math.clamp((int) ((score - low) / width), 0, COUNT - 1);
    }
}
