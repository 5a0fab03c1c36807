package dev.kindred.cli;

import dev.kindred.core.Hashes;
import dev.kindred.train.Runs;
import dev.kindred.train.Teaching;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a run is kept while it goes: a folder under the home, by the time it began and what it makes. It is cleared away only when the
 * bundle stands.
 *
 * @param checkpoint the file
 * @param before what was taught first and stands below; null where nothing does
 */
record KeptRun(
        Run run, Runs runs, Path checkpoint, @Nullable KeptRun before) {
    private static final String CHECKPOINT = "checkpoint";
    private static final String COMPARATOR = "comparator";

    /** @param name recipe and data as text */
    static KeptRun of(Run run, TrainRun.Wishes wishes, String name) {
        String resume = wishes.resume();
        Path folder = run.home().resolve("runs");
        Path file = folder.resolve(resume == null ? began(wishes.out()) : resume);
        Path checkpoint = Files.isDirectory(file) || resume == null ? file.resolve(CHECKPOINT) : file;
        return new KeptRun(run, new Runs(Hashes.sha256Hex(name), checkpoint, resume != null), checkpoint, null);
    }

    /** What is taught on top of this, in the same folder; gone on with where this was and it had begun. */
    KeptRun next(String name) {
        Path file = checkpoint.resolveSibling(COMPARATOR);
        boolean resuming = runs.resuming() && Files.exists(file);
        return new KeptRun(run, new Runs(Hashes.sha256Hex(name), file, resuming), file, this);
    }

    private static String began(Path out) {
        String made = String.valueOf(out.getFileName()).replaceAll("[^A-Za-z0-9-]+", "-");
        return LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)) + "-" + made;
    }

    /** A run that was stopped can be gone on with. */
    void tellStopped(Teaching.Taught taught) {
        if (taught.stopped()) {
            run.say("stopped after %,d of %,d steps; the same command with --resume %s goes on"
                    .formatted(taught.steps(), taught.planned(), name()));
        }
    }

    /** The bundle or its report could not be written; what was taught did not fail. */
    void tellKept() {
        if (Files.exists(checkpoint)) {
            run.say("what was taught is kept: the same command with --resume %s goes on from there".formatted(name()));
        }
    }

    private String name() {
        Path folder = checkpoint.toAbsolutePath().getParent();
        return String.valueOf(folder == null ? checkpoint : folder.getFileName());
    }

    /** One that ended by itself, and is sealed, leaves nothing behind. */
    void clear() {
        try {
            Files.deleteIfExists(checkpoint);
            if (before != null) {
                Files.deleteIfExists(before.checkpoint);
            }
            Path folder = checkpoint.getParent();
            if (folder != null) {
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            run.say("note: the finished run could not be cleared away: " + checkpoint);
        }
    }
}
