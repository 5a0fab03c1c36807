package dev.kindred.data;

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
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A JSON object a line. */
final class JsonLines implements Table {
    private final TextLines lines;
    private final JsonRows rows = new JsonRows();
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
        return rows.names();
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
        return object == null ? JsonRows.bad(lines.number(), "is not a JSON object") : rows.row(lines.number(), object);
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
