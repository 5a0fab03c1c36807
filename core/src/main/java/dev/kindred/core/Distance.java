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

    /** Longer vectors overflow float32 where they are squared; the bound leaves room for any dimension allowed. */
    private static final double LONGEST = 1e15;
    /** Shorter ones have no direction that float32 can hold. */
    private static final double SHORTEST = 1e-15;

    /**
     * Refuses what cannot be compared in float32.
     *
     * @param where what is told of it, e.g. its row
     * @throws Refusal where a value is not finite, the length is above 1e15 or, under cosine, below 1e-15
     */
    public void require(float[] vector, String where) {
        double length = length(vector);
        if (!Double.isFinite(length)) {
            throw new Refusal("has a vector with a value that is no finite number", where, "embed it anew");
        }
        if (length > LONGEST) {
            throw new Refusal(
                    "has a vector of length %.3g".formatted(length), where, "scale vectors to a length below 1e15");
        }
        if (this == COSINE && length < SHORTEST) {
            throw new Refusal("has a zero vector, which has no direction", where, "leave it out, or use l2 or dot");
        }
    }

    /** The Euclidean length, in double precision. */
    public static double length(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }

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
