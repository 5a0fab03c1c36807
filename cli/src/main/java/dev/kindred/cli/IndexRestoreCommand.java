package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.GenerationFolder;
import dev.kindred.index.ItemsSnapshot;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An index of what was kept. */
@CommandLine.Command(
        description = "Make an index of a snapshot, every byte of which is checked first.",
        footer = {"", "Example:", "  kindred index restore holiday.snapshot --out holiday.index"})
final class IndexRestoreCommand implements Command {
    @Parameters(index = "0", paramLabel = "SNAPSHOT", description = "The folder that was kept.")
    Path snapshot = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "A folder that is not there yet.")
    Path out = Path.of("");

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        Natives.forIndex(run.home());
        ItemsSnapshot kept = GenerationFolder.restore(snapshot, out);
        // Opening it makes the view.
        try (EmbeddedIndex index = new IndexFolder(out).open(run)) {
            JsonObject json = new JsonObject();
            json.addProperty("index", out.toString());
            json.addProperty("count", index.info().count());
            json.addProperty("space", kept.space());
            return Answer.done(
                    json,
                    String.format(
                            Locale.ROOT, "%s: %,d items", out, index.info().count()));
        }
    }
}
