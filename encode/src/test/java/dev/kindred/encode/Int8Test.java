package dev.kindred.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products in 8 bits, by their definition in plain loops, and alone against in company. */
class Int8Test {
    private static final String WHERE = "some/model.onnx";
    private static final int D = 64;
    private static final int TOKENS = 1 << 15;

    /** Wide enough that 8 bits tell something, with one token far louder than the others. */
    private final float[] table = table();

    private final float[] up = scaled(TinyTransformer.drawn(4, D * 2 * D), 0.2f);
    private final float[] down = scaled(TinyTransformer.drawn(5, 2 * D * D), 0.2f);

    @ParameterizedTest
    @ValueSource(longs = {11, 17, 18})
    void productIsWhatItsDefinitionSays(long opset) {
        OnnxMl.ModelProto whole = Int8.of(network(opset), WHERE);
        long[][] ids = {{5, 17, 300, 2}};
        float[][] rows = run(whole, ids, 4);
        double[] expected = new double[D];
        for (long id : ids[0]) {
            double[] found = new double[D];
            byte[] codes = new byte[D];
            double scale = codes(table, (int) id * D, 1, D, 127, codes);
            for (int k = 0; k < D; k++) {
                found[k] = codes[k] * scale;
            }
            double[] hidden = product(found, up, D, 2 * D);
            for (int k = 0; k < hidden.length; k++) {
                hidden[k] = Math.max(hidden[k], 0);
            }
            double[] token = product(hidden, down, 2 * D, D);
            for (int k = 0; k < D; k++) {
                expected[k] += token[k] / 4;
            }
        }
        for (int k = 0; k < D; k++) {
            // One code more or less, where a value lies between two, moves a mean by about 0.01.
            assertThat((double) rows[0][k]).isCloseTo(expected[k], within(0.03));
        }
        assertThat(cosine(rows[0], expected)).isGreaterThan(0.9999);
    }

    @Test
    void embeddingNeverDependsOnItsCompany() {
        OnnxMl.ModelProto whole = Int8.of(network(17), WHERE);
        Keyed draws = Keyed.of(9);
        long[][] ids = new long[40][16];
        int[] lengths = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            lengths[i] = 1 + draws.nextInt(16);
            for (int t = 0; t < lengths[i]; t++) {
                ids[i][t] = 1 + draws.nextInt(TOKENS - 1);
            }
        }
        // A loud companion takes the range of all, where ranges are the batch's.
        ids[7][0] = 0;
        float[][] together = run(whole, ids, lengths);
        for (int i = 0; i < ids.length; i++) {
            float[][] alone = run(whole, new long[][] {Arrays.copyOf(ids[i], lengths[i])}, lengths[i]);
            assertThat(Distance.COSINE.score(alone[0], together[i])).isGreaterThan(0.9999999);
        }
    }

    @Test
    void eightBitsStayNearTheFloats() {
        long[][] ids = {{5, 17, 300, 2}, {8, 9, 10, 11}};
        float[][] floats = run(network(17), ids, 4, 4);
        float[][] bits = run(Int8.of(network(17), WHERE), ids, 4, 4);
        for (int i = 0; i < ids.length; i++) {
            assertThat(Distance.COSINE.score(floats[i], bits[i])).isBetween(0.999, 0.9999999);
        }
    }

    @Test
    void weightsTakeAQuarter() {
        byte[] floats = Graft.bytes(network(17));
        byte[] bits = Graft.bytes(Int8.of(network(17), WHERE));
        assertThat(bits.length).isLessThan(floats.length * 3 / 10);
        assertThat(bits).isEqualTo(Graft.bytes(Int8.of(network(17), WHERE)));
        assertThat(OnnxGraph.isInt8(bits)).isTrue();
        assertThat(OnnxGraph.isInt8(floats)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void gemmIsAProductWithABias(boolean transposed) {
        float[] bias = TinyTransformer.drawn(6, D);
        OnnxMl.ModelProto.Builder model = network(17).toBuilder();
        OnnxMl.GraphProto.Builder graph = model.getGraphBuilder();
        graph.addInitializer(TinyTransformer.floats("square", scaled(TinyTransformer.drawn(7, D * D), 0.3f), D, D))
                .addInitializer(TinyTransformer.floats("bias", bias, D));
        OnnxMl.NodeProto gemm = TinyTransformer.node("Gemm", List.of("embedding", "square", "bias"), "more").toBuilder()
                .addAttribute(Graft.integer("transB", transposed ? 1 : 0))
                .build();
        graph.addNode(gemm).getOutputBuilder(0).setName("more");
        long[][] ids = {{5, 17, 300, 2}};
        OnnxMl.ModelProto whole = Int8.of(model.build(), WHERE);
        assertThat(whole.getGraph().getNodeList())
                .noneMatch(node -> node.getOpType().equals("Gemm"));
        float[][] bits = run(whole, ids, 4);
        float[][] floats = run(model.build(), ids, 4);
        assertThat(Distance.COSINE.score(floats[0], bits[0])).isBetween(0.998, 0.9999999);
    }

    @Test
    void rowOfNothingStaysNothing() {
        Arrays.fill(table, 3 * D, 4 * D, 0);
        float[][] rows = run(Int8.of(network(17), WHERE), new long[][] {{3, 3}}, 2);
        assertThat(rows[0]).containsOnly(0f);
    }

    @Test
    void graphWithoutFloatMatricesIsRefused() {
        OnnxMl.ModelProto once = Int8.of(network(17), WHERE);
        assertThatThrownBy(() -> Int8.of(once, WHERE))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("no matrix of float weights");
    }

    private OnnxMl.ModelProto network(long opset) {
        OnnxMl.ModelProto.Builder model = OnnxMl.ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(
                        OnnxMl.OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset));
        model.getGraphBuilder()
                .setName("tiny")
                .addInput(Graft.value("input_ids", DataType.INT64, -1, -1))
                .addInitializer(TinyTransformer.floats("table", table, TOKENS, D))
                .addInitializer(TinyTransformer.floats("up", up, D, 2 * D))
                .addInitializer(TinyTransformer.floats("down", down, 2 * D, D))
                .addNode(TinyTransformer.node("Gather", List.of("table", "input_ids"), "rows"))
                .addNode(TinyTransformer.node("MatMul", List.of("rows", "up"), "hidden"))
                .addNode(TinyTransformer.node("Relu", List.of("hidden"), "active"))
                .addNode(TinyTransformer.node("MatMul", List.of("active", "down"), "tokens"))
                .addOutput(Graft.value("tokens", DataType.FLOAT, -1, -1, D));
        return TextGraph.of(model.build(), null, Pooling.MEAN, false, WHERE).model();
    }

    /** {@code x · w} with the scale of x's own row in 8 bits, and of each column of w in 7. */
    private static double[] product(double[] x, float[] w, int in, int out) {
        float[] narrow = new float[in];
        for (int k = 0; k < in; k++) {
            narrow[k] = (float) x[k];
        }
        byte[] a = new byte[in];
        double row = codes(narrow, 0, 1, in, 127, a);
        double[] y = new double[out];
        byte[] b = new byte[in];
        for (int j = 0; j < out; j++) {
            double column = codes(w, j, out, in, 63, b);
            long sum = 0;
            for (int k = 0; k < in; k++) {
                sum += (long) a[k] * b[k];
            }
            y[j] = row * column * sum;
        }
        return y;
    }

    private static double codes(float[] values, int from, int step, int count, int levels, byte[] into) {
        double largest = 0;
        for (int k = 0; k < count; k++) {
            largest = Math.max(largest, Math.abs(values[from + k * step]));
        }
        double scale = largest / levels;
        for (int k = 0; k < count; k++) {
            into[k] = (byte) Math.rint(values[from + k * step] / scale);
        }
        return scale;
    }

    private static float[][] run(OnnxMl.ModelProto model, long[][] ids, int... lengths) {
        try (Trial trial = Trial.of(Graft.bytes(model), WHERE)) {
            return trial.texts(ids, lengths);
        }
    }

    private static double cosine(float[] a, double[] b) {
        float[] narrow = new float[b.length];
        for (int i = 0; i < b.length; i++) {
            narrow[i] = (float) b[i];
        }
        return Distance.COSINE.score(a, narrow);
    }

    private static float[] table() {
        float[] table = TinyTransformer.drawn(3, TOKENS * D);
        for (int k = 0; k < D; k++) {
            table[k] *= 100;
        }
        return table;
    }

    private static float[] scaled(float[] values, float by) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= by;
        }
        return values;
    }
}
