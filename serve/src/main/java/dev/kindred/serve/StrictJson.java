package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * JSON from strangers: RFC 8259 to the letter, one value, valid UTF-8, no name twice, nested at most {@value #MAX_DEPTH} deep, at most
 * {@value #MAX_VALUES} values a list and {@value #MAX_IN_ALL} in all. What is wrong is said with its line and column.
 */
public final class StrictJson {
    private static final int MAX_DEPTH = 32;
    /** As many as the longest vector has. */
    private static final int MAX_VALUES = 65_536;
    /** Each costs some ten times its letters once it is read. */
    private static final int MAX_IN_ALL = 1 << 20;
    /** Of a value with its place in a list, or half of a member of an object. */
    private static final int VALUE_BYTES = 64;

    private final JsonReader reader;
    private final int mostInList;
    private int left = MAX_IN_ALL;

    private StrictJson(JsonReader reader, int mostInList) {
        this.reader = reader;
        this.mostInList = mostInList;
    }

    public static JsonObject object(byte[] utf8, String where) {
        return object(text(utf8, where), where, MAX_VALUES);
    }

    /** The same where one list may be as long as all may be together. */
    public static JsonObject objectOfLongLists(byte[] utf8, String where) {
        return object(text(utf8, where), where, MAX_IN_ALL);
    }

    private static JsonObject object(String text, String where, int mostInList) {
        if (value(text, where, mostInList) instanceof JsonObject object) {
            return object;
        }
        throw Problem.badRequest("a JSON object is wanted", where, "send {…}");
    }

    public static JsonElement value(String text, String where) {
        return value(text, where, MAX_VALUES);
    }

    private static JsonElement value(String text, String where, int mostInList) {
        JsonReader reader = new JsonReader(new StringReader(text));
        reader.setStrictness(Strictness.STRICT);
        reader.setNestingLimit(MAX_DEPTH);
        try {
            JsonElement value = new StrictJson(reader, mostInList).read();
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw Problem.badRequest(
                        "something stands after the JSON value", place(where, reader), "send one value");
            }
            return value;
        } catch (EOFException e) {
            throw Problem.badRequest("the JSON ends too soon", place(where, reader), "");
        } catch (MalformedJsonException | NumberFormatException e) {
            throw Problem.badRequest("this is not JSON", where + place(e), "");
        } catch (IOException e) {
            throw new IllegalStateException("reading a string failed", e);
        }
    }

    /** Bytes that a text's values take in memory once they are read, about: as many for each as the largest of them takes. */
    public static long weight(byte[] utf8) {
        long values = 0;
        boolean within = false;
        for (int i = 0; i < utf8.length; i++) {
            switch (utf8[i]) {
                case '"' -> within = !within;
                case '\\' -> i++;
                case ',', ':', '[', '{' -> values += within ? 0 : 1;
                default -> {}
            }
        }
        return Math.min(values, 2L * MAX_IN_ALL) * VALUE_BYTES;
    }

    /** @throws Problem where the bytes are not valid UTF-8 */
    public static String text(byte[] utf8, String where) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Problem.badRequest("the text is not valid UTF-8", where, "");
        }
    }

    private JsonElement read() throws IOException {
        if (left-- == 0) {
            throw Problem.badRequest(
                    String.format(Locale.ROOT, "more than %,d values in all", MAX_IN_ALL),
                    reader.getPath(),
                    "send fewer at once");
        }
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> {
                JsonObject object = new JsonObject();
                reader.beginObject();
                while (reader.hasNext()) {
                    String name = reader.nextName();
                    if (object.has(name)) {
                        throw Problem.badRequest("a name stands twice", reader.getPath(), "");
                    }
                    object.add(name, read());
                }
                reader.endObject();
                yield object;
            }
            case BEGIN_ARRAY -> {
                JsonArray array = new JsonArray();
                reader.beginArray();
                while (reader.hasNext()) {
                    if (array.size() == mostInList) {
                        throw Problem.badRequest(
                                String.format(Locale.ROOT, "a list has more than %,d values", mostInList),
                                reader.getPath(),
                                "send fewer at once");
                    }
                    array.add(read());
                }
                reader.endArray();
                yield array;
            }
            case STRING -> new JsonPrimitive(reader.nextString());
            case NUMBER -> number();
            case BOOLEAN -> new JsonPrimitive(reader.nextBoolean());
            case NULL -> {
                reader.nextNull();
                yield JsonNull.INSTANCE;
            }
            default -> throw new MalformedJsonException("a value is missing" + reader.getPath());
        };
    }

    private JsonPrimitive number() throws IOException {
        String digits = reader.nextString();
        if (ShortDecimal.isWhole(digits)) {
            return new JsonPrimitive(Long.parseLong(digits));
        }
        double value = ShortDecimal.value(digits);
        if (!Double.isFinite(value)) {
            throw Problem.badRequest("the number is beyond what a double holds", reader.getPreviousPath(), "");
        }
        return new JsonPrimitive(value);
    }

    /** Line, column and path; what else the library says is advice for whoever writes its callers. */
    private static String place(Exception e) {
        String message = String.valueOf(e.getMessage());
        int at = message.indexOf(" at line ");
        int end = message.indexOf('\n');
        return at < 0 ? "" : message.substring(at, end < at ? message.length() : end);
    }

    private static String place(String where, JsonReader reader) {
        String text = reader.toString();
        int at = text.indexOf(" at ");
        return where + (at < 0 ? "" : text.substring(at));
    }
}
