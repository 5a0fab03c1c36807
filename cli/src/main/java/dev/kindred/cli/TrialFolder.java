package dev.kindred.cli;

import dev.kindred.core.HeldFolder;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A folder for indexes that nobody keeps, deleted when closed. It lies in the home, since a system's own place for such files may be
 * memory. What processes that were killed left is deleted by the next.
 */
record TrialFolder(HeldFolder held) implements AutoCloseable {
    static TrialFolder in(Path home) {
        Path trials = home.resolve("trials");
        try {
            return new TrialFolder(HeldFolder.make(trials, "trial-"));
        } catch (IOException e) {
            throw new Refusal(
                    "cannot be written (" + e.getMessage() + ")",
                    trials.toString(),
                    "check who may write there, or name another --home",
                    e);
        }
    }

    Path path() {
        return held.path();
    }

    @Override
    public void close() throws IOException {
        held.close();
    }
}
