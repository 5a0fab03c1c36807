package dev.kindred.index;

import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;

/**
 * The items of one generation: the truth, of which every index is a view. An SQLite file {@code items.db} in write-ahead mode. Every write
 * has a sequence number, numbers only grow, and what was deleted leaves its number behind, so that a view that holds everything up to a
 * number catches up by {@link #changes}.
 *
 * <p>Safe for many threads. Writes that come while another is being made durable are made durable together ({@link TruthWriter}); reads
 * wait for nobody and see one moment.
 */
public final class Truth implements AutoCloseable {
    /** The file's name in the generation's folder. */
    public static final String FILE = "items.db";

    /** What to name instead of a folder without items. */
    static final String HOLDS_NONE = "name an index that was built with --engine exact or graph";

    /** Of changes that are given at once, about. */
    private static final long MOST_BYTES = 32L << 20;

    /** Of SQLite's machine; a row that is copied takes about three. */
    private static final int STEPS_BETWEEN_LOOKS = 3_000;

    private static final ProgressHandler WHILE_WANTED = new ProgressHandler() {
        @Override
        protected int progress() {
            return Thread.currentThread().isInterrupted() ? 1 : 0;
        }
    };

    private final Path file;
    private final Space space;
    /** Null, as the writer is, where it is open for reading alone. */
    private final @Nullable WriterLock lock;

    private final @Nullable TruthWriter writer;
    private final TruthReaders readers;
    private volatile boolean closed;

    private Truth(Path file, Space space, @Nullable WriterLock lock, @Nullable TruthWriter writer) {
        this.file = file;
        this.readers = new TruthReaders(file);
        this.space = space;
        this.lock = lock;
        this.writer = writer;
    }

    /**
     * An empty one in a folder that has none, open for writing.
     *
     * @param owner whom a second writer's refusal names, e.g. a server's URL
     */
    public static Truth create(Path folder, Space space, String owner) {
        Path file = folder.resolve(FILE);
        if (Files.exists(file) || Archive.isIn(folder)) {
            throw new Refusal("there are items already", folder.toString(), "open them, or choose another folder");
        }
        return opened(folder, WriterLock.take(folder, owner), space);
    }

    /** Opens for writing; items that are archived are made again first. What a writer that was killed had not made durable is gone, and nothing else. */
    public static Truth open(Path folder, String owner) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file) && !Archive.isIn(folder)) {
            throw new Refusal("holds no items", folder.toString(), HOLDS_NONE);
        }
        ItemsSnapshot.requireNone(folder);
        return opened(folder, WriterLock.take(folder, owner), null);
    }

    /**
     * Opens for reading alone, beside whoever has it open for writing: every read sees what was durable when it began. Nothing but its
     * readers' places in the write-ahead log is written.
     */
    static Truth reading(Path folder) {
        Path file = folder.resolve(FILE);
        if (Archive.isIn(folder)) {
            throw new Refusal(
                    "is archived", folder.toString(), "its first search makes it again: kindred index search");
        }
        if (!Files.isRegularFile(file)) {
            throw new Refusal("holds no items", folder.toString(), HOLDS_NONE);
        }
        try (Connection connection = TruthFile.reading(file)) {
            TruthFile.requireFormat(connection, file);
            return new Truth(file, TruthFile.space(connection, file), null, null);
        } catch (SQLException e) {
            throw TruthFile.failed(file, e);
        }
    }

    private static Truth opened(Path folder, WriterLock lock, @Nullable Space created) {
        Path file = folder.resolve(FILE);
        boolean opened = false;
        Connection connection = null;
        try {
            if (created != null) {
                TruthFile.create(file, created);
            } else {
                Archive.unpack(folder);
            }
            connection = TruthFile.writing(file);
            Space space = TruthFile.space(connection, file);
            Truth truth = new Truth(file, space, lock, new TruthWriter(connection, file));
            opened = true;
            return truth;
        } catch (SQLException e) {
            throw TruthFile.failed(file, e);
        } finally {
            if (!opened) {
                if (connection != null) {
                    TruthFile.close(connection);
                }
                lock.close();
            }
        }
    }

    public Space space() {
        return space;
    }

    /** The number of the last write that is durable; 0 where nothing was ever written. */
    public long lastSequence() {
        return writer != null
                ? writer.lastSequence()
                : reading(connection -> TruthFile.number(connection, "SELECT sequence FROM generation"));
    }

    /**
     * Applies the changes as one and returns when they are durable.
     *
     * @return the number of the last change; of the last write before, where there is none
     * @throws Refusal where a vector does not fit the space, naming its item, or there is no room; nothing was written then
     */
    public long write(List<Change> changes) {
        return write(changes, false, false);
    }

    /**
     * The same of items that are new.
     *
     * @throws Refusal also where there is one of the same id already
     */
    public long add(List<Item> items) {
        return write(items.stream().<Change>map(Change.Put::new).toList(), true, false);
    }

    /**
     * The same for a bulk load that can be repeated: does not wait for the disk. A loss of power before {@link #sync}, or before any
     * durable write returned, may take the last of them, whole groups from the end, and never damages the file or takes what was durable
     * before. The end of the process alone takes nothing.
     */
    long addRelaxed(List<Item> items) {
        return write(items.stream().<Change>map(Change.Put::new).toList(), true, true);
    }

    /** Makes everything written so far durable; takes a number. */
    void sync() {
        writer().sync();
    }

    private long write(List<Change> changes, boolean isNew, boolean relaxed) {
        for (Change change : changes) {
            switch (change) {
                case Change.Put(Item item) -> Vectors.require(space, item);
                case Change.Delete(String id) -> Item.requireId(id);
            }
        }
        return changes.isEmpty() ? lastSequence() : writer().write(changes, isNew, relaxed);
    }

    private TruthWriter writer() {
        if (writer == null) {
            throw new IllegalStateException("the items in " + file + " are open for reading alone");
        }
        return writer;
    }

    /** Durable transactions so far, each with one wait for the disk. */
    long commits() {
        return writer().commits();
    }

    /** Items that there are. */
    public long count() {
        return reading(connection -> {
            try (PreparedStatement count = connection.prepareStatement("SELECT count(*) FROM item");
                    ResultSet one = count.executeQuery()) {
                return one.getLong(1);
            }
        });
    }

    /** The numbers of the items' last writes, rising. */
    long[] sequences() {
        return reading(connection -> {
            try (PreparedStatement select = connection.prepareStatement("SELECT sequence FROM item ORDER BY sequence");
                    ResultSet rows = select.executeQuery()) {
                LongStream.Builder numbers = LongStream.builder();
                while (rows.next()) {
                    numbers.add(rows.getLong(1));
                }
                return numbers.build().toArray();
            }
        });
    }

    /** Bytes of all vectors, payloads and sources. */
    long[] sizes() {
        return reading(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                            "SELECT total(length(vector)), total(length(payload)), total(length(source)) FROM item");
                    ResultSet row = select.executeQuery()) {
                return new long[] {row.getLong(1), row.getLong(2), row.getLong(3)};
            }
        });
    }

    /** The item of this id, whole. */
    public Optional<Item> get(String id) {
        return reading(connection -> {
            try (PreparedStatement get = connection.prepareStatement(TruthFile.ITEM + " WHERE id = ?")) {
                get.setBytes(1, id.getBytes(StandardCharsets.UTF_8));
                try (ResultSet row = get.executeQuery()) {
                    return row.next()
                            ? Optional.of(TruthFile.written(row, space, file).item())
                            : Optional.empty();
                }
            }
        });
    }

    /** All items written after a number (0 for all), in the order of their last write, as of this moment; to be closed. */
    public Items scan(long afterSequence) {
        Connection connection = readers.borrow();
        boolean begun = false;
        try {
            TruthRows rows = new TruthRows(
                    file, connection, TruthFile.ITEM + " WHERE sequence > ? ORDER BY sequence", afterSequence);
            begun = true;
            return new Items(rows.map(row -> TruthFile.written(row, space, file)), () -> {
                rows.close();
                readers.giveBack(connection);
            });
        } catch (SQLException e) {
            throw TruthFile.failed(file, e);
        } finally {
            if (!begun) {
                readers.giveBack(connection);
            }
        }
    }

    /** A change and its number. */
    public record Numbered(long sequence, Change change) {}

    /**
     * What a view lacked.
     *
     * @param changes in the order of their numbers, of each id the last
     * @param complete whether these are all that the items of one moment have beyond the view, which is then that moment's
     * @param through the number up to which the view holds everything once it took them in
     */
    public record Changes(List<Numbered> changes, boolean complete, long through) {}

    /**
     * What a view that holds everything up to a number lacks.
     *
     * @param most changes to give at once, or fewer where they are large; a view that is not complete asks again from {@code through}
     */
    public Changes changes(long afterSequence, int most) {
        return reading(connection -> {
            List<Numbered> changes = new ArrayList<>();
            TruthFile.execute(connection, "BEGIN");
            try (PreparedStatement select = connection.prepareStatement(TruthFile.CHANGES)) {
                long last = TruthFile.number(connection, "SELECT sequence FROM generation");
                select.setLong(1, afterSequence);
                select.setLong(2, afterSequence);
                select.setInt(3, most);
                long bytes = 0;
                boolean more = false;
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        if (bytes > MOST_BYTES) {
                            more = true;
                            break;
                        }
                        changes.add(numbered(rows));
                        bytes += size(rows, 4) + size(rows, 5) + size(rows, 6);
                    }
                }
                boolean complete = !more && changes.size() < most;
                long through = complete ? last : changes.getLast().sequence();
                return new Changes(List.copyOf(changes), complete, through);
            } finally {
                TruthFile.execute(connection, "COMMIT");
            }
        });
    }

    private Numbered numbered(ResultSet row) throws SQLException {
        long sequence = row.getLong(1);
        Change change = row.getBytes(4) == null
                ? new Change.Delete(new String(row.getBytes(2), StandardCharsets.UTF_8))
                : new Change.Put(TruthFile.written(row, space, file).item());
        return new Numbered(sequence, change);
    }

    private static long size(ResultSet row, int column) throws SQLException {
        byte[] bytes = row.getBytes(column);
        return bytes == null ? 0 : bytes.length;
    }

    /** Does it while nothing is written. */
    void still(Runnable work) {
        writer().alone(connection -> work.run());
    }

    /** Which items these are: another file's differ, though it hold the same. */
    public String identity() {
        String identity = reading(connection -> TruthFile.text(connection, "SELECT identity FROM generation"));
        if (identity == null) {
            throw new IllegalStateException("items without an identity");
        }
        return identity;
    }

    /** A setting of the collection, kept with its items. */
    public Optional<String> setting(String name) {
        return Optional.ofNullable(
                reading(connection -> TruthFile.text(connection, "SELECT value FROM setting WHERE name = ?", name)));
    }

    /** Keeps a setting; durable on return. */
    public void set(String name, String value) {
        writer().alone(connection -> {
            try (PreparedStatement put = connection.prepareStatement("INSERT OR REPLACE INTO setting VALUES (?, ?)")) {
                put.setString(1, name);
                put.setString(2, value);
                put.executeUpdate();
            }
        });
    }

    /** Forgets what was deleted up to a number, which every view then has to hold. */
    public void forget(long throughSequence) {
        writer().alone(connection -> {
            TruthFile.execute(connection, "BEGIN IMMEDIATE");
            TruthFile.execute(connection, "DELETE FROM gone WHERE sequence <= " + throughSequence);
            TruthFile.execute(connection, "UPDATE generation SET forgotten = max(forgotten, " + throughSequence + ")");
            TruthFile.execute(connection, "COMMIT");
        });
    }

    /** What was deleted up to this number is forgotten: a view that holds less cannot catch up, and is made anew. */
    public long forgotten() {
        return reading(connection -> TruthFile.number(connection, "SELECT forgotten FROM generation"));
    }

    /** What a copy holds. */
    record Copied(long count, long sequence) {}

    /**
     * Copies the items of this moment into a file that is not there yet; writes go on meanwhile.
     *
     * @throws Refusal where it fails, and soon after the thread is interrupted; what is there of the file is no copy
     */
    Copied copyTo(Path copy) {
        reading(connection -> {
            try (PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
                vacuum.setString(1, copy.toAbsolutePath().toString());
                ProgressHandler.setHandler(connection, STEPS_BETWEEN_LOOKS, WHILE_WANTED);
                return vacuum.execute();
            } finally {
                ProgressHandler.clearHandler(connection);
            }
        });
        try (Connection copied = TruthFile.looking(copy)) {
            return new Copied(
                    TruthFile.number(copied, "SELECT count(*) FROM item"),
                    TruthFile.number(copied, "SELECT sequence FROM generation"));
        } catch (SQLException e) {
            throw TruthFile.failed(copy, e);
        }
    }

    /** Makes items of their own of a copy: no view of those it was taken of is taken for one of it. */
    static void adopt(Path file) {
        try (Connection connection = TruthFile.writing(file);
                PreparedStatement update = connection.prepareStatement("UPDATE generation SET identity = ?")) {
            update.setString(1, UUID.randomUUID().toString());
            update.executeUpdate();
        } catch (SQLException e) {
            throw TruthFile.failed(file, e);
        }
    }

    /** Reads the whole file: its pages, and every item against its own checksum. Empty where all is sound. */
    public List<Finding> check() {
        return reading(connection -> TruthFile.check(connection, space, file));
    }

    private <T extends @Nullable Object> T reading(TruthReaders.Reading<T> work) {
        return readers.reading(work);
    }

    /** Writes under way are made durable first. Reads under way end as they would have. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        readers.close();
        // The last to close takes the write-ahead log into the file, which a connection that only reads cannot.
        if (writer != null) {
            writer.close();
        }
        if (lock != null) {
            lock.close();
        }
    }
}
