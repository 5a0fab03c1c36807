package dev.kindred.evaluate;

import dev.kindred.core.Interval;
import dev.kindred.core.metric.Measure;
import dev.kindred.report.Html;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Figures as people read them. */
final class Spoken {
    private Spoken() {}

    static Optional<String> interval(String figure, Measure measure) {
        return interval(figure, measure, "classes");
    }

    /** @param drawn what the bootstrap draws anew */
    static Optional<String> interval(String figure, Measure measure, String drawn) {
        Interval interval = measure.interval();
        return interval == null
                ? Optional.empty()
                : Optional.of("95%% interval of %s: %s (bootstrap over %s)".formatted(figure, range(interval), drawn));
    }

    /** {@code 93.1% to 95.2%}. */
    static String range(Interval interval) {
        return Html.percent(interval.low()) + " to " + Html.percent(interval.high());
    }

    /** A note under a figure; empty where there is no interval. */
    static String note(@Nullable Interval interval) {
        return interval == null ? "" : "95%: " + range(interval);
    }
}
