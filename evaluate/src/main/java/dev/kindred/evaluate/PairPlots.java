package dev.kindred.evaluate;

import dev.kindred.core.metric.Reliability;
import dev.kindred.core.metric.ScoreCounts;
import dev.kindred.core.metric.Verification;
import dev.kindred.report.Axis;
import dev.kindred.report.Html;
import dev.kindred.report.Plot;
import dev.kindred.report.Scale;
import dev.kindred.report.Tone;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What pairs of scores look like: histograms, ROC, DET, reliability. */
final class PairPlots {
    private static final int BINS = 60;
    private static final int POINTS = 400;

    private PairPlots() {}

    static Tone tone(String view) {
        return switch (view) {
            case "pixels", "bm25" -> Tone.OTHER;
            case "untrained", "untaught" -> Tone.THIRD;
            case "hybrid", Views.EMBEDDING -> Tone.GOOD;
            case Views.RERANKED -> Tone.BAD;
            default -> Tone.MAIN;
        };
    }

    static Plot histogram(ScoreCounts counts, Plot.@Nullable Guide threshold) {
        double[][] shares = counts.histogram(BINS);
        return new Plot.Histogram(
                "Scores of same and different pairs",
                "The share of each kind of pair at a score; the less they overlap, the better they are told apart.",
                Axis.linear("score", counts.lowest(), counts.highest()),
                "share of pairs",
                List.of(new Plot.Bins("different", shares[1], Tone.OTHER), new Plot.Bins("same", shares[0], Tone.MAIN)),
                threshold);
    }

    static Plot roc(Map<String, Verification> views) {
        List<Plot.Series> series = new ArrayList<>();
        views.forEach((name, verification) -> {
            List<ScoreCounts.Point> curve = verification.counts().curve(POINTS);
            series.add(new Plot.Series(
                    Views.spoken(name),
                    curve.stream().mapToDouble(ScoreCounts.Point::fmr).toArray(),
                    curve.stream().mapToDouble(p -> 1 - p.fnmr()).toArray(),
                    tone(name),
                    false));
        });
        return new Plot.Lines(
                "ROC",
                "Same pairs found against different pairs let through, at every threshold; the dashed line is chance.",
                Axis.share("false-match rate"),
                Axis.share("same pairs found"),
                series,
                true);
    }

    /** From the smallest rate that the pairs can tell. */
    static Plot det(Verification encoder, Map<String, Verification> views) {
        long pairs = encoder.counts().differentPairs();
        double low = Math.clamp((double) Verification.FEWEST_FALSE_MATCHES / pairs, 1e-5, 0.1);
        Axis x = new Axis("false-match rate", Scale.PROBIT, low, 0.6, true);
        Axis y = new Axis("false non-match rate", Scale.PROBIT, 0.0009, 0.99, true);
        List<Plot.Series> series = new ArrayList<>();
        views.forEach((name, verification) -> {
            List<ScoreCounts.Point> curve = verification.counts().curve(POINTS).stream()
                    .filter(p -> p.fmr() >= low && p.fmr() <= 0.6)
                    .toList();
            series.add(new Plot.Series(
                    Views.spoken(name),
                    curve.stream().mapToDouble(ScoreCounts.Point::fmr).toArray(),
                    curve.stream().mapToDouble(ScoreCounts.Point::fnmr).toArray(),
                    tone(name),
                    false));
        });
        return new Plot.Lines(
                "DET",
                String.format(
                        Locale.ROOT,
                        "Both errors on the normal scale, lower is better; it begins where %d false matches are seen"
                                + " (%s).",
                        Verification.FEWEST_FALSE_MATCHES,
                        Html.percent(low)),
                x,
                y,
                series,
                false);
    }

    static Plot reliability(Reliability reliability) {
        Plot.Series series = new Plot.Series(
                "share",
                reliability.bins().stream()
                        .mapToDouble(Reliability.Bin::probability)
                        .toArray(),
                reliability.bins().stream().mapToDouble(Reliability.Bin::share).toArray(),
                Tone.MAIN,
                true);
        return new Plot.Lines(
                "Reliability",
                "Pairs given a probability against the share of them that is the same; on the dashed line, words are kept. Expected calibration error %s."
                        .formatted(Html.percent(reliability.expectedCalibrationError())),
                Axis.share("probability given"),
                Axis.share("really the same"),
                List.of(series),
                true);
    }
}
