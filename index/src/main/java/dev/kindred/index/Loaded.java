package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.nio.file.Path;

/** A moment of the folder, and what its journal's file held. */
record Loaded(View view, Journal.Replay found) {
    private static final int ATTEMPTS = 20;

    /** Where a writer makes the rows file anew meanwhile, rows and journal of one moment are read all the same. */
    static Loaded from(Path dir) {
        for (int attempt = 1; ; attempt++) {
            Snapshot file = Snapshot.open(dir.resolve(ExactIndex.FILE));
            boolean kept = false;
            try {
                Journal.Replay found = Journal.read(dir, file.space(), file.base());
                if (found.soundBytes() > 0 || attempt == ATTEMPTS || isCurrent(file, dir)) {
                    View view = View.of(file);
                    for (Batch batch : found.batches()) {
                        view = view.with(batch, dir);
                    }
                    kept = true;
                    return new Loaded(view, found);
                }
            } catch (Refusal e) {
                if (attempt == ATTEMPTS || isCurrent(file, dir)) {
                    throw e;
                }
            } finally {
                if (!kept) {
                    file.release();
                }
            }
        }
    }

    private static boolean isCurrent(Snapshot file, Path dir) {
        return file.base().equals(Snapshot.baseOf(dir.resolve(ExactIndex.FILE)));
    }
}
