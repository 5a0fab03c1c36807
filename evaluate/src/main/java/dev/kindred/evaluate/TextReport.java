package dev.kindred.evaluate;

import dev.kindred.core.metric.Measure;
import dev.kindred.core.metric.RankFigure;
import dev.kindred.core.metric.RankedRetrieval;
import dev.kindred.core.metric.ScoreCounts;
import dev.kindred.report.Axis;
import dev.kindred.report.Block;
import dev.kindred.report.Html;
import dev.kindred.report.Page;
import dev.kindred.report.Plot;
import dev.kindred.report.Scale;
import dev.kindred.report.Tone;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What was measured of queries with answers and of given pairs, as sections of a page; the worst of them in their own words. */
final class TextReport {
    private static final int SHOWN = 10;
    private static final int FOUND_SHOWN = 3;
    private static final int RIGHT_SHOWN = 2;
    private static final int DEEPEST = 100;
    private static final List<RankFigure> FIGURES = List.of(
            RankFigure.NDCG_10,
            RankFigure.AVERAGE_PRECISION,
            RankFigure.RECIPROCAL_RANK,
            RankFigure.RECALL_1,
            RankFigure.RECALL_10);

    private TextReport() {}

    static Page ranked(Page page, JudgedSet set, RankedTask.Result result) {
        List<Block.Figure> figures = FIGURES.stream()
                .map(figure -> new Block.Figure(
                        figure.spoken(),
                        Html.percent(result.encoder().value(figure)),
                        Spoken.note(result.encoder().measure(figure).interval()),
                        result.baselines().entrySet().stream()
                                .map(e -> Views.spoken(e.getKey()) + " "
                                        + Html.percent(e.getValue().value(figure)))
                                .toList()))
                .toList();
        List<Plot.BarSeries> series = new ArrayList<>();
        result.views()
                .forEach((name, measured) ->
                        series.add(new Plot.BarSeries(Views.spoken(name), bars(measured), PairPlots.tone(name))));
        Plot bars = new Plot.Bars(
                "Beside what it is compared with",
                "Means over the same queries; whiskers are 95% intervals.",
                FIGURES.stream().map(RankFigure::spoken).toList(),
                Axis.share("mean over queries"),
                series);
        return page.section(
                        "Finding",
                        new Block.Prose(String.format(
                                Locale.ROOT,
                                "%,d queries, each against all %,d documents, judged by what is known to answer them.",
                                result.encoder().asked(),
                                result.relevance().documents())),
                        new Block.Figures(figures),
                        new Block.Plots(List.of(bars, depth(result))))
                .section(
                        "Worst queries",
                        new Block.Prose("What answers them stood lowest. First what was found, then what was wanted."),
                        worst(set, result));
    }

    private static Plot depth(RankedTask.Result result) {
        int deepest = Math.clamp(result.relevance().documents(), 2, DEEPEST);
        double[] ranks = IntStream.rangeClosed(1, deepest).asDoubleStream().toArray();
        List<Plot.Series> series = new ArrayList<>();
        result.views()
                .forEach((name, measured) -> series.add(new Plot.Series(
                        Views.spoken(name), ranks, found(measured, deepest), PairPlots.tone(name), false)));
        return new Plot.Lines(
                "Found by depth",
                "The share of queries with an answer among their first k.",
                new Axis("k", Scale.LOG, 1, deepest, false),
                Axis.share("queries with an answer"),
                series,
                false);
    }

    /** The share of queries whose first answer stands at each rank or before. */
    private static double[] found(RankedRetrieval measured, int deepest) {
        double[] shares = new double[deepest];
        for (int q = 0; q < measured.queries(); q++) {
            int first = measured.firstHit(q);
            if (first > 0 && first <= deepest) {
                shares[first - 1] += 1.0 / measured.asked();
            }
        }
        for (int k = 1; k < deepest; k++) {
            shares[k] = Math.min(1, shares[k] + shares[k - 1]);
        }
        return shares;
    }

    private static List<Plot.@Nullable Bar> bars(RankedRetrieval measured) {
        List<Plot.@Nullable Bar> bars = new ArrayList<>();
        FIGURES.forEach(figure -> bars.add(bar(measured.measure(figure))));
        return bars;
    }

    private static Plot.Bar bar(Measure measure) {
        return Optional.ofNullable(measure.interval())
                .map(i -> new Plot.Bar(measure.value(), i.low(), i.high()))
                .orElseGet(() -> Plot.Bar.of(measure.value()));
    }

    private static Block worst(JudgedSet set, RankedTask.Result result) {
        List<String> asked = set.asked();
        List<String> documents = set.documents();
        RankedRetrieval encoder = result.encoder();
        List<Block.Answers> shown = IntStream.range(0, asked.size())
                .filter(encoder::wasAsked)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer q) -> encoder.value(RankFigure.RECIPROCAL_RANK, q))
                        .thenComparingDouble(q -> encoder.value(RankFigure.NDCG_10, q)))
                .limit(SHOWN)
                .map(q -> answers(set, result, q, asked.get(q), documents))
                .toList();
        return new Block.Passages(shown);
    }

    private static Block.Answers answers(
            JudgedSet set, RankedTask.Result result, int query, String words, List<String> documents) {
        List<Block.Passage> others = new ArrayList<>();
        int[] found = result.found().documents()[query];
        for (int place = 0; place < Math.min(FOUND_SHOWN, found.length); place++) {
            boolean right = result.relevance().grade(query, found[place]) > 0;
            others.add(new Block.Passage(
                    documents.get(found[place]),
                    String.format(
                            Locale.ROOT,
                            "%d. %s, %.3f",
                            place + 1,
                            set.corpus().samples().ids().get(found[place]),
                            result.found().scores()[query][place]),
                    right ? Tone.GOOD : Tone.BAD));
        }
        IntStream.of(result.relevance().relevant(query))
                .limit(RIGHT_SHOWN)
                .forEach(document -> others.add(new Block.Passage(
                        documents.get(document),
                        "wanted: " + set.corpus().samples().ids().get(document),
                        Tone.GOOD)));
        int first = result.encoder().firstHit(query);
        return new Block.Answers(
                set.queries().samples().ids().get(query)
                        + (first == 0 ? " — not found" : " — first answer at rank " + first),
                new Block.Passage(words, "query", Tone.QUIET),
                others);
    }

    static Page graded(Page page, PairSet set, StsTask.Result result) {
        Block.Figure figure = new Block.Figure(
                "Spearman",
                points(result.encoder().value()),
                Optional.ofNullable(result.encoder().interval())
                        .map(i -> "95%: " + points(i.low()) + " to " + points(i.high()))
                        .orElse(""),
                result.baselines().entrySet().stream()
                        .map(e -> Views.spoken(e.getKey()) + " "
                                + points(e.getValue().value()))
                        .toList());
        double[] scores = encoderScores(result.pairs().scores());
        double[] scoreShare = shares(scores);
        double[] gradeShare = shares(result.pairs().grades());
        List<Integer> apart = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer p) -> -Math.abs(scoreShare[p] - gradeShare[p])))
                .limit(SHOWN)
                .toList();
        List<String> words = set.words();
        return page.section(
                        "Graded pairs",
                        new Block.Prose(String.format(
                                Locale.ROOT,
                                "%,d pairs: whether their scores stand in the order that people gave them.",
                                scores.length)),
                        new Block.Figures(List.of(figure)))
                .section(
                        "Worst pairs",
                        new Block.Prose("Their places by score and by grade lie furthest apart."),
                        new Block.Passages(apart.stream()
                                .map(p -> pair(
                                        words,
                                        set,
                                        p,
                                        String.format(
                                                Locale.ROOT,
                                                "grade %s (above %s of pairs), score %.3f (above %s)",
                                                Html.number(result.pairs().grades()[p]),
                                                Html.percent(gradeShare[p]),
                                                scores[p],
                                                Html.percent(scoreShare[p])),
                                        Tone.BAD))
                                .toList()));
    }

    private static String points(double coefficient) {
        return String.format(Locale.ROOT, "%.2f", 100 * coefficient);
    }

    private static double[] encoderScores(Map<String, double[]> scores) {
        return Objects.requireNonNull(scores.get("encoder"));
    }

    /** The share of values below each, ties counting half. */
    private static double[] shares(double[] values) {
        double[] rising = values.clone();
        java.util.Arrays.sort(rising);
        double[] shares = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int below = bound(rising, values[i], false);
            shares[i] = (below + bound(rising, values[i], true)) / 2.0 / values.length;
        }
        return shares;
    }

    /** How many sorted values are below one, or not above it. */
    private static int bound(double[] rising, double value, boolean inclusive) {
        int low = 0;
        int high = rising.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (rising[middle] < value || (inclusive && rising[middle] == value)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    static Page paired(Page page, PairSet set, GivenPairsTask.Result result) {
        List<Block.Figure> figures = new ArrayList<>();
        GivenPairsTask.Found own = Objects.requireNonNull(result.found().get("encoder"));
        Measure chosen = own.chosen();
        if (chosen != null) {
            figures.add(new Block.Figure(
                    "F1",
                    Html.percent(chosen.value()),
                    Spoken.note(chosen.interval()),
                    beside(
                            result,
                            f -> f.chosen() == null
                                    ? "–"
                                    : Html.percent(f.chosen().value()))));
        }
        figures.add(new Block.Figure(
                "Best F1 on these pairs",
                Html.percent(own.best().value()),
                "a bound: its threshold was chosen here",
                beside(result, f -> Html.percent(f.best().value()))));
        double[] scores = encoderScores(result.pairs().scores());
        boolean[] same = result.pairs().same();
        List<String> words = set.words();
        Comparator<Integer> byScore = Comparator.comparingDouble(p -> scores[p]);
        List<Block.Answers> missed = shown(words, set, same, scores, true, byScore);
        List<Block.Answers> taken = shown(words, set, same, scores, false, byScore.reversed());
        ScoreCounts counts = result.told().encoder().counts();
        return EvaluationReport.verification(
                        page.section("Pairs called the same", new Block.Figures(figures)),
                        result.told(),
                        String.format(
                                Locale.ROOT,
                                "%,d same and %,d different pairs, as they were given. Intervals are by bootstrap over"
                                        + " groups of pairs that hang together.",
                                counts.samePairs(),
                                counts.differentPairs()))
                .section(
                        "Worst pairs",
                        new Block.Prose("Same, and scored lowest."),
                        new Block.Passages(missed),
                        new Block.Prose("Different, and scored highest."),
                        new Block.Passages(taken));
    }

    private interface Shown {
        String of(GivenPairsTask.Found found);
    }

    private static List<String> beside(GivenPairsTask.Result result, Shown shown) {
        return result.found().entrySet().stream()
                .filter(e -> !e.getKey().equals("encoder"))
                .map(e -> Views.spoken(e.getKey()) + " " + shown.of(e.getValue()))
                .toList();
    }

    private static List<Block.Answers> shown(
            List<String> words,
            PairSet set,
            boolean[] same,
            double[] scores,
            boolean wanted,
            Comparator<Integer> order) {
        return IntStream.range(0, scores.length)
                .filter(p -> same[p] == wanted)
                .boxed()
                .sorted(order)
                .limit(SHOWN)
                .map(p -> pair(
                        words,
                        set,
                        p,
                        String.format(Locale.ROOT, "score %.3f", scores[p]),
                        wanted ? Tone.GOOD : Tone.BAD))
                .toList();
    }

    private static Block.Answers pair(List<String> words, PairSet set, int pair, String caption, Tone tone) {
        Samples samples = set.encoded().samples();
        return new Block.Answers(
                caption,
                passage(words, samples, set.left()[pair], Tone.QUIET),
                List.of(passage(words, samples, set.right()[pair], tone)));
    }

    /** A sample in its words; by its id where it has none. */
    private static Block.Passage passage(List<String> words, Samples samples, int row, Tone tone) {
        String text = words.get(row);
        return text.isEmpty() ? new Block.Passage(samples.ids().get(row), "", tone) : new Block.Passage(text, "", tone);
    }
}
