package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import dev.kindred.index.GenerationItems;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The items of a moment as rows. */
@CommandLine.Command(
        description = {
            "Write the items of an index as they are now into a rows file, which many programs read at once.",
            "",
            "The index may be served and written to meanwhile. What is written is an index folder of its own, its"
                    + " bundle beside it, which every search reads whole."
        },
        footer = {"", "Example:", "  kindred index export holiday.index --out holiday.rows"})
final class IndexExportCommand implements Command {
    @Parameters(index = "0", paramLabel = "DIR", description = "The index folder.")
    Path dir = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "ROWS", description = "A folder that is not there yet.")
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
        long begun = System.nanoTime();
        try (GenerationItems items = folder.items(run)
                .orElseThrow(() -> new Refusal("is a rows file already", dir.toString(), "copy the folder"))) {
            long count = items.export(folder.bundles(), out, run.progress());
            double seconds = (System.nanoTime() - begun) / 1e9;
            long bytes = new IndexFolder(out).bytes();
            JsonObject json = new JsonObject();
            json.addProperty("index", out.toString());
            json.addProperty("count", count);
            json.addProperty("space", items.space().id());
            json.addProperty("bytes", bytes);
            json.addProperty("seconds", seconds);
            return Answer.done(
                    json,
                    String.format(
                            Locale.ROOT,
                            "%s: %,d items as they are now, %s, in %s",
                            out,
                            count,
                            Words.bytes(bytes),
                            ProgressLine.clock(seconds)));
        }
    }
}
