package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.kindred.core.Refusal;

/**
 * Looks at an ONNX model of a stranger before a runtime does: data alone, no weights kept in other files, no operators of foreign
 * libraries.
 */
final class ModelGuard {
    private ModelGuard() {}

    static void check(byte[] model, String where) {
        OnnxMl.ModelProto parsed;
        try {
            parsed = OnnxMl.ModelProto.parseFrom(model);
        } catch (InvalidProtocolBufferException e) {
            throw new Refusal("is no ONNX model: " + e.getMessage(), where, "seal the bundle anew", e);
        }
        if (parsed.getFunctionsCount() > 0) {
            throw new Refusal("carries functions of its own", where, "export the encoder as one flat graph");
        }
        check(parsed.getGraph(), where);
    }

    private static void check(OnnxMl.GraphProto graph, String where) {
        for (OnnxMl.TensorProto tensor : graph.getInitializerList()) {
            check(tensor, where);
        }
        if (graph.getSparseInitializerCount() > 0) {
            throw new Refusal("carries sparse weights", where, "export the encoder with dense weights");
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
                if (attribute.hasG()) {
                    check(attribute.getG(), where);
                }
                attribute.getGraphsList().forEach(inner -> check(inner, where));
                if (attribute.hasT()) {
                    check(attribute.getT(), where);
                }
                attribute.getTensorsList().forEach(tensor -> check(tensor, where));
            }
        }
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
