package dev.kindred.cli.load;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * How long calls took, in milliseconds, to three digits.
 *
 * @param count of calls; where it is 0 all else is NaN
 * @param curve from the quickest to the slowest, each with the share of calls that took at most so long
 */
public record Latency(
        long count, double mean, double p50, double p90, double p99, double p999, double max, List<Point> curve) {
    private static final double MILLIS = 1e6;
    private static final int STEPS_PER_HALVING = 5;

    /** A share of all calls, 0 to 1, and what they took at most. */
    public record Point(double share, double millis) {}

    public Latency {
        curve = List.copyOf(curve);
    }

    /** @param nanos of calls */
    static Latency of(Histogram nanos) {
        if (nanos.getTotalCount() == 0) {
            return new Latency(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, List.of());
        }
        List<Point> curve = new ArrayList<>();
        for (HistogramIterationValue value : nanos.percentiles(STEPS_PER_HALVING)) {
            curve.add(new Point(value.getPercentileLevelIteratedTo() / 100, value.getValueIteratedTo() / MILLIS));
        }
        return new Latency(
                nanos.getTotalCount(),
                nanos.getMean() / MILLIS,
                nanos.getValueAtPercentile(50) / MILLIS,
                nanos.getValueAtPercentile(90) / MILLIS,
                nanos.getValueAtPercentile(99) / MILLIS,
                nanos.getValueAtPercentile(99.9) / MILLIS,
                nanos.getMaxValue() / MILLIS,
                curve);
    }

    /** {@code {"count", "mean", "p50", "p90", "p99", "p999", "max"}}; only the count where there is none. */
    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("count", count);
        if (count > 0) {
            json.addProperty("mean", rounded(mean));
            json.addProperty("p50", rounded(p50));
            json.addProperty("p90", rounded(p90));
            json.addProperty("p99", rounded(p99));
            json.addProperty("p999", rounded(p999));
            json.addProperty("max", rounded(max));
        }
        return json;
    }

    /** To whole microseconds. */
    static double rounded(double millis) {
        return Math.round(millis * 1e3) / 1e3;
    }
}
