package dev.kindred.encode;

import java.util.List;

/**
 * One step of an encoder, as a value. The training graph and the ONNX graph are both made from these, so that an encoder is written
 * once. Pictures flow as {@code [n, channels, height, width]}, features as {@code [n, units]}.
 */
public sealed interface Layer {

    /**
     * Two-dimensional cross-correlation.
     *
     * @param filters output channels
     * @param kernel side of the square kernel
     * @param padding zeros added on every side
     * @param bias whether a bias is learned; needless before {@link BatchNorm}
     */
    record Convolution(int filters, int kernel, int stride, int padding, boolean bias) implements Layer {}

    /**
     * Batch normalisation over all but the channel axis (Ioffe, Szegedy 2015): by the batch's statistics in training, by their moving
     * average afterwards.
     */
    record BatchNorm() implements Layer {
        public static final float EPSILON = 1e-5f;
    }

    record Relu() implements Layer {}

    /** The largest value of each {@code size × size} window, no padding; a remainder at the edge is dropped. */
    record MaxPool(int size, int stride) implements Layer {}

    /** The mean over height and width: {@code [n, c, h, w]} to {@code [n, c]}. */
    record GlobalAveragePool() implements Layer {}

    /** {@code [n, c, h, w]} to {@code [n, c·h·w]}. */
    record Flatten() implements Layer {}

    record Linear(int units, boolean bias) implements Layer {}

    /**
     * {@code body(x) + shortcut(x)} (He et al. 2016).
     *
     * @param shortcut empty for the identity
     */
    record Residual(List<Layer> body, List<Layer> shortcut) implements Layer {
        public Residual {
            body = List.copyOf(body);
            shortcut = List.copyOf(shortcut);
        }
    }

    /** Divides each vector by its Euclidean length, so that cosine is an inner product; a zero vector stays zero. */
    record UnitLength() implements Layer {
        public static final float EPSILON = 1e-12f;
    }
}
