package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Adds nodes and constants to a graph that is there, under names that are free in it. The same additions give the same bytes. */
final class Graft {
    /** The library of ONNX Runtime's own operators. */
    static final String MICROSOFT = "com.microsoft";

    private final OnnxMl.GraphProto.Builder graph;
    private final String within;
    private int count;

    /** @param wish stands before every added name, repeated where the graph has such names already */
    Graft(OnnxMl.GraphProto.Builder graph, String wish) {
        this.graph = graph;
        Set<String> taken = names(graph);
        String free = wish + "/";
        while (anyStarts(taken, free)) {
            free = wish + "/" + free;
        }
        this.within = free;
    }

    private static boolean anyStarts(Set<String> names, String prefix) {
        return names.stream().anyMatch(name -> name.startsWith(prefix));
    }

    /** Of every tensor and node. */
    static Set<String> names(OnnxMl.GraphProto.Builder graph) {
        Set<String> names = new HashSet<>();
        graph.getInputList().forEach(input -> names.add(input.getName()));
        graph.getInitializerList().forEach(initializer -> names.add(initializer.getName()));
        for (OnnxMl.NodeProto node : graph.getNodeList()) {
            names.add(node.getName());
            names.addAll(node.getOutputList());
        }
        return names;
    }

    /** A node of one output at the graph's end. Gives the output's name. */
    String add(String operator, List<String> inputs, OnnxMl.AttributeProto... attributes) {
        OnnxMl.NodeProto node = node("", operator, inputs, attributes);
        graph.addNode(node);
        return node.getOutput(0);
    }

    /** A node that is not in the graph yet, with an output of a free name. */
    OnnxMl.NodeProto node(String domain, String operator, List<String> inputs, OnnxMl.AttributeProto... attributes) {
        String name = within + count++;
        return OnnxMl.NodeProto.newBuilder()
                .setDomain(domain)
                .setOpType(operator)
                .setName(name + "." + operator)
                .addAllInput(inputs)
                .addOutput(name)
                .addAllAttribute(Arrays.asList(attributes))
                .build();
    }

    /** A list of whole numbers, {@code [n]}. */
    String wholes(long... values) {
        return constant(OnnxMl.TensorProto.DataType.INT64, new long[] {values.length}, longs(values));
    }

    /** One whole number without dimensions. */
    String whole(long value) {
        return constant(OnnxMl.TensorProto.DataType.INT64, new long[0], longs(value));
    }

    /** One number without dimensions. */
    String number(float value) {
        return floats(new long[0], value);
    }

    String floats(long[] shape, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return constant(OnnxMl.TensorProto.DataType.FLOAT, shape, bytes.array());
    }

    String constant(OnnxMl.TensorProto.DataType type, long[] shape, byte[] littleEndian) {
        OnnxMl.TensorProto.Builder tensor = OnnxMl.TensorProto.newBuilder()
                .setName(within + count++)
                .setDataType(type.getNumber())
                .setRawData(ByteString.copyFrom(littleEndian));
        for (long dimension : shape) {
            tensor.addDims(dimension);
        }
        graph.addInitializer(tensor);
        return tensor.getName();
    }

    private static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return bytes.array();
    }

    static OnnxMl.AttributeProto integer(String name, long value) {
        return OnnxMl.AttributeProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    /** A node's whole-number attribute, or what the operator means where it is not given. */
    static long integer(OnnxMl.NodeProto node, String name, long otherwise) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals(name))
                .mapToLong(OnnxMl.AttributeProto::getI)
                .findFirst()
                .orElse(otherwise);
    }

    static OnnxMl.AttributeProto cast(OnnxMl.TensorProto.DataType to) {
        return integer("to", to.getNumber());
    }

    /** Every use and making of a tensor goes by another name. */
    static void rename(OnnxMl.GraphProto.Builder graph, String from, String to) {
        for (OnnxMl.NodeProto.Builder node : graph.getNodeBuilderList()) {
            for (int i = 0; i < node.getInputCount(); i++) {
                if (node.getInput(i).equals(from)) {
                    node.setInput(i, to);
                }
            }
            for (int i = 0; i < node.getOutputCount(); i++) {
                if (node.getOutput(i).equals(from)) {
                    node.setOutput(i, to);
                }
            }
        }
        for (OnnxMl.TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
            if (tensor.getName().equals(from)) {
                tensor.setName(to);
            }
        }
        for (OnnxMl.ValueInfoProto.Builder info : graph.getValueInfoBuilderList()) {
            if (info.getName().equals(from)) {
                info.setName(to);
            }
        }
    }

    /** Makes room for a name that is to mean something of ours. */
    static void free(OnnxMl.GraphProto.Builder graph, String name) {
        Set<String> taken = names(graph);
        if (taken.contains(name)) {
            String other = name + "/inner";
            while (taken.contains(other)) {
                other += "/inner";
            }
            rename(graph, name, other);
        }
    }

    /** Drops the nodes and constants that no output needs. */
    static void prune(OnnxMl.GraphProto.Builder graph) {
        Set<String> needed = new HashSet<>();
        graph.getOutputList().forEach(output -> needed.add(output.getName()));
        List<OnnxMl.NodeProto> kept = new ArrayList<>();
        List<OnnxMl.NodeProto> nodes = graph.getNodeList();
        // Nodes stand before those that use them.
        for (int i = nodes.size() - 1; i >= 0; i--) {
            OnnxMl.NodeProto node = nodes.get(i);
            if (node.getOutputList().stream().anyMatch(needed::contains)) {
                needed.addAll(node.getInputList());
                kept.add(node);
            }
        }
        List<OnnxMl.TensorProto> constants = graph.getInitializerList().stream()
                .filter(tensor -> needed.contains(tensor.getName()))
                .toList();
        graph.clearNode().addAllNode(kept.reversed());
        graph.clearInitializer().addAllInitializer(constants);
    }

    /** A float tensor of these dimensions, of any size where negative. */
    static OnnxMl.ValueInfoProto value(String name, OnnxMl.TensorProto.DataType type, long... dimensions) {
        OnnxMl.TensorShapeProto.Builder shape = OnnxMl.TensorShapeProto.newBuilder();
        for (int i = 0; i < dimensions.length; i++) {
            OnnxMl.TensorShapeProto.Dimension.Builder dimension = OnnxMl.TensorShapeProto.Dimension.newBuilder();
            shape.addDim(
                    dimensions[i] < 0
                            ? dimension.setDimParam(i == 0 ? "n" : "t")
                            : dimension.setDimValue(dimensions[i]));
        }
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(shape)))
                .build();
    }

    static byte[] bytes(OnnxMl.ModelProto model) {
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
}
