package dev.kindred.serve.wire;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Nearest;
import dev.kindred.encode.GraphInput;
import dev.kindred.encode.GraphTensors;
import dev.kindred.serve.Call;
import dev.kindred.serve.Encoding.Side;
import dev.kindred.serve.Hosted;
import dev.kindred.serve.Problem;
import dev.kindred.serve.Served;
import dev.kindred.serve.StrictJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The Open Inference Protocol's one act, whichever way it comes (github.com/kserve/open-inference-protocol): from {@code text [n]}, from
 * {@code image [n]}, or from the tensors of the encoder's own graph to {@code embedding [n, d]}.
 */
final class Inference {
    static final String OUTPUT = "embedding";
    static final String PLATFORM = "kindred";
    /** Of a request, to say that what is embedded is looked for: {@code query} or {@code document}. */
    static final String ROLE = "role";

    private static final int MOST_INPUTS = 8;

    /** A tensor as a model's metadata names it. @param shape -1 where any size will do */
    record Described(String name, String datatype, List<Long> shape) {}

    private Inference() {}

    /** What a collection takes: its raw inputs, then ready tensors. */
    static List<Described> inputs(Hosted hosted) {
        List<Described> inputs = new ArrayList<>();
        inputs.add(new Described(hosted.served().takes().field(), Tensor.BYTES, List.of(-1L)));
        for (GraphInput input : hosted.encoding().graph(Side.DOCUMENT)) {
            inputs.add(new Described(input.name(), datatype(input), input.shape()));
        }
        return inputs;
    }

    static Described output(Served served) {
        return new Described(
                OUTPUT, Tensor.FP32, List.of(-1L, (long) served.space().dimension()));
    }

    private static String datatype(GraphInput input) {
        return switch (input.type()) {
            case FLOAT -> Tensor.FP32;
            case LONG -> Tensor.INT64;
        };
    }

    static Side side(String role) {
        return switch (role) {
            case "", "document" -> Side.DOCUMENT;
            case "query" -> Side.QUERY;
            default ->
                throw Problem.badRequest("there is no role '" + Names.cut(role) + "'", ROLE, "say query or document");
        };
    }

    /** Refuses outputs that are not there. */
    static void requireOutput(String name) {
        if (!name.equals(OUTPUT)) {
            throw Problem.badRequest("there is no output '" + Names.cut(name) + "'", "outputs", "ask for " + OUTPUT);
        }
    }

    /** One row a sample. */
    static Embeddings infer(Call call, Hosted hosted, List<Tensor> inputs, Side side) {
        if (inputs.isEmpty() || inputs.size() > MOST_INPUTS) {
            throw Problem.badRequest(
                    inputs.isEmpty() ? "no input is given" : "more than " + MOST_INPUTS + " inputs",
                    "inputs",
                    "give " + named(inputs(hosted)));
        }
        Map<String, Tensor> byName = new LinkedHashMap<>();
        for (Tensor tensor : inputs) {
            if (byName.put(tensor.name(), tensor) != null) {
                throw Tensor.bad(tensor.name(), "this input is given twice", "");
            }
        }
        Tensor first = inputs.getFirst();
        if (inputs.size() == 1 && first.name().equals(Served.Takes.TEXTS.field())) {
            return hosted.encoding().texts(call, texts(first), side, first.name());
        }
        if (inputs.size() == 1 && first.name().equals(Served.Takes.PICTURES.field())) {
            requireList(first);
            return hosted.encoding().pictures(call, first.elements(), side, first.name());
        }
        return hosted.encoding().tensors(call, tensors(hosted, byName, side), side, first.name());
    }

    private static List<String> texts(Tensor tensor) {
        requireList(tensor);
        List<String> texts = new ArrayList<>();
        for (byte[] element : tensor.elements()) {
            texts.add(StrictJson.text(element, tensor.name()));
        }
        return texts;
    }

    /** One sample an element: {@code [n]}, or {@code [n, 1]} as clients of batching servers send it. */
    private static void requireList(Tensor tensor) {
        List<Long> shape = tensor.shape();
        if (shape.size() > 2 || (shape.size() == 2 && shape.get(1) != 1)) {
            throw Tensor.bad(tensor.name(), "a shape of " + shape, "give [n]");
        }
    }

    private static GraphTensors tensors(Hosted hosted, Map<String, Tensor> given, Side side) {
        List<GraphInput> wanted = hosted.encoding().graph(side);
        List<String> names = wanted.stream().map(GraphInput::name).toList();
        for (String name : given.keySet()) {
            if (!names.contains(name)) {
                List<Described> all = inputs(hosted);
                throw Tensor.bad(
                        name,
                        "there is no such input, or not together with others",
                        Nearest.advice(
                                Names.cut(name),
                                all.stream().map(Described::name).toList(),
                                "those here: " + named(all)));
            }
        }
        for (GraphInput input : wanted) {
            Tensor tensor = given.get(input.name());
            if (tensor == null) {
                throw Tensor.bad(input.name(), "this input is missing", "the graph takes " + String.join(", ", names));
            }
            requireShape(tensor, input);
        }
        return switch (wanted.getFirst().type()) {
            case FLOAT -> {
                Tensor values = given.values().iterator().next();
                yield new GraphTensors.Values(samples(values), values.floats());
            }
            case LONG -> tokens(given.get(names.get(0)), given.get(names.get(1)));
        };
    }

    private static GraphTensors.Tokens tokens(Tensor ids, Tensor mask) {
        if (!ids.shape().equals(mask.shape())) {
            throw Tensor.bad(
                    mask.name(), "a shape of " + mask.shape() + " where " + ids.name() + " has " + ids.shape(), "");
        }
        long[] idValues = ids.longs();
        return new GraphTensors.Tokens(samples(ids), ids.shape().get(1).intValue(), idValues, mask.longs());
    }

    private static int samples(Tensor tensor) {
        // A shape of no values may claim any number of samples.
        return tensor.size() == 0 ? 0 : tensor.shape().getFirst().intValue();
    }

    private static void requireShape(Tensor tensor, GraphInput input) {
        boolean fits = tensor.shape().size() == input.shape().size();
        for (int i = 0; fits && i < input.shape().size(); i++) {
            fits = input.shape().get(i) == -1
                    || input.shape().get(i).equals(tensor.shape().get(i));
        }
        if (!fits) {
            throw Tensor.bad(tensor.name(), "a shape of " + tensor.shape(), "the graph takes " + input.shape());
        }
    }

    private static String named(List<Described> inputs) {
        return String.join(", ", inputs.stream().map(Described::name).toList());
    }
}
