package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.multipart.AggregatedBodyPart;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a request says, in whichever of three ways it was sent: a JSON object with pictures in base64; one picture's bytes
 * ({@code image/*}) or one text ({@code text/plain}) with the rest in the address; or {@code multipart/form-data} with pictures as
 * files.
 *
 * @param fields all that is not a picture's bytes
 * @param files pictures by the name of their part; a bare picture is {@code image}
 */
record Body(Fields fields, Map<String, List<byte[]>> files) {
    /** Fields that are JSON when they come in an address or a form; all others are text. */
    private static final Set<String> JSON_FIELDS = Set.of(
            "k",
            "fmr",
            "filter",
            "vector",
            "rerank",
            "per",
            "recall",
            "ef",
            "exact",
            "first",
            "wordsWeight",
            "wordsOnly",
            "wordsIn",
            "fields",
            "abstain",
            "attribute",
            "payload",
            "grid");

    /** Fields whose list is of so many inputs. */
    private static final List<String> SEVERAL = List.of("images", "texts", "inputs", "input", "queries");

    /** How many pictures, texts or vectors it brings, at least 1: what a key's limit on inputs counts. */
    int inputs() {
        int count = files.values().stream().mapToInt(List::size).sum();
        for (String name : SEVERAL) {
            JsonElement value = fields.object().get(name);
            // A list of numbers is one input: a vector, or a text's tokens.
            if (value instanceof JsonArray list
                    && !list.isEmpty()
                    && !(list.get(0) instanceof JsonPrimitive first && first.isNumber())) {
                count += list.size();
            }
        }
        for (String side : List.of("left", "right")) {
            count += fields.object().get(side) instanceof JsonObject ? 1 : 0;
        }
        return Math.max(1, count);
    }

    /**
     * What understands a request that was read whole; not on the network's own threads, where a long list would keep all others waiting.
     *
     * @param type as it was sent
     * @param room takes the bytes that it comes to in memory, once it is understood, or refuses it
     * @throws Problem where it is clear before that nothing can be understood
     */
    static Function<AggregatedHttpRequest, Body> reader(
            @Nullable MediaType type, QueryParams query, LongConsumer room) {
        if (type == null || !type.is(MediaType.MULTIPART_FORM_DATA)) {
            return whole -> ofWhole(whole, type, query, room);
        }
        String boundary = type.parameters().getOrDefault("boundary", List.of()).stream()
                .findFirst()
                .orElse("");
        if (boundary.isBlank()) {
            throw Problem.badRequest(
                    "a form without the boundary of its parts", "Content-Type", "say multipart/form-data; boundary=…");
        }
        return whole -> {
            byte[] form = whole.content().array();
            // Each part's content is copied out of it.
            room.accept(form.length);
            return ofParts(FormParts.of(form, boundary), query, room);
        };
    }

    private static Body ofWhole(
            AggregatedHttpRequest request, @Nullable MediaType type, QueryParams query, LongConsumer room) {
        if (type != null && (type.is(MediaType.ANY_IMAGE_TYPE) || type.is(MediaType.OCTET_STREAM))) {
            return new Body(
                    new Fields(ofQuery(query), ""),
                    Map.of("image", List.of(request.content().array())));
        }
        if (type != null && type.is(MediaType.PLAIN_TEXT)) {
            JsonObject fields = ofQuery(query);
            put(fields, "text", StrictJson.text(request.content().array(), "body"));
            return new Body(new Fields(fields, ""), Map.of());
        }
        if (type == null || type.is(MediaType.JSON)) {
            byte[] json = request.content().array();
            room.accept(StrictJson.weight(json));
            return new Body(new Fields(StrictJson.object(json, "body"), ""), Map.of());
        }
        throw new Problem(
                HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                "media-type",
                "no request comes as " + type.type() + "/" + type.subtype(),
                "Content-Type",
                "send application/json, image/*, text/plain or multipart/form-data");
    }

    private static Body ofParts(List<AggregatedBodyPart> parts, QueryParams query, LongConsumer room) {
        JsonObject fields = ofQuery(query);
        Map<String, List<byte[]>> files = new LinkedHashMap<>();
        for (AggregatedBodyPart part : parts) {
            String name = part.name();
            if (name == null) {
                throw Problem.badRequest("a part has no name", "body", "name it in its Content-Disposition");
            }
            MediaType type = part.contentType();
            boolean file = part.filename() != null || (type != null && type.is(MediaType.ANY_IMAGE_TYPE));
            if (file) {
                files.computeIfAbsent(name, key -> new java.util.ArrayList<>()).add(bytes(part.content()));
            } else {
                room.accept(StrictJson.weight(bytes(part.content())));
                put(fields, name, part.contentUtf8());
            }
        }
        return new Body(new Fields(fields, ""), files);
    }

    private static byte[] bytes(HttpData data) {
        return data.array();
    }

    private static JsonObject ofQuery(QueryParams query) {
        JsonObject fields = new JsonObject();
        for (String name : new HashMap<>(query.stream()
                        .collect(java.util.stream.Collectors.toMap(
                                Map.Entry::getKey, Map.Entry::getValue, (first, second) -> first)))
                .keySet()) {
            put(fields, name, query.get(name, ""));
        }
        return fields;
    }

    /** Puts {@code left.id} into the object {@code left}, as JSON would have it. */
    private static void put(JsonObject fields, String name, String text) {
        int dot = name.indexOf('.');
        JsonObject target = fields;
        String key = name;
        if (dot > 0) {
            String outer = name.substring(0, dot);
            if (!(fields.get(outer) instanceof JsonObject)) {
                fields.add(outer, new JsonObject());
            }
            target = fields.getAsJsonObject(outer);
            key = name.substring(dot + 1);
        }
        if (target.has(key)) {
            throw Problem.badRequest("a name stands twice", name, "");
        }
        JsonElement value = JSON_FIELDS.contains(key) ? StrictJson.value(text, name) : new JsonPrimitive(text);
        target.add(key, value);
    }
}
