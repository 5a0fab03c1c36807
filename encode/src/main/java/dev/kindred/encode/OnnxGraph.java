package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes an architecture and its weights as an ONNX model (opset 17, IR 8): input {@code input} of {@code [n, c, h, w]} float32, output
 * {@code embedding} of {@code [n, d]}. The same values give the same bytes.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/docs/Operators.md">ONNX operators</a>
 */
final class OnnxGraph {
    static final String INPUT = "input";
    static final String OUTPUT = "embedding";
    /** What the frozen encoder below a head gives. */
    static final String BASE = "base";

    private static final int OPSET = 17;
    private static final int IR_VERSION = 8;
    /** Of the head's nodes and tensors in a graph that has others. */
    private static final String HEAD = "head/";
    /** Since here every operator of a head means what it means now. */
    private static final long OLDEST_OPSET = 11;

    private static final int MOST_DIMENSIONS = 1 << 16;
    private static final Set<String> EIGHT_BIT = Set.of(
            "MatMulInteger",
            "ConvInteger",
            "QLinearMatMul",
            "QLinearConv",
            "QGemm",
            "MatMulNBits",
            "DynamicQuantizeMatMul",
            "MatMulIntegerToFloat",
            "DynamicQuantizeLinear",
            "DequantizeLinear");

    private final OnnxMl.GraphProto.Builder graph;
    private final Weights weights;
    /** Before the name of every node and tensor. */
    private final String within;

    private OnnxGraph(OnnxMl.GraphProto.Builder graph, Weights weights, String within) {
        this.graph = graph;
        this.weights = weights;
        this.within = within;
    }

    static byte[] write(Architecture architecture, Weights weights) {
        return new OnnxGraph(OnnxMl.GraphProto.newBuilder(), weights, "").model(architecture);
    }

    /**
     * One graph of a frozen encoder and a head on it: what the encoder gave becomes the tensor {@code base}, what the head makes of that
     * the output {@code embedding}. All else of the encoder's graph stays as it is, so the same values give the same bytes.
     *
     * @param base a model whose one output is {@code embedding} {@code [n, d]}
     * @param head takes {@code d} channels, height and width 1
     * @throws Refusal where the base has another output, or an operator set too old to stand beside a head's
     */
    static byte[] append(byte[] base, Architecture head, Weights weights) {
        OnnxMl.ModelProto.Builder model = parsed(base);
        OnnxMl.GraphProto.Builder graph = model.getGraphBuilder();
        if (graph.getOutputCount() != 1 || !graph.getOutput(0).getName().equals(OUTPUT)) {
            throw new Refusal("a frozen encoder gives one output, '" + OUTPUT + "'", "model.onnx", "import it anew");
        }
        // A head on a head: the lower one's base makes room.
        String below = BASE;
        while (Graft.names(graph).contains(below)) {
            below += "/" + BASE;
        }
        if (!below.equals(BASE)) {
            Graft.rename(graph, BASE, below);
        }
        String within = HEAD;
        while (starts(graph, within)) {
            within = HEAD + within;
        }
        Graft.rename(graph, OUTPUT, BASE);
        graph.addValueInfo(value(BASE, head.input().size()));
        OnnxGraph written = new OnnxGraph(graph, weights, within);
        written.layers("", BASE, head.layers());
        graph.getNodeBuilder(graph.getNodeCount() - 1).setOutput(0, OUTPUT);
        graph.setOutput(0, value(OUTPUT, head.dimension()));
        return Graft.bytes(model.build());
    }

    /**
     * The frozen encoder below the head of such a graph, and how many values it gives; empty where the graph has no head.
     *
     * @param model as {@link #append} made it
     */
    static Optional<Base> base(byte[] model) {
        OnnxMl.ModelProto.Builder cut = parsed(model);
        OnnxMl.GraphProto.Builder graph = cut.getGraphBuilder();
        Optional<OnnxMl.ValueInfoProto> told = graph.getValueInfoList().stream()
                .filter(info -> info.getName().equals(BASE))
                .findFirst();
        if (told.isEmpty()) {
            return Optional.empty();
        }
        List<OnnxMl.TensorShapeProto.Dimension> shape =
                told.get().getType().getTensorType().getShape().getDimList();
        int dimension = shape.size() == 2 ? (int) Math.clamp(shape.get(1).getDimValue(), 0, MOST_DIMENSIONS) : 0;
        if (dimension < 1) {
            return Optional.empty();
        }
        graph.removeValueInfo(graph.getValueInfoList().indexOf(told.get()));
        Graft.rename(graph, OUTPUT, OUTPUT + "/" + HEAD);
        Graft.rename(graph, BASE, OUTPUT);
        graph.setOutput(0, told.get().toBuilder().setName(OUTPUT));
        return Optional.of(new Base(Graft.bytes(cut.build()), dimension));
    }

    /** A frozen encoder that a head stood on. */
    record Base(byte[] model, int dimension) {}

    /** Whether it computes in 8 bits, which other processors round otherwise. */
    static boolean isInt8(byte[] model) {
        return parsed(model).getGraph().getNodeList().stream().anyMatch(node -> EIGHT_BIT.contains(node.getOpType()));
    }

    /** Its weights stay where they are: a large model is not held twice. */
    static OnnxMl.ModelProto parse(byte[] model) throws InvalidProtocolBufferException {
        CodedInputStream in = UnsafeByteOperations.unsafeWrap(model).newCodedInput();
        in.enableAliasing(true);
        try {
            OnnxMl.ModelProto parsed = OnnxMl.ModelProto.parseFrom(in);
            in.checkLastTagWas(0);
            return parsed;
        } catch (InvalidProtocolBufferException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static OnnxMl.ModelProto.Builder parsed(byte[] base) {
        OnnxMl.ModelProto.Builder model;
        try {
            model = parse(base).toBuilder();
        } catch (InvalidProtocolBufferException e) {
            throw new Refusal("is no ONNX model", "model.onnx", "import it anew", e);
        }
        for (OnnxMl.OperatorSetIdProto set : model.getOpsetImportList()) {
            if (set.getDomain().isEmpty() && set.getVersion() >= OLDEST_OPSET) {
                return model;
            }
        }
        throw new Refusal(
                "its operators are older than opset " + OLDEST_OPSET,
                "model.onnx",
                "export the model with a newer opset");
    }

    private static boolean starts(OnnxMl.GraphProto.Builder graph, String prefix) {
        return Graft.names(graph).stream().anyMatch(name -> name.startsWith(prefix))
                || graph.getNodeList().stream().anyMatch(node -> node.getName().startsWith(prefix));
    }

    private byte[] model(Architecture architecture) {
        String last = layers("", INPUT, architecture.layers());
        graph.getNodeBuilder(graph.getNodeCount() - 1).setOutput(0, OUTPUT);
        if (last.equals(INPUT)) {
            throw new IllegalArgumentException("an encoder that does nothing");
        }
        Extent in = architecture.input();
        graph.setName(architecture.name())
                .addInput(value(INPUT, in.channels(), in.height(), in.width()))
                .addOutput(value(OUTPUT, architecture.dimension()));
        return model(graph);
    }

    /** The bytes of a graph of our own. */
    static byte[] model(OnnxMl.GraphProto.Builder graph) {
        OnnxMl.ModelProto model = OnnxMl.ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("kindred")
                .addOpsetImport(
                        OnnxMl.OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
                .setGraph(graph)
                .build();
        return Graft.bytes(model);
    }

    /**
     * Layers in a graph that is being made.
     *
     * @param within before every name of theirs
     * @param input the tensor they begin from
     * @return the name of what they give
     */
    static String layers(
            OnnxMl.GraphProto.Builder graph, String within, String input, Architecture architecture, Weights weights) {
        return new OnnxGraph(graph, weights, within).layers("", input, architecture.layers());
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
                        node("Gemm", name, input, tensor(name + ".weight")).addAttribute(Graft.integer("transB", 1));
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
                        .addAttribute(Graft.integer("axis", 1))
                        .addAttribute(Graft.integer("p", 2)));
        };
    }

    private String add(OnnxMl.NodeProto.Builder node) {
        graph.addNode(node);
        return node.getOutput(0);
    }

    private OnnxMl.NodeProto.Builder node(String operator, String name, String... inputs) {
        return OnnxMl.NodeProto.newBuilder()
                .setOpType(operator)
                .setName(within + name)
                .addAllInput(Arrays.asList(inputs))
                .addOutput(within + name + ":out");
    }

    private String tensor(String parameter) {
        for (Parameter p : weights.parameters()) {
            if (p.name().equals(parameter)) {
                OnnxMl.TensorProto.Builder tensor = OnnxMl.TensorProto.newBuilder()
                        .setName(within + parameter)
                        .setDataType(OnnxMl.TensorProto.DataType.FLOAT.getNumber())
                        .setRawData(ByteString.copyFrom(littleEndian(weights.values(parameter))));
                p.shape().forEach(tensor::addDims);
                graph.addInitializer(tensor);
                return within + parameter;
            }
        }
        throw new IllegalArgumentException("no parameter " + parameter);
    }

    private static byte[] littleEndian(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
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

    private static OnnxMl.ValueInfoProto value(String name, int... dimensions) {
        long[] all = new long[dimensions.length + 1];
        all[0] = -1;
        for (int i = 0; i < dimensions.length; i++) {
            all[i + 1] = dimensions[i];
        }
        return Graft.value(name, OnnxMl.TensorProto.DataType.FLOAT, all);
    }
}
