package dev.kindred.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A head on a frozen graph against both by plain double loops: 1e-5 on unit-length embeddings. */
class OnnxAppendTest {
    private static final Architecture BASE = Architecture.conv4(1, 16, 4, 6);
    private static final Weights BASE_WEIGHTS = OnnxGraphTest.lively(BASE);
    private static final Architecture HEAD = new Architecture(
            "mlp",
            new Extent(6, 1, 1),
            List.of(
                    new Layer.Residual(
                            List.of(new Layer.Linear(9, true), new Layer.Relu(), new Layer.Linear(6, true)), List.of()),
                    new Layer.UnitLength()));
    private static final Weights HEAD_WEIGHTS = OnnxGraphTest.lively(HEAD);
    private static final int N = 3;

    @Test
    void oneGraphGivesWhatTheHeadMakesOfTheFrozen() throws Exception {
        byte[] base = OnnxGraph.write(BASE, BASE_WEIGHTS);
        float[][] inputs = inputs();
        float[][] whole = run(OnnxGraph.append(base, HEAD, HEAD_WEIGHTS), OnnxGraph.OUTPUT, inputs);
        for (int i = 0; i < N; i++) {
            double[] frozen = new ReferenceNetwork(BASE_WEIGHTS).embed(BASE, inputs[i]);
            double[] expected = new ReferenceNetwork(HEAD_WEIGHTS).embed(HEAD, narrow(frozen));
            for (int k = 0; k < expected.length; k++) {
                assertThat((double) whole[i][k]).isCloseTo(expected[k], within(1e-5));
            }
        }
    }

    @Test
    void frozenOutputKeepsItsTensor() throws Exception {
        byte[] base = OnnxGraph.write(BASE, BASE_WEIGHTS);
        byte[] whole = OnnxGraph.append(base, HEAD, HEAD_WEIGHTS);
        assertThat(run(whole, OnnxGraph.BASE, inputs())).isDeepEqualTo(run(base, OnnxGraph.OUTPUT, inputs()));
    }

    @Test
    void headStandsOnAnotherHead() throws Exception {
        byte[] once = OnnxGraph.append(OnnxGraph.write(BASE, BASE_WEIGHTS), HEAD, HEAD_WEIGHTS);
        byte[] twice = OnnxGraph.append(once, HEAD, HEAD_WEIGHTS);
        float[][] lower = run(once, OnnxGraph.OUTPUT, inputs());
        assertThat(run(twice, OnnxGraph.BASE, inputs())).isDeepEqualTo(lower);
        float[][] upper = run(twice, OnnxGraph.OUTPUT, inputs());
        for (int i = 0; i < N; i++) {
            double[] expected = new ReferenceNetwork(HEAD_WEIGHTS).embed(HEAD, lower[i]);
            for (int k = 0; k < expected.length; k++) {
                assertThat((double) upper[i][k]).isCloseTo(expected[k], within(1e-5));
            }
        }
    }

    @Test
    void sameValuesGiveTheSameBytes() {
        byte[] base = OnnxGraph.write(BASE, BASE_WEIGHTS);
        assertThat(OnnxGraph.append(base, HEAD, HEAD_WEIGHTS)).isEqualTo(OnnxGraph.append(base, HEAD, HEAD_WEIGHTS));
    }

    @Test
    void whatIsNoEncoderIsRefused() throws Exception {
        byte[] noModel = "no model at all".getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> OnnxGraph.append(noModel, HEAD, HEAD_WEIGHTS)).isInstanceOf(Refusal.class);
        OnnxMl.ModelProto.Builder old = OnnxMl.ModelProto.parseFrom(OnnxGraph.write(BASE, BASE_WEIGHTS)).toBuilder();
        old.getOpsetImportBuilder(0).setVersion(9);
        byte[] oldBytes = old.build().toByteArray();
        assertThatThrownBy(() -> OnnxGraph.append(oldBytes, HEAD, HEAD_WEIGHTS))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("opset");
    }

    private static float[][] inputs() {
        Keyed draws = Keyed.of(5);
        float[][] inputs = new float[N][BASE.input().size()];
        for (float[] input : inputs) {
            for (int k = 0; k < input.length; k++) {
                input[k] = (float) draws.nextGaussian();
            }
        }
        return inputs;
    }

    private static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }

    /** What the model gives as this tensor, made an output where it is none. */
    private static float[][] run(byte[] model, String tensor, float[][] inputs)
            throws OrtException, InvalidProtocolBufferException {
        OnnxMl.ModelProto.Builder asking = OnnxMl.ModelProto.parseFrom(model).toBuilder();
        asking.getGraphBuilder().getOutputBuilder(0).setName(tensor);
        float[][][][] pictures = new float[inputs.length][1][16][16];
        for (int i = 0; i < inputs.length; i++) {
            for (int at = 0; at < inputs[i].length; at++) {
                pictures[i][0][at / 16][at % 16] = inputs[i][at];
            }
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session =
                        environment.createSession(asking.build().toByteArray(), new OrtSession.SessionOptions());
                OnnxTensor input = OnnxTensor.createTensor(environment, pictures);
                OrtSession.Result result = session.run(Map.of(OnnxGraph.INPUT, input))) {
            return (float[][]) result.get(0).getValue();
        }
    }
}
