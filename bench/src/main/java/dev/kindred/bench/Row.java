package dev.kindred.bench;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of an issue's table of numbers.
 *
 * @param unit {@code %}, {@code ×} or {@code s}
 * @param measured in that unit; null where it was not measured
 * @param floor null where only a goal is asked for
 * @param goal null where none is set
 * @param more what else a reader wants: spread, seeds, the peers' own figures
 */
record Row(
        String what,
        String unit,
        @Nullable Double measured,
        Bound bound,
        @Nullable Double floor,
        @Nullable Double goal,
        JsonObject more) {

    /** On which side of its floor and goal a figure should lie. */
    enum Bound {
        AT_LEAST("≥"),
        ABOVE(">"),
        AT_MOST("≤"),
        BELOW("<"),
        /** At most 1 away. */
        NEAR("±1 of");

        private final String sign;

        Bound(String sign) {
            this.sign = sign;
        }

        boolean holds(double measured, double limit) {
            return switch (this) {
                case AT_LEAST -> measured >= limit;
                case ABOVE -> measured > limit;
                case AT_MOST -> measured <= limit;
                case BELOW -> measured < limit;
                case NEAR -> Math.abs(measured - limit) <= 1;
            };
        }
    }

    static Row of(
            String what,
            String unit,
            @Nullable Double measured,
            Bound bound,
            @Nullable Double floor,
            @Nullable Double goal) {
        return new Row(what, unit, measured, bound, floor, goal, new JsonObject());
    }

    /** The same row with more beside its figure. */
    Row with(String name, Number value) {
        JsonObject wider = more.deepCopy();
        wider.addProperty(name, value);
        return new Row(what, unit, measured, bound, floor, goal, wider);
    }

    /** The same row with a word on why it is empty. */
    Row because(String why) {
        JsonObject wider = more.deepCopy();
        wider.addProperty("why", why);
        return new Row(what, unit, measured, bound, floor, goal, wider);
    }

    /** The same row with its spread. */
    Row with(Spread spread) {
        JsonObject wider = more.deepCopy();
        wider.add("spread", spread.json());
        return new Row(what, unit, measured, bound, floor, goal, wider);
    }

    /** The same row with others' figures, in the same unit. */
    Row beside(Map<String, Double> figures) {
        if (figures.isEmpty()) {
            return this;
        }
        JsonObject others = new JsonObject();
        figures.forEach((name, value) -> others.addProperty(name, rounded(value)));
        JsonObject wider = more.deepCopy();
        wider.add("beside", others);
        return new Row(what, unit, measured, bound, floor, goal, wider);
    }

    /** As if it had not been measured; the figure stays visible as a trial. */
    Row asTrial() {
        Row bare = new Row(what, unit, null, bound, floor, goal, more);
        return measured == null ? bare : bare.with("trial", rounded(measured));
    }

    boolean isShort() {
        return floor != null && (measured == null || !bound.holds(measured, floor));
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("what", what);
        json.addProperty("unit", unit);
        json.add("measured", number(measured));
        json.addProperty("bound", bound.sign);
        json.add("floor", number(floor));
        json.add("goal", number(goal));
        more.entrySet().forEach(entry -> json.add(entry.getKey(), entry.getValue()));
        return json;
    }

    private static com.google.gson.JsonElement number(@Nullable Double value) {
        return value == null ? JsonNull.INSTANCE : new com.google.gson.JsonPrimitive(rounded(value));
    }

    /** Four digits are more than any of these measurements carries. */
    static double rounded(double value) {
        return new java.math.BigDecimal(value)
                .round(new java.math.MathContext(4))
                .doubleValue();
    }
}
