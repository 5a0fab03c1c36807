package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A JSON object being read field by field; what is of the wrong type, out of range or unknown is refused by name.
 *
 * @param path where the object stands in the request; empty at the top
 */
record Fields(JsonObject object, String path) {

    /** Refuses every field that is not one of these. */
    Fields only(String... known) {
        List<String> names = Arrays.asList(known);
        for (String name : object.keySet()) {
            if (!names.contains(name)) {
                throw Problem.badRequest("there is no such field", at(name), "known here: " + String.join(", ", names));
            }
        }
        return this;
    }

    String at(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    boolean has(String name) {
        JsonElement value = object.get(name);
        return value != null && !value.isJsonNull();
    }

    Optional<String> text(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        if (object.get(name) instanceof JsonPrimitive value && value.isString()) {
            return Optional.of(value.getAsString());
        }
        throw Problem.badRequest("a string is wanted", at(name), "");
    }

    int whole(String name, int least, int most, int otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        if (object.get(name) instanceof JsonPrimitive value
                && value.isNumber()
                && value.getAsNumber() instanceof Long number) {
            if (number >= least && number <= most) {
                return number.intValue();
            }
        }
        throw Problem.badRequest("a whole number from " + least + " to " + most + " is wanted", at(name), "");
    }

    /** False where it is not there. */
    boolean flag(String name) {
        if (!has(name)) {
            return false;
        }
        if (object.get(name) instanceof JsonPrimitive value && value.isBoolean()) {
            return value.getAsBoolean();
        }
        throw Problem.badRequest("true or false is wanted", at(name), "");
    }

    /** A number from {@code least} to {@code most}. */
    Optional<Double> number(String name, double least, double most) {
        if (!has(name)) {
            return Optional.empty();
        }
        if (object.get(name) instanceof JsonPrimitive value && value.isNumber()) {
            double number = value.getAsDouble();
            if (number >= least && number <= most) {
                return Optional.of(number);
            }
        }
        throw Problem.badRequest("a number from " + least + " to " + most + " is wanted", at(name), "");
    }

    Optional<Double> rate(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        if (object.get(name) instanceof JsonPrimitive value && value.isNumber()) {
            double rate = value.getAsDouble();
            if (rate > 0 && rate < 1) {
                return Optional.of(rate);
            }
        }
        throw Problem.badRequest("a rate between 0 and 1 is wanted", at(name), "1% is 0.01");
    }

    Optional<Fields> inner(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        if (object.get(name) instanceof JsonObject inner) {
            return Optional.of(new Fields(inner, at(name)));
        }
        throw Problem.badRequest("an object is wanted", at(name), "");
    }

    Optional<float[]> vector(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        if (!(object.get(name) instanceof JsonArray array) || array.isEmpty()) {
            throw Problem.badRequest("a list of numbers is wanted", at(name), "");
        }
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            if (!(array.get(i) instanceof JsonPrimitive value)
                    || !value.isNumber()
                    || !Float.isFinite(value.getAsFloat())) {
                throw Problem.badRequest("a number that a float holds is wanted", at(name) + "[" + i + "]", "");
            }
            values[i] = value.getAsFloat();
        }
        return Optional.of(values);
    }
}
