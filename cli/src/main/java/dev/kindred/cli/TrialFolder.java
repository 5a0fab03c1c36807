package dev.kindred.cli;

import dev.kindred.core.Refusal;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder for indexes that nobody keeps, deleted when closed. It lies in the home, since a system's own place for such files may be
 * memory. What processes that were killed left is deleted by the next.
 */
record TrialFolder(Path path) implements AutoCloseable {
    private static final String PREFIX = "trial-";

    static TrialFolder in(Path home) {
        Path trials = home.resolve("trials");
        try {
            Files.createDirectories(trials);
            sweep(trials);
            return new TrialFolder(Files.createTempDirectory(
                    trials, PREFIX + ProcessHandle.current().pid() + "-"));
        } catch (IOException e) {
            throw new Refusal(
                    "cannot be written (" + e.getMessage() + ")",
                    trials.toString(),
                    "check who may write there, or name another --home",
                    e);
        }
    }

    private static void sweep(Path trials) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(trials, PREFIX + "*-*")) {
            for (Path each : left) {
                String pid = each.getFileName().toString().split("-", -1)[1];
                if (pid.matches("\\d{1,18}")
                        && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                    Generations.delete(each);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        Generations.delete(path);
    }
}
