package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import dev.kindred.core.Refusal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A stranger's graph while it is made into an encoder's: what no vector depends on is dropped, one output is left. */
final class ForeignGraph {
    /** Since here what is added means what it means now. */
    private static final long OLDEST_OPSET = 11;

    private static final int OLDEST_IR = 8;

    final OnnxMl.ModelProto.Builder model;
    final OnnxMl.GraphProto.Builder graph;
    final String where;

    private ForeignGraph(OnnxMl.ModelProto.Builder model, String where) {
        this.model = model;
        this.graph = model.getGraphBuilder();
        this.where = where;
    }

    /** @param given checked by {@link ModelGuard} */
    static ForeignGraph of(OnnxMl.ModelProto given, String where) {
        if (given.getGraph().getNodeCount() == 0 || given.getGraph().getOutputCount() == 0) {
            throw new Refusal("is no ONNX model: it computes nothing", where, "give a model.onnx");
        }
        requireOpset(given, where);
        OnnxMl.ModelProto.Builder model = given.toBuilder()
                .setIrVersion(Math.max(OLDEST_IR, given.getIrVersion()))
                .setProducerName("kindred")
                .clearProducerVersion()
                .clearDomain()
                .clearModelVersion()
                .clearDocString()
                .clearMetadataProps()
                .clearTrainingInfo();
        OnnxMl.GraphProto.Builder graph =
                model.getGraphBuilder().clearDocString().clearValueInfo().clearQuantizationAnnotation();
        Set<String> constants = new HashSet<>();
        graph.getInitializerList().forEach(tensor -> constants.add(tensor.getName()));
        // Old files list their weights among the inputs.
        List<OnnxMl.ValueInfoProto> inputs = graph.getInputList().stream()
                .filter(input -> !constants.contains(input.getName()))
                .toList();
        graph.clearInput().addAllInput(inputs);
        graph.getNodeBuilderList().forEach(OnnxMl.NodeProto.Builder::clearDocString);
        return new ForeignGraph(model, where);
    }

    private static void requireOpset(OnnxMl.ModelProto given, String where) {
        for (OnnxMl.OperatorSetIdProto set : given.getOpsetImportList()) {
            if (isStandard(set) && set.getVersion() >= OLDEST_OPSET) {
                return;
            }
        }
        throw new Refusal(
                "its operators are older than opset " + OLDEST_OPSET, where, "export the model with a newer opset");
    }

    static boolean isStandard(OnnxMl.OperatorSetIdProto set) {
        return set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx");
    }

    /** What it gives, as the runtime sees it. A tensor within it may be asked for as well. */
    List<Trial.Port> outputs(@Nullable String wanted) {
        if (wanted != null
                && graph.getOutputList().stream().noneMatch(o -> o.getName().equals(wanted))) {
            if (graph.getNodeList().stream()
                    .noneMatch(node -> node.getOutputList().contains(wanted))) {
                throw new Refusal(
                        "has no output '" + wanted + "'; there " + (graph.getOutputCount() == 1 ? "is " : "are ")
                                + graph.getOutputList().stream()
                                        .map(output -> "'" + output.getName() + "'")
                                        .collect(Collectors.joining(", ")),
                        where,
                        "name one of those by --output");
            }
            graph.addOutput(OnnxMl.ValueInfoProto.newBuilder().setName(wanted));
        }
        try (Trial trial = Trial.of(Graft.bytes(model.build()), where)) {
            return trial.outputs().stream()
                    .filter(output -> wanted == null || output.name().equals(wanted))
                    .toList();
        }
    }

    /** The refusal where it cannot be seen which output is meant. */
    Refusal ambiguous(List<Trial.Port> candidates) {
        return new Refusal(
                "gives " + candidates.stream().map(Trial.Port::told).collect(Collectors.joining(" and "))
                        + ", and nothing says which is the embedding",
                where,
                "name one by --output");
    }

    Refusal noOutput(List<Trial.Port> outputs, String wanted) {
        return new Refusal(
                "gives " + outputs.stream().map(Trial.Port::told).collect(Collectors.joining(" and ")) + ", no "
                        + wanted,
                where,
                "export the model with such an output, or name a tensor within it by --output");
    }

    /**
     * Makes a tensor {@code [n, d]} the one output, {@code embedding}.
     *
     * @param unitLength whether it is divided by its length first
     */
    byte[] finish(Graft graft, String tensor, boolean unitLength) {
        String last = unitLength
                ? graft.add("LpNormalization", List.of(tensor), Graft.integer("axis", 1), Graft.integer("p", 2))
                : graft.add("Identity", List.of(tensor));
        if (!last.equals(OnnxGraph.OUTPUT)) {
            Graft.free(graph, OnnxGraph.OUTPUT);
            Graft.rename(graph, last, OnnxGraph.OUTPUT);
        }
        return withOutput(-1);
    }

    private byte[] withOutput(long dimension) {
        graph.clearOutput().addOutput(Graft.value(OnnxGraph.OUTPUT, OnnxMl.TensorProto.DataType.FLOAT, -1, dimension));
        Graft.prune(graph);
        return Graft.bytes(model.build());
    }

    /** States the size of its output, once it is known. */
    byte[] withDimension(int dimension) {
        return withOutput(dimension);
    }
}
