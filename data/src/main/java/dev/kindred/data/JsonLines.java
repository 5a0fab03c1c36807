package dev.kindred.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A JSON object a line. Arrays of numbers are kept, other nested values pass by. */
final class JsonLines implements Table {
    private static final int MAX_COLUMNS = 10_000;

    private final TextLines lines;
    private final List<String> names = new ArrayList<>();
    private final Map<String, Integer> places = new HashMap<>();
    private @Nullable Row ahead;

    /** Reads the first row, whose keys are the columns to begin with. */
    JsonLines(TextLines lines) {
        this.lines = lines;
        this.ahead = read();
    }

    @Override
    public Path path() {
        return lines.path();
    }

    @Override
    public List<String> names() {
        return Collections.unmodifiableList(names);
    }

    @Override
    public @Nullable Row next() {
        Row row = ahead;
        if (row != null) {
            ahead = null;
            return row;
        }
        return read();
    }

    private @Nullable Row read() {
        String line = lines.next();
        while (line != null && line.isBlank()) {
            line = lines.next();
        }
        if (line == null) {
            return null;
        }
        JsonObject object = object(line);
        if (object == null) {
            return new Row(lines.number(), List.of(), Map.of(), "is not a JSON object");
        }
        List<@Nullable String> cells = new ArrayList<>();
        names.forEach(name -> cells.add(null));
        Map<Integer, float[]> arrays = new HashMap<>();
        for (var member : object.entrySet()) {
            Integer place = places.get(member.getKey());
            if (place == null) {
                if (names.size() == MAX_COLUMNS) {
                    return new Row(lines.number(), List.of(), Map.of(), "brings more than 10,000 different names");
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
        return new Row(lines.number(), cells, arrays, null);
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

    private static @Nullable JsonObject object(String line) {
        try {
            JsonReader reader = new JsonReader(new StringReader(line));
            reader.setStrictness(Strictness.LEGACY_STRICT);
            JsonElement element = JsonParser.parseReader(reader);
            boolean alone = reader.peek() == JsonToken.END_DOCUMENT;
            return alone && element.isJsonObject() ? element.getAsJsonObject() : null;
        } catch (JsonParseException | IOException e) {
            return null;
        }
    }

    @Override
    public void close() {
        lines.close();
    }
}
