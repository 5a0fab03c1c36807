package dev.kindred.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.media.PictureShape;
import java.nio.FloatBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A network of strangers takes pictures as our own does. */
class PictureGraphTest {
    private static final String WHERE = "resnet.onnx";
    private static final PictureShape SHAPE = new PictureShape(8, 8, 3, PictureShape.Fit.CROP);

    private final OnnxMl.ModelProto.Builder model = OnnxMl.ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setDomain("").setVersion(17));
    private final OnnxMl.GraphProto.Builder graph = model.getGraphBuilder()
            .setName("net")
            .addInput(Graft.value("pixel_values", DataType.FLOAT, -1, 3, 8, 8))
            .addNode(TinyTransformer.node("GlobalAveragePool", List.of("pixel_values"), "pooled"))
            .addNode(TinyTransformer.node("Flatten", List.of("pooled"), "flat"))
            .addNode(TinyTransformer.node("Neg", List.of("flat"), "logits"))
            .addOutput(Graft.value("logits", DataType.FLOAT, -1, 3));

    @Test
    void channelsMeansComeOut() {
        float[][] rows = run(of(null, false));
        Keyed draws = Keyed.of(3);
        for (float[] row : rows) {
            for (int c = 0; c < 3; c++) {
                double sum = 0;
                for (int i = 0; i < 64; i++) {
                    sum += (float) draws.nextGaussian();
                }
                assertThat((double) row[c]).isCloseTo(-sum / 64, org.assertj.core.api.Assertions.within(1e-6));
            }
        }
    }

    @Test
    void tensorWithinTheNetworkMayBeTheEmbedding() {
        float[][] logits = run(of(null, true));
        for (String inner : List.of("flat", "pooled")) {
            float[][] rows = run(of(inner, true));
            for (int i = 0; i < rows.length; i++) {
                double length = 0;
                for (int c = 0; c < 3; c++) {
                    assertThat(rows[i][c]).isEqualTo(-logits[i][c]);
                    length += rows[i][c] * rows[i][c];
                }
                assertThat(length).isCloseTo(1, org.assertj.core.api.Assertions.within(1e-6));
            }
        }
    }

    @Test
    void networkMadeForOneIsOpenedWhereItCan() {
        float[][] expected = run(of(null, true));
        graph.getInputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .getShapeBuilder()
                .getDimBuilder(0)
                .setDimValue(1);
        assertThat(run(of(null, true))).isDeepEqualTo(expected);
        graph.addInitializer(OnnxMl.TensorProto.newBuilder()
                        .setName("one")
                        .setDataType(DataType.INT64.getNumber())
                        .addDims(2)
                        .addInt64Data(1)
                        .addInt64Data(3))
                .addNode(TinyTransformer.node("Reshape", List.of("logits", "one"), "fixed"));
        refused("fixed", "dynamic axes");
    }

    @Test
    void twoOutputsAreNamed() {
        graph.addOutput(Graft.value("flat", DataType.FLOAT, -1, 3));
        refused(null, "'logits' [n, 3] and 'flat' [n, 3]", "--output");
        refused("features", "no output 'features'", "'logits', 'flat'");
    }

    @Test
    void otherSizesAndOrdersAreRefused() {
        graph.clearInput().addInput(Graft.value("pixel_values", DataType.FLOAT, -1, 8, 8, 3));
        refused(null, "[n, 8, 8, 3]", "[n, 3, 8, 8]", "--size");
        graph.clearInput().addInput(Graft.value("pixel_values", DataType.FLOAT, -1, 3, 224, 224));
        refused(null, "[n, 3, 224, 224]", "--size");
        graph.clearInput().addInput(Graft.value("pixel_values", DataType.UINT8, -1, 3, 8, 8));
        refused(null, "UINT8");
    }

    @Test
    void textsAndPicturesAtOnceAreRefused() {
        graph.addInput(Graft.value("input_ids", DataType.INT64, -1, -1));
        refused(null, "'pixel_values' and 'input_ids'");
    }

    @Test
    void mapOfFeaturesIsNoEmbedding() {
        graph.addNode(TinyTransformer.node("Relu", List.of("pixel_values"), "map"));
        refused("map", "'map'", "no embedding [n, d]");
    }

    private PictureGraph of(@Nullable String output, boolean unitLength) {
        return PictureGraph.of(model.build(), SHAPE, output, unitLength, WHERE);
    }

    private void refused(@Nullable String output, String... words) {
        assertThatThrownBy(() -> of(output, true))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.line()).contains(words));
    }

    private static float[][] run(PictureGraph graph) {
        Keyed draws = Keyed.of(3);
        FloatBuffer values = FloatBuffer.allocate(2 * SHAPE.size());
        while (values.hasRemaining()) {
            values.put((float) draws.nextGaussian());
        }
        try (Trial trial = Trial.of(graph.bytes(), WHERE)) {
            return trial.pictures(values.flip(), 2, 3, 8, 8);
        }
    }
}
