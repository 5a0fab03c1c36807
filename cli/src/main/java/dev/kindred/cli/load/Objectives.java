package dev.kindred.cli.load;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a run has to reach for the answer to be yes; null where nothing is asked.
 *
 * @param p50 and {@code p99}: of calls answered well, in milliseconds, at most; not met where so many failed that among all calls, those
 *     turned away apart, there is none
 * @param errors calls, at most, those that never left among them; calls turned away by 429 are none
 * @param turnedAway share of calls answered with 429, at most
 * @param goodput calls answered well a second, at least
 */
public record Objectives(
        @Nullable Double p50,
        @Nullable Double p99,
        @Nullable Long errors,
        @Nullable Double turnedAway,
        @Nullable Double goodput) {
    private static final Pattern TIME = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*(us|ms|s|m|min|h)?");

    /** One of them and whether it was met. */
    public record Judged(String what, double measured, String bound, double limit, boolean met) {}

    public List<Judged> judge(Figures figures) {
        List<Judged> all = new ArrayList<>();
        if (p50 != null) {
            all.add(atMost(
                    "p50 in ms", among(figures, 0.5, figures.all().latency().p50()), p50));
        }
        if (p99 != null) {
            all.add(atMost(
                    "p99 in ms", among(figures, 0.99, figures.all().latency().p99()), p99));
        }
        if (errors != null) {
            all.add(atMost("errors", due(figures) == 0 ? Double.NaN : figures.failed(), errors));
        }
        if (turnedAway != null) {
            // 0 / 0 where nothing was asked.
            double share = figures.all().turnedAway() / (double) figures.all().asked();
            all.add(atMost("share turned away", share, turnedAway));
        }
        if (goodput != null) {
            all.add(new Judged("goodput a second", figures.goodput(), "≥", goodput, figures.goodput() >= goodput));
        }
        return all;
    }

    private static long due(Figures figures) {
        return figures.all().asked() + figures.schedule().unsent();
    }

    /** A call that failed never ended: beyond a share of them a percentile is none. */
    private static double among(Figures figures, double share, double millis) {
        return figures.failed() > (1 - share) * due(figures) ? Double.NaN : millis;
    }

    /** Where nothing was measured, nothing is met. */
    private static Judged atMost(String what, double measured, double limit) {
        return new Judged(what, measured, "≤", limit, measured <= limit);
    }

    static JsonArray json(List<Judged> judged) {
        JsonArray all = new JsonArray();
        for (Judged each : judged) {
            JsonObject json = new JsonObject();
            json.addProperty("what", each.what());
            if (Double.isFinite(each.measured())) {
                json.addProperty("measured", each.measured());
            }
            json.addProperty("bound", each.bound());
            json.addProperty("limit", each.limit());
            json.addProperty("met", each.met());
            all.add(json);
        }
        return all;
    }

    /** {@code 50ms}, {@code 1.5s}, {@code 2m}; seconds where no unit stands. */
    public static Duration time(String text, String where) {
        Matcher matcher = TIME.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new Refusal("'" + text + "' is no time", where, "write e.g. 50ms, 30s or 2m");
        }
        double value = Double.parseDouble(matcher.group(1));
        String unit = matcher.group(2) == null ? "s" : matcher.group(2);
        double seconds = switch (unit) {
            case "us" -> value / 1e6;
            case "ms" -> value / 1e3;
            case "m", "min" -> value * 60;
            case "h" -> value * 3600;
            default -> value;
        };
        if (seconds > 7 * 86_400) {
            throw new Refusal(text + " is more than a week", where, "write less");
        }
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }
}
