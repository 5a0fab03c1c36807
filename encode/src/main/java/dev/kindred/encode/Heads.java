package dev.kindred.encode;

import dev.kindred.core.Distance;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is taught on top of a frozen encoder: a correction that is added to what the encoder gives, of unit length afterwards where cosines
 * are compared. Its last map starts at zero, so that an untaught head changes nothing but the length, and weight decay draws towards the
 * encoder itself.
 */
public final class Heads {
    private static final String BODY = "0.body.";

    private Heads() {}

    /** {@code x + Wx + b}. */
    public static Architecture linear(int dimension, Distance distance) {
        return of("linear head", dimension, distance, List.of(new Layer.Linear(dimension, true)));
    }

    /** {@code x + W₂ relu(W₁x + b₁) + b₂}. */
    public static Architecture mlp(int dimension, int hidden, Distance distance) {
        return of(
                "mlp head",
                dimension,
                distance,
                List.of(new Layer.Linear(hidden, true), new Layer.Relu(), new Layer.Linear(dimension, true)));
    }

    private static Architecture of(String name, int dimension, Distance distance, List<Layer> body) {
        Layer corrected = new Layer.Residual(body, List.of());
        return new Architecture(
                name,
                new Extent(dimension, 1, 1),
                distance == Distance.COSINE ? List.of(corrected, new Layer.UnitLength()) : List.of(corrected));
    }

    /** The same head with a share of its correction: the encoder itself at 0, the head at 1. */
    public static Weights part(Architecture head, Weights taught, double share) {
        if (!(head.layers().getFirst() instanceof Layer.Residual residual)) {
            throw new IllegalArgumentException(head.name() + " is no head");
        }
        Map<String, float[]> values = new HashMap<>();
        for (Parameter parameter : head.parameters()) {
            float[] array = taught.copy(parameter.name());
            if (parameter.name().startsWith(BODY + (residual.body().size() - 1) + ".")) {
                for (int i = 0; i < array.length; i++) {
                    array[i] = (float) (array[i] * share);
                }
            }
            values.put(parameter.name(), array);
        }
        return Weights.of(head, values);
    }

    /** {@link Weights#untrained}, but that the head's correction is nothing yet. */
    public static Weights untaught(Architecture head, long seed) {
        if (!(head.layers().getFirst() instanceof Layer.Residual residual)) {
            throw new IllegalArgumentException(head.name() + " is no head");
        }
        Weights drawn = Weights.untrained(head, seed);
        Map<String, float[]> values = new HashMap<>();
        for (Parameter parameter : head.parameters()) {
            float[] array = drawn.copy(parameter.name());
            if (parameter.name().startsWith(BODY + (residual.body().size() - 1) + ".")) {
                Arrays.fill(array, 0);
            }
            values.put(parameter.name(), array);
        }
        return Weights.of(head, values);
    }
}
