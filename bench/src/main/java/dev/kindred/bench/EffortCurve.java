package dev.kindred.bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** What share of the true neighbours is found at which effort, as far as it was measured. */
final class EffortCurve {
    /** No search keeps more. */
    private static final int MOST = 20_000;

    private final IntFunction<OurIndex.Pass> measure;
    private final TreeMap<Integer, OurIndex.Pass> points = new TreeMap<>();

    /** @param measure a pass over all queries at an effort */
    EffortCurve(IntFunction<OurIndex.Pass> measure) {
        this.measure = measure;
    }

    /** Measured anew. */
    OurIndex.Pass pass(int effort) {
        return measure.apply(effort);
    }

    double recall(int effort) {
        return points.computeIfAbsent(effort, measure::apply).recall();
    }

    /** The smallest effort that reaches a recall, by halving: recall all but rises with effort. */
    int reaching(double recall) {
        int high = ExactNeighbors.K;
        int low = high - 1;
        while (recall(high) < recall) {
            low = high;
            high *= 2;
            if (high > MOST) {
                throw new IllegalStateException("no effort up to " + MOST + " reaches a recall of " + recall);
            }
        }
        while (high - low > 1) {
            int middle = (low + high) / 2;
            if (recall(middle) >= recall) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    JsonArray json() {
        JsonArray array = new JsonArray();
        points.forEach((effort, pass) -> {
            JsonObject point = new JsonObject();
            point.addProperty("ef", effort);
            point.addProperty("recall", pass.recall());
            array.add(point);
        });
        return array;
    }
}
