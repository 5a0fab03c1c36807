package dev.kindred.cli;

import dev.kindred.index.Generation;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** One segment of many. */
@CommandLine.Command(
        description = "Make one segment and one graph of an index's many, without what was deleted; searches go on.",
        footer = {"", "Example:", "  kindred index compact holiday.index"})
final class IndexCompactCommand implements Command {
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
        return ViewWork.run(run, dir, Generation::compact);
    }
}
