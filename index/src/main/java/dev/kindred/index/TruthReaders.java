package dev.kindred.index;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** The connections by which a file of items is read: a few are kept open, more readers at once open more, for their time. Safe for many threads. */
final class TruthReaders implements AutoCloseable {
    private static final int KEPT = 4;

    private final Path file;
    private final BlockingQueue<Connection> kept = new ArrayBlockingQueue<>(KEPT);
    private volatile boolean closed;

    TruthReaders(Path file) {
        this.file = file;
    }

    interface Reading<T extends @Nullable Object> {
        T of(Connection connection) throws SQLException;
    }

    <T extends @Nullable Object> T reading(Reading<T> work) {
        Connection connection = borrow();
        try {
            return work.of(connection);
        } catch (SQLException e) {
            throw TruthFile.failed(file, e);
        } finally {
            giveBack(connection);
        }
    }

    Connection borrow() {
        if (closed) {
            throw new IllegalStateException("the items in " + file + " are closed");
        }
        Connection one = kept.poll();
        try {
            return one == null ? TruthFile.reading(file) : one;
        } catch (SQLException e) {
            throw TruthFile.failed(file, e);
        }
    }

    void giveBack(Connection connection) {
        if (closed || !kept.offer(connection)) {
            TruthFile.close(connection);
        }
    }

    /** Reads under way end as they would have. */
    @Override
    public void close() {
        closed = true;
        for (Connection each = kept.poll(); each != null; each = kept.poll()) {
            TruthFile.close(each);
        }
    }
}
