package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Interval;
import dev.kindred.core.Refusal;
import dev.kindred.core.metric.OpenSet;
import dev.kindred.core.metric.Proportion;
import dev.kindred.evaluate.Subject;
import dev.kindred.index.Classes;
import dev.kindred.index.EmbeddedIndex;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** From when on an answer is unknown. */
@CommandLine.Command(
        description = "Choose the score below which an answer is unknown, for a stated loss of the known.",
        footer = {
            "",
            "VALIDATION is labelled DATA of the classes, never the examples themselves and never what you test on.",
            "",
            "Example:",
            "  kindred classes calibrate shells.classes valid/ --loss 0.05 --unknown pebbles/"
        })
final class ClassesCalibrateCommand implements Command {
    @Parameters(index = "0", paramLabel = "DIR", description = "The folder of the classes.")
    Path dir = Path.of("");

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "VALIDATION",
            description = "Labelled samples of the classes.")
    List<Path> paths = List.of();

    @Option(
            names = "--loss",
            paramLabel = "SHARE",
            description = "The share of the known that may be answered unknown. Default: ${DEFAULT-VALUE}.")
    double loss = 0.05;

    @Option(
            names = "--unknown",
            paramLabel = "DATA",
            description = "Samples of no class, to measure how many are answered unknown; the threshold is not chosen"
                    + " on them.")
    @Nullable
    Path unknown;

    @Mixin
    DataToEmbed data = new DataToEmbed();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        data.device.require();
        if (!(loss >= 0 && loss < 1)) {
            throw new Refusal("a loss of " + loss + " is no share", "--loss", "give a number from 0 to below 1");
        }
        IndexFolder folder = new IndexFolder(dir);
        try (EmbeddedIndex index = folder.open(run)) {
            Subject giver = folder.giver(index);
            Classes classes = Classes.of(index);
            Classified known = Classified.labelled(classes, giver, paths, data, run);
            double threshold = OpenSet.threshold(known.scores(), loss);
            new ClassesFolder(dir)
                    .write(new ClassesFolder.Limit(index.info().space().id(), threshold, loss, known.scores().length));
            JsonObject json = new JsonObject();
            json.addProperty("threshold", threshold);
            json.addProperty("loss", loss);
            json.addProperty("known", known.scores().length);
            json.addProperty("accuracy", known.accuracy(threshold));
            String text = String.format(
                    Locale.ROOT,
                    "below %.4f an answer is unknown: chosen to lose %.1f%% of %,d known; %.1f%% of them are answered"
                            + " with their class",
                    threshold,
                    100 * loss,
                    known.scores().length,
                    100 * known.accuracy(threshold));
            if (unknown != null) {
                double[] scores = Classified.scores(classes, giver, List.of(unknown), data, run);
                OpenSet measured = OpenSet.at(threshold, known.scores(), known.right(), scores);
                Interval interval = new Proportion(measured.caught(), measured.unknown()).interval();
                json.addProperty("unknown", measured.unknown());
                json.addProperty("unknownRecall", measured.recall());
                json.addProperty("auroc", measured.auroc());
                text += String.format(
                        Locale.ROOT,
                        "%n%.1f%% of %,d that are of no class are answered unknown (95%% interval %.1f to %.1f)",
                        100 * measured.recall(),
                        measured.unknown(),
                        100 * interval.low(),
                        100 * interval.high());
            }
            return Answer.done(json, text);
        }
    }
}
