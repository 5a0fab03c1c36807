package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import dev.kindred.core.Refusal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a graph compute its matrix products in 8 bits, so that an embedding never depends on what it was batched with: each row of what
 * flows (a token, a sample) has a scale of its own, taken from that row alone, and each column of the weights one of its own.
 *
 * <p>{@code y[i,j] = r[i] · s[j] · Σ q(x[i,k]) · q(w[k,j])} with {@code r[i] = max|x[i,·]| / 127} and {@code s[j] = max|w[·,j]| / 63}.
 * Weights take 7 bits: two products of 8 bits together overflow the 16 that processors without VNNI add them in, so that results would
 * differ between machines (ONNX Runtime, "Quantize ONNX models", on U8S8 saturation). Sums of whole numbers are exact in any order.
 *
 * <p>Large tables that are only looked into keep 8 bits a value and a scale a row, and flow as floats.
 */
final class Int8 {
    private static final int ROW_LEVELS = 127;
    private static final int WEIGHT_LEVELS = 63;
    private static final int TABLE_LEVELS = 127;
    private static final int ZERO = 128;
    private static final float LEAST = 1e-30f;
    /** Values of a table that is worth it. */
    private static final long LARGE_TABLE = 1 << 20;
    /** Since here ReduceMax takes its axes as an input. */
    private static final long AXES_AS_INPUT = 18;

    /** What stands in for a row of floats. */
    private record Row(String codes, String scale) {}

    private final OnnxMl.ModelProto.Builder model;
    private final OnnxMl.GraphProto.Builder graph;
    private final Graft graft;
    private final Map<String, OnnxMl.TensorProto> constants = new HashMap<>();
    private final Map<String, Row> rows = new HashMap<>();
    private final List<OnnxMl.NodeProto> nodes = new ArrayList<>();
    private final long opset;
    private final String one;
    private final String zero;
    private final String levels;
    private final String least;

    private Int8(OnnxMl.ModelProto given) {
        this.model = given.toBuilder();
        this.graph = model.getGraphBuilder();
        graph.getInitializerList().forEach(tensor -> constants.put(tensor.getName(), tensor));
        this.opset = model.getOpsetImportList().stream()
                .filter(ForeignGraph::isStandard)
                .mapToLong(OnnxMl.OperatorSetIdProto::getVersion)
                .max()
                .orElse(0);
        this.graft = new Graft(graph, "int8");
        this.one = graft.number(1);
        this.zero = graft.constant(OnnxMl.TensorProto.DataType.UINT8, new long[0], new byte[] {(byte) ZERO});
        this.levels = graft.number(ROW_LEVELS);
        this.least = graft.number(LEAST);
    }

    /**
     * @param given a graph of one output, with float weights
     * @param where the file, for errors
     * @throws Refusal where there is nothing to compute in 8 bits, or it is done already
     */
    static OnnxMl.ModelProto of(OnnxMl.ModelProto given, String where) {
        Int8 int8 = new Int8(given);
        int products = 0;
        for (OnnxMl.NodeProto node : given.getGraph().getNodeList()) {
            OnnxMl.@Nullable TensorProto weights = int8.weights(node);
            if (weights != null) {
                int8.product(node, weights);
                products++;
                continue;
            }
            OnnxMl.@Nullable TensorProto table = int8.largeTable(node);
            if (table != null) {
                int8.look(node, table);
            } else {
                int8.nodes.add(node);
            }
        }
        if (products == 0) {
            throw new Refusal(
                    "has no matrix of float weights to compute with in 8 bits",
                    where,
                    "leave --int8 out; such a model gains nothing by it");
        }
        return int8.finished();
    }

    private OnnxMl.ModelProto finished() {
        graph.clearNode().addAllNode(nodes);
        if (model.getOpsetImportList().stream().noneMatch(set -> set.getDomain().equals(Graft.MICROSOFT))) {
            model.addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder()
                    .setDomain(Graft.MICROSOFT)
                    .setVersion(1));
        }
        Graft.prune(graph);
        return model.build();
    }

    /** The constant matrix that a node multiplies by; null where it does anything else. */
    private OnnxMl.@Nullable TensorProto weights(OnnxMl.NodeProto node) {
        boolean product = switch (node.getOpType()) {
            case "MatMul" -> node.getInputCount() == 2;
            case "Gemm" ->
                Graft.integer(node, "transA", 0) == 0
                        && node.getAttributeList().stream()
                                .filter(a -> a.getName().equals("alpha")
                                        || a.getName().equals("beta"))
                                .allMatch(a -> a.getF() == 1);
            default -> false;
        };
        if (!product) {
            return null;
        }
        OnnxMl.TensorProto weights = constants.get(node.getInput(1));
        return weights != null && isFloatMatrix(weights) ? weights : null;
    }

    private static boolean isFloatMatrix(OnnxMl.TensorProto tensor) {
        return tensor.getDimsCount() == 2
                && tensor.getDataType() == OnnxMl.TensorProto.DataType.FLOAT.getNumber()
                && tensor.getDims(0) > 0
                && tensor.getDims(1) > 0;
    }

    private void product(OnnxMl.NodeProto node, OnnxMl.TensorProto weights) {
        Row row = rows.computeIfAbsent(node.getInput(0), this::row);
        boolean transposed = node.getOpType().equals("Gemm") && Graft.integer(node, "transB", 0) != 0;
        int in = Math.toIntExact(weights.getDims(transposed ? 1 : 0));
        int out = Math.toIntExact(weights.getDims(transposed ? 0 : 1));
        float[] values = values(weights);
        float[] scales = new float[out];
        byte[] codes = new byte[in * out];
        for (int j = 0; j < out; j++) {
            int at = transposed ? j * in : j;
            int step = transposed ? 1 : out;
            scales[j] = scale(values, at, step, in, WEIGHT_LEVELS);
            for (int k = 0; k < in; k++) {
                codes[k * out + j] = code(values[at + k * step], scales[j]);
            }
        }
        String matrix = graft.constant(OnnxMl.TensorProto.DataType.INT8, new long[] {in, out}, codes);
        String whole = add(
                Graft.MICROSOFT,
                "MatMulIntegerToFloat",
                List.of(row.codes, matrix, one, graft.floats(new long[] {out}, scales), zero));
        boolean biased = node.getOpType().equals("Gemm")
                && node.getInputCount() > 2
                && !node.getInput(2).isEmpty();
        if (biased) {
            String scaled = add("", "Mul", List.of(whole, row.scale));
            nodes.add(graft.node("", "Add", List.of(scaled, node.getInput(2))).toBuilder()
                    .setOutput(0, node.getOutput(0))
                    .build());
        } else {
            nodes.add(graft.node("", "Mul", List.of(whole, row.scale)).toBuilder()
                    .setOutput(0, node.getOutput(0))
                    .build());
        }
    }

    private Row row(String x) {
        String size = add("", "Abs", List.of(x));
        String largest = opset < AXES_AS_INPUT
                ? add("", "ReduceMax", List.of(size), axes(-1), Graft.integer("keepdims", 1))
                : add("", "ReduceMax", List.of(size, graft.wholes(-1)), Graft.integer("keepdims", 1));
        String above = add("", "Max", List.of(largest, least));
        String scaled = add("", "Mul", List.of(x, add("", "Div", List.of(levels, above))));
        // Rounds to the nearest, ties to even.
        String codes = add("", "QuantizeLinear", List.of(scaled, one, zero));
        return new Row(codes, add("", "Div", List.of(above, levels)));
    }

    private static OnnxMl.AttributeProto axes(long axis) {
        return OnnxMl.AttributeProto.newBuilder()
                .setName("axes")
                .setType(OnnxMl.AttributeProto.AttributeType.INTS)
                .addInts(axis)
                .build();
    }

    /** The constant table whose rows a node looks up, where it is large; null where it does anything else. */
    private OnnxMl.@Nullable TensorProto largeTable(OnnxMl.NodeProto node) {
        OnnxMl.TensorProto table = node.getOpType().equals("Gather") ? constants.get(node.getInput(0)) : null;
        return table != null
                        && isFloatMatrix(table)
                        && table.getDims(0) * table.getDims(1) >= LARGE_TABLE
                        && Graft.integer(node, "axis", 0) == 0
                ? table
                : null;
    }

    private void look(OnnxMl.NodeProto node, OnnxMl.TensorProto table) {
        int count = Math.toIntExact(table.getDims(0));
        int d = Math.toIntExact(table.getDims(1));
        float[] values = values(table);
        float[] scales = new float[count];
        byte[] codes = new byte[values.length];
        for (int i = 0; i < count; i++) {
            scales[i] = scale(values, i * d, 1, d, TABLE_LEVELS);
            for (int k = 0; k < d; k++) {
                codes[i * d + k] = code(values[i * d + k], scales[i]);
            }
        }
        String at = node.getInput(1);
        String small = graft.constant(OnnxMl.TensorProto.DataType.INT8, new long[] {count, d}, codes);
        String found = add("", "Gather", List.of(small, at));
        String floats = add("", "Cast", List.of(found), Graft.cast(OnnxMl.TensorProto.DataType.FLOAT));
        String scale = add("", "Gather", List.of(graft.floats(new long[] {count, 1}, scales), at));
        nodes.add(graft.node("", "Mul", List.of(floats, scale)).toBuilder()
                .setOutput(0, node.getOutput(0))
                .build());
    }

    private String add(String domain, String operator, List<String> inputs, OnnxMl.AttributeProto... attributes) {
        OnnxMl.NodeProto node = graft.node(domain, operator, inputs, attributes);
        nodes.add(node);
        return node.getOutput(0);
    }

    private static float scale(float[] values, int from, int step, int count, int levels) {
        float largest = 0;
        for (int k = 0; k < count; k++) {
            largest = Math.max(largest, Math.abs(values[from + k * step]));
        }
        return largest == 0 ? 1 : largest / levels;
    }

    private static byte code(float value, float scale) {
        return (byte) Math.rint((double) value / scale);
    }

    private static float[] values(OnnxMl.TensorProto tensor) {
        float[] values = new float[Math.toIntExact(tensor.getDims(0) * tensor.getDims(1))];
        ByteString raw = tensor.getRawData();
        if (!raw.isEmpty()) {
            FloatBuffer floats = ByteBuffer.wrap(raw.toByteArray())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
            if (floats.remaining() == values.length) {
                floats.get(values);
                return values;
            }
        } else if (tensor.getFloatDataCount() == values.length) {
            for (int i = 0; i < values.length; i++) {
                values[i] = tensor.getFloatData(i);
            }
            return values;
        }
        throw new Refusal(
                "holds another number of values in tensor " + tensor.getName() + " than it says",
                "",
                "download the model again");
    }
}
