package dev.kindred.bench.crash;

import dev.kindred.core.Distance;
import dev.kindred.core.Space;
import dev.kindred.index.Generation;
import dev.kindred.index.Truth;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sqlite.SQLiteConfig.SynchronousMode;

/** The stores that are let die. All but the first two are controls, which have to lose something. */
public enum StoreKind {
    /** An index's truth, as it is. */
    TRUTH(SynchronousMode.FULL, true) {
        @Override
        Store create(Path folder) {
            return new TruthStore(Truth.create(folder, SPACE, OWNER));
        }

        @Override
        Store open(Path folder) {
            return new TruthStore(Truth.open(folder, OWNER));
        }
    },
    /** An index's items and the view that searches read. */
    GENERATION(SynchronousMode.FULL, true) {
        @Override
        Store create(Path folder) {
            return GenerationStore.create(folder);
        }

        @Override
        Store open(Path folder) {
            return GenerationStore.open(folder);
        }

        @Override
        boolean isControlled(String path) {
            return path.equals(Generation.VIEW) || path.startsWith(Generation.VIEW + "/");
        }
    },
    /** Its tables, with a write-ahead log that is synced before checkpoints only. */
    NORMAL(SynchronousMode.NORMAL, true),
    /** Its tables, never synced. */
    OFF(SynchronousMode.OFF, true),
    /** Its tables, with a transaction for each change of a write. */
    APART(SynchronousMode.NORMAL, false);

    static final Space SPACE = Space.external("crash", Deed.DIMENSION, Distance.L2);
    static final String OWNER = "bench/crash";

    private final SynchronousMode synchronous;
    private final boolean together;

    /** @param together whether a write is one transaction */
    StoreKind(SynchronousMode synchronous, boolean together) {
        this.synchronous = synchronous;
        this.together = together;
    }

    /** A new store in an empty folder. */
    Store create(Path folder) {
        return LooseStore.create(folder, synchronous, together);
    }

    Store open(Path folder) {
        return LooseStore.open(folder, synchronous, together);
    }

    /** Whether the lying disk, the control, ignores the syncs of a file or folder. */
    boolean isControlled(String path) {
        return true;
    }

    /** Whether there is a file of one, sound or not. */
    static boolean isThere(Path folder) {
        return Files.exists(folder.resolve(Truth.FILE));
    }
}
