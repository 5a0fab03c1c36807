package dev.kindred.bench.crash;

import dev.kindred.index.Change;
import java.util.List;

/** Something that promises to keep what it acknowledged. Writes come from many threads. */
interface Store extends AutoCloseable {
    /**
     * Applies the changes as one.
     *
     * @return the number of the last change, once they are said to be durable
     */
    long write(List<Change> changes);

    /** All that it holds, with what its own check finds. */
    Held read();

    @Override
    void close();
}
