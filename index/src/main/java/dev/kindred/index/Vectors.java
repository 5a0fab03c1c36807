package dev.kindred.index;

import dev.kindred.core.Distance;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;

/** What a vector must be to be compared in float32. */
final class Vectors {
    /** Longer ones overflow where they are squared; the bound leaves room for any dimension allowed. */
    private static final double LONGEST = 1e15;
    /** Under cosine, shorter ones have no direction that float32 can hold. */
    private static final double SHORTEST = 1e-15;

    private Vectors() {}

    static String named(String id) {
        return "item '" + id + "'";
    }

    static void require(Space space, Item item) {
        if (item.vector().length != space.dimension()) {
            throw new Refusal(
                    "has a vector of %d values where the space has %d"
                            .formatted(item.vector().length, space.dimension()),
                    named(item.id()),
                    "embed it with the bundle of the index");
        }
        require(space.distance(), item.vector(), named(item.id()));
    }

    static void require(Distance distance, float[] vector, String where) {
        double length = length(vector);
        if (!Double.isFinite(length)) {
            throw new Refusal("has a vector with a value that is no finite number", where, "embed it anew");
        }
        if (length > LONGEST) {
            throw new Refusal(
                    "has a vector of length %.3g".formatted(length), where, "scale vectors to a length below 1e15");
        }
        if (distance == Distance.COSINE && length < SHORTEST) {
            throw new Refusal("has a zero vector, which has no direction", where, "leave it out, or use l2 or dot");
        }
    }

    /** The vector as it is compared: of unit length under cosine, rounded to float once; else the same array. */
    static float[] compared(float[] vector, Distance distance) {
        if (distance != Distance.COSINE) {
            return vector;
        }
        double length = length(vector);
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / length);
        }
        return unit;
    }

    /** The Euclidean length, in double precision. */
    static double length(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }
}
