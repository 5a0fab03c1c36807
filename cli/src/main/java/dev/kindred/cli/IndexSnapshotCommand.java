package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import dev.kindred.index.GenerationItems;
import dev.kindred.index.ItemsSnapshot;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The items of a moment, kept. */
@CommandLine.Command(
        description =
                "Keep the items of an index as they are now, and its bundle, in a folder with the SHA-256 of each.",
        footer = {"", "Example:", "  kindred index snapshot holiday.index --out holiday.snapshot"})
final class IndexSnapshotCommand implements Command {
    @Parameters(index = "0", paramLabel = "DIR", description = "The index folder.")
    Path dir = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "SNAPSHOT", description = "A folder that is not there yet.")
    Path out = Path.of("");

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        IndexFolder folder = new IndexFolder(dir);
        try (GenerationItems items = folder.items(run)
                .orElseThrow(() -> new Refusal(
                        "is a rows file, which is all there is of it",
                        dir.toString(),
                        "copy the folder while nobody writes to it"))) {
            ItemsSnapshot snapshot = items.snapshot(folder.bundles(), out);
            JsonObject json = new JsonObject();
            json.addProperty("snapshot", out.toString());
            json.addProperty("count", snapshot.count());
            json.addProperty("sequence", snapshot.sequence());
            json.addProperty("space", snapshot.space());
            return Answer.done(
                    json, String.format(Locale.ROOT, "%s: %,d items as they are now", out, snapshot.count()));
        }
    }
}
