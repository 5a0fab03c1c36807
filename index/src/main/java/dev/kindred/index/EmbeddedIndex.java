package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** An index in a folder of this machine. */
public sealed interface EmbeddedIndex extends VectorIndex permits ExactIndex, Generation {

    /** What it takes on disk. */
    IndexStats stats();

    /** Reads all of it again and compares what must agree. Empty where all is sound. */
    List<Finding> check();

    /** @throws Refusal where somebody writes in the folder, naming them */
    static void requireFree(Path folder) {
        WriterLock.take(folder, "a look").close();
    }

    /** Whether nobody writes in the folder. */
    static boolean isFree(Path folder) {
        try {
            requireFree(folder);
            return true;
        } catch (Refusal e) {
            return false;
        }
    }

    /** Whether a folder holds one. */
    static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(ExactIndex.FILE)) || Files.exists(folder.resolve(Truth.FILE));
    }

    /**
     * Opens the index of a folder, whatever its engine.
     *
     * @param owner whom another writer's refusal names, e.g. a server's URL
     * @param threads that may build a graph
     */
    static EmbeddedIndex open(Path folder, String owner, int threads) {
        return Files.exists(folder.resolve(Truth.FILE))
                ? Generation.open(folder, owner, threads)
                : ExactIndex.open(folder);
    }
}
