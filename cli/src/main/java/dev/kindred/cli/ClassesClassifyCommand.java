package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.metric.OpenSet;
import dev.kindred.core.metric.Proportion;
import dev.kindred.encode.EncoderParts;
import dev.kindred.evaluate.Subject;
import dev.kindred.index.Classes;
import dev.kindred.index.EmbeddedIndex;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Of which class is this? */
@CommandLine.Command(
        description = "Say of which class a query is: exit code 1 where the answer is unknown.",
        footer = {
            "",
            "With --data, measures the answers to labelled DATA instead of answering one query.",
            "",
            "Examples:",
            "  kindred classes classify shells.classes found.jpg",
            "  kindred classes classify shells.classes --data test/ --unknown pebbles/"
        })
final class ClassesClassifyCommand implements Command {
    @Parameters(index = "0", paramLabel = "DIR", description = "The folder of the classes.")
    Path dir = Path.of("");

    @Parameters(index = "1", arity = "0..1", paramLabel = "QUERY", description = "As of index search.")
    @Nullable
    String query;

    @Option(names = "--data", paramLabel = "DATA", description = "Labelled samples to measure the answers on.")
    @Nullable
    Path labelled;

    @Option(names = "--unknown", paramLabel = "DATA", description = "With --data: samples that are of no class.")
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
        if ((query == null) == (labelled == null)) {
            throw new Refusal(
                    query == null ? "nothing is asked" : "both a query and --data are given",
                    "QUERY",
                    "give a query, or --data with labelled samples");
        }
        IndexFolder folder = new IndexFolder(dir);
        try (EmbeddedIndex index = folder.open(run)) {
            Classes classes = Classes.of(index);
            Optional<ClassesFolder.Limit> limit =
                    new ClassesFolder(dir).limit(index.info().space());
            if (labelled != null) {
                return measured(labelled, classes, limit, folder.giver(index), run);
            }
            float[] vector = QueryVector.of(String.valueOf(query), EncoderParts.DOCUMENT, index, folder, run);
            Classes.Nearest nearest = classes.nearest(
                            new Embeddings(index.info().space(), 1, vector))
                    .getFirst();
            return answer(nearest, limit);
        }
    }

    private static Answer answer(Classes.Nearest nearest, Optional<ClassesFolder.Limit> limit) {
        boolean known = limit.isEmpty() || nearest.score() >= limit.get().threshold();
        JsonObject json = new JsonObject();
        json.addProperty("class", known ? nearest.name() : null);
        json.addProperty("nearest", nearest.name());
        json.addProperty("score", nearest.score());
        limit.ifPresent(l -> json.addProperty("threshold", l.threshold()));
        String bound = limit.map(l -> String.format(
                        Locale.ROOT,
                        "unknown below %.4f, which loses %.1f%% of the known",
                        l.threshold(),
                        100 * l.loss()))
                .orElse("never unknown: kindred classes calibrate chooses when");
        String text = known
                ? String.format(Locale.ROOT, "%s  %.4f  (%s)", nearest.name(), nearest.score(), bound)
                : String.format(Locale.ROOT, "unknown  (nearest %s, %.4f; %s)", nearest.name(), nearest.score(), bound);
        return new Answer(json, text, known);
    }

    private Answer measured(
            Path samples, Classes classes, Optional<ClassesFolder.Limit> limit, Subject giver, Run run) {
        double threshold = limit.map(ClassesFolder.Limit::threshold).orElse(Double.NEGATIVE_INFINITY);
        Classified known = Classified.labelled(classes, giver, List.of(samples), data, run);
        JsonObject json = new JsonObject();
        StringBuilder text = new StringBuilder();
        int count = known.scores().length;
        Proportion right = new Proportion(Math.round(known.accuracy(Double.NEGATIVE_INFINITY) * count), count);
        json.addProperty("samples", count);
        json.addProperty("accuracy", right.value());
        text.append(String.format(
                Locale.ROOT,
                "%.1f%% of %,d are nearest to their own class (95%% interval %.1f to %.1f)",
                100 * right.value(),
                count,
                100 * right.interval().low(),
                100 * right.interval().high()));
        if (limit.isPresent()) {
            json.addProperty("threshold", threshold);
            json.addProperty("accuracyWithUnknown", known.accuracy(threshold));
            text.append(String.format(
                    Locale.ROOT,
                    "%n%.1f%% are answered with it, the rest wrongly or as unknown",
                    100 * known.accuracy(threshold)));
        }
        if (unknown != null) {
            double[] scores = Classified.scores(classes, giver, List.of(unknown), data, run);
            OpenSet open = OpenSet.at(threshold, known.scores(), known.right(), scores);
            json.addProperty("knownLost", open.lost());
            json.addProperty("unknown", open.unknown());
            json.addProperty("unknownRecall", open.recall());
            json.addProperty("auroc", open.auroc());
            text.append(String.format(
                    Locale.ROOT,
                    "%n%.1f%% of %,d that are of no class are answered unknown, %.1f%% of the known are",
                    100 * open.recall(),
                    open.unknown(),
                    100 * open.lost()));
        }
        return Answer.done(json, text.toString());
    }
}
