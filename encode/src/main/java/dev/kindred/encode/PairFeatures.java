package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import dev.kindred.core.Distance;
import java.util.List;

/**
 * What a comparator sees of two embeddings u and v: {@code |u − v|}, {@code u ∘ v} and their plain score, {@code 2d + 1} values, the same
 * whichever of the two comes first. The one home of this: the trainer feeds on {@link #put}, the sealed graph on {@link #onnx}, and a test
 * holds both to one another.
 *
 * <p>Embeddings are brought to values of about one beforehand: under cosine to a length of √d, else by {@code scale}. The plain score is
 * then the cosine itself, the inner product over d, or minus the Euclidean distance over √d.
 *
 * @param dimension values of one embedding, d
 * @param distance how the space compares
 * @param scale what values are multiplied by, more than 0; of no consequence under cosine
 */
public record PairFeatures(int dimension, Distance distance, float scale) {
    /** Shorter vectors are as good as none; they stay near zero instead of becoming noise. */
    private static final float SHORTEST = 1e-12f;

    public PairFeatures {
        if (dimension < 1 || !(scale > 0) || !Float.isFinite(scale)) {
            throw new IllegalArgumentException("%d values, scale %s".formatted(dimension, scale));
        }
    }

    /** Values of one pair. */
    public int size() {
        return 2 * dimension + 1;
    }

    /** Which of them is the plain score. */
    public int score() {
        return 2 * dimension;
    }

    /**
     * The values of one pair.
     *
     * @param left {@code d} values from {@code leftAt} on; {@code right} likewise
     * @param into {@link #size} values from {@code at} on
     */
    public void put(float[] left, int leftAt, float[] right, int rightAt, float[] into, int at) {
        float grownLeft = grown(left, leftAt);
        float grownRight = grown(right, rightAt);
        double products = 0;
        double squares = 0;
        for (int k = 0; k < dimension; k++) {
            float u = left[leftAt + k] * grownLeft;
            float v = right[rightAt + k] * grownRight;
            float apart = u - v;
            into[at + k] = Math.abs(apart);
            into[at + dimension + k] = u * v;
            products += (double) u * v;
            squares += (double) apart * apart;
        }
        into[at + score()] = (float) (distance == Distance.L2 ? -Math.sqrt(squares / dimension) : products / dimension);
    }

    private float grown(float[] values, int at) {
        if (distance != Distance.COSINE) {
            return scale;
        }
        double squares = 0;
        for (int k = at; k < at + dimension; k++) {
            squares += (double) values[k] * values[k];
        }
        return (float) (Math.sqrt(dimension) / Math.max(Math.sqrt(squares), SHORTEST));
    }

    /**
     * The same as nodes of a graph.
     *
     * @param left the name of a tensor {@code [n, d]}; {@code right} likewise
     * @return the name of a tensor {@code [n, size]}
     */
    String onnx(Graft graft, String left, String right) {
        String u = prepared(graft, left);
        String v = prepared(graft, right);
        String apart = graft.add("Sub", List.of(u, v));
        String products = graft.add("Mul", List.of(u, v));
        String score = distance == Distance.L2
                ? graft.add("Mul", List.of(length(graft, apart), graft.number((float) (-1 / Math.sqrt(dimension)))))
                : graft.add(
                        "Mul",
                        List.of(
                                graft.add("ReduceSum", List.of(products, graft.wholes(1))),
                                graft.number(1f / dimension)));
        return graft.add(
                "Concat", List.of(graft.add("Abs", List.of(apart)), products, score), Graft.integer("axis", 1));
    }

    private String prepared(Graft graft, String embedding) {
        if (distance != Distance.COSINE) {
            return graft.add("Mul", List.of(embedding, graft.number(scale)));
        }
        String shortened = graft.add("Max", List.of(length(graft, embedding), graft.number(SHORTEST)));
        String unit = graft.add("Div", List.of(embedding, shortened));
        return graft.add("Mul", List.of(unit, graft.number((float) Math.sqrt(dimension))));
    }

    /** {@code [n, 1]}. */
    private static String length(Graft graft, String of) {
        OnnxMl.AttributeProto axes = OnnxMl.AttributeProto.newBuilder()
                .setName("axes")
                .setType(OnnxMl.AttributeProto.AttributeType.INTS)
                .addInts(1)
                .build();
        return graft.add("ReduceL2", List.of(of), axes);
    }
}
