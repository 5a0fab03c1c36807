package dev.kindred.index;

import dev.kindred.core.Distance;

/** Rows are ranked by a float key that rises with the score: cosine and inner product themselves, minus the squared distance under l2. */
final class Ranks {
    private Ranks() {}

    /** Of a kernel's sum; under cosine that is of two vectors of unit length. */
    static float key(Distance distance, float sum) {
        return switch (distance) {
            case COSINE -> Math.clamp(sum, -1f, 1f);
            case L2 -> -sum;
            case DOT -> sum;
        };
    }

    /** A double holds the root of a float so closely that {@link #ofScore} gives the float back. */
    static double score(Distance distance, float key) {
        return distance == Distance.L2 ? -Math.sqrt(-key) + 0.0 : key;
    }

    static float ofScore(Distance distance, double score) {
        return (float) (distance == Distance.L2 ? -(score * score) : score);
    }
}
