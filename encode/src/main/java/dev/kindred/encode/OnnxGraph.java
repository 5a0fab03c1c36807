package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Writes an architecture and its weights as an ONNX model (opset 17, IR 8): input {@code input} of {@code [n, c, h, w]} float32, output
 * {@code embedding} of {@code [n, d]}. The same values give the same bytes.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/docs/Operators.md">ONNX operators</a>
 */
final class OnnxGraph {
    static final String INPUT = "input";
    static final String OUTPUT = "embedding";
    private static final int OPSET = 17;
    private static final int IR_VERSION = 8;

    private final OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder();
    private final Weights weights;

    private OnnxGraph(Weights weights) {
        this.weights = weights;
    }

    static byte[] write(Architecture architecture, Weights weights) {
        return new OnnxGraph(weights).model(architecture);
    }

    private byte[] model(Architecture architecture) {
        String last = layers("", INPUT, architecture.layers());
        graph.getNodeBuilder(graph.getNodeCount() - 1).setOutput(0, OUTPUT);
        if (last.equals(INPUT)) {
            throw new IllegalArgumentException("an encoder that does nothing");
        }
        Extent in = architecture.input();
        graph.setName(architecture.name())
                .addInput(value(INPUT, "n", in.channels(), in.height(), in.width()))
                .addOutput(value(OUTPUT, "n", architecture.dimension()));
        OnnxMl.ModelProto model = OnnxMl.ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("kindred")
                .addOpsetImport(
                        OnnxMl.OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
                .setGraph(graph)
                .build();
        byte[] bytes = new byte[model.getSerializedSize()];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            model.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes;
    }

    private String layers(String prefix, String input, List<Layer> layers) {
        String flowing = input;
        for (int i = 0; i < layers.size(); i++) {
            flowing = layer(prefix + i, flowing, layers.get(i));
        }
        return flowing;
    }

    private String layer(String name, String input, Layer layer) {
        return switch (layer) {
            case Layer.Convolution c -> {
                OnnxMl.NodeProto.Builder node = node("Conv", name, input, tensor(name + ".weight"))
                        .addAttribute(integers("kernel_shape", c.kernel(), c.kernel()))
                        .addAttribute(integers("pads", c.padding(), c.padding(), c.padding(), c.padding()))
                        .addAttribute(integers("strides", c.stride(), c.stride()));
                if (c.bias()) {
                    node.addInput(tensor(name + ".bias"));
                }
                yield add(node);
            }
            case Layer.BatchNorm b ->
                add(node(
                                "BatchNormalization",
                                name,
                                input,
                                tensor(name + ".gamma"),
                                tensor(name + ".beta"),
                                tensor(name + ".mean"),
                                tensor(name + ".variance"))
                        .addAttribute(real("epsilon", Layer.BatchNorm.EPSILON)));
            case Layer.Relu r -> add(node("Relu", name, input));
            case Layer.MaxPool p ->
                add(node("MaxPool", name, input)
                        .addAttribute(integers("kernel_shape", p.size(), p.size()))
                        .addAttribute(integers("strides", p.stride(), p.stride())));
            case Layer.GlobalAveragePool g ->
                add(node("Flatten", name, add(node("GlobalAveragePool", name + ".mean", input))));
            case Layer.Flatten f -> add(node("Flatten", name, input));
            case Layer.Linear l -> {
                OnnxMl.NodeProto.Builder node =
                        node("Gemm", name, input, tensor(name + ".weight")).addAttribute(integer("transB", 1));
                if (l.bias()) {
                    node.addInput(tensor(name + ".bias"));
                }
                yield add(node);
            }
            case Layer.Residual r -> {
                String body = layers(name + ".body.", input, r.body());
                String shortcut = layers(name + ".shortcut.", input, r.shortcut());
                yield add(node("Add", name, body, shortcut));
            }
            case Layer.UnitLength u ->
                add(node("LpNormalization", name, input)
                        .addAttribute(integer("axis", 1))
                        .addAttribute(integer("p", 2)));
        };
    }

    private String add(OnnxMl.NodeProto.Builder node) {
        graph.addNode(node);
        return node.getOutput(0);
    }

    private static OnnxMl.NodeProto.Builder node(String operator, String name, String... inputs) {
        return OnnxMl.NodeProto.newBuilder()
                .setOpType(operator)
                .setName(name)
                .addAllInput(Arrays.asList(inputs))
                .addOutput(name + ":out");
    }

    private String tensor(String parameter) {
        for (Parameter p : weights.parameters()) {
            if (p.name().equals(parameter)) {
                OnnxMl.TensorProto.Builder tensor = OnnxMl.TensorProto.newBuilder()
                        .setName(parameter)
                        .setDataType(OnnxMl.TensorProto.DataType.FLOAT.getNumber())
                        .setRawData(ByteString.copyFrom(littleEndian(weights.values(parameter))));
                p.shape().forEach(tensor::addDims);
                graph.addInitializer(tensor);
                return parameter;
            }
        }
        throw new IllegalArgumentException("no parameter " + parameter);
    }

    private static byte[] littleEndian(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private static OnnxMl.AttributeProto integer(String name, long value) {
        return OnnxMl.AttributeProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    private static OnnxMl.AttributeProto integers(String name, long... values) {
        OnnxMl.AttributeProto.Builder attribute =
                OnnxMl.AttributeProto.newBuilder().setName(name).setType(OnnxMl.AttributeProto.AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    private static OnnxMl.AttributeProto real(String name, float value) {
        return OnnxMl.AttributeProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.AttributeProto.AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    private static OnnxMl.ValueInfoProto value(String name, String batch, int... dimensions) {
        OnnxMl.TensorShapeProto.Builder shape = OnnxMl.TensorShapeProto.newBuilder()
                .addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam(batch));
        for (int dimension : dimensions) {
            shape.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimValue(dimension));
        }
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(OnnxMl.TensorProto.DataType.FLOAT.getNumber())
                                .setShape(shape)))
                .build();
    }
}
