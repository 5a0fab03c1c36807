package dev.kindred.index;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.kindred.core.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Filters as JSON, one key each:
 *
 * <pre>
 * {"and":[…]}   {"or":[…]}   {"not":{…}}   {"exists":"field"}   {"ids":["a","b"]}
 * {"equals":{"field":value}}   {"in":{"field":[value,…]}}   {"range":{"field":{"gte":value,"lt":value}}}
 * </pre>
 *
 * Values are as {@link PayloadJson} has them; a range takes {@code gt}, {@code gte}, {@code lt}, {@code lte}.
 */
public final class FilterJson {
    private static final int MAX_DEPTH = 32;
    private static final String HINT =
            "a filter is one of and, or, not, equals, in, range, exists, ids, e.g. {\"equals\":{\"colour\":\"red\"}}";

    private FilterJson() {}

    /** @param where names the filter in a refusal */
    public static Filter read(JsonElement json, String where) {
        return read(json, where, 0);
    }

    private static Filter read(JsonElement json, String where, int depth) {
        if (depth > MAX_DEPTH) {
            throw new Refusal("a filter is nested more than " + MAX_DEPTH + " deep", where, "write it flatter");
        }
        var only = only(json, where);
        String key = only.getKey();
        JsonElement body = only.getValue();
        return switch (key) {
            case "and" -> new Filter.And(parts(body, where, depth));
            case "or" -> new Filter.Or(parts(body, where, depth));
            case "not" -> new Filter.Not(read(body, where, depth + 1));
            case "exists" -> new Filter.Exists(text(body, where));
            case "ids" -> new Filter.Ids(texts(body, where));
            case "equals" -> {
                var field = only(body, where);
                yield new Filter.Equals(field.getKey(), PayloadJson.value(field.getValue(), where));
            }
            case "in" -> {
                var field = only(body, where);
                List<Value> values = new ArrayList<>();
                array(field.getValue(), where).forEach(v -> values.add(PayloadJson.value(v, where)));
                yield new Filter.In(field.getKey(), values);
            }
            case "range" -> {
                var field = only(body, where);
                yield range(field.getKey(), field.getValue(), where);
            }
            default -> throw new Refusal("'" + key + "' is no filter", where, HINT);
        };
    }

    private static List<Filter> parts(JsonElement body, String where, int depth) {
        List<Filter> parts = new ArrayList<>();
        array(body, where).forEach(part -> parts.add(read(part, where, depth + 1)));
        return parts;
    }

    private static Filter range(String field, JsonElement body, String where) {
        if (!(body instanceof JsonObject bounds)
                || !Set.of("gt", "gte", "lt", "lte").containsAll(bounds.keySet())) {
            throw new Refusal(
                    "a range cannot be read", where, "write it as {\"range\":{\"year\":{\"gte\":1990,\"lt\":2000}}}");
        }
        return new Filter.Range(field, bound(bounds, "gte", "gt", where), bound(bounds, "lte", "lt", where));
    }

    private static Filter.Range.@Nullable Bound bound(
            JsonObject bounds, String inclusive, String exclusive, String where) {
        if (bounds.has(inclusive) && bounds.has(exclusive)) {
            throw new Refusal("a range has both " + inclusive + " and " + exclusive, where, "keep one of them");
        }
        if (bounds.has(inclusive)) {
            return new Filter.Range.Bound(PayloadJson.value(bounds.get(inclusive), where), true);
        }
        return bounds.has(exclusive)
                ? new Filter.Range.Bound(PayloadJson.value(bounds.get(exclusive), where), false)
                : null;
    }

    private static Map.Entry<String, JsonElement> only(JsonElement json, String where) {
        if (json instanceof JsonObject object && object.size() == 1) {
            return object.entrySet().iterator().next();
        }
        throw new Refusal("a filter is no JSON object of one key", where, HINT);
    }

    private static JsonArray array(JsonElement json, String where) {
        if (json instanceof JsonArray array) {
            return array;
        }
        throw new Refusal("a filter has no list where one belongs", where, HINT);
    }

    private static String text(JsonElement json, String where) {
        if (json instanceof JsonPrimitive text && text.isString()) {
            return text.getAsString();
        }
        throw new Refusal("a filter has no string where one belongs", where, HINT);
    }

    private static Set<String> texts(JsonElement json, String where) {
        return array(json, where).asList().stream()
                .map(id -> text(id, where))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
