package dev.kindred.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON objects as rows: each new key is a new column. Arrays of numbers are kept, other nested values pass by. */
final class JsonRows {
    private static final int MAX_COLUMNS = 10_000;

    private final List<String> names = new ArrayList<>();
    private final Map<String, Integer> places = new HashMap<>();

    /** The columns so far, in the order in which they came. */
    List<String> names() {
        return Collections.unmodifiableList(names);
    }

    Table.Row row(long at, JsonObject object) {
        List<@Nullable String> cells = new ArrayList<>();
        names.forEach(name -> cells.add(null));
        Map<Integer, float[]> arrays = new HashMap<>();
        for (var member : object.entrySet()) {
            Integer place = places.get(member.getKey());
            if (place == null) {
                if (names.size() == MAX_COLUMNS) {
                    return bad(at, "brings more than 10,000 different names");
                }
                place = names.size();
                places.put(member.getKey(), place);
                names.add(member.getKey());
                cells.add(null);
            }
            JsonElement value = member.getValue();
            if (value.isJsonPrimitive()) {
                cells.set(place, value.getAsString());
            } else if (value instanceof JsonArray array) {
                float[] numbers = numbers(array);
                if (numbers != null) {
                    arrays.put(place, numbers);
                }
            }
        }
        return new Table.Row(at, cells, arrays, null);
    }

    static Table.Row bad(long at, String fault) {
        return new Table.Row(at, List.of(), Map.of(), fault);
    }

    private static float @Nullable [] numbers(JsonArray array) {
        float[] numbers = new float[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            if (!(array.get(i).isJsonPrimitive()
                    && array.get(i).getAsJsonPrimitive().isNumber())) {
                return null;
            }
            numbers[i] = array.get(i).getAsFloat();
        }
        return numbers.length == 0 ? null : numbers;
    }
}
