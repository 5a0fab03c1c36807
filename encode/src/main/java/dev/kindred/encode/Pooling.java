package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import dev.kindred.core.Refusal;
import java.util.List;
import java.util.Locale;

/**
 * How what a transformer gives for each token becomes the one embedding of a text. Written with operators that mean the same in every
 * operator set since 11.
 */
public enum Pooling {
    /** The mean over the tokens that the attention mask names. */
    MEAN,
    /** The first token's. */
    CLS,
    /** The last token's that the attention mask names; texts stand at the left, padding at the right. */
    LAST;

    /** The name in files and on the command line: {@code mean}, {@code cls}, {@code last}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @param where the option or field, for errors */
    public static Pooling ofWireName(String name, String where) {
        for (Pooling pooling : values()) {
            if (pooling.wireName().equals(name)) {
                return pooling;
            }
        }
        throw new Refusal("unknown pooling '" + name + "'", where, "use mean, cls or last");
    }

    /**
     * Adds it to a graph.
     *
     * @param tokens the tensor {@code [n, t, d]} of floats
     * @param mask the tensor {@code [n, t]} of int64, 1 for a token and 0 for padding
     * @return the tensor {@code [n, d]}
     */
    String add(Graft graft, String tokens, String mask) {
        return switch (this) {
            case CLS -> graft.add("Gather", List.of(tokens, graft.whole(0)), Graft.integer("axis", 1));
            case MEAN -> {
                String weights = graft.add("Cast", List.of(mask), Graft.cast(OnnxMl.TensorProto.DataType.FLOAT));
                String row = graft.add("Reshape", List.of(weights, graft.wholes(0, 1, -1)));
                String column = graft.add("Reshape", List.of(weights, graft.wholes(0, -1, 1)));
                String sum = graft.add("MatMul", List.of(row, tokens));
                // Weights are 0 or 1, so that the sum of their squares is their count.
                String count = graft.add("MatMul", List.of(row, column));
                String atLeastOne = graft.add("Max", List.of(count, graft.number(1)));
                yield flat(graft, graft.add("Div", List.of(sum, atLeastOne)));
            }
            case LAST -> {
                String weights = graft.add("Cast", List.of(mask), Graft.cast(OnnxMl.TensorProto.DataType.FLOAT));
                String first = graft.wholes(0);
                String second = graft.wholes(1);
                String end = graft.wholes(Integer.MAX_VALUE);
                String axis = graft.wholes(1);
                String next = graft.add("Slice", List.of(weights, second, end, axis));
                String one = graft.add("Slice", List.of(weights, first, second, axis));
                String none = graft.add("Sub", List.of(one, one));
                String shifted = graft.add("Concat", List.of(next, none), Graft.integer("axis", 1));
                // 1 where a token is followed by padding or by nothing, else 0.
                String chosen = graft.add("Sub", List.of(weights, shifted));
                String row = graft.add("Reshape", List.of(chosen, graft.wholes(0, 1, -1)));
                yield flat(graft, graft.add("MatMul", List.of(row, tokens)));
            }
        };
    }

    private static String flat(Graft graft, String one) {
        return graft.add("Reshape", List.of(one, graft.wholes(0, -1)));
    }
}
