package dev.kindred.cli;

import dev.kindred.index.TrialChoice.Candidate;
import dev.kindred.index.TrialResult;
import dev.kindred.index.TrialResult.Figures;
import dev.kindred.index.TrialResult.Point;
import dev.kindred.report.Axis;
import dev.kindred.report.Block;
import dev.kindred.report.Page;
import dev.kindred.report.Plot;
import dev.kindred.report.Scale;
import dev.kindred.report.Tone;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** A trial of engines as a page: which one to take, and the pictures and tables that say so. */
record TrialPage(TrialAnswer answer, double seconds) {
    /** Of what walks, and of what always reads all rows, in the order of the trial. */
    private static final List<Tone> WALKING = List.of(Tone.MAIN, Tone.OTHER, Tone.THIRD, Tone.FOURTH);

    private static final List<Tone> READING = List.of(Tone.QUIET, Tone.FIFTH, Tone.BAD);
    /** Beyond this, recall lies on the edge of the picture. */
    private static final double NEARLY_ALL = 0.9998;

    Page page() {
        return Page.titled("Which engine for " + answer.source(), answer.what() + ".")
                .section("The one to take", chosen())
                .section("Recall and speed", pictures())
                .section("Cost", costs())
                .section("Every effort", efforts())
                .section("How it was measured", measured())
                .colophon("Kindred " + Version.current() + ", in " + ProgressLine.clock(seconds) + ". Space "
                        + answer.result().set().space().id() + ".");
    }

    private List<Block> chosen() {
        Candidate taken = answer.taken();
        Point point = taken.point();
        List<Block> blocks = new ArrayList<>();
        blocks.add(new Block.Figures(List.of(
                new Block.Figure(
                        "engine",
                        taken.figures().engine().name(),
                        point.exact() ? "reads all rows" : "at effort " + TrialAnswer.effort(point),
                        List.of()),
                new Block.Figure(
                        "Recall@" + answer.plan().k(),
                        TrialAnswer.share(point.recall().recall()),
                        point.exact()
                                ? "the true neighbours"
                                : "surely more than "
                                        + TrialAnswer.share(point.recall().low()),
                        List.of()),
                new Block.Figure(
                        "queries per CPU-second",
                        whole(point.perCpuSecond().median()),
                        whole(point.perCpuSecond().low()) + " to "
                                + whole(point.perCpuSecond().high()) + " by round",
                        List.of()),
                new Block.Figure(
                        "latency, median",
                        TrialAnswer.micros(point.medianMicros().median()),
                        "p95 " + TrialAnswer.micros(point.p95Micros().median()),
                        List.of()),
                new Block.Figure(
                        "memory",
                        Words.bytes(taken.figures().memory().bytes()),
                        answer.ofVectors(taken.figures()) + " the vectors",
                        List.of()))));
        blocks.add(new Block.Prose(answer.why()));
        answer.cautions().forEach(caution -> blocks.add(new Block.Prose(caution)));
        blocks.add(new Block.Commands(List.of(answer.buildCommand(), answer.searchCommand())));
        return blocks;
    }

    private static String whole(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    private List<Block> pictures() {
        return List.of(new Block.Plots(List.of(
                speed("Speed"),
                picture(
                        "Latency",
                        "p95, µs",
                        "What one query of twenty takes longer than. Down and to the right is better.",
                        point -> point.p95Micros().median()))));
    }

    /** Recall and speed, as the page shows them. */
    Plot speed(String title) {
        return picture(
                title,
                "queries per CPU-second",
                "Up and to the right is better. What reads all rows is a line across.",
                point -> point.perCpuSecond().median());
    }

    private Plot picture(String title, String label, String about, ToDoubleFunction<Point> figure) {
        List<Figures> engines = answer.result().engines();
        double[] all = engines.stream()
                .flatMap(figures -> figures.curve().stream())
                .mapToDouble(figure)
                .toArray();
        double least = engines.stream()
                .flatMap(figures -> figures.curve().stream())
                .mapToDouble(point -> point.recall().recall())
                .min()
                .orElse(1);
        Axis x = new Axis(
                "Recall@" + answer.plan().k(), Scale.PROBIT, Math.clamp(0.98 * least, 0.02, 0.9), NEARLY_ALL, true);
        Axis y = new Axis(
                label,
                Scale.LOG,
                DoubleStream.of(all).min().orElse(1) / 1.5,
                DoubleStream.of(all).max().orElse(10) * 1.5,
                false);
        List<Plot.Series> series = new ArrayList<>();
        int walking = 0;
        int reading = 0;
        for (Figures figures : engines) {
            boolean across = figures.curve().stream().allMatch(Point::exact);
            Tone tone = across ? READING.get(reading++ % READING.size()) : WALKING.get(walking++ % WALKING.size());
            double[] xs = across ? new double[] {x.low(), x.high()} : recalls(figures.curve());
            double[] ys = across
                    ? DoubleStream.generate(
                                    () -> figure.applyAsDouble(figures.curve().getFirst()))
                            .limit(2)
                            .toArray()
                    : figures.curve().stream().mapToDouble(figure).toArray();
            series.add(new Plot.Series(figures.engine().name(), xs, ys, tone, !across));
        }
        Point taken = answer.taken().point();
        series.add(new Plot.Series(
                "to take", recalls(List.of(taken)), new double[] {figure.applyAsDouble(taken)}, Tone.GOOD, true));
        return new Plot.Lines(title, about, x, y, series, false);
    }

    private static double[] recalls(List<Point> points) {
        return points.stream()
                .mapToDouble(point -> Math.min(NEARLY_ALL, point.recall().recall()))
                .toArray();
    }

    private List<Block> costs() {
        List<Figures> engines = answer.result().engines();
        List<List<String>> rows = engines.stream()
                .map(figures -> List.of(
                        figures.engine().name(),
                        TrialAnswer.seconds(figures.build().seconds()),
                        TrialAnswer.seconds(figures.build().cpuSeconds()),
                        Words.bytes(figures.build().bytes()),
                        Words.bytes(figures.memory().bytes()),
                        Words.bytes(figures.memory().heapBytes()),
                        Words.bytes(figures.memory().mappedBytes()),
                        answer.ofVectors(figures)))
                .toList();
        return List.of(
                new Block.Plots(List.of(
                        bars(
                                "Memory",
                                "MB",
                                "Of an open index that was searched.",
                                figures -> figures.memory().bytes() / 1e6),
                        bars(
                                "Build",
                                "CPU-seconds",
                                "Of all threads.",
                                figures -> figures.build().cpuSeconds()))),
                new Block.Table(
                        "What each engine costs",
                        List.of("engine", "build", "CPU", "disk", "memory", "heap", "mapped", "of vectors"),
                        rows));
    }

    private Plot bars(String title, String label, String about, ToDoubleFunction<Figures> figure) {
        List<Figures> engines = answer.result().engines();
        double most = engines.stream().mapToDouble(figure).max().orElse(1);
        return new Plot.Bars(
                title,
                about,
                engines.stream().map(figures -> figures.engine().name()).toList(),
                Axis.linear(label, 0, Math.max(1e-3, 1.1 * most)),
                List.of(new Plot.BarSeries(
                        label,
                        engines.stream()
                                .<Plot.@Nullable Bar>map(figures -> Plot.Bar.of(figure.applyAsDouble(figures)))
                                .toList(),
                        Tone.MAIN)));
    }

    private List<Block> efforts() {
        List<List<String>> rows = new ArrayList<>();
        for (Figures figures : answer.result().engines()) {
            for (Point point : figures.curve()) {
                rows.add(List.of(
                        figures.engine().name() + (point == answer.taken().point() ? " ✓" : ""),
                        TrialAnswer.effort(point),
                        TrialAnswer.recall(point),
                        TrialAnswer.micros(point.medianMicros().median()),
                        TrialAnswer.micros(point.p95Micros().median()),
                        TrialAnswer.rates(point)));
            }
        }
        return List.of(new Block.Table(
                "",
                List.of(
                        "engine",
                        "effort",
                        "Recall@" + answer.plan().k() + " (95%)",
                        "median",
                        "p95",
                        "queries per CPU-second (rounds)"),
                rows));
    }

    private List<Block> measured() {
        TrialResult result = answer.result();
        boolean resident = result.engines().getFirst().memory().resident();
        return List.of(
                new Block.Prose(String.format(
                        Locale.ROOT,
                        "Every index holds the same %,d vectors, without fields, in a folder that is deleted"
                            + " afterwards. The true neighbours are those that reading all rows finds; a neighbour as"
                            + " near as the last of them counts, whichever it is. Recall is over %,d queries%s, its"
                            + " interval from how much they differ; an effort surely reaches a recall where it is"
                            + " above it nineteen times of twenty.",
                        result.set().count(),
                        result.set().queries().count(),
                        result.set().heldOut()
                                ? ", drawn by seed " + answer.plan().seed() + " and not indexed"
                                : "")),
                new Block.Prose(String.format(
                        Locale.ROOT,
                        "Builds had %d threads. After every effort was asked all queries once, all efforts of all"
                                + " engines were timed by turns, %,d queries each, one at a time on one thread, in %d"
                                + " rounds; figures are medians of the rounds.",
                        answer.plan().threads(),
                        result.timedQueries(),
                        result.rounds())),
                new Block.Prose("Memory is what an open index adds to the heap, and "
                        + (resident
                                ? "what is resident of its mapped files after all searches; the system may take pages"
                                        + " of those back."
                                : "all bytes of the files that searches map: this system does not tell how many of them"
                                        + " are resident.")),
                new Block.Prose("The rule: of each engine the least effort that surely reaches the recall; of these the"
                        + " most queries per CPU-second, where less than a quarter more counts as the same; of"
                        + " the same the least memory; then the simplest. Speed and memory are those expected with all"
                        + " vectors, where a draw of them was measured."));
    }
}
