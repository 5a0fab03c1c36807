package dev.kindred.index;

import dev.kindred.core.Space;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The exact engine: every answer is the true one. A folder with one memory-mapped file of rows. Being built. */
public final class ExactIndex implements VectorIndex {
    private ExactIndex() {}

    /** An empty index in a new or empty folder; what stands there already is refused. */
    public static ExactIndex create(Path dir, Space space) {
        throw new UnsupportedOperationException();
    }

    /** Opens the index of a folder. The writer's lock is taken by the first write. */
    public static ExactIndex open(Path dir) {
        throw new UnsupportedOperationException();
    }

    /** Opens for writing now, as {@code owner} (e.g. a server's URL), whom a second writer's refusal names. */
    public static ExactIndex open(Path dir, String owner) {
        throw new UnsupportedOperationException();
    }

    /** Builds the index of a folder anew from a stream of items, which are never all in memory. A repeated id is refused. */
    public static ExactIndex build(Path dir, Space space, Stream<Item> items) {
        throw new UnsupportedOperationException();
    }

    @Override
    public IndexInfo info() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Receipt write(List<Change> changes, Visibility until) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Found search(Query query) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Item> get(String id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Items scan(long afterSequence) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
