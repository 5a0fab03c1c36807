package dev.kindred.encode;

import java.util.List;
import java.util.Locale;

/**
 * The name and shape of one tensor of an encoder.
 *
 * @param name the layer's place and the role, e.g. {@code 0.weight}
 * @param shape convolution weights {@code [filters, channels, kernel, kernel]}, linear weights {@code [units, inputs]}, all else one axis
 */
public record Parameter(String name, Role role, List<Integer> shape) {

    /** What a tensor is for. */
    public enum Role {
        WEIGHT,
        BIAS,
        GAMMA,
        BETA,
        /** Moving average of a batch's mean; kept, not learned by gradient. */
        MEAN,
        /** Moving average of a batch's variance; kept, not learned by gradient. */
        VARIANCE;

        public boolean learned() {
            return this != MEAN && this != VARIANCE;
        }
    }

    public Parameter {
        shape = List.copyOf(shape);
    }

    static Parameter weight(String layer, Integer... shape) {
        return new Parameter(layer + ".weight", Role.WEIGHT, List.of(shape));
    }

    static Parameter of(String layer, Role role, int length) {
        return new Parameter(layer + "." + role.name().toLowerCase(Locale.ROOT), role, List.of(length));
    }

    public int size() {
        int size = 1;
        for (int axis : shape) {
            size = Math.multiplyExact(size, axis);
        }
        return size;
    }

    /** Inputs that one output value of this weight sums over. */
    int fanIn() {
        return size() / shape.getFirst();
    }
}
