package dev.kindred.cli;

import dev.kindred.evaluate.TrainingReport;
import dev.kindred.report.Block;
import dev.kindred.report.Page;
import dev.kindred.train.Lesson;
import dev.kindred.train.Teaching;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** How a head was taught, as a page: what it is worth beside the encoder below, and the way there. */
final class HeadReport {
    private HeadReport() {}

    static void write(Path path, List<String> facts, String heldOut, Teaching.Taught taught) {
        Lesson.Judged best = taught.judged();
        Lesson.Judged before = taught.history().getFirst().judged();
        Page page = Page.titled("How teaching went", "One run, from before its first step to the bundle.")
                .section(
                        "Worth",
                        new Block.Figures(List.of(
                                figure(best.chosenBy(), before.chosenBy(), "the best weights are chosen by it"),
                                figure(best.beside(), before.beside(), ""))));
        TrainingReport.teaching(page, points(taught), facts)
                .colophon("Measured on " + heldOut + ", which also chose the best weights and the thresholds. Kindred "
                        + Version.current())
                .write(path);
    }

    static List<TrainingReport.Point> points(Teaching.Taught taught) {
        return taught.history().stream()
                .map(p -> new TrainingReport.Point(
                        p.step(),
                        p.loss(),
                        p.judged().chosenBy().name(),
                        p.judged().chosenBy().value(),
                        p.variance(),
                        p.learningRate()))
                .toList();
    }

    private static Block.Figure figure(Lesson.Score taught, Lesson.Score before, String note) {
        return new Block.Figure(
                taught.name(), percent(taught.value()), note, List.of("before teaching " + percent(before.value())));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }
}
