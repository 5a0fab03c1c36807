package dev.kindred.serve.seen;

import dev.kindred.core.Distance;
import java.time.Duration;

/** Where the histograms' buckets end; fixed, so that those of a week ago can be laid beside today's. */
final class Bounds {
    /** Around 1, where all of a cosine space's lie, and coarse beyond. */
    static final double[] NORMS = {0, 0.25, 0.5, 0.9, 0.99, 0.999, 1.001, 1.01, 1.1, 2, 4, 8, 16, 32, 64, 128};

    /** Scores that may be anything: dot products, a comparator's. */
    static final double[] SIGNED = {-64, -32, -16, -8, -4, -2, -1, -0.5, 0, 0.25, 0.5, 0.75, 1, 2, 4, 8, 16, 32, 64};

    private static final double[] COSINES = {
        -0.5, -0.25, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.999, 1
    };
    /** Minus distances. */
    private static final double[] DISTANCES = {
        -64, -32, -16, -8, -4, -2, -1.5, -1.2, -1, -0.8, -0.6, -0.4, -0.2, -0.1, -0.01, 0
    };

    private static final long[] LATENCY_MICROS = {
        250, 500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000, 30_000_000
    };

    private Bounds() {}

    static double[] of(Distance distance) {
        return switch (distance) {
            case COSINE -> COSINES;
            case L2 -> DISTANCES;
            case DOT -> SIGNED;
        };
    }

    static Duration[] latencies() {
        Duration[] bounds = new Duration[LATENCY_MICROS.length];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = Duration.ofNanos(LATENCY_MICROS[i] * 1_000);
        }
        return bounds;
    }
}
