package dev.kindred.index;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.kindred.core.Refusal;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Payloads as JSON: strings, numbers, booleans and lists of strings as they are, an instant as {@code {"instant":"2026-01-31T12:00:00Z"}}.
 * A number without fraction or exponent that fits a long is whole; a whole real keeps its {@code .0}.
 */
public final class PayloadJson {
    private PayloadJson() {}

    public static JsonObject write(Map<String, Value> payload) {
        JsonObject json = new JsonObject();
        new TreeMap<>(payload).forEach((name, value) -> json.add(name, write(value)));
        return json;
    }

    public static JsonElement write(Value value) {
        return switch (value) {
            case Value.Text text -> new JsonPrimitive(text.value());
            case Value.Whole whole -> new JsonPrimitive(whole.value());
            // JSON has no NaN and no infinity: they go as words and come back as text.
            case Value.Real real when !Double.isFinite(real.value()) -> new JsonPrimitive(String.valueOf(real.value()));
            case Value.Real real -> new JsonPrimitive(real.value());
            case Value.Flag flag -> new JsonPrimitive(flag.value());
            case Value.Moment moment -> {
                JsonObject instant = new JsonObject();
                instant.addProperty("instant", moment.value().toString());
                yield instant;
            }
            case Value.Words words -> {
                JsonArray list = new JsonArray();
                words.value().forEach(list::add);
                yield list;
            }
        };
    }

    /** @param where names the payload in a refusal */
    public static Map<String, Value> read(JsonElement json, String where) {
        if (!json.isJsonObject()) {
            throw new Refusal("a payload is no JSON object", where, "give its fields as {\"name\": value, …}");
        }
        Map<String, Value> payload = new TreeMap<>();
        for (Map.Entry<String, JsonElement> field : json.getAsJsonObject().entrySet()) {
            payload.put(field.getKey(), value(field.getValue(), where + ", field '" + field.getKey() + "'"));
        }
        return payload;
    }

    public static Value value(JsonElement json, String where) {
        return switch (json) {
            case JsonPrimitive text when text.isString() -> new Value.Text(text.getAsString());
            case JsonPrimitive flag when flag.isBoolean() -> new Value.Flag(flag.getAsBoolean());
            case JsonPrimitive number -> number(number, where);
            case JsonArray list -> new Value.Words(words(list, where));
            case JsonObject instant
            when instant.size() == 1 && instant.has("instant") -> moment(instant.get("instant"), where);
            default -> throw unknown(where);
        };
    }

    private static Value number(JsonPrimitive number, String where) {
        String text = number.getAsString();
        // A number of a million digits is nobody's field.
        if (text.length() > 400) {
            throw unknown(where);
        }
        try {
            if (text.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'))) {
                return new Value.Whole(new BigDecimal(text).longValueExact());
            }
            double real = Double.parseDouble(text);
            if (Double.isFinite(real)) {
                return new Value.Real(real);
            }
        } catch (NumberFormatException e) {
            throw unknown(where);
        } catch (ArithmeticException e) {
            return new Value.Real(Double.parseDouble(text));
        }
        throw unknown(where);
    }

    private static Value moment(JsonElement json, String where) {
        try {
            if (json instanceof JsonPrimitive text && text.isString()) {
                return new Value.Moment(Instant.parse(text.getAsString()));
            }
        } catch (DateTimeParseException e) {
            // Refused below.
        }
        throw new Refusal("an instant cannot be read", where, "write it as {\"instant\":\"2026-01-31T12:00:00Z\"}");
    }

    private static List<String> words(JsonArray list, String where) {
        List<String> words = new ArrayList<>();
        for (JsonElement word : list) {
            if (!(word instanceof JsonPrimitive text && text.isString())) {
                throw unknown(where);
            }
            words.add(word.getAsString());
        }
        return words;
    }

    private static Refusal unknown(String where) {
        return new Refusal(
                "a value cannot be kept",
                where,
                "use a string, a number, true or false, a list of strings or {\"instant\":\"2026-01-31T12:00:00Z\"}");
    }
}
