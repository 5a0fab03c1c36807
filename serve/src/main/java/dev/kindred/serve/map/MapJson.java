package dev.kindred.serve.map;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.index.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A map as it is sent: places and attributes as base64 of little-endian arrays, one value an item, in the order of {@code ids}.
 *
 * <pre>
 * {"items": 20625, "sampled": 10000, "sequence": 7, "positions": float32 x, y, x, y, …, each in [-1, 1],
 *  "ids": […], "names": […],                                       an empty name is none but the id
 *  "groups": [{"field", "values": […], "of": uint8}],              the value's place, 255 for none
 *  "numbers": [{"field", "kind": "number"|"moment", "low", "high", "of": float32}],   in [0, 1] from low to high, NaN for none
 *  "kept": {"neighbours": 10, "share": 0.4, "chance": 0.001}}
 * </pre>
 */
public final class MapJson {
    /** Values of a field that sorts items into groups. */
    private static final int MOST_VALUES = 250;

    private static final int MOST_COLUMNS = 12;
    private static final int NONE = 255;

    private MapJson() {}

    public static JsonObject of(Sample sample, Layout.Plane plane) {
        JsonObject json = new JsonObject();
        json.addProperty("items", sample.total());
        json.addProperty("sampled", sample.items().size());
        json.addProperty("sequence", sample.sequence());
        json.addProperty("positions", floats(plane.places()));
        JsonArray ids = new JsonArray();
        JsonArray names = new JsonArray();
        for (Sample.Drawn item : sample.items()) {
            ids.add(item.id());
            names.add(item.name());
        }
        json.add("ids", ids);
        json.add("names", names);
        json.add("groups", groups(sample.items()));
        json.add("numbers", numbers(sample.items()));
        JsonObject kept = new JsonObject();
        kept.addProperty("neighbours", 10);
        kept.addProperty("share", plane.kept());
        kept.addProperty("chance", plane.chance());
        json.add("kept", kept);
        return json;
    }

    private static String floats(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private static JsonArray groups(List<Sample.Drawn> items) {
        Map<String, Map<String, Integer>> counts = new TreeMap<>();
        for (Sample.Drawn item : items) {
            item.fields().forEach((field, value) -> {
                String text = group(value);
                if (text != null) {
                    Map<String, Integer> of = counts.computeIfAbsent(field, key -> new HashMap<>());
                    if (of.size() <= MOST_VALUES) {
                        of.merge(text, 1, Integer::sum);
                    }
                }
            });
        }
        JsonArray groups = new JsonArray();
        counts.forEach((field, of) -> {
            // A value of its own for nearly every item is a name, and no group.
            if (of.size() >= 2
                    && of.size() <= MOST_VALUES
                    && 2 * of.size() <= items.size()
                    && groups.size() < MOST_COLUMNS) {
                groups.add(group(items, field, of));
            }
        });
        return groups;
    }

    private static JsonObject group(List<Sample.Drawn> items, String field, Map<String, Integer> counts) {
        List<String> values = counts.keySet().stream()
                .sorted(Comparator.<String>comparingInt(value -> -counts.getOrDefault(value, 0))
                        .thenComparing(value -> value))
                .toList();
        Map<String, Integer> places = new HashMap<>();
        JsonArray names = new JsonArray();
        for (String value : values) {
            places.put(value, places.size());
            names.add(value);
        }
        byte[] of = new byte[items.size()];
        for (int i = 0; i < of.length; i++) {
            String text = group(items.get(i).fields().get(field));
            of[i] = (byte)
                    (text == null ? NONE : places.getOrDefault(text, NONE).intValue());
        }
        JsonObject group = new JsonObject();
        group.addProperty("field", field);
        group.add("values", names);
        group.addProperty("of", Base64.getEncoder().encodeToString(of));
        return group;
    }

    private static @Nullable String group(@Nullable Value value) {
        return switch (value) {
            case Value.Text(String text) -> text;
            case Value.Flag(boolean flag) -> flag ? "yes" : "no";
            case null, default -> null;
        };
    }

    private static JsonArray numbers(List<Sample.Drawn> items) {
        TreeSet<String> fields = new TreeSet<>();
        items.forEach(item -> item.fields().forEach((field, value) -> {
            if (number(value).isPresent()) {
                fields.add(field);
            }
        }));
        JsonArray numbers = new JsonArray();
        for (String field : fields) {
            if (numbers.size() < MOST_COLUMNS) {
                number(items, field, numbers);
            }
        }
        return numbers;
    }

    private static void number(List<Sample.Drawn> items, String field, JsonArray numbers) {
        ToDoubleFunction<Sample.Drawn> value =
                item -> number(item.fields().get(field)).orElse(Double.NaN);
        double low = items.stream()
                .mapToDouble(value)
                .filter(each -> !Double.isNaN(each))
                .min()
                .orElse(0);
        double high = items.stream()
                .mapToDouble(value)
                .filter(each -> !Double.isNaN(each))
                .max()
                .orElse(0);
        if (!(high > low) || Double.isInfinite(high - low)) {
            return;
        }
        float[] of = new float[items.size()];
        for (int i = 0; i < of.length; i++) {
            of[i] = (float) ((value.applyAsDouble(items.get(i)) - low) / (high - low));
        }
        boolean moments = items.stream().anyMatch(item -> item.fields().get(field) instanceof Value.Moment);
        JsonObject number = new JsonObject();
        number.addProperty("field", field);
        number.addProperty("kind", moments ? "moment" : "number");
        number.addProperty("low", low);
        number.addProperty("high", high);
        number.addProperty("of", floats(of));
        numbers.add(number);
    }

    /** A moment is its milliseconds since 1970. */
    private static OptionalDouble number(@Nullable Value value) {
        return switch (value) {
            case Value.Whole(long whole) -> OptionalDouble.of(whole);
            case Value.Real(double real) -> OptionalDouble.of(real);
            case Value.Moment(java.time.Instant moment) -> OptionalDouble.of(moment.getEpochSecond() * 1e3);
            case null, default -> OptionalDouble.empty();
        };
    }
}
