package dev.kindred.cli;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Items that take less room. */
@CommandLine.Command(
        description = {
            "Compress the items of an index that is seldom asked; its first use makes it again.",
            "",
            "What searches read is dropped. Until the archive is whole and on the disk, everything stays as it was."
        },
        footer = {"", "Example:", "  kindred index archive holiday.index"})
final class IndexArchiveCommand implements Command {
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
        Natives.forIndex(run.home());
        IndexFolder folder = new IndexFolder(dir);
        long before = folder.bytes();
        folder.archive();
        JsonObject json = new JsonObject();
        json.addProperty("index", dir.toString());
        json.addProperty("bytesBefore", before);
        json.addProperty("bytes", folder.bytes());
        return Answer.done(
                json,
                String.format(
                        Locale.ROOT,
                        "%s: %s instead of %s; the next search makes it again",
                        dir,
                        Words.bytes(folder.bytes()),
                        Words.bytes(before)));
    }
}
