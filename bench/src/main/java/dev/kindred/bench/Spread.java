package dev.kindred.bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/** Several measurements of one thing, told by median, quartiles and range. */
record Spread(double low, double lowerQuartile, double median, double upperQuartile, double high, int count) {

    /** @param values at least one */
    static Spread of(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new Spread(
                sorted[0],
                quantile(sorted, 0.25),
                quantile(sorted, 0.5),
                quantile(sorted, 0.75),
                sorted[sorted.length - 1],
                sorted.length);
    }

    /** Linear between neighbours. */
    private static double quantile(double[] sorted, double share) {
        double at = share * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("low", Row.rounded(low));
        json.addProperty("lowerQuartile", Row.rounded(lowerQuartile));
        json.addProperty("upperQuartile", Row.rounded(upperQuartile));
        json.addProperty("high", Row.rounded(high));
        json.addProperty("count", count);
        return json;
    }

    static JsonArray array(List<Double> values) {
        JsonArray array = new JsonArray();
        values.forEach(value -> array.add(Row.rounded(value)));
        return array;
    }

    static List<Double> values(JsonArray array) {
        return array.asList().stream().map(e -> e.getAsDouble()).toList();
    }
}
