package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kindred.index.Filter;
import dev.kindred.index.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Filters on the wire: one object with one key each.
 *
 * <pre>{@code
 * {"equals": {"family": "feather"}}              {"in": {"family": ["feather", "entypo"]}}
 * {"range": {"price": {"atLeast": 1, "below": 5}}}   also "above", "atMost"
 * {"exists": "family"}                           {"ids": ["a", "b"]}
 * {"not": {…}}   {"and": [{…}, {…}]}   {"or": [{…}, {…}]}
 * }</pre>
 */
final class FilterJson {
    private static final int MAX_TERMS = 1000;
    private static final String KNOWN = "use one of and, or, not, equals, in, range, exists, ids";

    private FilterJson() {}

    static Filter parse(JsonElement json, String where) {
        Map.Entry<String, JsonElement> term = single(json, where, KNOWN);
        String at = where + "." + term.getKey();
        JsonElement of = term.getValue();
        return switch (term.getKey()) {
            case "and" -> new Filter.And(all(of, at));
            case "or" -> new Filter.Or(all(of, at));
            case "not" -> new Filter.Not(parse(of, at));
            case "equals" -> {
                var field = single(of, at, "write {\"field\": value}");
                yield new Filter.Equals(field.getKey(), ValueJson.parse(field.getValue(), at + "." + field.getKey()));
            }
            case "in" -> {
                var field = single(of, at, "write {\"field\": [values]}");
                yield new Filter.In(field.getKey(), values(field.getValue(), at + "." + field.getKey()));
            }
            case "range" -> {
                var field = single(of, at, "write {\"field\": {\"atLeast\": value, \"below\": value}}");
                yield range(field.getKey(), field.getValue(), at + "." + field.getKey());
            }
            case "exists" -> new Filter.Exists(new Fields(json.getAsJsonObject(), where).text("exists").orElse(""));
            case "ids" ->
                new Filter.Ids(new HashSet<>(new Fields(json.getAsJsonObject(), where).texts("ids", Filter.MAX_IDS)));
            default -> throw Problem.badRequest("no filter is called '" + term.getKey() + "'", where, KNOWN);
        };
    }

    private static Map.Entry<String, JsonElement> single(JsonElement json, String where, String hint) {
        if (json instanceof JsonObject object && object.size() == 1) {
            return object.entrySet().iterator().next();
        }
        throw Problem.badRequest("an object with one key is wanted", where, hint);
    }

    private static JsonArray list(JsonElement json, String where) {
        if (json instanceof JsonArray list && list.size() <= MAX_TERMS) {
            return list;
        }
        throw Problem.badRequest("a list of at most " + MAX_TERMS + " is wanted", where, "");
    }

    private static List<Filter> all(JsonElement json, String where) {
        List<Filter> filters = new ArrayList<>();
        for (JsonElement term : list(json, where)) {
            filters.add(parse(term, where + "[" + filters.size() + "]"));
        }
        return filters;
    }

    private static List<Value> values(JsonElement json, String where) {
        List<Value> values = new ArrayList<>();
        for (JsonElement value : list(json, where)) {
            values.add(ValueJson.parse(value, where + "[" + values.size() + "]"));
        }
        return values;
    }

    private static Filter range(String field, JsonElement json, String where) {
        if (!(json instanceof JsonObject object)) {
            throw Problem.badRequest("an object of bounds is wanted", where, "");
        }
        Fields bounds = new Fields(object, where).only("atLeast", "above", "atMost", "below");
        return new Filter.Range(field, bound(bounds, "atLeast", "above"), bound(bounds, "atMost", "below"));
    }

    private static Filter.Range.@Nullable Bound bound(Fields bounds, String inclusive, String exclusive) {
        if (bounds.has(inclusive) && bounds.has(exclusive)) {
            throw Problem.badRequest("two bounds of one end", bounds.at(exclusive), "give one of them");
        }
        String name = bounds.has(inclusive) ? inclusive : exclusive;
        JsonElement value = bounds.object().get(name);
        return value == null || value.isJsonNull()
                ? null
                : new Filter.Range.Bound(ValueJson.parse(value, bounds.at(name)), name.equals(inclusive));
    }
}
