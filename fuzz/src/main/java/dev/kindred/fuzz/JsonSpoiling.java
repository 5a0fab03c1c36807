package dev.kindred.fuzz;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.kindred.core.Keyed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Spoils JSON where its structure is: a value of another type, a name twice or nearly right, something missing, moved or too deep. */
final class JsonSpoiling {
    private static final Map<Character, Character> LOOK_ALIKES = Map.of(
            'a', '\u0430', 'e', '\u0435', 'i', '\u0456', 'o', '\u043e', 'c', '\u0441', 'x', '\u0445', 'p', '\u0440',
            'k', '\u212a', 's', '\u0455', 't', '\uff54');

    private final Keyed random;
    /** What stands for what no JSON tree can hold, until it is text. */
    private final Map<String, String> raw = new HashMap<>();

    private JsonSpoiling(Keyed random) {
        this.random = random;
    }

    /** The same document with one to three things wrong; one that is none already gets a token in its place. */
    static byte[] of(byte[] document, Keyed random) {
        JsonElement tree;
        try {
            tree = JsonParser.parseString(new String(document, StandardCharsets.UTF_8));
        } catch (JsonParseException e) {
            return Odd.token(random).getBytes(StandardCharsets.UTF_8);
        }
        return new JsonSpoiling(random).spoiled(tree);
    }

    /** A document a line: one of them spoiled, left out, or there once more. */
    static byte[] ofLines(byte[] documents, Keyed random) {
        List<String> lines = new ArrayList<>(
                new String(documents, StandardCharsets.UTF_8).lines().toList());
        int at = random.nextInt(lines.size());
        switch (random.nextInt(8)) {
            case 0 -> lines.remove(at);
            case 1 -> lines.add(lines.get(at));
            default -> {
                byte[] line = lines.get(at).getBytes(StandardCharsets.UTF_8);
                lines.set(at, new String(of(line, random), StandardCharsets.UTF_8));
            }
        }
        return String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] spoiled(JsonElement tree) {
        JsonElement now = tree;
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            now = once(now);
        }
        String text = now.toString();
        for (Map.Entry<String, String> each : raw.entrySet()) {
            text = text.replace(each.getKey(), each.getValue());
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** @return the document, or what stands in its place */
    private JsonElement once(JsonElement document) {
        List<JsonElement> containers = new ArrayList<>();
        collect(document, containers);
        if (containers.isEmpty() || random.nextInt(25) == 0) {
            return placed(Odd.token(random));
        }
        JsonElement container = containers.get(random.nextInt(containers.size()));
        if (container instanceof JsonObject object) {
            inObject(object);
        } else if (container instanceof JsonArray array) {
            inArray(array);
        }
        return document;
    }

    private static void collect(JsonElement element, List<JsonElement> containers) {
        if (element instanceof JsonObject object) {
            containers.add(object);
            object.entrySet().forEach(entry -> collect(entry.getValue(), containers));
        } else if (element instanceof JsonArray array) {
            containers.add(array);
            // Of a long list of numbers one is as good as another.
            for (int i = 0; i < Math.min(8, array.size()); i++) {
                collect(array.get(i), containers);
            }
        }
    }

    private void inObject(JsonObject object) {
        List<String> names = new ArrayList<>(object.keySet());
        if (names.isEmpty()) {
            object.add(Odd.text(random), placed(Odd.token(random)));
            return;
        }
        String name = names.get(random.nextInt(names.size()));
        JsonElement value = object.get(name);
        switch (random.nextInt(11)) {
            case 0, 1, 2 -> object.add(name, placed(Odd.token(random)));
            case 3 -> object.remove(name);
            case 4 -> object.add(twice(name), placed(Odd.token(random)));
            case 5 -> {
                object.remove(name);
                object.add(nearly(name), value);
            }
            case 6 -> object.add(Odd.text(random), value.deepCopy());
            case 7 -> object.add(name, wrapped(value));
            case 8 -> {
                String other = names.get(random.nextInt(names.size()));
                JsonElement there = object.get(other);
                object.add(other, value);
                object.add(name, there);
            }
            case 9 -> object.add(name, otherType(value));
            default -> object.addProperty(name, Odd.text(random));
        }
    }

    private void inArray(JsonArray array) {
        if (array.isEmpty()) {
            array.add(placed(Odd.token(random)));
            return;
        }
        int at = random.nextInt(array.size());
        switch (random.nextInt(6)) {
            case 0, 1 -> array.set(at, placed(Odd.token(random)));
            case 2 -> array.remove(at);
            case 3 -> {
                JsonElement copied = array.get(at);
                for (int times = 1 + random.nextInt(random.nextInt(20) == 0 ? 3_000 : 80); times > 0; times--) {
                    array.add(copied.deepCopy());
                }
            }
            case 4 -> array.set(at, wrapped(array.get(at)));
            default -> array.set(at, otherType(array.get(at)));
        }
    }

    private static JsonElement wrapped(JsonElement value) {
        JsonArray array = new JsonArray();
        array.add(value);
        return array;
    }

    private JsonElement otherType(JsonElement value) {
        if (value instanceof JsonPrimitive primitive) {
            if (primitive.isString()) {
                return random.nextInt(2) == 0
                        ? new JsonPrimitive(primitive.getAsString().length())
                        : new JsonPrimitive(cut(primitive.getAsString()));
            }
            return new JsonPrimitive(primitive.getAsString());
        }
        return new JsonPrimitive(value.isJsonArray());
    }

    private String cut(String text) {
        return text.isEmpty() ? "x" : text.substring(0, random.nextInt(text.length()));
    }

    private JsonElement placed(String token) {
        String mark = mark();
        raw.put('"' + mark + '"', token);
        return new JsonPrimitive(mark);
    }

    /** A name that will stand a second time once this is text. */
    private String twice(String name) {
        String mark = mark();
        raw.put('"' + mark + "\":", new JsonPrimitive(name) + ":");
        return mark;
    }

    private String mark() {
        return "@@" + raw.size() + "@@";
    }

    private String nearly(String name) {
        if (name.isEmpty()) {
            return " ";
        }
        int at = random.nextInt(name.length());
        return switch (random.nextInt(5)) {
            case 0 -> name.toUpperCase(java.util.Locale.ROOT);
            case 1 -> name + " ";
            case 2 -> name.substring(0, at) + "\u200b" + name.substring(at);
            case 3 -> name.substring(0, at) + name.substring(at + 1);
            default ->
                name.substring(0, at) + LOOK_ALIKES.getOrDefault(name.charAt(at), '\u0000') + name.substring(at + 1);
        };
    }
}
