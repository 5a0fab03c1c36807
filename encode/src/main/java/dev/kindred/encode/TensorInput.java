package dev.kindred.encode;

import java.util.List;

/**
 * One input of an encoder's graph, for those who prepare contents themselves.
 *
 * @param shape sizes, outermost first; −1 where any is taken (the samples, and a text's tokens)
 */
public record TensorInput(String name, Type type, List<Integer> shape) {
    /** Any size. */
    public static final int ANY = -1;

    /** What the numbers are. */
    public enum Type {
        FLOAT32,
        INT64
    }

    public TensorInput {
        shape = List.copyOf(shape);
    }
}
