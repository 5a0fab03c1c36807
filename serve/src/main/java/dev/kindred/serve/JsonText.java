package dev.kindred.serve;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;

/** JSON that is written as it goes: long rows of numbers never stand as a tree in memory. */
public final class JsonText {
    /** Of a number and its comma, about. */
    private static final int DIGITS = 13;

    /** Writes a reply's JSON. */
    @FunctionalInterface
    public interface Content {
        void to(JsonWriter json) throws IOException;
    }

    private JsonText() {}

    public static String of(Content content) {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            content.to(json);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return text.toString();
    }

    /**
     * Writes an array of the values from one on, each as short as it can be read back exactly.
     *
     * @throws IllegalArgumentException where one is not finite, which JSON has no word for
     */
    public static void row(JsonWriter json, float[] values, int from, int count) throws IOException {
        StringBuilder row = new StringBuilder(2 + DIGITS * count).append('[');
        for (int i = from; i < from + count; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException("a vector of a reply has " + values[i] + " at " + (i - from));
            }
            if (i > from) {
                row.append(',');
            }
            row.append(values[i]);
        }
        json.jsonValue(row.append(']').toString());
    }
}
