package dev.kindred.evaluate;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Interval;
import dev.kindred.core.metric.ScoreCounts;
import dev.kindred.core.metric.Verification;
import dev.kindred.report.Axis;
import dev.kindred.report.Block;
import dev.kindred.report.Html;
import dev.kindred.report.Page;
import dev.kindred.report.Plot;
import dev.kindred.report.Tone;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** What was measured, as sections of one self-contained page. */
public final class EvaluationReport {
    private static final int TRIALS_SHOWN = 8;
    private static final int CANDIDATES_SHOWN = 4;

    private EvaluationReport() {}

    /** Retrieval: figures beside their baselines, curves, best and worst queries, the table by attribute. */
    public static Page retrieval(Page page, RetrievalTask.Result result, Embeddings view, Thumbnails thumbnails) {
        Page with = page.section("Finding", RetrievalSection.figures(result));
        if (result.by() != null) {
            with = with.section("By " + result.by(), RetrievalSection.byTable(result));
        }
        return with.section("Queries", RetrievalSection.queries(result, view, thumbnails));
    }

    /** Verification: figures with their intervals, histograms, ROC, DET, reliability, thresholds, the table by attribute. */
    public static Page verification(Page page, VerificationTask.Result result) {
        ScoreCounts counts = result.encoder().counts();
        return verification(
                page,
                result,
                String.format(
                        Locale.ROOT,
                        "%s%,d same and %,d different pairs%s of %,d samples. Intervals are by bootstrap over classes"
                                + " on both sides.",
                        result.drawn() ? "" : "All ",
                        counts.samePairs(),
                        counts.differentPairs(),
                        result.drawn() ? ", drawn of all pairs" : "",
                        result.encoder().samples()));
    }

    /** @param pairs which pairs these are, and how intervals were made */
    static Page verification(Page page, VerificationTask.Result result, String pairs) {
        ScoreCounts counts = result.encoder().counts();
        List<Block> blocks = new ArrayList<>();
        blocks.add(new Block.Prose(pairs));
        blocks.add(new Block.Figures(figures(result)));
        List<Plot> plots = new ArrayList<>();
        plots.add(PairPlots.histogram(
                counts,
                result.sealedThreshold()
                        .map(t -> new Plot.Guide("threshold", t.threshold()))
                        .orElse(null)));
        result.reliability().ifPresent(r -> plots.add(PairPlots.reliability(r)));
        plots.add(PairPlots.roc(result.views()));
        plots.add(PairPlots.det(result.encoder(), result.views()));
        blocks.add(new Block.Plots(plots));
        blocks.add(thresholds(result));
        Page with = page.section("Same or different", blocks);
        return result.by() == null ? with : with.section("Same or different by " + result.by(), byTable(result));
    }

    private static List<Block.Figure> figures(VerificationTask.Result result) {
        Verification encoder = result.encoder();
        List<Block.Figure> figures = new ArrayList<>();
        figures.add(new Block.Figure(
                "AUROC",
                String.format(Locale.ROOT, "%.4f", encoder.auroc().value()),
                range(encoder.auroc().interval()),
                beside(result, v -> String.format(Locale.ROOT, "%.4f", v.auroc().value()))));
        figures.add(new Block.Figure(
                "Equal error rate",
                Html.percent(encoder.eer().value()),
                Spoken.note(encoder.eer().interval()),
                beside(result, v -> Html.percent(v.eer().value()))));
        for (double rate : List.of(0.01, 0.001)) {
            figures.add(new Block.Figure(
                    "FNMR at FMR " + Html.percent(rate),
                    encoder.at(rate).map(o -> Html.percent(o.fnmr().value())).orElse("–"),
                    encoder.at(rate)
                            .map(o -> Spoken.note(o.fnmr().interval()))
                            .orElseGet(() -> encoder.refused().stream()
                                    .filter(r -> r.targetFmr() == rate)
                                    .findFirst()
                                    .map(Verification.Refused::reason)
                                    .orElse("")),
                    beside(result, v -> VerificationTask.fnmr(v, rate))));
        }
        return figures;
    }

    private static String range(@org.jspecify.annotations.Nullable Interval interval) {
        return interval == null
                ? ""
                : String.format(Locale.ROOT, "95%%: %.4f to %.4f", interval.low(), interval.high());
    }

    private interface Shown {
        String of(Verification verification);
    }

    private static List<String> beside(VerificationTask.Result result, Shown shown) {
        return result.baselines().entrySet().stream()
                .map(e -> Views.spoken(e.getKey()) + " " + shown.of(e.getValue()))
                .toList();
    }

    private static Block thresholds(VerificationTask.Result result) {
        List<List<String>> rows = new ArrayList<>();
        for (Verification.Operating o : result.encoder().operating()) {
            Interval interval = o.fnmr().interval();
            rows.add(List.of(
                    "chosen here for FMR " + Html.percent(o.targetFmr()),
                    String.format(Locale.ROOT, "%.4f", o.threshold()),
                    Html.percent(o.fmr()),
                    Html.percent(o.fnmr().value()),
                    interval == null ? "–" : Spoken.range(interval)));
        }
        result.sealedThreshold().ifPresent(threshold -> {
            ScoreCounts.Point here = result.atSealed().orElseThrow();
            rows.add(List.of(
                    "sealed for FMR " + Html.percent(threshold.targetFmr()),
                    String.format(Locale.ROOT, "%.4f", threshold.threshold()),
                    Html.percent(here.fmr()),
                    Html.percent(here.fnmr()),
                    "–"));
        });
        return new Block.Table(
                "Thresholds on these pairs", List.of("threshold", "score", "FMR", "FNMR", "95% of FNMR"), rows);
    }

    private static Block byTable(VerificationTask.Result result) {
        List<List<String>> rows = new ArrayList<>();
        for (VerificationTask.ByValue row : result.byValue()) {
            Verification v = row.verification();
            ScoreCounts.Point at = row.atSealed();
            rows.add(List.of(
                    row.value(),
                    String.format(Locale.ROOT, "%,d", row.samples()),
                    v == null
                            ? "–"
                            : String.format(Locale.ROOT, "%.4f", v.auroc().value()),
                    v == null ? "–" : Html.percent(v.eer().value()),
                    at == null ? "–" : Html.percent(at.fmr()),
                    at == null ? "–" : Html.percent(at.fnmr())));
        }
        return new Block.Table(
                "Pairs within one " + result.by(),
                List.of(
                        String.valueOf(result.by()),
                        "samples",
                        "AUROC",
                        "EER",
                        "FMR, sealed threshold",
                        "FNMR, sealed threshold"),
                rows);
    }

    /** One-shot: accuracy beside its baselines, trials that went best and worst, the table by attribute. */
    public static Page oneShot(Page page, OneShotTask.Result result, Embeddings view, Thumbnails thumbnails) {
        List<Block> blocks = new ArrayList<>();
        blocks.add(new Block.Prose(String.format(
                Locale.ROOT,
                "%,d trials of %d ways: one example of each class, and a query that is another of one of them.",
                result.trials().size(),
                result.way())));
        blocks.add(new Block.Figures(List.of(
                new Block.Figure(
                        "Right answers",
                        Html.percent(result.right().value()),
                        Spoken.note(result.right().interval()),
                        result.baselines().entrySet().stream()
                                .map(e -> Views.spoken(e.getKey()) + " "
                                        + Html.percent(e.getValue().right().value()))
                                .toList()),
                new Block.Figure("Chance", Html.percent(1.0 / result.way()), "", List.of()))));
        List<Plot.BarSeries> bars = new ArrayList<>();
        result.views()
                .forEach((name, answers) -> bars.add(new Plot.BarSeries(
                        Views.spoken(name),
                        List.of(new Plot.Bar(
                                answers.right().value(),
                                answers.right().interval().low(),
                                answers.right().interval().high())),
                        PairPlots.tone(name))));
        blocks.add(new Block.Plots(List.of(
                new Plot.Bars(
                        "What was learned",
                        "Right answers; whiskers are 95% intervals (Wilson).",
                        List.of(result.way() + "-way one-shot"),
                        Axis.share("right answers"),
                        bars),
                margins(result))));
        Page with = page.section("One example each", blocks);
        if (result.by() != null) {
            with = with.section(
                    "By " + result.by(),
                    new Block.Table(
                            "Trials by the query's " + result.by(),
                            List.of(result.by(), "trials", "right", "95%"),
                            result.byValue().stream()
                                    .map(row -> List.of(
                                            row.value(),
                                            String.format(
                                                    Locale.ROOT,
                                                    "%,d",
                                                    row.right().trials()),
                                            Html.percent(row.right().value()),
                                            Spoken.range(row.right().interval())))
                                    .toList()));
        }
        List<Integer> byMargin = IntStream.range(0, result.trials().size())
                .boxed()
                .sorted(Comparator.comparingDouble(t -> result.encoder().margins()[t]))
                .toList();
        return with.section(
                "Trials",
                new Block.Prose("Worst: a wrong candidate scored furthest above the right one."),
                strips(result, view, byMargin, thumbnails),
                new Block.Prose("Best: the right candidate stood out most."),
                strips(result, view, byMargin.reversed(), thumbnails));
    }

    private static Plot margins(OneShotTask.Result result) {
        float[] right = new float[result.trials().size()];
        for (int t = 0; t < right.length; t++) {
            right[t] = (float) result.encoder().margins()[t];
        }
        ScoreCounts counts = ScoreCounts.exact(right.clone(), new float[] {right[0]});
        return new Plot.Histogram(
                "Margins",
                "The right candidate's score less that of the best wrong one; right of zero the answer is right.",
                Axis.linear("margin", counts.lowest(), counts.highest()),
                "share of trials",
                List.of(new Plot.Bins("trials", counts.histogram(40)[0], Tone.MAIN)),
                new Plot.Guide("tie", 0));
    }

    private static Block strips(
            OneShotTask.Result result, Embeddings view, List<Integer> order, Thumbnails thumbnails) {
        List<Block.Strip> strips = order.stream()
                .limit(TRIALS_SHOWN)
                .map(t -> strip(result, view, result.trials().get(t), thumbnails))
                .toList();
        return new Block.Strips(strips);
    }

    private static Block.Strip strip(
            OneShotTask.Result result, Embeddings view, OneShotTask.Trial trial, Thumbnails thumbnails) {
        Samples samples = result.samples();
        List<Map.Entry<Integer, Double>> scored = IntStream.range(0, trial.candidates().length)
                .mapToObj(c -> Map.entry(c, view.score(trial.query(), trial.candidates()[c])))
                .sorted(Map.Entry.<Integer, Double>comparingByValue().reversed())
                .toList();
        List<Block.Picture> others = new ArrayList<>();
        for (int place = 0; place < scored.size(); place++) {
            int candidate = scored.get(place).getKey();
            boolean match = candidate == trial.match();
            if (place < CANDIDATES_SHOWN || match) {
                int row = trial.candidates()[candidate];
                others.add(new Block.Picture(
                        thumbnails.png(row),
                        RetrievalSection.shortName(samples, row),
                        String.format(
                                Locale.ROOT,
                                "%d. %.3f",
                                place + 1,
                                scored.get(place).getValue()),
                        match ? Tone.GOOD : Tone.QUIET));
            }
        }
        return new Block.Strip(
                trial.name() + ": " + samples.ids().get(trial.query()),
                new Block.Picture(
                        thumbnails.png(trial.query()),
                        RetrievalSection.shortName(samples, trial.query()),
                        "query",
                        Tone.MAIN),
                others);
    }
}
