package dev.kindred.encode;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import dev.kindred.core.Refusal;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON object of a stranger field by field; what is missing or of another kind is refused by its place.
 */
public final class Fields {
    private static final String MEND = "fetch the bundle again, or seal it anew";

    private final JsonObject object;
    private final String where;
    private final String mend;

    private Fields(JsonObject object, String where, String mend) {
        this.object = object;
        this.where = where;
        this.mend = mend;
    }

    /** A file of a bundle, named by {@code where} in errors. */
    public static Fields parse(byte[] utf8, String where) {
        return parse(utf8, where, MEND);
    }

    /**
     * @param where the file, for errors
     * @param mend what to do where it is damaged
     */
    public static Fields parse(byte[] utf8, String where, String mend) {
        try (JsonReader reader = new JsonReader(new StringReader(new String(utf8, StandardCharsets.UTF_8)))) {
            reader.setStrictness(Strictness.STRICT);
            JsonElement element = JsonParser.parseReader(reader);
            if (!(element instanceof JsonObject parsed)) {
                throw new Refusal("is not a JSON object", where, mend);
            }
            return new Fields(parsed, where, mend);
        } catch (JsonParseException | java.io.IOException e) {
            throw new Refusal("is not valid JSON (" + reason(e) + ")", where, mend, e);
        }
    }

    /** Gson's own words, cut before the path, which is as long as a stranger's nesting, and the address of its manual. */
    private static String reason(Exception e) {
        Throwable told = e instanceof JsonParseException && e.getCause() != null ? e.getCause() : e;
        return String.valueOf(told.getMessage()).replaceFirst("(?s)( path |\\R).*", "");
    }

    public JsonObject object() {
        return object;
    }

    public String where() {
        return where;
    }

    public boolean has(String name) {
        return object.has(name) && !object.get(name).isJsonNull();
    }

    public String text(String name) {
        JsonPrimitive value = primitive(name);
        if (!value.isString()) {
            throw wrong(name, "text");
        }
        return value.getAsString();
    }

    public double number(String name) {
        JsonPrimitive value = primitive(name);
        if (!value.isNumber()) {
            throw wrong(name, "a number");
        }
        return value.getAsDouble();
    }

    public long whole(String name, long least, long most) {
        // Exactly: a double holds whole numbers up to 2^53 alone, and a seed may be any.
        double about = number(name);
        if (about >= least && about <= most) {
            try {
                long value = exact(primitive(name));
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (ArithmeticException e) {
                // Said below, with the range.
            }
        }
        throw wrong(name, "a whole number from " + least + " to " + most);
    }

    /** Not by way of a decimal where there are digits alone: a process's first one takes longer than all else of a bundle's numbers. */
    private static long exact(JsonPrimitive number) {
        String text = number.getAsString();
        return text.matches("-?[0-9]{1,18}")
                ? Long.parseLong(text)
                : number.getAsBigDecimal().longValueExact();
    }

    public int integer(String name, int least, int most) {
        return (int) whole(name, least, most);
    }

    public boolean flag(String name) {
        JsonPrimitive value = primitive(name);
        if (!value.isBoolean()) {
            throw wrong(name, "true or false");
        }
        return value.getAsBoolean();
    }

    public Fields fields(String name) {
        if (!(object.get(name) instanceof JsonObject inner)) {
            throw wrong(name, "an object");
        }
        return new Fields(inner, where + ": " + name, mend);
    }

    public List<Fields> list(String name) {
        List<Fields> list = new ArrayList<>();
        JsonArray array = array(name);
        for (int i = 0; i < array.size(); i++) {
            if (!(array.get(i) instanceof JsonObject inner)) {
                throw wrong(name + "[" + i + "]", "an object");
            }
            list.add(new Fields(inner, where + ": " + name + "[" + i + "]", mend));
        }
        return list;
    }

    public List<Double> numbers(String name) {
        List<Double> numbers = new ArrayList<>();
        for (JsonElement element : array(name)) {
            if (!(element instanceof JsonPrimitive value) || !value.isNumber()) {
                throw wrong(name, "a list of numbers");
            }
            numbers.add(value.getAsDouble());
        }
        return numbers;
    }

    private JsonArray array(String name) {
        if (!(object.get(name) instanceof JsonArray array)) {
            throw wrong(name, "a list");
        }
        return array;
    }

    private JsonPrimitive primitive(String name) {
        JsonElement element = object.get(name);
        if (!(element instanceof JsonPrimitive value)) {
            throw wrong(name, "a value");
        }
        return value;
    }

    private Refusal wrong(String name, String expected) {
        @Nullable JsonElement there = object.get(name);
        return new Refusal(
                "field '" + name + "' " + (there == null ? "is missing" : "is not " + expected), where, mend);
    }
}
