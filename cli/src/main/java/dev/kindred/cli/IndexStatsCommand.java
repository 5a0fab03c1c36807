package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import dev.kindred.index.Effort;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Generation;
import dev.kindred.index.GenerationItems;
import dev.kindred.index.IndexStats;
import dev.kindred.index.RecallCurve;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How much an index holds. */
@CommandLine.Command(
        description = "Show how many items an index holds, of which space, and what they take.",
        footer = {"", "Example:", "  kindred index stats holiday.index"})
final class IndexStatsCommand implements Command {
    @Parameters(index = "0", paramLabel = "DIR", description = "The index folder.")
    Path dir = Path.of("");

    @Option(
            names = "--recall",
            description = "Measure how many of the true ten nearest searches find, by their effort, on items drawn as"
                    + " queries; searches are tuned by it from then on.")
    boolean recall;

    @Option(
            names = "--queries",
            paramLabel = "N",
            description = "Items to draw for --recall. Default: ${DEFAULT-VALUE}.")
    int queries = 500;

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        IndexFolder folder = new IndexFolder(dir);
        if (recall) {
            try (EmbeddedIndex index = folder.open(run)) {
                JsonObject json = json(index.stats());
                return Answer.done(json, text(index.stats()) + recall(index, json));
            }
        }
        IndexStats stats = stats(folder, run);
        return Answer.done(json(stats), text(stats));
    }

    /** Beside whoever has it open. */
    private static IndexStats stats(IndexFolder folder, Run run) {
        Optional<GenerationItems> items = folder.items(run);
        if (items.isPresent()) {
            try (GenerationItems there = items.get()) {
                return there.stats();
            }
        }
        try (EmbeddedIndex index = folder.open(run)) {
            return index.stats();
        }
    }

    private static JsonObject json(IndexStats stats) {
        JsonObject json = new JsonObject();
        json.addProperty("count", stats.info().count());
        json.addProperty("dimension", stats.info().dimension());
        json.addProperty("space", stats.info().space().id());
        json.addProperty("distance", stats.info().distance().wireName());
        json.addProperty("engine", stats.info().engine());
        json.addProperty("bytes", stats.fileBytes());
        json.addProperty("vectorBytes", stats.vectorBytes());
        json.addProperty("payloadBytes", stats.payloadBytes());
        json.addProperty("sourceBytes", stats.sourceBytes());
        return json;
    }

    private static String text(IndexStats stats) {
        return String.format(
                Locale.ROOT,
                "%,d items of %d values, compared by %s, in space %s%n%s: vectors %s, fields %s, pictures %s",
                stats.info().count(),
                stats.info().dimension(),
                stats.info().distance().wireName(),
                stats.info().space().id(),
                Words.bytes(stats.fileBytes()),
                Words.bytes(stats.vectorBytes()),
                Words.bytes(stats.payloadBytes()),
                Words.bytes(stats.sourceBytes()));
    }

    /** As told; the object gets {@code recallAt10} at the effort of a search that is told nothing, and the whole curve. */
    private String recall(EmbeddedIndex index, JsonObject json) {
        if (queries < 1 || queries > 100_000) {
            throw new Refusal("--queries is " + queries, "--queries", "use 1 to 100,000");
        }
        if (!(index instanceof Generation generation)
                || generation.reading() != Generation.Reading.ITEMS && !generation.walks()) {
            json.addProperty("recallAt10", 1.0);
            return "%nEvery search reads all rows, so it finds the true nearest: Recall@10 is 1.".formatted();
        }
        RecallCurve curve = generation.recall(queries, 1);
        JsonArray points = new JsonArray();
        StringBuilder text = new StringBuilder("%n%n  effort  Recall@10".formatted());
        for (RecallCurve.Point point : curve.points()) {
            JsonObject each = new JsonObject();
            each.addProperty("ef", point.ef());
            each.addProperty("recallAt10", point.recall());
            each.addProperty("low", point.interval().low());
            each.addProperty("high", point.interval().high());
            points.add(each);
            text.append(String.format(
                    Locale.ROOT,
                    "%n  %6d  %.4f (%.4f to %.4f)",
                    point.ef(),
                    point.recall(),
                    point.interval().low(),
                    point.interval().high()));
        }
        int usual = curve.effortFor(Effort.USUAL_RECALL);
        json.addProperty("effort", usual);
        json.addProperty(
                "recallAt10",
                curve.points().stream()
                        .filter(point -> point.ef() == usual)
                        .mapToDouble(RecallCurve.Point::recall)
                        .findFirst()
                        .orElse(1));
        json.add("recall", points);
        return text.append(
                        usual == 0
                                ? "%nNo effort surely finds %s, so a search for it reads all rows."
                                        .formatted(Effort.USUAL_RECALL)
                                : "%nA search for a recall of %s keeps %d candidates."
                                        .formatted(Effort.USUAL_RECALL, usual))
                .toString();
    }
}
