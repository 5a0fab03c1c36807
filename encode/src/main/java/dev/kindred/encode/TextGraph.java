package dev.kindred.encode;

import ai.onnx.proto.OnnxMl;
import dev.kindred.core.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A transformer of strangers as an encoder of texts: inputs {@code input_ids}, {@code attention_mask} and perhaps
 * {@code token_type_ids}, int64 {@code [n, t]}, one output {@code embedding} {@code [n, d]}.
 *
 * @param pooledHere whether the pooling was added to it; false where it gave one vector a text already
 * @param rows of its table of token embeddings; empty where there is no such table to be seen
 */
record TextGraph(OnnxMl.ModelProto model, int dimension, boolean pooledHere, Optional<Long> rows) {
    static final String IDS = TextEncoder.IDS;
    static final String MASK = TextEncoder.MASK;
    static final String TYPES = TextEncoder.TYPES;

    /** What exporters call them. */
    private static final Map<String, String> ALIASES = Map.of(
            "input_ids:0", IDS,
            "attention_mask:0", MASK,
            "input_mask", MASK,
            "token_type_ids:0", TYPES,
            "segment_ids", TYPES);

    /** Already one embedding a text, by the name that sentence-transformers and Optimum give it. */
    private static final String POOLED = "sentence_embedding";

    /**
     * @param given checked by {@link ModelGuard}
     * @param output the output or inner tensor to take; null for the only one that fits
     * @param pooling of its token output; null where nothing states it
     * @param unitLength whether embeddings are divided by their length
     * @param where the file, for errors
     */
    static TextGraph of(
            OnnxMl.ModelProto given,
            @Nullable String output,
            @Nullable Pooling pooling,
            boolean unitLength,
            String where) {
        ForeignGraph foreign = ForeignGraph.of(given, where);
        canonicalInputs(foreign);
        Trial.Port chosen = choose(foreign, output, pooling);
        Graft graft = new Graft(foreign.graph, "pooling");
        String tensor = chosen.type() == OnnxMl.TensorProto.DataType.FLOAT
                ? chosen.name()
                : graft.add("Cast", List.of(chosen.name()), Graft.cast(OnnxMl.TensorProto.DataType.FLOAT));
        if (chosen.shape().length == 3) {
            if (pooling == null) {
                throw new Refusal(
                        "gives " + chosen.told() + ", one vector a token, and nothing says how they become one",
                        where,
                        "state it by --pooling mean, cls or last, as the model was taught");
            }
            tensor = pooling.add(graft, tensor, MASK);
        }
        byte[] whole = foreign.finish(graft, tensor, unitLength);
        try (Trial trial = Trial.of(whole, where)) {
            int dimension = trial.texts(new long[2][3], 3, 2)[0].length;
            foreign.withDimension(dimension);
            return new TextGraph(foreign.model.build(), dimension, chosen.shape().length == 3, rows(foreign.graph));
        }
    }

    /** Their names and type; the attention mask is there even where only pooling asks for it. */
    private static void canonicalInputs(ForeignGraph foreign) {
        OnnxMl.GraphProto.Builder graph = foreign.graph;
        Map<String, Integer> types = new TreeMap<>();
        List<String> unknown = new ArrayList<>();
        for (OnnxMl.ValueInfoProto input : graph.getInputList()) {
            String name = ALIASES.getOrDefault(input.getName(), input.getName());
            if (!List.of(IDS, MASK, TYPES).contains(name) || types.containsKey(name)) {
                unknown.add(input.getName());
                continue;
            }
            if (!name.equals(input.getName())) {
                Graft.free(graph, name);
                Graft.rename(graph, input.getName(), name);
            }
            types.put(name, input.getType().getTensorType().getElemType());
        }
        if (!unknown.isEmpty() || !types.containsKey(IDS)) {
            String all = graph.getInputList().stream()
                    .map(OnnxMl.ValueInfoProto::getName)
                    .collect(Collectors.joining(", "));
            throw new Refusal(
                    unknown.isEmpty() ? "takes " + all + ", no " + IDS : "takes an input " + String.join(", ", unknown),
                    foreign.where,
                    "an encoder of texts takes " + IDS + ", " + MASK + " and perhaps " + TYPES
                            + "; export the model so, or import pictures with --size");
        }
        types.putIfAbsent(MASK, OnnxMl.TensorProto.DataType.INT64.getNumber());
        graph.clearInput();
        Graft graft = new Graft(graph, "inputs");
        for (String name : List.of(IDS, MASK, TYPES)) {
            Integer type = types.get(name);
            if (type == null) {
                continue;
            }
            graph.addInput(Graft.value(name, OnnxMl.TensorProto.DataType.INT64, -1, -1));
            if (type != OnnxMl.TensorProto.DataType.INT64.getNumber()) {
                OnnxMl.AttributeProto to = Graft.integer("to", type);
                OnnxMl.NodeProto cast = graft.node("", "Cast", List.of(name), to);
                Graft.rename(graph, name, cast.getOutput(0));
                graph.addNode(0, cast);
            }
        }
    }

    private static Trial.Port choose(ForeignGraph foreign, @Nullable String output, @Nullable Pooling pooling) {
        List<Trial.Port> outputs = foreign.outputs(output);
        List<Trial.Port> fitting = outputs.stream()
                .filter(o -> o.isReal() && (o.shape().length == 2 || o.shape().length == 3))
                .toList();
        List<Trial.Port> tokens =
                fitting.stream().filter(o -> o.shape().length == 3).toList();
        List<Trial.Port> pooled =
                fitting.stream().filter(o -> o.shape().length == 2).toList();
        if (output != null) {
            if (fitting.isEmpty()) {
                throw foreign.noOutput(outputs, "embedding [n, d] and no vectors of tokens [n, t, d]");
            }
            return fitting.getFirst();
        }
        for (Trial.Port port : pooled) {
            if (port.name().equals(POOLED)) {
                return port;
            }
        }
        // Where pooling is stated, it is of the tokens; an output beside them is of another use, such as BERT's pooler.
        List<Trial.Port> candidates = pooling != null && !tokens.isEmpty() ? tokens : fitting;
        return switch (candidates.size()) {
            case 0 -> throw foreign.noOutput(outputs, "embedding [n, d] and no vectors of tokens [n, t, d]");
            case 1 -> candidates.getFirst();
            default -> throw foreign.ambiguous(candidates);
        };
    }

    /** How many tokens its table knows: the rows of the constant that input_ids choose from. */
    private static Optional<Long> rows(OnnxMl.GraphProto.Builder graph) {
        List<String> ids = new ArrayList<>(List.of(IDS));
        for (OnnxMl.NodeProto node : graph.getNodeList()) {
            if (node.getInputCount() > 0
                    && ids.contains(node.getInput(0))
                    && node.getOpType().equals("Cast")) {
                ids.add(node.getOutput(0));
            }
            if (node.getOpType().equals("Gather") && ids.contains(node.getInput(1))) {
                for (OnnxMl.TensorProto tensor : graph.getInitializerList()) {
                    if (tensor.getName().equals(node.getInput(0)) && tensor.getDimsCount() == 2) {
                        return Optional.of(tensor.getDims(0));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Refuses a tokenizer that gives tokens which the model does not know.
     *
     * @param largest token of the tokenizer
     * @param tokenizer its file, for errors
     */
    void requireTokens(long largest, String tokenizer, String where) {
        if (rows.isPresent()) {
            if (largest >= rows.get()) {
                throw new Refusal(
                        "knows tokens up to " + largest + ", the model's embeddings only up to " + (rows.get() - 1),
                        tokenizer,
                        "give the tokenizer.json that belongs to the model");
            }
            return;
        }
        try (Trial trial = Trial.of(Graft.bytes(model), where)) {
            trial.texts(new long[][] {{largest}}, 1);
        } catch (Refusal e) {
            throw new Refusal(
                    "knows tokens up to " + largest + ", which the model does not take",
                    tokenizer,
                    "give the tokenizer.json that belongs to the model",
                    e);
        }
    }

    /** Refuses more tokens a text than the model has places for. */
    void requireLength(int maxTokens, String where) {
        try (Trial trial = Trial.of(Graft.bytes(model), where)) {
            trial.texts(new long[1][maxTokens], maxTokens);
        } catch (Refusal e) {
            throw new Refusal(
                    "does not read texts of " + maxTokens + " tokens",
                    where,
                    "state how many it reads by --max-tokens",
                    e);
        }
    }

    byte[] bytes() {
        return Graft.bytes(model);
    }
}
