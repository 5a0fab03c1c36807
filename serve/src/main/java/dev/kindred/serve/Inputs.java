package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.core.Embeddings;
import dev.kindred.encode.Encoder;
import dev.kindred.index.Item;
import dev.kindred.index.VectorIndex;
import dev.kindred.serve.batch.Encoding;
import dev.kindred.serve.batch.Lane;
import dev.kindred.serve.batch.Source;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The things a request is about, and their way to a vector: a picture or a text is encoded, an item has one already. */
final class Inputs {
    /** Pictures or texts of one request. */
    static final int MAX_INPUTS = 64;

    /** One thing to compare or search with. */
    sealed interface Input {
        /** A picture's undecoded bytes. */
        record Picture(byte[] bytes, String where) implements Input {}

        /** A text. */
        record Words(String text) implements Input {}

        /** An item of the collection. */
        record Known(Item item) implements Input {}

        /** A ready vector of the collection's space. */
        record Ready(float[] vector) implements Input {}
    }

    private final Served served;
    private final Encoding encoding;

    Inputs(Served served, Encoding encoding) {
        this.served = served;
        this.encoding = encoding;
    }

    /** The one input of a request: {@code image} or {@code text}, {@code id} or {@code vector} at its top. */
    Input single(Body body) {
        return body.files().containsKey("image")
                ? picture(body, "image")
                : of(body.fields())
                        .orElseThrow(() -> Problem.badRequest(
                                "nothing to work on",
                                "body",
                                isOfTexts()
                                        ? "give text, id or vector"
                                        : "give image (base64), id or vector, or send a picture's bytes"));
    }

    /** One of two: the object or the file of this name. */
    Input named(Body body, String name) {
        if (body.files().containsKey(name)) {
            return picture(body, name);
        }
        return body.fields()
                .inner(name)
                .map(inner -> inner.only("image", "text", "id", "vector"))
                .flatMap(this::of)
                .orElseThrow(() -> Problem.badRequest(
                        "nothing to compare",
                        name,
                        "give {" + (isOfTexts() ? "\"text\": …" : "\"image\": base64")
                                + "}, {\"id\": …} or {\"vector\": […]}"));
    }

    /** All pictures or texts of a request to embed. */
    List<Input> several(Body body) {
        List<Input> inputs = new ArrayList<>();
        for (Map.Entry<String, List<byte[]>> part : body.files().entrySet()) {
            for (byte[] file : part.getValue()) {
                inputs.add(picture(file, part.getKey() + "[" + inputs.size() + "]"));
            }
        }
        for (JsonElement image : list(body.fields(), "images")) {
            inputs.add(base64(image, "images[" + inputs.size() + "]"));
        }
        for (JsonElement text : list(body.fields(), "texts")) {
            inputs.add(words(text, "texts[" + inputs.size() + "]"));
        }
        of(body.fields()).ifPresent(inputs::add);
        if (inputs.isEmpty() || inputs.size() > MAX_INPUTS) {
            throw Problem.badRequest(
                    inputs.isEmpty()
                            ? "nothing to embed"
                            : inputs.size() + " " + served.takes().words() + " at once",
                    "body",
                    isOfTexts()
                            ? "give text, or texts (1 to " + MAX_INPUTS + " of them)"
                            : "give image (base64), images (1 to " + MAX_INPUTS + "), or send a picture's bytes");
        }
        return inputs;
    }

    private static JsonArray list(Fields fields, String name) {
        if (!fields.has(name)) {
            return new JsonArray();
        }
        if (fields.object().get(name) instanceof JsonArray list) {
            return list;
        }
        throw Problem.badRequest(
                "a list is wanted", fields.at(name), "one alone is " + name.substring(0, name.length() - 1));
    }

    private boolean isOfTexts() {
        return served.takes() == Served.Takes.TEXTS;
    }

    /** Refuses what the collection's encoders do not take. */
    private void requireTaken(Served.Takes given, String where) {
        if (!served.takes().take(given)) {
            throw Problem.badRequest(
                    "this collection takes " + served.takes().words() + ", not " + given.words(),
                    where,
                    "give "
                            + (served.takes() == Served.Takes.VECTORS
                                    ? ""
                                    : served.takes().field() + ", ")
                            + "id or vector");
        }
    }

    private Input picture(Body body, String name) {
        List<byte[]> files = body.files().getOrDefault(name, List.of());
        if (files.size() != 1) {
            throw Problem.badRequest("several pictures where one is wanted", name, "");
        }
        return picture(files.getFirst(), name);
    }

    private Input picture(byte[] bytes, String where) {
        requireTaken(Served.Takes.PICTURES, where);
        return new Input.Picture(bytes, where);
    }

    /** The one of {@code image}, {@code text}, {@code id} and {@code vector} that the object has; empty where it has none. */
    Optional<Input> of(Fields fields) {
        if (Stream.of("image", "text", "id", "vector").filter(fields::has).count() > 1) {
            throw Problem.badRequest("more than one of image, text, id and vector", fields.path(), "give one of them");
        }
        if (fields.has("text")) {
            return Optional.of(words(fields.object().get("text"), fields.at("text")));
        }
        if (fields.has("image")) {
            return Optional.of(base64(fields.object().get("image"), fields.at("image")));
        }
        if (fields.has("id")) {
            return fields.text("id").map(id -> new Input.Known(item(served.index(), id)));
        }
        return fields.vector("vector").map(vector -> {
            if (vector.length != served.space().dimension()) {
                throw Problem.badRequest(
                        vector.length + " numbers where the space has "
                                + served.space().dimension(),
                        fields.at("vector"),
                        "");
            }
            return new Input.Ready(vector);
        });
    }

    private Input words(JsonElement json, String where) {
        requireTaken(Served.Takes.TEXTS, where);
        if (!(json instanceof JsonPrimitive text) || !text.isString()) {
            throw Problem.badRequest("a string is wanted", where, "");
        }
        if (text.getAsString().isBlank()) {
            throw Problem.badRequest("the text is empty", where, "");
        }
        return new Input.Words(text.getAsString());
    }

    private Input base64(JsonElement json, String where) {
        requireTaken(Served.Takes.PICTURES, where);
        if (!(json instanceof JsonPrimitive text) || !text.isString()) {
            throw Problem.badRequest("a picture in base64 is wanted", where, "");
        }
        String value = text.getAsString();
        int start = value.startsWith("data:") ? value.indexOf(',') + 1 : 0;
        try {
            return new Input.Picture(Base64.getDecoder().decode(value.substring(start)), where);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(
                    "no base64: " + e.getMessage(), where, "addresses are never fetched: send the picture itself");
        }
    }

    /** @throws Problem 404 */
    static Item item(VectorIndex index, String id) {
        return index.get(id)
                .orElseThrow(() -> new Problem(
                        HttpStatus.NOT_FOUND,
                        "no-item",
                        "no item has this id",
                        id.length() > 80 ? id.substring(0, 80) + "…" : id,
                        ""));
    }

    /**
     * The inputs' vectors, in order; what has none yet is embedded by the pool.
     *
     * @param encoder of the role that the inputs play
     */
    List<float[]> vectors(List<Input> inputs, Encoder encoder, Lane lane) {
        List<Source> sources = new ArrayList<>();
        for (Input input : inputs) {
            switch (input) {
                case Input.Picture(byte[] bytes, String where) -> sources.add(new Source.Picture(bytes, where));
                case Input.Words(String text) -> sources.add(new Source.Text(text));
                case Input.Known _, Input.Ready _ -> {}
            }
        }
        Embeddings embeddings = encoding.embed(
                Call.asker(),
                lane,
                encoder == served.queries() ? Encoding.Role.QUERY : Encoding.Role.DOCUMENT,
                sources);
        List<float[]> vectors = new ArrayList<>();
        int row = 0;
        for (Input input : inputs) {
            vectors.add(
                    switch (input) {
                        case Input.Picture _, Input.Words _ -> embeddings.row(row++);
                        case Input.Known(Item item) -> item.vector();
                        case Input.Ready(float[] vector) -> vector;
                    });
        }
        return vectors;
    }
}
