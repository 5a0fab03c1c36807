package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Optional;

/** Where a score stands among those that validation saw, of same and of different pairs: the shares of them below it. */
final class BaselinePlace {
    private BaselinePlace() {}

    /**
     * {@code {"same", "different"}}, each from 0 to 1; between two measured shares on the line between them, beyond the outermost that one.
     *
     * @param baseline of a bundle; empty result where it has no such scores
     */
    static Optional<JsonObject> of(Optional<JsonObject> baseline, double score) {
        if (baseline.isEmpty()
                || !(baseline.get().get("scores") instanceof JsonObject scores)
                || !(scores.get("quantiles") instanceof JsonArray shares)) {
            return Optional.empty();
        }
        JsonObject place = new JsonObject();
        for (String kind : new String[] {"same", "different"}) {
            if (!(scores.get(kind) instanceof JsonArray values) || values.size() != shares.size() || values.isEmpty()) {
                return Optional.empty();
            }
            place.addProperty(kind, below(numbers(values), numbers(shares), score));
        }
        return Optional.of(place);
    }

    private static double[] numbers(JsonArray array) {
        return array.asList().stream().mapToDouble(JsonElement::getAsDouble).toArray();
    }

    /** @param values never falling */
    private static double below(double[] values, double[] shares, double score) {
        int last = values.length - 1;
        if (score <= values[0]) {
            return shares[0];
        }
        for (int i = 1; i <= last; i++) {
            if (score <= values[i]) {
                double part = (score - values[i - 1]) / (values[i] - values[i - 1]);
                return shares[i - 1] + part * (shares[i] - shares[i - 1]);
            }
        }
        return shares[last];
    }
}
