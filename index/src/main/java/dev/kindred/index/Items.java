package dev.kindred.index;

import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Items of one moment, one after another, read as they are asked for. Goes once; for one thread; to be closed. */
public final class Items implements Iterable<Items.Written>, AutoCloseable {

    /** An item and the number of its last write. */
    public record Written(long sequence, Item item) {}

    private final Iterator<Written> items;
    private final Runnable onClose;
    private boolean closed;

    /** @param onClose lets go of what the items are read from */
    public Items(Iterator<Written> items, Runnable onClose) {
        this.items = items;
        this.onClose = onClose;
    }

    @Override
    public Iterator<Written> iterator() {
        return items;
    }

    public Stream<Written> stream() {
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(items, Spliterator.ORDERED | Spliterator.NONNULL), false);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            onClose.run();
        }
    }
}
