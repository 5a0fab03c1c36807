package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import dev.kindred.core.Refusal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Sizes that a graph states outright for operators which make memory of a few numbers. A size that is computed first is not seen here: a
 * process that opens models of strangers needs a limit on its memory all the same.
 */
final class StatedSizes {
    /** Values that one such operator may make; 1 GiB in float32. */
    static final long MOST = 1L << 28;

    /** The input that holds the size, by operator. */
    private static final Map<String, Integer> SIZED =
            Map.of("ConstantOfShape", 0, "Expand", 1, "Tile", 1, "Resize", 3, "OneHot", 1, "Range", 1);

    private final Map<String, Long> known = new HashMap<>();
    private final String where;

    private StatedSizes(String where) {
        this.where = where;
    }

    /** @throws Refusal where an operator is told to make more than {@link #MOST} values */
    static void check(OnnxMl.GraphProto graph, String where) {
        StatedSizes sizes = new StatedSizes(where);
        graph.getInitializerList().forEach(tensor -> sizes.know(tensor.getName(), values(tensor)));
        for (OnnxMl.NodeProto node : graph.getNodeList()) {
            if (node.getOpType().equals("Constant") && node.getOutputCount() == 1) {
                node.getAttributeList().forEach(attribute -> sizes.know(node.getOutput(0), values(attribute)));
            }
        }
        graph.getNodeList().forEach(sizes::check);
    }

    private void check(OnnxMl.NodeProto node) {
        Integer input = SIZED.get(node.getOpType());
        if (input != null && input < node.getInputCount()) {
            require(known.getOrDefault(node.getInput(input), 1L), node);
        }
        for (OnnxMl.AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals("shape") && node.getOpType().startsWith("Random")) {
                require(product(attribute.getIntsList()), node);
            }
        }
    }

    private void require(long size, OnnxMl.NodeProto node) {
        if (size > MOST) {
            throw new Refusal(
                    "its operator %s makes more than %,d values of nothing".formatted(node.getOpType(), MOST),
                    where,
                    "do not use this file");
        }
    }

    private void know(String name, List<Long> values) {
        if (!values.isEmpty()) {
            known.put(name, product(values));
        }
    }

    /** What is not positive is taken from elsewhere. Stops growing beyond what is allowed. */
    private static long product(List<Long> values) {
        long product = 1;
        for (long value : values) {
            if (value > MOST / product) {
                return Long.MAX_VALUE;
            }
            product *= Math.max(1, value);
        }
        return product;
    }

    private static List<Long> values(OnnxMl.AttributeProto attribute) {
        return switch (attribute.getName()) {
            case "value" -> values(attribute.getT());
            case "value_int" -> List.of(attribute.getI());
            case "value_ints" -> attribute.getIntsList();
            default -> List.of();
        };
    }

    /** The whole numbers of a tensor that could be a size: of one axis at most, and as few as there may be axes. */
    private static List<Long> values(OnnxMl.TensorProto tensor) {
        boolean longs = tensor.getDataType() == OnnxMl.TensorProto.DataType.INT64_VALUE;
        if (!longs || tensor.getDimsCount() > 1) {
            return List.of();
        }
        if (tensor.getRawData().isEmpty()) {
            return tensor.getInt64DataList().stream().limit(64).toList();
        }
        ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
        return LongStream.range(0, Math.min(64, raw.remaining() / Long.BYTES))
                .map(i -> raw.getLong((int) i * Long.BYTES))
                .boxed()
                .toList();
    }
}
