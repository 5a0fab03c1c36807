package dev.kindred.evaluate;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Interval;
import dev.kindred.core.metric.Measure;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Figures as JSON: fractions from 0 to 1, intervals as {@code [low, high]}, what is not there left out. */
final class FigureJson {
    private FigureJson() {}

    static JsonArray interval(Interval interval) {
        JsonArray array = new JsonArray();
        array.add(interval.low());
        array.add(interval.high());
        return array;
    }

    static void addInterval(JsonObject to, String name, @Nullable Interval interval) {
        if (interval != null) {
            to.add(name, interval(interval));
        }
    }

    static void addInterval(JsonObject to, String name, Measure measure) {
        addInterval(to, name, measure.interval());
    }

    /** A rate as a key: {@code 0.01}, never {@code 1.0E-4}. */
    static String key(double rate) {
        return BigDecimal.valueOf(rate).stripTrailingZeros().toPlainString();
    }

    /** JSON has no NaN: such a figure is left out. */
    static void addFinite(JsonObject to, String name, double value) {
        if (Double.isFinite(value)) {
            to.addProperty(name, value);
        }
    }
}
