package dev.kindred.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tables of pictures: .csv (RFC 4180), .tsv (no quoting) and .jsonl, each also .gz. One column is the picture's path,
 * relative to the table's folder or absolute, going into zips; {@code label} is the class; every other column is an
 * attribute.
 */
final class TableReader {
    private static final List<String> IMAGE_NAMES = List.of("image", "path", "file", "filename");

    private final Path table;
    private final String prefix;
    private final Gathering gathering;
    private final Located located;

    private TableReader(Path table, String prefix, Gathering gathering) {
        this.table = table;
        this.prefix = prefix;
        this.gathering = gathering;
        Path folder = table.toAbsolutePath().normalize().getParent();
        this.located = Located.anywhereFrom(folder == null ? table.toAbsolutePath() : folder);
    }

    static boolean named(Path path) {
        String name = TextLines.withoutGz(path);
        return name.endsWith(".csv") || name.endsWith(".tsv") || name.endsWith(".jsonl") || name.endsWith(".ndjson");
    }

    static void read(Path table, String prefix, Gathering gathering) {
        TableReader reader = new TableReader(table, prefix, gathering);
        String name = TextLines.withoutGz(table);
        try (TextLines lines = TextLines.open(table)) {
            if (name.endsWith(".csv") || name.endsWith(".tsv")) {
                reader.delimited(new Delimited(lines, name.endsWith(".tsv") ? '\t' : ',', name.endsWith(".csv")));
            } else {
                reader.json(lines);
            }
        }
    }

    private void delimited(Delimited rows) {
        Map<String, String> roles = gathering.options().columns();
        boolean positions = !roles.isEmpty() && roles.values().stream().allMatch(TableReader::isPosition);
        Map<String, Integer> columns = new LinkedHashMap<>();
        int width = 0;
        if (positions) {
            roles.forEach((role, position) -> columns.put(role, Integer.parseInt(position) - 1));
            require(
                    columns.containsKey("image"),
                    "no column is named for the picture's path",
                    "add image=POSITION to --columns");
        } else {
            Delimited.Row header = rows.next();
            if (header == null) {
                throw new Refusal("is empty", table.toString(), "give it a header and rows");
            }
            width = header.fields().size();
            columns.putAll(byHeader(header.fields(), roles));
        }
        for (Delimited.Row row = rows.next(); row != null; row = rows.next()) {
            String where = table + " line " + row.line();
            String fault = row.fault();
            if (fault == null && !positions && row.fields().size() != width) {
                fault = "has %d columns where the header has %d"
                        .formatted(row.fields().size(), width);
            }
            if (fault != null) {
                gathering.problem(new Problem(where, fault));
                continue;
            }
            Map<String, String> values = new LinkedHashMap<>();
            for (var column : columns.entrySet()) {
                if (column.getValue() < row.fields().size()) {
                    values.put(column.getKey(), row.fields().get(column.getValue()));
                }
            }
            sample(values, row.line());
        }
    }

    private Map<String, Integer> byHeader(List<String> header, Map<String, String> roles) {
        Map<String, Integer> columns = new LinkedHashMap<>();
        Map<String, Integer> byName = new LinkedHashMap<>();
        for (int i = 0; i < header.size(); i++) {
            String name = header.get(i).strip();
            if (byName.put(name, i) != null) {
                throw new Refusal("has two columns named '" + name + "'", table + " line 1", "rename one");
            }
        }
        roles.forEach((role, name) -> {
            Integer at = byName.get(name);
            require(
                    at != null,
                    "has no column '" + name + "'; its columns are " + String.join(", ", byName.keySet()),
                    "correct --columns");
            columns.put(role, at == null ? 0 : at);
        });
        takeByName("image", IMAGE_NAMES, byName, columns);
        takeByName("label", List.of("label"), byName, columns);
        byName.forEach((name, at) -> {
            if (!columns.containsValue(at)) {
                columns.putIfAbsent(name, at);
            }
        });
        require(
                columns.containsKey("image"),
                "has no column of picture paths; its columns are " + String.join(", ", byName.keySet()),
                "name it image, or say --columns image=NAME (or image=POSITION where there is no header)");
        return columns;
    }

    /** Gives a role that nobody named to the first of these names that is there and free. */
    private static <T> void takeByName(String role, List<String> names, Map<String, T> byName, Map<String, T> taken) {
        for (String wanted : names) {
            for (var column : byName.entrySet()) {
                boolean free = !taken.containsKey(role) && !taken.containsValue(column.getValue());
                if (free && column.getKey().toLowerCase(Locale.ROOT).equals(wanted)) {
                    taken.put(role, column.getValue());
                }
            }
        }
    }

    private void json(TextLines lines) {
        Map<String, String> roles = new TreeMap<>(gathering.options().columns());
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (line.isBlank()) {
                continue;
            }
            JsonObject object = object(line);
            if (object == null) {
                gathering.problem(new Problem(table + " line " + lines.number(), "is not a JSON object"));
                continue;
            }
            Map<String, String> keys = new LinkedHashMap<>();
            object.keySet().forEach(key -> keys.put(key, key));
            Map<String, String> taken = new LinkedHashMap<>(roles);
            takeByName("image", IMAGE_NAMES, keys, taken);
            takeByName("label", List.of("label"), keys, taken);
            Map<String, String> values = new LinkedHashMap<>();
            taken.forEach((role, key) -> put(values, role, object.get(key)));
            for (String key : keys.keySet()) {
                if (!taken.containsValue(key)) {
                    put(values, key, object.get(key));
                }
            }
            sample(values, lines.number());
        }
    }

    /** Nested values are no attributes and pass by. */
    private static void put(Map<String, String> values, String role, @Nullable JsonElement value) {
        if (value != null && value.isJsonPrimitive()) {
            values.putIfAbsent(role, value.getAsString());
        }
    }

    private static @Nullable JsonObject object(String line) {
        try {
            JsonReader reader = new JsonReader(new StringReader(line));
            reader.setStrictness(Strictness.STRICT);
            JsonElement element = JsonParser.parseReader(reader);
            boolean alone = reader.peek() == JsonToken.END_DOCUMENT;
            return alone && element.isJsonObject() ? element.getAsJsonObject() : null;
        } catch (JsonParseException | IOException e) {
            return null;
        }
    }

    private void sample(Map<String, String> values, long line) {
        String image = values.remove("image");
        String where = table + " line " + line;
        if (image == null || image.isBlank()) {
            gathering.problem(new Problem(where, "names no picture"));
            return;
        }
        String label = values.remove("label");
        String id = values.remove("id");
        if (id == null || !gathering.options().columns().containsKey("id")) {
            if (id != null) {
                values.put("id", id);
            }
            id = image.replace('\\', '/');
        }
        try {
            Origin origin = located.resolve(image);
            String unique = gathering.holds(prefix + id) ? prefix + id + "#" + line : prefix + id;
            values.values().removeIf(String::isEmpty);
            gathering.add(unique, label == null || label.isEmpty() ? null : label, values, origin);
        } catch (Refusal bad) {
            gathering.problem(new Problem(where, "names " + image + ", which " + bad.what()));
        }
    }

    private void require(boolean holds, String what, String hint) {
        if (!holds) {
            throw new Refusal(what, table.toString(), hint);
        }
    }

    private static boolean isPosition(String text) {
        return text.length() < 6
                && !text.isEmpty()
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && !text.equals("0");
    }
}
