package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.kindred.core.Refusal;
import java.util.Arrays;

/**
 * Looks at an ONNX model of a stranger before a runtime does: data alone, no weights kept in other files, no operators of foreign
 * libraries, and no graphs within the graph: a loop of a stranger's need never end.
 */
final class ModelGuard {
    /** Where it stands from the fifth byte on, ONNX Runtime takes the file for its own flatbuffer format. */
    private static final byte[] ORT_FORMAT = {'O', 'R', 'T', 'M'};

    private ModelGuard() {}

    static void check(byte[] model, String where) {
        check(parsed(model, where, "seal the bundle anew"), where);
    }

    /** What the bytes say, unchecked but for their being ONNX and nothing else. */
    static OnnxMl.ModelProto parsed(byte[] model, String where, String mend) {
        if (model.length >= 8 && Arrays.equals(model, 4, 8, ORT_FORMAT, 0, ORT_FORMAT.length)) {
            throw new Refusal("is in ONNX Runtime's own format, not in ONNX", where, mend);
        }
        OnnxMl.ModelProto parsed;
        try {
            parsed = OnnxGraph.parse(model);
        } catch (InvalidProtocolBufferException e) {
            throw new Refusal("is no ONNX model: " + e.getMessage(), where, mend, e);
        }
        return parsed;
    }

    static void check(OnnxMl.ModelProto parsed, String where) {
        if (parsed.getFunctionsCount() > 0) {
            throw new Refusal("carries functions of its own", where, "export the encoder as one flat graph");
        }
        check(parsed.getGraph(), where);
        StatedSizes.check(parsed.getGraph(), where);
    }

    private static void check(OnnxMl.GraphProto graph, String where) {
        for (OnnxMl.TensorProto tensor : graph.getInitializerList()) {
            check(tensor, where);
        }
        if (graph.getSparseInitializerCount() > 0) {
            throw sparse(where);
        }
        for (OnnxMl.NodeProto node : graph.getNodeList()) {
            if (!node.getDomain().isEmpty()
                    && !node.getDomain().equals("ai.onnx")
                    && !node.getDomain().equals("com.microsoft")) {
                throw new Refusal(
                        "uses operator " + node.getOpType() + " of the foreign library '" + node.getDomain() + "'",
                        where,
                        "export the encoder with standard operators");
            }
            for (OnnxMl.AttributeProto attribute : node.getAttributeList()) {
                if (attribute.hasG() || attribute.getGraphsCount() > 0) {
                    throw new Refusal(
                            "carries a graph within its operator " + node.getOpType(),
                            where,
                            "export the encoder as one flat graph, without loops and branches");
                }
                if (attribute.hasSparseTensor() || attribute.getSparseTensorsCount() > 0) {
                    throw sparse(where);
                }
                if (attribute.hasT()) {
                    check(attribute.getT(), where);
                }
                attribute.getTensorsList().forEach(tensor -> check(tensor, where));
            }
        }
    }

    /** Their parts may lie in other files as well; no encoder needs them. */
    private static Refusal sparse(String where) {
        return new Refusal("carries sparse weights", where, "export the encoder with dense weights");
    }

    private static void check(OnnxMl.TensorProto tensor, String where) {
        if (tensor.getExternalDataCount() > 0 || tensor.getDataLocation() == OnnxMl.TensorProto.DataLocation.EXTERNAL) {
            throw new Refusal(
                    "keeps tensor " + tensor.getName() + " in another file",
                    where,
                    "seal all weights inside the bundle");
        }
    }
}
