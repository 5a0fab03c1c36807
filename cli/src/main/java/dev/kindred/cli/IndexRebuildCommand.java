package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Generation;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The view again. */
@CommandLine.Command(
        description = "Make what searches read anew from the items, beside what is there.",
        footer = {"", "Example:", "  kindred index rebuild holiday.index"})
final class IndexRebuildCommand implements Command {
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
        IndexFolder folder = new IndexFolder(dir);
        long before = folder.bytes();
        long begun = System.nanoTime();
        long count;
        try (EmbeddedIndex index = folder.open(run)) {
            if (!(index instanceof Generation generation)) {
                throw new Refusal("is a rows file, which is all there is of it", dir.toString(), "build it anew");
            }
            generation.rebuild();
            count = generation.info().count();
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        JsonObject json = new JsonObject();
        json.addProperty("count", count);
        json.addProperty("bytesBefore", before);
        json.addProperty("bytes", folder.bytes());
        json.addProperty("seconds", seconds);
        return Answer.done(
                json,
                String.format(
                        Locale.ROOT,
                        "%s: %,d items, %s instead of %s, in %s",
                        dir,
                        count,
                        Words.bytes(folder.bytes()),
                        Words.bytes(before),
                        ProgressLine.clock(seconds)));
    }
}
