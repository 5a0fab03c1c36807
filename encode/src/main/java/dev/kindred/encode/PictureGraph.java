package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import dev.kindred.core.Refusal;
import dev.kindred.media.PictureShape;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A network of strangers as an encoder of pictures: input {@code input} {@code [n, c, h, w]}, one output {@code embedding}
 * {@code [n, d]}.
 */
record PictureGraph(OnnxMl.ModelProto model, int dimension) {

    /**
     * @param given checked by {@link ModelGuard}
     * @param output the output or inner tensor to take; null for the only one that fits
     * @param unitLength whether embeddings are divided by their length
     * @param where the file, for errors
     */
    static PictureGraph of(
            OnnxMl.ModelProto given, PictureShape shape, @Nullable String output, boolean unitLength, String where) {
        ForeignGraph foreign = ForeignGraph.of(given, where);
        input(foreign, shape);
        Trial.Port chosen = choose(foreign, output);
        Graft graft = new Graft(foreign.graph, "pooling");
        String tensor = chosen.type() == OnnxMl.TensorProto.DataType.FLOAT
                ? chosen.name()
                : graft.add("Cast", List.of(chosen.name()), Graft.cast(OnnxMl.TensorProto.DataType.FLOAT));
        if (chosen.shape().length == 4) {
            tensor = graft.add("Flatten", List.of(tensor));
        }
        byte[] whole = foreign.finish(graft, tensor, unitLength);
        try (Trial trial = Trial.of(whole, where)) {
            // Two, since some graphs are made for one.
            FloatBuffer blank = FloatBuffer.allocate(2 * shape.size());
            int dimension = trial.pictures(blank, 2, shape.channels(), shape.height(), shape.width())[0].length;
            foreign.withDimension(dimension);
            return new PictureGraph(foreign.model.build(), dimension);
        }
    }

    private static void input(ForeignGraph foreign, PictureShape shape) {
        OnnxMl.GraphProto.Builder graph = foreign.graph;
        if (graph.getInputCount() != 1) {
            throw new Refusal(
                    "takes "
                            + graph.getInputList().stream()
                                    .map(input -> "'" + input.getName() + "'")
                                    .collect(Collectors.joining(" and "))
                            + ", an encoder of pictures takes one input",
                    foreign.where,
                    "export the part that takes pictures alone, or give a text encoder's folder without --size");
        }
        OnnxMl.ValueInfoProto input = graph.getInput(0);
        OnnxMl.TypeProto.Tensor type = input.getType().getTensorType();
        List<Long> stated = type.getShape().getDimList().stream()
                .map(d -> d.hasDimValue() ? d.getDimValue() : -1L)
                .toList();
        long[] wanted = {-1, shape.channels(), shape.height(), shape.width()};
        boolean fits = stated.isEmpty() || stated.size() == wanted.length;
        for (int i = 1; fits && i < stated.size(); i++) {
            fits = stated.get(i) <= 0 || stated.get(i) == wanted[i];
        }
        boolean halves = type.getElemType() == OnnxMl.TensorProto.DataType.FLOAT16.getNumber();
        boolean floats = halves || type.getElemType() == OnnxMl.TensorProto.DataType.FLOAT.getNumber();
        if (!fits || !floats) {
            String sizes = stated.stream().map(d -> d <= 0 ? "n" : d.toString()).collect(Collectors.joining(", "));
            throw new Refusal(
                    "takes '" + input.getName() + "' [" + sizes + "]"
                            + (floats ? "" : " of " + OnnxMl.TensorProto.DataType.forNumber(type.getElemType()))
                            + ", not floats [n, " + shape.channels() + ", " + shape.height() + ", " + shape.width()
                            + "]",
                    foreign.where,
                    "state its size by --size, or export it with channels before height and width");
        }
        if (!input.getName().equals(OnnxGraph.INPUT)) {
            Graft.free(graph, OnnxGraph.INPUT);
            Graft.rename(graph, input.getName(), OnnxGraph.INPUT);
        }
        graph.clearInput().addInput(Graft.value(OnnxGraph.INPUT, OnnxMl.TensorProto.DataType.FLOAT, wanted));
        if (halves) {
            OnnxMl.NodeProto cast = new Graft(graph, "inputs")
                    .node("", "Cast", List.of(OnnxGraph.INPUT), Graft.cast(OnnxMl.TensorProto.DataType.FLOAT16));
            Graft.rename(graph, OnnxGraph.INPUT, cast.getOutput(0));
            graph.addNode(0, cast);
        }
    }

    private static Trial.Port choose(ForeignGraph foreign, @Nullable String output) {
        List<Trial.Port> outputs = foreign.outputs(output);
        List<Trial.Port> fitting =
                outputs.stream().filter(o -> o.isReal() && isOneRow(o)).toList();
        return switch (fitting.size()) {
            case 0 -> throw foreign.noOutput(outputs, "embedding [n, d]");
            case 1 -> fitting.getFirst();
            default -> throw foreign.ambiguous(fitting);
        };
    }

    /** {@code [n, d]}, or the same with a height and width of 1. */
    private static boolean isOneRow(Trial.Port port) {
        long[] shape = port.shape();
        return shape.length == 2 || (shape.length == 4 && shape[2] == 1 && shape[3] == 1);
    }

    byte[] bytes() {
        return Graft.bytes(model);
    }
}
