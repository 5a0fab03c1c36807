package dev.kindred.serve.wire;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import dev.kindred.serve.Fields;
import dev.kindred.serve.Problem;
import dev.kindred.serve.StrictJson;
import dev.kindred.serve.batch.Encoding;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An inference request as REST has it: JSON, its tensors' values within, or after it as bytes where {@code Inference-Header-Content-Length}
 * says where the JSON ends (the binary tensor data extension).
 *
 * @param id the client's own, given back; empty where there is none
 * @param binary whether the reply's values are wanted as bytes
 */
record InferenceJson(String id, Encoding.Role side, List<Tensor> inputs, boolean binary) {
    static final String HEADER_LENGTH = "inference-header-content-length";

    private static final String BINARY_SIZE = "binary_data_size";

    static InferenceJson read(AggregatedHttpRequest request) {
        Given.requirePlain(request);
        byte[] body = request.content().array();
        int header = headerLength(request.headers().get(HEADER_LENGTH), body.length);
        JsonObject object = StrictJson.objectOfLongLists(Arrays.copyOf(body, header), "body");
        Fields fields = new Fields(object, "").only("id", "parameters", "inputs", "outputs");
        ByteBuffer after = ByteBuffer.wrap(body, header, body.length - header);
        List<Tensor> inputs = new ArrayList<>();
        for (Fields input : objects(fields, "inputs")) {
            inputs.add(tensor(input, after));
        }
        if (after.hasRemaining()) {
            throw Problem.badRequest(
                    after.remaining() + " bytes after the JSON belong to no input",
                    "body",
                    "say which are whose: parameters." + BINARY_SIZE);
        }
        boolean binary = fields.inner("parameters")
                .map(parameters -> parameters.flag("binary_data_output"))
                .orElse(false);
        for (Fields output : objects(fields, "outputs")) {
            Inference.requireOutput(output.text("name").orElse(""));
            Fields parameters =
                    output.inner("parameters").orElse(new Fields(new JsonObject(), output.at("parameters")));
            binary = parameters.has("binary_data") ? parameters.flag("binary_data") : binary;
        }
        String role = fields.inner("parameters")
                .flatMap(parameters -> parameters.text(Inference.ROLE))
                .orElse("");
        return new InferenceJson(fields.text("id").orElse(""), Inference.side(role), inputs, binary);
    }

    private static int headerLength(@Nullable String stated, int length) {
        if (stated == null) {
            return length;
        }
        if (stated.isEmpty() || stated.length() > 10 || !stated.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw Problem.badRequest("a number of bytes is wanted", "Inference-Header-Content-Length", "");
        }
        long header = Long.parseLong(stated);
        if (header > length) {
            throw Problem.badRequest(
                    header + " bytes of JSON in a body of " + length, "Inference-Header-Content-Length", "");
        }
        return (int) header;
    }

    private static List<Fields> objects(Fields fields, String name) {
        if (!fields.has(name)) {
            return List.of();
        }
        if (!(fields.object().get(name) instanceof JsonArray array)) {
            throw Problem.badRequest("a list is wanted", name, "");
        }
        List<Fields> objects = new ArrayList<>();
        for (JsonElement element : array) {
            String where = name + "[" + objects.size() + "]";
            if (!(element instanceof JsonObject object)) {
                throw Problem.badRequest("an object is wanted", where, "");
            }
            objects.add(new Fields(object, where));
        }
        return objects;
    }

    private static Tensor tensor(Fields input, ByteBuffer after) {
        input.only("name", "shape", "datatype", "parameters", "data");
        String name = input.text("name").orElseThrow(() -> Problem.badRequest("no name", input.at("name"), ""));
        String datatype =
                input.text("datatype").orElseThrow(() -> Problem.badRequest("no datatype", input.at("datatype"), ""));
        List<Long> shape = shape(input);
        boolean binary =
                input.inner("parameters").filter(own -> own.has(BINARY_SIZE)).isPresent();
        if (binary == input.has("data")) {
            throw Problem.badRequest(
                    binary ? "values in the JSON and after it" : "no values",
                    input.at("data"),
                    "give them once: as data, or after the JSON with parameters." + BINARY_SIZE);
        }
        return new Tensor(
                name,
                datatype,
                shape,
                binary ? raw(input.inner("parameters").orElseThrow(), after) : contents(name, datatype, input));
    }

    private static List<Long> shape(Fields input) {
        if (!(input.object().get("shape") instanceof JsonArray array)) {
            throw Problem.badRequest("a list of sizes is wanted", input.at("shape"), "");
        }
        List<Long> shape = new ArrayList<>();
        for (JsonElement element : array) {
            if (!(element instanceof JsonPrimitive size
                    && size.isNumber()
                    && size.getAsNumber() instanceof Long whole)) {
                throw Problem.badRequest("a whole number is wanted", input.at("shape"), "");
            }
            shape.add(whole);
        }
        return shape;
    }

    private static Tensor.Contents raw(Fields parameters, ByteBuffer after) {
        int size = parameters.whole(BINARY_SIZE, 0, Integer.MAX_VALUE, 0);
        if (size > after.remaining()) {
            throw Problem.badRequest(
                    size + " bytes where " + after.remaining() + " are left after the JSON",
                    parameters.at(BINARY_SIZE),
                    "the header Inference-Header-Content-Length says where the JSON ends");
        }
        ByteBuffer own = after.slice(after.position(), size);
        after.position(after.position() + size);
        return new Tensor.Contents.Raw(own);
    }

    private static Tensor.Contents contents(String name, String datatype, Fields input) {
        JsonElement data = input.object().get("data");
        String where = input.at("data");
        if (!(data instanceof JsonArray)) {
            throw Problem.badRequest("a list of values is wanted", where, "");
        }
        int count = leaves(data);
        return switch (datatype) {
            case Tensor.FP32 -> {
                float[] values = new float[count];
                fill(data, 0, (at, value) -> values[at] = number(value, where).floatValue());
                yield new Tensor.Contents.Floats(values);
            }
            case Tensor.INT64 -> {
                long[] values = new long[count];
                fill(data, 0, (at, value) -> values[at] = whole(value, where));
                yield new Tensor.Contents.Longs(values);
            }
            case Tensor.BYTES -> {
                List<byte[]> values = new ArrayList<>(count);
                boolean picture = name.equals("image");
                fill(
                        data,
                        0,
                        (at, value) -> values.add(
                                picture
                                        ? Given.picture(string(value, where), where)
                                        : string(value, where).getBytes(StandardCharsets.UTF_8)));
                yield new Tensor.Contents.Elements(values);
            }
            default ->
                throw Problem.badRequest(
                        "no input is of " + Names.cut(datatype), input.at("datatype"), "BYTES, FP32 or INT64");
        };
    }

    /** What is done with each value of a list, which may be nested as the shape is. */
    @FunctionalInterface
    private interface Sink {
        void put(int at, JsonElement value);
    }

    private static int leaves(JsonElement data) {
        if (!(data instanceof JsonArray array)) {
            return 1;
        }
        int count = 0;
        for (JsonElement element : array) {
            count += leaves(element);
        }
        return count;
    }

    private static int fill(JsonElement data, int from, Sink sink) {
        if (!(data instanceof JsonArray array)) {
            sink.put(from, data);
            return from + 1;
        }
        int at = from;
        for (JsonElement element : array) {
            at = fill(element, at, sink);
        }
        return at;
    }

    private static Number number(JsonElement value, String where) {
        if (value instanceof JsonPrimitive number && number.isNumber()) {
            return number.getAsNumber();
        }
        throw Problem.badRequest("a number is wanted", where, "");
    }

    private static long whole(JsonElement value, String where) {
        if (number(value, where) instanceof Long whole) {
            return whole;
        }
        throw Problem.badRequest("a whole number is wanted", where, "");
    }

    private static String string(JsonElement value, String where) {
        if (value instanceof JsonPrimitive string && string.isString()) {
            return string.getAsString();
        }
        throw Problem.badRequest("a string is wanted", where, "");
    }
}
