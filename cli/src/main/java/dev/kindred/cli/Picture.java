package dev.kindred.cli;

import dev.kindred.core.Content;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.data.Dataset;
import dev.kindred.data.ReadOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One picture named on the command line. */
final class Picture {
    private Picture() {}

    /** @throws Refusal where it is missing, too large or no picture */
    static Content read(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new Refusal(
                    Files.exists(path) ? "is not a file" : "does not exist", path.toString(), "name a picture");
        }
        return Dataset.read(List.of(path), ReadOptions.defaults(), Progress.SILENT)
                .content(0);
    }
}
