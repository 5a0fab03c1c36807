package dev.kindred.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.kindred.core.Refusal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stands on a stranger's graph against plain double loops: 1e-5. */
class TextGraphTest {
    private static final String WHERE = "some/model.onnx";
    private static final long[][] IDS = {{3, 1, 4, 1, 5}, {9, 2, 6, 0, 0}, {7, 0, 0, 0, 0}};
    private static final int[] LENGTHS = {5, 3, 1};

    private final TinyTransformer tiny = new TinyTransformer();

    @ParameterizedTest
    @EnumSource
    void poolingTakesTheTokensOfTheMaskAlone(Pooling pooling) {
        TextGraph made = of(null, pooling, false);
        assertThat(made.dimension()).isEqualTo(TinyTransformer.D);
        float[][] rows = run(made);
        for (int i = 0; i < IDS.length; i++) {
            close(rows[i], pooled(pooling, i));
        }
    }

    @ParameterizedTest
    @EnumSource
    void unitLengthIsDoneLast(Pooling pooling) {
        float[][] rows = run(of(null, pooling, true));
        for (int i = 0; i < IDS.length; i++) {
            double[] expected = pooled(pooling, i);
            double length = 0;
            for (double v : expected) {
                length += v * v;
            }
            for (int k = 0; k < expected.length; k++) {
                expected[k] /= Math.sqrt(length);
            }
            close(rows[i], expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void olderOperatorsDoTheSame(Pooling pooling) {
        float[][] expected = run(of(null, pooling, true));
        tiny.model.getOpsetImportBuilder(0).setVersion(11);
        tiny.model.setIrVersion(6);
        assertThat(run(of(null, pooling, true))).isDeepEqualTo(expected);
    }

    @Test
    void sameValuesGiveTheSameBytes() {
        assertThat(of(null, Pooling.MEAN, true).bytes())
                .isEqualTo(of(null, Pooling.MEAN, true).bytes());
        tiny.model.setProducerVersion("another").setDocString("words");
        byte[] worded = of(null, Pooling.MEAN, true).bytes();
        assertThat(worded)
                .isEqualTo(TextGraph.of(new TinyTransformer().build(), null, Pooling.MEAN, true, WHERE)
                        .bytes());
    }

    @Test
    void embeddingThatIsThereIsTaken() {
        tiny.withPooled("sentence_embedding");
        float[][] rows = run(of(null, Pooling.MEAN, false));
        for (int i = 0; i < IDS.length; i++) {
            close(rows[i], pooled(Pooling.CLS, i));
        }
    }

    @Test
    void statedPoolingIsOfTheTokensNotOfBertsPooler() {
        tiny.withPooled("pooler_output");
        close(run(of(null, Pooling.MEAN, false))[0], pooled(Pooling.MEAN, 0));
    }

    @Test
    void twoCandidatesAreNamedAndOutputDecides() {
        tiny.withPooled("pooler_output");
        assertThatThrownBy(() -> of(null, null, false))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.line())
                                .contains("'last_hidden_state' [n, t, 6]", "'pooler_output' [n, 6]", "--output"));
        close(run(of("pooler_output", null, false))[1], pooled(Pooling.CLS, 1));
        close(run(of("last_hidden_state", Pooling.LAST, false))[1], pooled(Pooling.LAST, 1));
    }

    @Test
    void twoTokenOutputsAreAmbiguousHoweverTheyArePooled() {
        tiny.graph.addOutput(Graft.value("rows", DataType.FLOAT, -1, -1, TinyTransformer.D));
        refused(null, Pooling.MEAN, "'last_hidden_state'", "'rows'", "--output");
    }

    @Test
    void innerTensorMayBeNamed() {
        float[][] rows = run(of("rows", Pooling.CLS, false));
        for (int k = 0; k < TinyTransformer.D; k++) {
            assertThat(rows[0][k]).isEqualTo(tiny.table[3 * TinyTransformer.D + k]);
        }
    }

    @Test
    void noSuchOutputNamesThoseThereAre() {
        refused("embeddings", Pooling.MEAN, "no output 'embeddings'", "'last_hidden_state'", "--output");
    }

    @Test
    void tokensWithoutStatedPoolingAreRefused() {
        refused(null, null, "'last_hidden_state'", "--pooling mean, cls or last");
    }

    @Test
    void otherInputsAreRefusedByName() {
        tiny.graph.addInput(Graft.value("position_ids", DataType.INT64, -1, -1));
        refused(null, Pooling.MEAN, "position_ids", "input_ids");
    }

    @Test
    void picturesAreNoTokens() {
        tiny.graph.clearInput().addInput(Graft.value("pixel_values", DataType.FLOAT, -1, 3, 8, 8));
        refused(null, Pooling.MEAN, "pixel_values", "--size");
    }

    @Test
    void exportersNamesAndTypesBecomeOurs() {
        float[][] expected = run(of(null, Pooling.MEAN, true));
        OnnxMl.GraphProto.Builder graph = tiny.graph;
        graph.clearInput()
                .addInput(Graft.value("input_ids:0", DataType.INT32, -1, -1))
                .addInput(Graft.value("input_mask", DataType.INT32, -1, -1))
                .addInput(Graft.value("segment_ids", DataType.INT32, -1, -1));
        Graft.rename(graph, "input_ids", "input_ids:0");
        TextGraph made = of(null, Pooling.MEAN, true);
        assertThat(made.model().getGraph().getInputList())
                .extracting(OnnxMl.ValueInfoProto::getName)
                .containsExactly("input_ids", "attention_mask", "token_type_ids");
        assertThat(run(made)).isDeepEqualTo(expected);
        assertThat(made.rows()).isEqualTo(Optional.of((long) TinyTransformer.TOKENS));
    }

    @Test
    void tensorsNamedLikeOursMakeRoom() {
        float[][] expected = run(of(null, Pooling.MEAN, true));
        Graft.rename(tiny.graph, "rows", "embedding");
        Graft.rename(tiny.graph, "matrix", "pooling/0");
        assertThat(run(of(null, Pooling.MEAN, true))).isDeepEqualTo(expected);
    }

    @Test
    void tokenizerThatDoesNotFitIsRefusedByName() {
        TextGraph made = of(null, Pooling.MEAN, true);
        made.requireTokens(TinyTransformer.TOKENS - 1, "tokenizer.json", WHERE);
        assertThatThrownBy(() -> made.requireTokens(TinyTransformer.TOKENS, "some/tokenizer.json", WHERE))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.line()).contains("some/tokenizer.json", "up to 12", "up to 11"));
    }

    @Test
    void tokenizerIsTriedWhereNoTableIsSeen() {
        // The table stands behind an operator.
        tiny.graph.getNodeBuilder(0).setInput(0, "copied");
        tiny.graph.addNode(0, TinyTransformer.node("Identity", List.of("table"), "copied"));
        TextGraph made = of(null, Pooling.MEAN, true);
        assertThat(made.rows()).isEmpty();
        made.requireTokens(TinyTransformer.TOKENS - 1, "tokenizer.json", WHERE);
        assertThatThrownBy(() -> made.requireTokens(TinyTransformer.TOKENS, "some/tokenizer.json", WHERE))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("does not take");
    }

    @Test
    void moreTokensThanTheModelHasPlacesForAreRefused() {
        // Positions 0 to 7 by a sliced table, as transformers have it.
        tiny.graph
                .addInitializer(
                        TinyTransformer.floats("places", new float[8 * TinyTransformer.D], 1, 8, TinyTransformer.D))
                .addNode(TinyTransformer.node("Shape", List.of("input_ids"), "shape"))
                .addInitializer(whole("0", 0))
                .addInitializer(whole("1", 1))
                .addNode(TinyTransformer.node("Gather", List.of("shape", "1"), "length"))
                .addNode(TinyTransformer.node("Slice", List.of("places", "0", "length", "1"), "placed"))
                .addNode(TinyTransformer.node("Add", List.of("last_hidden_state", "placed"), "out"));
        TextGraph made = of("out", Pooling.MEAN, true);
        made.requireLength(8, WHERE);
        assertThatThrownBy(() -> made.requireLength(9, WHERE))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("texts of 9 tokens");
    }

    @Test
    void olderThanElevenIsRefused() {
        tiny.model.getOpsetImportBuilder(0).setVersion(10);
        refused(null, Pooling.MEAN, "opset 11");
    }

    @Test
    void operatorThatNobodyKnowsIsRefused() {
        tiny.graph.getNodeBuilder(1).setOpType("MatMulOfMyOwn");
        refused(null, Pooling.MEAN, "MatMulOfMyOwn", WHERE);
    }

    @Test
    void whatNoOutputNeedsIsDropped() {
        tiny.withPooled("pooler_output");
        assertThat(of(null, Pooling.MEAN, true).model().getGraph().getNodeList())
                .noneMatch(node -> node.getOutputList().contains("pooler_output"));
    }

    private static OnnxMl.TensorProto whole(String name, long value) {
        return OnnxMl.TensorProto.newBuilder()
                .setName(name)
                .setDataType(DataType.INT64.getNumber())
                .addDims(1)
                .addInt64Data(value)
                .build();
    }

    private TextGraph of(@Nullable String output, @Nullable Pooling pooling, boolean unitLength) {
        return TextGraph.of(tiny.build(), output, pooling, unitLength, WHERE);
    }

    private void refused(@Nullable String output, @Nullable Pooling pooling, String... words) {
        assertThatThrownBy(() -> of(output, pooling, true))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.line()).contains(words));
    }

    private static float[][] run(TextGraph graph) {
        try (Trial trial = Trial.of(graph.bytes(), WHERE)) {
            return trial.texts(IDS, LENGTHS);
        }
    }

    private double[] pooled(Pooling pooling, int row) {
        return switch (pooling) {
            case CLS -> tiny.token(IDS[row][0]);
            case LAST -> tiny.token(IDS[row][LENGTHS[row] - 1]);
            case MEAN -> {
                double[] mean = new double[TinyTransformer.D];
                for (int t = 0; t < LENGTHS[row]; t++) {
                    double[] token = tiny.token(IDS[row][t]);
                    for (int k = 0; k < mean.length; k++) {
                        mean[k] += token[k] / LENGTHS[row];
                    }
                }
                yield mean;
            }
        };
    }

    private static void close(float[] row, double[] expected) {
        for (int k = 0; k < expected.length; k++) {
            assertThat((double) row[k]).isCloseTo(expected[k], within(1e-5));
        }
    }
}
