package dev.kindred.encode;

import java.util.List;

/**
 * A tensor that an encoder's graph takes, for whoever prepares inputs elsewhere.
 *
 * @param name as the graph has it
 * @param shape its sizes, samples first; -1 where the graph takes any
 */
public record GraphInput(String name, Type type, List<Long> shape) {
    /** What its values are. */
    public enum Type {
        FLOAT,
        LONG
    }

    public GraphInput {
        shape = List.copyOf(shape);
    }
}
