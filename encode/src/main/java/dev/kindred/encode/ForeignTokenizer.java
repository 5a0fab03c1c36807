package dev.kindred.encode;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.kindred.core.Refusal;
import java.nio.charset.StandardCharsets;

/**
 * A tokenizer of strangers as it is sealed: without the truncation and padding that it was saved with, which would cut texts before the
 * stated length, or fill them.
 *
 * @param json in the form of Hugging Face's {@code tokenizer.json}
 * @param largest token that it knows
 */
record ForeignTokenizer(byte[] json, long largest) {
    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    static ForeignTokenizer of(byte[] given, String where) {
        Fields fields = Fields.parse(given, where, "give the tokenizer.json that belongs to the model");
        JsonObject all = fields.object().deepCopy();
        long largest = largest(fields);
        if (largest < 0) {
            throw new Refusal("knows no tokens", where, "give the tokenizer.json that belongs to the model");
        }
        all.add("truncation", JsonNull.INSTANCE);
        all.add("padding", JsonNull.INSTANCE);
        return new ForeignTokenizer((GSON.toJson(all) + "\n").getBytes(StandardCharsets.UTF_8), largest);
    }

    /** The largest number of a token that it knows; −1 where it knows none. */
    static long largest(Fields tokenizer) {
        return Math.max(vocabulary(tokenizer.fields("model")), added(tokenizer.object()));
    }

    /** Tokens by name, or (Unigram) a list in which their place is their number. */
    private static long vocabulary(Fields model) {
        return switch (model.object().get("vocab")) {
            case JsonObject byName ->
                byName.asMap().values().stream()
                        .mapToLong(ForeignTokenizer::number)
                        .max()
                        .orElse(-1);
            case JsonArray list -> list.size() - 1L;
            case null, default ->
                throw new Refusal(
                        "lists no tokens", model.where(), "give the tokenizer.json that belongs to the model");
        };
    }

    private static long added(JsonObject all) {
        long largest = -1;
        if (all.get("added_tokens") instanceof JsonArray tokens) {
            for (JsonElement token : tokens) {
                if (token instanceof JsonObject object && object.has("id")) {
                    largest = Math.max(largest, number(object.get("id")));
                }
            }
        }
        return largest;
    }

    private static long number(JsonElement value) {
        return value instanceof JsonPrimitive primitive && primitive.isNumber() ? primitive.getAsLong() : -1;
    }
}
