package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.index.Item;
import dev.kindred.index.VectorIndex;
import dev.kindred.media.Pictures;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The things a request is about, and their way to a vector: a picture is encoded, an item has one already. */
final class Inputs {
    /** Pictures of one request. */
    static final int MAX_PICTURES = 64;

    /** One thing to compare or search with. */
    sealed interface Input {
        /** A picture's undecoded bytes. */
        record Picture(byte[] bytes, String where) implements Input {}

        /** An item of the collection. */
        record Known(Item item) implements Input {}

        /** A ready vector of the collection's space. */
        record Ready(float[] vector) implements Input {}
    }

    private final Served served;
    private final Compute compute;
    private final Meters meters;

    Inputs(Served served, Compute compute, Meters meters) {
        this.served = served;
        this.compute = compute;
        this.meters = meters;
    }

    /** The one input of a request: {@code image}, {@code id} or {@code vector} at its top. */
    Input single(Body body) {
        return body.files().containsKey("image")
                ? picture(body, "image")
                : of(body.fields())
                        .orElseThrow(() -> Problem.badRequest(
                                "nothing to work on",
                                "body",
                                "give image (base64), id or vector, or send a picture's bytes"));
    }

    /** One of two: the object or the file of this name. */
    Input named(Body body, String name) {
        if (body.files().containsKey(name)) {
            return picture(body, name);
        }
        return body.fields()
                .inner(name)
                .map(inner -> inner.only("image", "id", "vector"))
                .flatMap(this::of)
                .orElseThrow(() -> Problem.badRequest(
                        "nothing to compare", name, "give {\"image\": base64}, {\"id\": …} or {\"vector\": […]}"));
    }

    /** All pictures of a request to embed. */
    List<Input> several(Body body) {
        List<Input> inputs = new ArrayList<>();
        for (Map.Entry<String, List<byte[]>> part : body.files().entrySet()) {
            for (byte[] file : part.getValue()) {
                inputs.add(new Input.Picture(file, part.getKey() + "[" + inputs.size() + "]"));
            }
        }
        if (body.fields().object().get("images") instanceof JsonArray images) {
            for (JsonElement image : images) {
                inputs.add(base64(image, "images[" + inputs.size() + "]"));
            }
        }
        of(body.fields()).ifPresent(inputs::add);
        if (inputs.isEmpty() || inputs.size() > MAX_PICTURES) {
            throw Problem.badRequest(
                    inputs.isEmpty() ? "nothing to embed" : inputs.size() + " pictures at once",
                    "body",
                    "give image (base64), images (1 to " + MAX_PICTURES + " of them), or send a picture's bytes");
        }
        return inputs;
    }

    private static Input picture(Body body, String name) {
        List<byte[]> files = body.files().getOrDefault(name, List.of());
        if (files.size() != 1) {
            throw Problem.badRequest("several pictures where one is wanted", name, "");
        }
        return new Input.Picture(files.getFirst(), name);
    }

    private Optional<Input> of(Fields fields) {
        int given = (fields.has("image") ? 1 : 0) + (fields.has("id") ? 1 : 0) + (fields.has("vector") ? 1 : 0);
        if (given > 1) {
            throw Problem.badRequest("more than one of image, id and vector", fields.path(), "give one of them");
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

    private static Input base64(JsonElement json, String where) {
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

    /** The inputs' vectors, in order; pictures are decoded and encoded in one batch on a computing thread. */
    List<float[]> vectors(List<Input> inputs) {
        List<Input.Picture> pictures = new ArrayList<>();
        for (Input input : inputs) {
            if (input instanceof Input.Picture picture) {
                pictures.add(picture);
            }
        }
        Embeddings embeddings = pictures.isEmpty()
                ? new Embeddings(served.space(), 0, new float[0])
                : compute.run(meters.embed(), () -> served.encoder().encode(decoded(pictures)));
        List<float[]> vectors = new ArrayList<>();
        int row = 0;
        for (Input input : inputs) {
            vectors.add(
                    switch (input) {
                        case Input.Picture picture -> embeddings.row(row++);
                        case Input.Known(Item item) -> item.vector();
                        case Input.Ready(float[] vector) -> vector;
                    });
        }
        return vectors;
    }

    /** A few bytes may decode to a great picture, so the pixels of one request are bounded as those of one picture are. */
    private List<Content> decoded(List<Input.Picture> pictures) {
        List<Content> contents = new ArrayList<>();
        long pixels = 0;
        for (Input.Picture picture : pictures) {
            try {
                Content.Pixels content = Pictures.decode(picture.bytes(), picture.where());
                pixels += (long) content.width() * content.height();
                if (pixels > Pictures.MAX_PIXELS) {
                    throw new Problem(
                            HttpStatus.REQUEST_ENTITY_TOO_LARGE,
                            "too-large",
                            "the pictures have more than %,d pixels in all".formatted(Pictures.MAX_PIXELS),
                            picture.where(),
                            "send smaller pictures, or fewer at once");
                }
                contents.add(content);
            } catch (Refusal refusal) {
                meters.preprocessingFailure();
                throw Problem.of(HttpStatus.UNPROCESSABLE_ENTITY, "picture", refusal);
            }
        }
        return contents;
    }
}
