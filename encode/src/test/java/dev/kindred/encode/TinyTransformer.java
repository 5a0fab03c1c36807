package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import dev.kindred.core.Keyed;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A graph of a transformer's form, small enough to be computed by hand: a token's vector is its row of a table times a matrix. Its output
 * is {@code last_hidden_state} {@code [n, t, D]}.
 */
final class TinyTransformer {
    static final int TOKENS = 12;
    static final int D = 6;

    final float[] table = drawn(1, TOKENS * D);
    final float[] matrix = drawn(2, D * D);
    final OnnxMl.ModelProto.Builder model = OnnxMl.ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setDomain("").setVersion(17));
    final OnnxMl.GraphProto.Builder graph = model.getGraphBuilder().setName("tiny");

    TinyTransformer() {
        graph.addInput(Graft.value("input_ids", DataType.INT64, -1, -1))
                .addInput(Graft.value("attention_mask", DataType.INT64, -1, -1))
                .addInitializer(floats("table", table, TOKENS, D))
                .addInitializer(floats("matrix", matrix, D, D))
                .addNode(node("Gather", List.of("table", "input_ids"), "rows"))
                .addNode(node("MatMul", List.of("rows", "matrix"), "last_hidden_state"))
                .addOutput(Graft.value("last_hidden_state", DataType.FLOAT, -1, -1, D));
    }

    OnnxMl.ModelProto build() {
        return model.build();
    }

    byte[] bytes() {
        return Graft.bytes(model.build());
    }

    /** Another output beside: the first token's vector, as BERT's pooler gives it. */
    TinyTransformer withPooled(String name) {
        graph.addInitializer(OnnxMl.TensorProto.newBuilder()
                        .setName("first")
                        .setDataType(DataType.INT64.getNumber())
                        .addInt64Data(0))
                .addNode(node("Gather", List.of("last_hidden_state", "first"), name).toBuilder()
                        .addAttribute(Graft.integer("axis", 1)))
                .addOutput(Graft.value(name, DataType.FLOAT, -1, D));
        return this;
    }

    /** What one token becomes, by plain loops. */
    double[] token(long id) {
        double[] vector = new double[D];
        for (int j = 0; j < D; j++) {
            for (int k = 0; k < D; k++) {
                vector[j] += (double) table[(int) id * D + k] * matrix[k * D + j];
            }
        }
        return vector;
    }

    static OnnxMl.NodeProto node(String operator, List<String> inputs, String output) {
        return OnnxMl.NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output + "." + operator)
                .addAllInput(inputs)
                .addOutput(output)
                .build();
    }

    static OnnxMl.TensorProto floats(String name, float[] values, long... shape) {
        OnnxMl.TensorProto.Builder tensor = OnnxMl.TensorProto.newBuilder()
                .setName(name)
                .setDataType(DataType.FLOAT.getNumber())
                .setRawData(ByteString.copyFrom(littleEndian(values)));
        for (long dimension : shape) {
            tensor.addDims(dimension);
        }
        return tensor.build();
    }

    static byte[] littleEndian(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    static float[] drawn(long seed, int count) {
        Keyed draws = Keyed.of(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) draws.nextGaussian();
        }
        return values;
    }
}
