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
    /** Each is asked of every row. */
    private static final int MAX_NODES = 1_000;
    /** Of all lists together, each word of a value that is a list counted. */
    private static final int MAX_VALUES = 100_000;

    private static final String HINT =
            "a filter is one of and, or, not, equals, in, range, exists, ids, e.g. {\"equals\":{\"colour\":\"red\"}}";

    private final String where;
    private int nodes;
    private int values;

    private FilterJson(String where) {
        this.where = where;
    }

    /**
     * @param where names the filter in a refusal
     * @throws Refusal where it is no filter, or one of more than 1,000 parts or 100,000 values and ids in all
     */
    public static Filter read(JsonElement json, String where) {
        return new FilterJson(where).read(json, 0);
    }

    private Filter read(JsonElement json, int depth) {
        if (depth > MAX_DEPTH) {
            throw new Refusal("a filter is nested more than " + MAX_DEPTH + " deep", where, "write it flatter");
        }
        if (++nodes > MAX_NODES) {
            throw new Refusal(
                    "a filter has more than %,d parts".formatted(MAX_NODES), where, "list values of one field by in");
        }
        var only = only(json);
        String key = only.getKey();
        JsonElement body = only.getValue();
        return switch (key) {
            case "and" -> new Filter.And(parts(body, depth));
            case "or" -> new Filter.Or(parts(body, depth));
            case "not" -> new Filter.Not(read(body, depth + 1));
            case "exists" -> new Filter.Exists(text(body));
            case "ids" -> new Filter.Ids(texts(body));
            case "equals" -> {
                var field = only(body);
                yield new Filter.Equals(field.getKey(), value(field.getValue()));
            }
            case "in" -> {
                var field = only(body);
                List<Value> listed = new ArrayList<>();
                array(field.getValue()).forEach(v -> listed.add(value(v)));
                yield new Filter.In(field.getKey(), listed);
            }
            case "range" -> {
                var field = only(body);
                yield range(field.getKey(), field.getValue());
            }
            default -> throw new Refusal("'" + key + "' is no filter", where, HINT);
        };
    }

    private List<Filter> parts(JsonElement body, int depth) {
        List<Filter> parts = new ArrayList<>();
        array(body).forEach(part -> parts.add(read(part, depth + 1)));
        return parts;
    }

    private Filter range(String field, JsonElement body) {
        if (!(body instanceof JsonObject bounds)
                || !Set.of("gt", "gte", "lt", "lte").containsAll(bounds.keySet())) {
            throw new Refusal(
                    "a range cannot be read", where, "write it as {\"range\":{\"year\":{\"gte\":1990,\"lt\":2000}}}");
        }
        return new Filter.Range(field, bound(bounds, "gte", "gt"), bound(bounds, "lte", "lt"));
    }

    private Filter.Range.@Nullable Bound bound(JsonObject bounds, String inclusive, String exclusive) {
        if (bounds.has(inclusive) && bounds.has(exclusive)) {
            throw new Refusal("a range has both " + inclusive + " and " + exclusive, where, "keep one of them");
        }
        if (bounds.has(inclusive)) {
            return new Filter.Range.Bound(value(bounds.get(inclusive)), true);
        }
        return bounds.has(exclusive) ? new Filter.Range.Bound(value(bounds.get(exclusive)), false) : null;
    }

    private Map.Entry<String, JsonElement> only(JsonElement json) {
        if (json instanceof JsonObject object && object.size() == 1) {
            return object.entrySet().iterator().next();
        }
        throw new Refusal("a filter is no JSON object of one key", where, HINT);
    }

    private JsonArray array(JsonElement json) {
        if (json instanceof JsonArray array) {
            return array;
        }
        throw new Refusal("a filter has no list where one belongs", where, HINT);
    }

    private String text(JsonElement json) {
        if (json instanceof JsonPrimitive text && text.isString()) {
            return text.getAsString();
        }
        throw new Refusal("a filter has no string where one belongs", where, HINT);
    }

    private Set<String> texts(JsonElement json) {
        JsonArray ids = array(json);
        count(ids.size());
        return ids.asList().stream().map(this::text).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private Value value(JsonElement json) {
        count(json instanceof JsonArray words ? Math.max(1, words.size()) : 1);
        return PayloadJson.value(json, where);
    }

    private void count(int more) {
        values += more;
        if (values > MAX_VALUES) {
            throw new Refusal(
                    "a filter lists more than %,d values and ids".formatted(MAX_VALUES),
                    where,
                    "keep what they have in common in a field of its own");
        }
    }
}
