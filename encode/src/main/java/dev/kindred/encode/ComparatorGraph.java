package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import dev.kindred.core.Refusal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A comparator as an ONNX model: inputs {@code left} and {@code right} of {@code [n, d]} float32, output {@code score} of {@code [n]} in
 * (0, 1). The same values give the same bytes.
 */
final class ComparatorGraph {
    static final String LEFT = "left";
    static final String RIGHT = "right";
    static final String SCORE = "score";

    /** Of a model in bytes; one of ours has less than a tenth of it. */
    static final int LARGEST = 64 << 20;

    private static final String MEND = "teach it anew: ./kindred train DATA --encoder M.kindred --comparator";

    private ComparatorGraph() {}

    /**
     * @param network from the features of a pair to its logit
     */
    static byte[] write(PairFeatures features, Architecture network, Weights weights) {
        OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder().setName("comparator");
        int d = features.dimension();
        graph.addInput(Graft.value(LEFT, OnnxMl.TensorProto.DataType.FLOAT, -1, d));
        graph.addInput(Graft.value(RIGHT, OnnxMl.TensorProto.DataType.FLOAT, -1, d));
        Graft graft = new Graft(graph, "pair");
        String seen = features.onnx(graft, LEFT, RIGHT);
        String logit = OnnxGraph.layers(graph, "network/", seen, network, weights);
        String share = graft.add("Mul", List.of(logit, graft.number(1 / Comparators.LOGIT_LIMIT)));
        String root = graft.add(
                "Sqrt", List.of(graft.add("Add", List.of(graft.add("Mul", List.of(share, share)), graft.number(1)))));
        // Not the operator Sigmoid, which is an approximation with an error of its own where scores are near 0.
        String fallen = graft.add("Exp", List.of(graft.add("Neg", List.of(graft.add("Div", List.of(logit, root))))));
        String score = graft.add("Reciprocal", List.of(graft.add("Add", List.of(fallen, graft.number(1)))));
        graft.add("Reshape", List.of(score, graft.wholes(-1)));
        graph.getNodeBuilder(graph.getNodeCount() - 1).setOutput(0, SCORE);
        graph.addOutput(Graft.value(SCORE, OnnxMl.TensorProto.DataType.FLOAT, -1));
        return OnnxGraph.model(graph);
    }

    /**
     * Looks at a comparator of a stranger before a runtime does.
     *
     * @param dimension of the bundle's space
     * @param where the bundle and entry
     * @throws Refusal where it is too large, takes or gives anything else, or is what {@link ModelGuard} refuses
     */
    static void check(byte[] model, int dimension, String where) {
        if (model.length > LARGEST) {
            throw new Refusal(
                    "is larger than a comparator may be (%d MiB)".formatted(LARGEST >> 20),
                    where,
                    "do not use this file");
        }
        OnnxMl.ModelProto parsed = ModelGuard.parsed(model, where, MEND);
        ModelGuard.check(parsed, where);
        OnnxMl.GraphProto graph = parsed.getGraph();
        Set<String> held = new HashSet<>();
        graph.getInitializerList().forEach(tensor -> held.add(tensor.getName()));
        List<OnnxMl.ValueInfoProto> inputs = graph.getInputList().stream()
                .filter(input -> !held.contains(input.getName()))
                .toList();
        Set<String> names = new HashSet<>();
        inputs.forEach(input -> names.add(input.getName()));
        boolean takes = inputs.size() == 2
                && names.equals(Set.of(LEFT, RIGHT))
                && inputs.stream().allMatch(input -> isFloat(input, 2, dimension));
        if (!takes) {
            throw new Refusal(
                    "takes %s, a comparator of this bundle takes left and right of %d values"
                            .formatted(String.join(", ", names.stream().sorted().toList()), dimension),
                    where,
                    MEND);
        }
        if (graph.getOutputCount() != 1
                || !graph.getOutput(0).getName().equals(SCORE)
                || !isFloat(graph.getOutput(0), 1, 0)) {
            throw new Refusal("does not give one score a pair", where, MEND);
        }
    }

    /** @param values of the last axis; 0 for any number */
    private static boolean isFloat(OnnxMl.ValueInfoProto info, int axes, int values) {
        OnnxMl.TypeProto.Tensor tensor = info.getType().getTensorType();
        List<OnnxMl.TensorShapeProto.Dimension> shape = tensor.getShape().getDimList();
        return tensor.getElemType() == OnnxMl.TensorProto.DataType.FLOAT.getNumber()
                && shape.size() == axes
                && (values == 0 || shape.getLast().getDimValue() == values);
    }
}
