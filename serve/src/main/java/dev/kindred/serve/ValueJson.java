package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.kindred.index.Value;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;

/** Payload values on the wire: strings, numbers and booleans as they are, moments in ISO 8601, words as a list. */
final class ValueJson {
    private ValueJson() {}

    static JsonObject ofPayload(Map<String, Value> payload) {
        JsonObject json = new JsonObject();
        payload.forEach((field, value) -> json.add(field, of(value)));
        return json;
    }

    static JsonElement of(Value value) {
        return switch (value) {
            case Value.Text(String text) -> new JsonPrimitive(text);
            case Value.Whole(long number) -> new JsonPrimitive(number);
            case Value.Real(double number) ->
                Double.isFinite(number) ? new JsonPrimitive(number) : new JsonPrimitive(String.valueOf(number));
            case Value.Flag(boolean flag) -> new JsonPrimitive(flag);
            case Value.Moment(Instant moment) -> new JsonPrimitive(moment.toString());
            case Value.Words(var words) -> {
                JsonArray list = new JsonArray();
                words.forEach(list::add);
                yield list;
            }
        };
    }

    /** A value to compare with; a moment is {@code {"moment": "2026-01-31T12:00:00Z"}}, so that no text is taken for one. */
    static Value parse(JsonElement json, String where) {
        if (json instanceof JsonPrimitive simple) {
            if (simple.isString()) {
                return Value.of(simple.getAsString());
            }
            if (simple.isBoolean()) {
                return Value.of(simple.getAsBoolean());
            }
            return simple.getAsNumber() instanceof Long whole ? Value.of(whole.longValue()) : Value.of(simple.getAsDouble());
        }
        if (json instanceof JsonObject object && object.size() == 1 && object.has("moment")) {
            try {
                return Value.of(Instant.parse(new Fields(object, where).text("moment").orElse("")));
            } catch (DateTimeException e) {
                throw Problem.badRequest("no moment of ISO 8601", where, "write it like 2026-01-31T12:00:00Z");
            }
        }
        throw Problem.badRequest("a string, number, boolean or {\"moment\": …} is wanted", where, "");
    }
}
