package dev.kindred.cli.load;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What a run showed, warm-up left out.
 *
 * @param seconds that were counted
 * @param goodput calls answered well a second, of those answered within that time
 * @param all kinds together
 * @param codes of replies
 * @param failures of calls that got none, by what happened
 */
public record Figures(
        double seconds,
        double goodput,
        OfKind all,
        List<OfKind> kinds,
        SortedMap<Integer, Long> codes,
        SortedMap<String, Long> failures,
        List<Slice> slices,
        Schedule schedule) {

    /**
     * Calls that were due in the counted time.
     *
     * @param asked that were sent
     * @param ok answered with 2xx
     * @param turnedAway answered with 429
     * @param bare of these, without {@code Retry-After}
     * @param errors all others, those without a reply among them
     * @param latency of those answered with 2xx, from when they were due
     * @param refusal the same of those answered with 429
     */
    public record OfKind(
            String name,
            long asked,
            long ok,
            long turnedAway,
            long bare,
            long errors,
            Latency latency,
            Latency refusal) {

        JsonObject json() {
            JsonObject json = new JsonObject();
            json.addProperty("asked", asked);
            json.addProperty("ok", ok);
            json.addProperty("turnedAway", turnedAway);
            json.addProperty("turnedAwayWithoutRetryAfter", bare);
            json.addProperty("errors", errors);
            json.addProperty("okShare", share(ok));
            json.addProperty("turnedAwayShare", share(turnedAway));
            json.addProperty("errorShare", share(errors));
            json.add("millis", latency.json());
            if (turnedAway > 0) {
                json.add("turnedAwayMillis", refusal.json());
            }
            return json;
        }

        private double share(long some) {
            return asked == 0 ? 0 : (double) some / asked;
        }
    }

    /**
     * A moment of the run: what was answered in it. Latencies are in milliseconds, NaN where nothing was answered well.
     *
     * @param at seconds from the start of counting to its middle
     */
    public record Slice(
            double at, double seconds, long ok, long turnedAway, long errors, double p50, double p99, double max) {}

    /**
     * Whether calls left when they were due.
     *
     * @param lagP50 milliseconds that calls left late though a connection was free: the generator's own fault. 0 in a closed loop
     * @param lagP99 the same, what one in a hundred exceeds
     * @param heldBack calls that waited for a connection
     * @param late calls that were due in the counted time and left only when it was over
     * @param unsent calls that were due and never left
     * @param busy share of the time in which the generator's thread computed
     */
    public record Schedule(double lagP50, double lagP99, long heldBack, long late, long unsent, double busy) {
        private static final double MOST_LAG = 2;
        private static final double MOST_BUSY = 0.85;

        /** Whether the figures are the server's and not the generator's. */
        public boolean kept() {
            return lagP99 <= MOST_LAG && busy <= MOST_BUSY;
        }

        JsonObject json() {
            JsonObject json = new JsonObject();
            json.addProperty("kept", kept());
            json.addProperty("lagMillisP50", Latency.rounded(lagP50));
            json.addProperty("lagMillisP99", Latency.rounded(lagP99));
            json.addProperty("heldBack", heldBack);
            json.addProperty("late", late);
            json.addProperty("unsent", unsent);
            json.addProperty("busyShare", busy);
            return json;
        }
    }

    public Figures {
        kinds = List.copyOf(kinds);
        slices = List.copyOf(slices);
    }

    /** Calls that were due and not answered as they should be, those turned away left out. */
    public long failed() {
        return all.errors() + schedule.unsent();
    }

    /** Calls a second that left while it was counted, those that left only once it was over apart. */
    public double offered() {
        return (all.asked() - schedule.late()) / seconds;
    }

    /** All of it but what was planned. */
    public JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("seconds", seconds);
        json.addProperty("goodputPerSecond", goodput);
        json.addProperty("askedPerSecond", all.asked() / seconds);
        all.json().entrySet().forEach(entry -> json.add(entry.getKey(), entry.getValue()));
        JsonObject byKind = new JsonObject();
        kinds.forEach(kind -> byKind.add(kind.name(), kind.json()));
        json.add("kinds", byKind);
        json.add("codes", counts(codes));
        json.add("failures", counts(failures));
        json.add("schedule", schedule.json());
        JsonArray curve = new JsonArray();
        for (Latency.Point point : all.latency().curve()) {
            JsonArray pair = new JsonArray();
            pair.add(point.share());
            pair.add(Latency.rounded(point.millis()));
            curve.add(pair);
        }
        json.add("curve", curve);
        return json;
    }

    private static JsonObject counts(Map<?, Long> counts) {
        JsonObject json = new JsonObject();
        counts.forEach((name, count) -> json.addProperty(name.toString(), count));
        return json;
    }
}
