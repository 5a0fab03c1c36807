package dev.kindred.cli;

import dev.kindred.index.Generation;
import java.nio.file.Path;
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
        return ViewWork.run(run, dir, Generation::rebuild);
    }
}
