package dev.kindred.serve.wire;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Nearest;
import dev.kindred.encode.TensorInput;
import dev.kindred.serve.Call;
import dev.kindred.serve.Hosted;
import dev.kindred.serve.Problem;
import dev.kindred.serve.Served;
import dev.kindred.serve.StrictJson;
import dev.kindred.serve.batch.Encoding;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
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
        Served.Takes takes = hosted.served().takes();
        if (takes == Served.Takes.TEXTS || takes == Served.Takes.PICTURES) {
            inputs.add(new Described(takes.field(), Tensor.BYTES, List.of(-1L)));
        }
        for (TensorInput input : hosted.embedding().inputs(Encoding.Role.DOCUMENT)) {
            inputs.add(new Described(input.name(), datatype(input), longs(input.shape())));
        }
        return inputs;
    }

    static Described output(Served served) {
        return new Described(
                OUTPUT, Tensor.FP32, List.of(-1L, (long) served.space().dimension()));
    }

    private static String datatype(TensorInput input) {
        return switch (input.type()) {
            case FLOAT32 -> Tensor.FP32;
            case INT64 -> Tensor.INT64;
        };
    }

    private static List<Long> longs(List<Integer> sizes) {
        return sizes.stream().map(Integer::longValue).toList();
    }

    static Encoding.Role side(String role) {
        return switch (role) {
            case "", "document" -> Encoding.Role.DOCUMENT;
            case "query" -> Encoding.Role.QUERY;
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
    static Embeddings infer(Call call, Hosted hosted, List<Tensor> inputs, Encoding.Role side) {
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
            return hosted.embedding().texts(call, texts(first), side, first.name());
        }
        if (inputs.size() == 1 && first.name().equals(Served.Takes.PICTURES.field())) {
            requireList(first);
            return hosted.embedding().pictures(call, first.elements(), side, first.name());
        }
        return hosted.embedding().tensors(call, tensors(hosted, byName, side), samples(first), side, first.name());
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

    /** What the graph takes, by name; which of it may be missing, and which values it may have, the encoder knows. */
    private static Map<String, dev.kindred.encode.Tensor> tensors(
            Hosted hosted, Map<String, Tensor> given, Encoding.Role side) {
        Map<String, TensorInput> wanted = new LinkedHashMap<>();
        hosted.embedding().inputs(side).forEach(input -> wanted.put(input.name(), input));
        Map<String, dev.kindred.encode.Tensor> tensors = new LinkedHashMap<>();
        given.forEach((name, tensor) -> {
            TensorInput input = wanted.get(name);
            if (input == null) {
                List<Described> all = inputs(hosted);
                throw Tensor.bad(
                        name,
                        "there is no such input, or not together with others",
                        Nearest.advice(
                                Names.cut(name),
                                all.stream().map(Described::name).toList(),
                                "those here: " + named(all)));
            }
            requireShape(tensor, input);
            tensors.put(name, ready(tensor, input));
        });
        return tensors;
    }

    private static dev.kindred.encode.Tensor ready(Tensor tensor, TensorInput input) {
        if (tensor.size() == 0) {
            throw Tensor.bad(tensor.name(), "nothing to embed", "send a sample at least");
        }
        List<Integer> shape = tensor.shape().stream().map(Math::toIntExact).toList();
        return switch (input.type()) {
            case FLOAT32 -> new dev.kindred.encode.Tensor.Floats(shape, FloatBuffer.wrap(tensor.floats()));
            case INT64 -> new dev.kindred.encode.Tensor.Wholes(shape, LongBuffer.wrap(tensor.longs()));
        };
    }

    private static int samples(Tensor tensor) {
        // A shape of no values may claim any number of samples.
        return tensor.size() == 0 ? 0 : tensor.shape().getFirst().intValue();
    }

    private static void requireShape(Tensor tensor, TensorInput input) {
        List<Long> wanted = longs(input.shape());
        boolean fits = tensor.shape().size() == wanted.size();
        for (int i = 0; fits && i < wanted.size(); i++) {
            fits = wanted.get(i) == TensorInput.ANY
                    || wanted.get(i).equals(tensor.shape().get(i));
        }
        if (!fits) {
            throw Tensor.bad(tensor.name(), "a shape of " + tensor.shape(), "the graph takes " + wanted);
        }
    }

    private static String named(List<Described> inputs) {
        return String.join(", ", inputs.stream().map(Described::name).toList());
    }
}
