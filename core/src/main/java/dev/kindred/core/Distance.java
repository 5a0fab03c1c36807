package dev.kindred.core;

import java.util.Locale;

/** How two embeddings are compared. A score is higher for things more alike, whatever the distance. */
public enum Distance {
    /** Cosine of the angle, in [-1, 1]; encoders of this distance give vectors of unit length, so it is their inner product. */
    COSINE,
    /** Minus the Euclidean distance, at most 0. */
    L2,
    /** The inner product, unbounded. */
    DOT;

    /** The name in files and on the wire: {@code cosine}, {@code l2}, {@code dot}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Distance ofWireName(String name) {
        for (Distance distance : values()) {
            if (distance.wireName().equals(name)) {
                return distance;
            }
        }
        throw new Refusal("unknown distance '" + name + "'", "distance", "use cosine, l2 or dot");
    }

    /**
     * The score of two vectors by double-precision loops: the reference every fast engine is checked against.
     *
     * @param a vector of d values starting at {@code aOffset}
     * @param b vector of d values starting at {@code bOffset}
     */
    public double score(float[] a, int aOffset, float[] b, int bOffset, int d) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        double squares = 0;
        for (int i = 0; i < d; i++) {
            double x = a[aOffset + i];
            double y = b[bOffset + i];
            dot += x * y;
            aa += x * x;
            bb += y * y;
            squares += (x - y) * (x - y);
        }
        return switch (this) {
            case COSINE -> aa == 0 || bb == 0 ? 0 : dot / Math.sqrt(aa * bb);
            case L2 -> -Math.sqrt(squares);
            case DOT -> dot;
        };
    }

    public double score(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException("vectors of " + a.length + " and " + b.length + " values");
        }
        return score(a, 0, b, 0, a.length);
    }
}
