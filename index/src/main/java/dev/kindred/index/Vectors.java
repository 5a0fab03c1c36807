package dev.kindred.index;

import dev.kindred.core.Distance;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;

/** What a vector must be to be compared in float32. */
final class Vectors {
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
        space.distance().require(item.vector(), named(item.id()));
    }

    /** The vector as it is compared: of unit length under cosine, rounded to float once; else the same array. */
    static float[] compared(float[] vector, Distance distance) {
        if (distance != Distance.COSINE) {
            return vector;
        }
        double length = Distance.length(vector);
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / length);
        }
        return unit;
    }
}
