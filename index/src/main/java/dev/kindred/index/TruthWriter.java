package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one connection that writes. Whoever comes first makes its changes durable; those who come meanwhile wait, and the first of them then
 * makes all that wait durable in one transaction, with one wait for the disk. Where several wrote just now, whoever is first gives the
 * others a tenth of a millisecond to come again, or half of them would wait for two transactions; a lone writer waits for the disk alone.
 *
 * <p>A relaxed write does not wait for the disk (SQLite's {@code synchronous=NORMAL}: the log is synced before a checkpoint only). A loss
 * of power may take the last relaxed writes, whole and from the end; it never damages the file, and takes nothing that was there when a
 * durable write returned, since that syncs the log with all that is in it. The end of the process, however it comes, takes nothing.
 */
final class TruthWriter implements AutoCloseable {
    /** Bytes that are made durable at once; more wait for the next turn. */
    private static final long MOST_BYTES = 32L << 20;
    /** How long those who wrote just now are waited for; waiting for the disk takes longer. */
    private static final long GATHER_NANOS = 100_000;

    private final Connection connection;
    private final Path file;
    private final FilesThere files;
    private final long gather;
    private final ReentrantLock lock = new ReentrantLock();
    /** For who needs the connection alone. Each write has a condition of its own, so that none wakes for another's. */
    private final Condition turn = lock.newCondition();
    /** Somebody waits beside those who did. */
    private final Condition more = lock.newCondition();

    private final List<Pending> waiting = new ArrayList<>();
    /** Writes that were under way together when the last group was done. */
    private int together;
    /** Made anew after a failure, which ends those of the driver. */
    private Statements statements;
    /** Whether somebody uses the connection. */
    private boolean busy;

    private boolean closed;
    /** Of {@code PRAGMA synchronous}: whether a commit waits for the disk. */
    private boolean waits = true;

    private volatile long lastSequence;
    private volatile long commits;

    TruthWriter(Connection connection, Path file) throws SQLException {
        this(connection, file, GATHER_NANOS);
    }

    /** @param gather nanoseconds for which those who wrote just now are waited for */
    TruthWriter(Connection connection, Path file, long gather) throws SQLException {
        this.gather = gather;
        this.connection = connection;
        this.file = file;
        this.files = FilesThere.of(file);
        this.statements = Statements.of(connection);
        this.lastSequence = TruthFile.number(connection, "SELECT sequence FROM generation");
    }

    private record Statements(
            PreparedStatement find,
            PreparedStatement take,
            PreparedStatement recall,
            PreparedStatement put,
            PreparedStatement bury,
            PreparedStatement number) {
        static Statements of(Connection connection) throws SQLException {
            return new Statements(
                    connection.prepareStatement("SELECT 1 FROM item WHERE id = ?"),
                    connection.prepareStatement("DELETE FROM item WHERE id = ?"),
                    connection.prepareStatement("DELETE FROM gone WHERE id = ?"),
                    connection.prepareStatement("INSERT INTO item VALUES (?, ?, ?, ?, ?, ?)"),
                    connection.prepareStatement("INSERT INTO gone VALUES (?, ?)"),
                    connection.prepareStatement("UPDATE generation SET sequence = ?"));
        }
    }

    /** A change as its row; one without a vector is a deletion. */
    private record Row(long offset, byte[] id, byte @Nullable [] vector, byte[] payload, byte @Nullable [] source) {
        // NullAway does not read `byte @Nullable []` from another source file.
        @SuppressWarnings("NullAway")
        static Row of(Batch.Numbered numbered) {
            byte[] id = numbered.change().id().getBytes(StandardCharsets.UTF_8);
            return switch (numbered.change()) {
                case Change.Delete gone -> new Row(numbered.sequence(), id, null, new byte[0], null);
                case Change.Put(Item item) ->
                    new Row(
                            numbered.sequence(),
                            id,
                            TruthFile.bytes(item.vector()),
                            PayloadCodec.encode(item.payload(), Vectors.named(item.id())),
                            item.source());
            };
        }
    }

    /** A write that waits for its turn or its durability. */
    private static final class Pending {
        private final List<Row> rows;
        private final int changes;
        private final long bytes;
        /** Whether no item may have one of its ids already. */
        private final boolean isNew;

        private final boolean relaxed;
        /** Its write is done, or it is the one to do what waits. */
        private final Condition ready;

        private boolean done;
        private long sequence;
        private @Nullable Refusal failure;

        /** Encoded by whoever writes, so that what is refused is refused to them alone. */
        Pending(List<Change> changes, boolean isNew, boolean relaxed, Condition ready) {
            this.ready = ready;
            Batch batch = Batch.of(changes, 1);
            if (isNew && batch.changes().size() < changes.size()) {
                throw twice(firstTwice(changes));
            }
            this.isNew = isNew;
            this.relaxed = relaxed;
            this.rows = batch.changes().stream().map(Row::of).toList();
            this.changes = changes.size();
            this.bytes = batch.bytes();
        }
    }

    long lastSequence() {
        return lastSequence;
    }

    /** Durable transactions so far, each with one wait for the disk. */
    long commits() {
        return commits;
    }

    long write(List<Change> changes) {
        return write(changes, false, false);
    }

    /**
     * @param isNew whether to refuse where there is an item of one of the ids
     * @param relaxed whether not to wait for the disk
     * @return the number of the last change, which is durable unless relaxed
     */
    long write(List<Change> changes, boolean isNew, boolean relaxed) {
        Pending mine = new Pending(changes, isNew, relaxed, lock.newCondition());
        lock.lock();
        try {
            requireOpen();
            waiting.add(mine);
            if (waiting.size() >= together) {
                more.signal();
            }
        } finally {
            lock.unlock();
        }
        while (true) {
            List<Pending> group = turn(mine);
            if (group.isEmpty()) {
                if (mine.failure != null) {
                    throw mine.failure;
                }
                return mine.sequence;
            }
            try {
                apply(group);
            } finally {
                over(group);
            }
        }
    }

    /** Waits until it is done, or its thread's turn to do what waits: the oldest first, so perhaps without it. */
    private List<Pending> turn(Pending mine) {
        lock.lock();
        try {
            while (busy && !mine.done) {
                mine.ready.awaitUninterruptibly();
            }
            if (mine.done) {
                return List.of();
            }
            busy = true;
            gather();
            return front();
        } finally {
            lock.unlock();
        }
    }

    private void gather() {
        try {
            long left = gather;
            while (waiting.size() < together && left > 0) {
                left = more.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Pending> front() {
        long bytes = 0;
        int count = 0;
        while (count < waiting.size() && (count == 0 || bytes + waiting.get(count).bytes <= MOST_BYTES)) {
            bytes += waiting.get(count++).bytes;
        }
        List<Pending> front = waiting.subList(0, count);
        List<Pending> group = List.copyOf(front);
        front.clear();
        return group;
    }

    private void over(List<Pending> group) {
        lock.lock();
        try {
            for (Pending each : group) {
                each.done = true;
                each.ready.signal();
            }
            together = group.size() + waiting.size();
            busy = false;
            if (!waiting.isEmpty()) {
                waiting.getFirst().ready.signal();
            }
            turn.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** All or none of the group: where the disk fails, it fails for each. */
    private void apply(List<Pending> group) {
        long sequence = lastSequence;
        Refusal failure = new Refusal("was not written", file.toString(), "try again");
        boolean done = false;
        try {
            // SQLite would go on writing into a file that has no name any more.
            files.requireAll();
            waitFor(!group.stream().allMatch(each -> each.relaxed));
            TruthFile.execute(connection, "BEGIN IMMEDIATE");
            for (Pending each : group) {
                String known = each.isNew ? known(each) : null;
                if (known != null) {
                    each.failure = twice(known);
                    continue;
                }
                for (Row row : each.rows) {
                    apply(row, sequence);
                }
                sequence += each.changes;
                each.sequence = sequence;
            }
            statements.number().setLong(1, sequence);
            statements.number().executeUpdate();
            TruthFile.execute(connection, "COMMIT");
            done = true;
            commits += waits ? 1 : 0;
            lastSequence = sequence;
        } catch (SQLException e) {
            failure = TruthFile.failed(file, e);
        } catch (Refusal gone) {
            failure = gone;
        } finally {
            if (!done) {
                for (Pending each : group) {
                    each.failure = failure;
                }
                undo();
            }
        }
    }

    /** Between two transactions. */
    private void waitFor(boolean disk) throws SQLException {
        if (waits != disk) {
            TruthFile.execute(connection, "PRAGMA synchronous = " + (disk ? "FULL" : "NORMAL"));
            waits = disk;
        }
    }

    /** Makes every relaxed write before durable: a number is taken, since only a transaction that changes something is synced. */
    void sync() {
        alone(connection -> {
            long next = lastSequence + 1;
            statements.number().setLong(1, next);
            statements.number().executeUpdate();
            commits++;
            lastSequence = next;
        });
    }

    private static Refusal twice(String id) {
        return new Refusal("stands twice", Vectors.named(id), "give each item an id of its own");
    }

    private static String firstTwice(List<Change> changes) {
        Set<String> seen = new HashSet<>();
        return changes.stream()
                .map(Change::id)
                .filter(id -> !seen.add(id))
                .findFirst()
                .orElseThrow();
    }

    /** The first of its ids that an item has; null where none does. */
    private @Nullable String known(Pending pending) throws SQLException {
        for (Row row : pending.rows) {
            statements.find().setBytes(1, row.id());
            try (ResultSet found = statements.find().executeQuery()) {
                if (found.next()) {
                    return new String(row.id(), StandardCharsets.UTF_8);
                }
            }
        }
        return null;
    }

    private void apply(Row row, long before) throws SQLException {
        PreparedStatement take = statements.take();
        take.setBytes(1, row.id());
        boolean there = take.executeUpdate() > 0;
        long sequence = before + row.offset();
        byte[] vector = row.vector();
        if (vector != null) {
            PreparedStatement recall = statements.recall();
            recall.setBytes(1, row.id());
            recall.executeUpdate();
            PreparedStatement put = statements.put();
            put.setLong(1, sequence);
            put.setBytes(2, row.id());
            put.setLong(3, TruthFile.sum(sequence, row.id(), vector, row.payload(), row.source()));
            put.setBytes(4, vector);
            put.setBytes(5, row.payload());
            put.setBytes(6, row.source());
            put.executeUpdate();
        } else if (there) {
            PreparedStatement bury = statements.bury();
            bury.setLong(1, sequence);
            bury.setBytes(2, row.id());
            bury.executeUpdate();
        }
    }

    /** Where SQLite has not undone it by itself already. Were it not undone, the next write could not begin. */
    private void undo() {
        try {
            TruthFile.execute(connection, "ROLLBACK");
        } catch (SQLException undone) {
            // Some failures end the transaction.
        }
        try {
            statements = Statements.of(connection);
        } catch (SQLException e) {
            throw TruthFile.failed(file, e);
        }
    }

    /** Work of its own on the connection. */
    @FunctionalInterface
    interface Alone {
        void on(Connection connection) throws SQLException;
    }

    /** Does it between two writes; durable on return. */
    void alone(Alone work) {
        lock.lock();
        try {
            requireOpen();
            while (busy) {
                turn.awaitUninterruptibly();
            }
            busy = true;
        } finally {
            lock.unlock();
        }
        try {
            waitFor(true);
            work.on(connection);
        } catch (SQLException e) {
            undo();
            throw TruthFile.failed(file, e);
        } finally {
            over(List.of());
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the items in " + file + " are closed");
        }
    }

    /** What waits is made durable before; nothing more is taken. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            while (busy || !waiting.isEmpty()) {
                turn.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
        TruthFile.close(connection);
    }
}
