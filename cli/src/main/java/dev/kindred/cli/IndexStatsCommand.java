package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.IndexStats;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** How much an index holds. */
@CommandLine.Command(
        description = "Show how many items an index holds, of which space, and what they take.",
        footer = {"", "Example:", "  kindred index stats holiday.index"})
final class IndexStatsCommand implements Command {
    @Parameters(index = "0", paramLabel = "DIR", description = "The index folder.")
    Path dir = Path.of("");

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        try (ExactIndex index = new IndexFolder(dir).open()) {
            IndexStats stats = index.stats();
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
            return Answer.done(
                    json,
                    String.format(
                            Locale.ROOT,
                            "%,d items of %d values, compared by %s, in space %s%n%s: vectors %s, fields %s, pictures"
                                    + " %s",
                            stats.info().count(),
                            stats.info().dimension(),
                            stats.info().distance().wireName(),
                            stats.info().space().id(),
                            Words.bytes(stats.fileBytes()),
                            Words.bytes(stats.vectorBytes()),
                            Words.bytes(stats.payloadBytes()),
                            Words.bytes(stats.sourceBytes())));
        }
    }
}
