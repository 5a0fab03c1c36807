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

    /** A folder that nobody else writes in until this is closed. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /** @throws Refusal where somebody writes in the folder, naming them */
    static Held hold(Path folder, String owner) {
        return WriterLock.take(folder, owner)::close;
    }

    /** Whether a folder holds one, archived or not. */
    static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(ExactIndex.FILE)) || Generation.isIn(folder);
    }

    /** @throws Refusal where a folder holds none */
    static void require(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new Refusal(
                    Files.exists(folder) ? "is not a folder" : "does not exist",
                    folder.toString(),
                    "name an index folder");
        }
        if (!isIn(folder)) {
            throw new Refusal("holds no index", folder.toString(), "build one with: kindred index build");
        }
    }

    /**
     * Opens the index of a folder, whatever its engine. One that is archived is made again first.
     *
     * @param owner whom another writer's refusal names, e.g. a server's URL
     * @param threads that may build a graph
     */
    static EmbeddedIndex open(Path folder, String owner, int threads) {
        return Generation.isIn(folder) ? Generation.open(folder, owner, threads) : ExactIndex.open(folder);
    }
}
