package dev.kindred.index;

import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Takes items and makes an index of them; closed without {@link #finish} it leaves everything as it was. For one thread. */
public final class IndexBuilder implements AutoCloseable {
    private final Path dir;
    private final Space space;
    private final ColumnsBuilder columns;
    private @Nullable WriterLock lock;
    private long last;

    IndexBuilder(Path dir, Space space, WriterLock lock) {
        this.dir = dir;
        this.space = space;
        this.lock = lock;
        this.columns = new ColumnsBuilder(space, dir);
    }

    public int count() {
        return columns.count();
    }

    /** @throws Refusal where the item does not belong into the space, naming it */
    public void add(Item item) {
        add(new Items.Written(last + 1, item));
    }

    /** The same of one that keeps its number, which is above that of the one before. */
    void add(Items.Written written) {
        columns.add(written.item(), written.sequence());
        last = written.sequence();
    }

    /** Writes the file, puts it in its place and opens it for writing. */
    public ExactIndex finish() {
        WriterLock held = lock;
        if (held == null) {
            throw new IllegalStateException("finished already");
        }
        try (Arena arena = Arena.ofConfined()) {
            // Past all that the old one's journal holds, which is overtaken then, even where this ends before it is
            // gone.
            long past = Math.max(last, Journal.lastSequence(dir, space));
            new RowsWriter(space).add(columns.columns(arena), new BitSet()).write(dir.resolve(ExactIndex.FILE), past);
        }
        Journal.delete(dir);
        lock = null;
        return ExactIndex.opened(dir, ExactIndex.thisProcess(), held);
    }

    @Override
    public void close() {
        columns.close();
        if (lock != null) {
            lock.close();
            lock = null;
        }
    }
}
