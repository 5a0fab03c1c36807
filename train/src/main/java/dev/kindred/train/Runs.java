package dev.kindred.train;

import dev.kindred.encode.Architecture;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a run is kept while it goes, so that a stopped one can be gone on with.
 *
 * @param name recipe and data as text: a run goes on only with both the same
 * @param file of the checkpoint; null where runs are not kept
 * @param resuming whether there is a stopped run in {@code file}
 */
public record Runs(String name, @Nullable Path file, boolean resuming) {
    public static final Runs NOT_KEPT = new Runs("", null, false);

    @Nullable
    Checkpoint stopped(Architecture architecture) {
        return file == null || !resuming ? null : Checkpoint.read(file, architecture, name);
    }

    void keep(Checkpoint checkpoint) {
        if (file != null) {
            checkpoint.write(file);
        }
    }
}
