package dev.kindred.evaluate;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Interval;
import dev.kindred.core.metric.Measure;
import dev.kindred.core.metric.Retrieval;
import dev.kindred.report.Axis;
import dev.kindred.report.Block;
import dev.kindred.report.Html;
import dev.kindred.report.Plot;
import dev.kindred.report.Scale;
import dev.kindred.report.Tone;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Retrieval as blocks of a page: figures beside their baselines, curves, queries that went best and worst, a table by attribute. */
final class RetrievalSection {
    private static final int QUERIES_SHOWN = 8;
    private static final int NEIGHBOURS_SHOWN = 5;
    private static final int DEEPEST = 50;

    private RetrievalSection() {}

    static List<Block> figures(RetrievalTask.Result result) {
        List<Block.Figure> figures = new ArrayList<>();
        for (int k : Retrieval.RANKS) {
            figures.add(figure(
                    "Recall@" + k, result, r -> r.recall(k), result.encoder().recallMeasure(k)));
        }
        figures.add(figure("MAP@R", result, Retrieval::mapAtR, result.encoder().mapAtRMeasure()));
        List<Block> blocks = new ArrayList<>();
        blocks.add(new Block.Prose(String.format(
                Locale.ROOT,
                "%,d queries of %,d classes; each looks for others of its class among all other samples.",
                result.encoder().asked(),
                result.samples().classesPresent())));
        blocks.add(new Block.Figures(figures));
        blocks.add(new Block.Plots(List.of(bars(result), curve(result))));
        return blocks;
    }

    private static Block.Figure figure(
            String label, RetrievalTask.Result result, ToDoubleFunction<Retrieval> of, Measure measure) {
        return new Block.Figure(
                label,
                Html.percent(measure.value()),
                Spoken.note(measure.interval()),
                result.baselines().entrySet().stream()
                        .map(e -> Views.spoken(e.getKey()) + " " + Html.percent(of.applyAsDouble(e.getValue())))
                        .toList());
    }

    private static Plot bars(RetrievalTask.Result result) {
        List<Plot.BarSeries> series = new ArrayList<>();
        result.views().forEach((name, retrieval) -> {
            List<Plot.@Nullable Bar> bars = new ArrayList<>();
            for (int k : Retrieval.RANKS) {
                bars.add(bar(retrieval.recallMeasure(k)));
            }
            bars.add(bar(retrieval.mapAtRMeasure()));
            series.add(new Plot.BarSeries(Views.spoken(name), bars, PairPlots.tone(name)));
        });
        return new Plot.Bars(
                "What was learned",
                "Beside what it is compared with, on the same queries; whiskers are 95% intervals.",
                List.of("Recall@1", "Recall@5", "Recall@10", "MAP@R"),
                Axis.share("share"),
                series);
    }

    private static Plot.Bar bar(Measure measure) {
        Interval interval = measure.interval();
        return interval == null
                ? Plot.Bar.of(measure.value())
                : new Plot.Bar(measure.value(), interval.low(), interval.high());
    }

    private static Plot curve(RetrievalTask.Result result) {
        double[] ranks = IntStream.rangeClosed(1, DEEPEST).asDoubleStream().toArray();
        List<Plot.Series> series = new ArrayList<>();
        result.views()
                .forEach((name, retrieval) -> series.add(new Plot.Series(
                        Views.spoken(name),
                        ranks,
                        IntStream.rangeClosed(1, DEEPEST)
                                .mapToDouble(retrieval::recall)
                                .toArray(),
                        PairPlots.tone(name),
                        false)));
        return new Plot.Lines(
                "Recall by depth",
                "The share of queries with a hit among their first k.",
                new Axis("k", Scale.LOG, 1, DEEPEST, false),
                Axis.share("recall@k"),
                series,
                false);
    }

    /** Queries of widest and of narrowest margin between their best hit and best miss, one a class. */
    static List<Block> queries(RetrievalTask.Result result, Embeddings view, Thumbnails thumbnails) {
        Retrieval retrieval = result.encoder();
        List<Integer> byMargin = IntStream.range(0, result.samples().size())
                .filter(q -> retrieval.wasAsked(q) && !Double.isNaN(retrieval.margin(q)))
                .boxed()
                .sorted(Comparator.comparingDouble(retrieval::margin))
                .toList();
        return List.of(
                new Block.Prose("Worst: a stranger scored furthest above everything of the query's class."),
                strips(result, view, byMargin, thumbnails),
                new Block.Prose("Best: everything of the query's class scored far above every stranger."),
                strips(result, view, byMargin.reversed(), thumbnails));
    }

    private static Block strips(
            RetrievalTask.Result result, Embeddings view, List<Integer> order, Thumbnails thumbnails) {
        Set<Integer> shown = new HashSet<>();
        List<Integer> queries = order.stream()
                .filter(query -> shown.add(result.samples().labels()[query]))
                .limit(QUERIES_SHOWN)
                .toList();
        boolean texts = queries.stream().anyMatch(query -> thumbnails.words(query) != null);
        return texts
                ? new Block.Passages(queries.stream()
                        .map(query -> answers(result, view, query, thumbnails))
                        .toList())
                : new Block.Strips(queries.stream()
                        .map(query -> strip(result, view, query, thumbnails))
                        .toList());
    }

    private static Block.Answers answers(
            RetrievalTask.Result result, Embeddings view, int query, Thumbnails thumbnails) {
        Samples samples = result.samples();
        double[] scores = scores(result, view, query);
        return new Block.Answers(
                caption(result, query),
                new Block.Passage(words(thumbnails, query), "query, " + samples.className(query), Tone.QUIET),
                nearest(scores)
                        .mapToObj(j -> new Block.Passage(
                                words(thumbnails, j),
                                String.format(Locale.ROOT, "%s, %.3f", samples.className(j), scores[j]),
                                tone(samples, query, j)))
                        .toList());
    }

    private static String words(Thumbnails thumbnails, int row) {
        return Objects.requireNonNullElse(thumbnails.words(row), "");
    }

    private static double[] scores(RetrievalTask.Result result, Embeddings view, int query) {
        double[] scores = new double[result.samples().size()];
        for (int j = 0; j < scores.length; j++) {
            scores[j] = result.exclusion().excludes(query, j) ? Double.NEGATIVE_INFINITY : view.score(query, j);
        }
        return scores;
    }

    private static IntStream nearest(double[] scores) {
        return IntStream.range(0, scores.length)
                .filter(j -> scores[j] > Double.NEGATIVE_INFINITY)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer j) -> scores[j]).reversed())
                .limit(NEIGHBOURS_SHOWN)
                .mapToInt(Integer::intValue);
    }

    private static Tone tone(Samples samples, int query, int other) {
        return samples.labels()[other] == samples.labels()[query] ? Tone.GOOD : Tone.BAD;
    }

    private static String caption(RetrievalTask.Result result, int query) {
        return String.format(
                Locale.ROOT,
                "%s — first hit at rank %d",
                result.samples().ids().get(query),
                result.encoder().firstHit(query));
    }

    private static Block.Strip strip(RetrievalTask.Result result, Embeddings view, int query, Thumbnails thumbnails) {
        Samples samples = result.samples();
        double[] scores = scores(result, view, query);
        List<Block.Picture> others = nearest(scores)
                .mapToObj(j -> new Block.Picture(
                        thumbnails.png(j),
                        shortName(samples, j),
                        String.format(Locale.ROOT, "%.3f", scores[j]),
                        tone(samples, query, j)))
                .toList();
        return new Block.Strip(
                caption(result, query),
                new Block.Picture(thumbnails.png(query), shortName(samples, query), "query", Tone.QUIET),
                others);
    }

    static String shortName(Samples samples, int row) {
        String name = samples.labels()[row] < 0 ? samples.ids().get(row) : samples.className(row);
        return name.substring(name.lastIndexOf('/') + 1);
    }

    static Block byTable(RetrievalTask.Result result) {
        List<String> headers = new ArrayList<>(List.of(String.valueOf(result.by()), "queries", "Recall@1"));
        result.baselines().keySet().forEach(name -> headers.add("Recall@1, " + Views.spoken(name)));
        headers.addAll(List.of("Recall@10", "MAP@R"));
        List<List<String>> rows = new ArrayList<>();
        for (RetrievalTask.ByValue row : result.byValue()) {
            List<String> cells =
                    new ArrayList<>(List.of(row.value(), String.format(Locale.ROOT, "%,d", row.queries())));
            row.recallAt1().values().forEach(recall -> cells.add(Html.percent(recall)));
            cells.add(Html.percent(row.recallAt10()));
            cells.add(Html.percent(row.mapAtR()));
            rows.add(cells);
        }
        return new Block.Table("Queries by " + result.by() + ", against the whole gallery", headers, rows);
    }
}
