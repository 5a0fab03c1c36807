package dev.kindred.index;

import dev.kindred.core.Distance;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteException;

/** The truth's file: its schema, its connections, and its rows as items. */
final class TruthFile {
    /** Of {@code PRAGMA user_version}, one more with each numbered script. */
    static final int FORMAT = 1;
    /** "Kind" of {@code PRAGMA application_id}. */
    private static final int APPLICATION = 0x4B696E64;
    /** Of every SQLite file, and where in it the application is. */
    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    private static final int HEADER_BYTES = 100;
    private static final int APPLICATION_AT = 68;

    static final String ITEM = "SELECT sequence, id, sum, vector, payload, source FROM item";
    /** Of what is gone the columns after the id are null. */
    static final String CHANGES = ITEM + " WHERE sequence > ? UNION ALL"
            + " SELECT sequence, id, NULL, NULL, NULL, NULL FROM gone WHERE sequence > ? ORDER BY 1 LIMIT ?";

    private static final int PAGE = 8192;
    private static final int MOST_FINDINGS = 100;
    /** The setting that says once more of which space the items are: what tells it first has no checksum. */
    static final String SPACE = "space";

    private TruthFile() {}

    /**
     * Makes a new file, whole and durable before it has its name, so that nobody who is cut off leaves half of one.
     *
     * @param file where none stands
     */
    static void create(Path file, Space space) throws SQLException {
        Path part = file.resolveSibling("." + file.getFileName() + ".part");
        try {
            for (String left : List.of("", "-journal", "-wal", "-shm")) {
                Files.deleteIfExists(part.resolveSibling(part.getFileName() + left));
            }
            SQLiteConfig config = new SQLiteConfig();
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
            // Only before the write-ahead log is begun can it be chosen.
            config.setPageSize(PAGE);
            try (Connection connection = connected(config, part)) {
                fill(connection, space);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel folder = FileChannel.open(part.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        } catch (IOException e) {
            throw new Refusal(
                    "cannot be made (" + e.getMessage() + ")",
                    file.toString(),
                    "check who may write there and that there is room",
                    e);
        }
    }

    static Connection writing(Path file) throws SQLException {
        requireOurs(file);
        Connection connection = connected(config(), file);
        boolean ready = false;
        try {
            requireFormat(connection, file);
            ready = true;
            return connection;
        } finally {
            if (!ready) {
                close(connection);
            }
        }
    }

    /** Before it is opened for writing, which alone would change a stranger's file. What is no database SQLite itself refuses. */
    private static void requireOurs(Path file) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            while (header.hasRemaining() && in.read(header) >= 0) {}
        } catch (IOException e) {
            throw new Refusal("cannot be read (" + e + ")", file.toString(), "check who may read it", e);
        }
        boolean isDatabase = Arrays.equals(header.array(), 0, MAGIC.length, MAGIC, 0, MAGIC.length);
        if (header.hasRemaining() || isDatabase && header.getInt(APPLICATION_AT) != APPLICATION) {
            throw new Refusal(
                    "is no file of items",
                    file.toString(),
                    "name a folder that Kindred made; where it was one: " + rescue(file));
        }
    }

    static Connection reading(Path file) throws SQLException {
        SQLiteConfig config = usual();
        config.setReadOnly(true);
        return connected(config, file);
    }

    /** Of a copy, which has no write-ahead log and gets none. */
    static Connection looking(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        return connected(config, file);
    }

    private static Connection connected(SQLiteConfig config, Path file) throws SQLException {
        Connection connection = config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
        try {
            // Views and triggers of a stranger's schema call nothing but what is harmless.
            execute(connection, "PRAGMA trusted_schema = OFF");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    private static SQLiteConfig config() {
        SQLiteConfig config = usual();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        return config;
    }

    /** In the mode that the file is in: a snapshot's is without a log, and stays so. */
    private static SQLiteConfig usual() {
        SQLiteConfig config = new SQLiteConfig();
        // Every commit is on the disk before it is acknowledged, whatever fails then.
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(5_000);
        // Nobody asks for them, and looking for them took 59 of 141 samples of the updates.
        config.setGetGeneratedKeys(false);
        // A file of a stranger runs nothing.
        config.enableLoadExtension(false);
        return config;
    }

    private static void fill(Connection connection, Space space) throws SQLException {
        execute(connection, "BEGIN IMMEDIATE");
        for (String line : script(1).split("\n")) {
            execute(connection, line);
        }
        execute(connection, "PRAGMA application_id = " + APPLICATION);
        execute(connection, "PRAGMA user_version = " + FORMAT);
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO generation VALUES (?, ?, ?, ?, 0, 0)")) {
            insert.setString(1, UUID.randomUUID().toString());
            insert.setString(2, space.id());
            insert.setInt(3, space.dimension());
            insert.setString(4, space.distance().wireName());
            insert.execute();
        }
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO setting VALUES (?, ?)")) {
            insert.setString(1, SPACE);
            insert.setString(2, text(space));
            insert.execute();
        }
        execute(connection, "COMMIT");
    }

    private static String text(Space space) {
        return space.id() + " " + space.dimension() + " " + space.distance().wireName();
    }

    private static String script(int number) {
        try (InputStream in = TruthFile.class.getResourceAsStream("truth-" + number + ".sql")) {
            if (in == null) {
                throw new IllegalStateException("truth-" + number + ".sql is not there");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void requireFormat(Connection connection, Path file) throws SQLException {
        long application = number(connection, "PRAGMA application_id");
        long format = number(connection, "PRAGMA user_version");
        if (application != APPLICATION || format < 1) {
            throw new Refusal(
                    "is no file of items",
                    file.toString(),
                    "name a folder that Kindred made; where it was one: " + rescue(file));
        }
        if (format == FORMAT && !isAsMade(connection)) {
            throw new Refusal(
                    "has other tables than Kindred makes", file.toString(), "name a folder that Kindred made");
        }
        if (format > FORMAT) {
            throw new Refusal(
                    "is of format " + format + ", this Kindred reads up to " + FORMAT,
                    file.toString(),
                    "open it with a newer Kindred");
        }
    }

    /** Whether all that is there is what the script makes: a trigger of a stranger could drop what was acknowledged. */
    private static boolean isAsMade(Connection connection) throws SQLException {
        Set<String> there = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")) {
            while (rows.next()) {
                there.add(rows.getString(1));
            }
        }
        Set<String> made = new HashSet<>();
        for (String line : script(FORMAT).split("\n")) {
            made.add(line.replaceFirst(";$", ""));
        }
        return there.equals(made);
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row, or null. */
    static @Nullable String text(Connection connection, String sql, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getString(1) : null;
            }
        }
    }

    static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.getLong(1);
        }
    }

    static Space space(Connection connection, Path file) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT space, dimension, distance FROM generation")) {
            if (!row.next() || row.getInt(2) < 1 || row.getInt(2) > Header.MAX_DIMENSION) {
                throw damaged(file, "of what space its items are");
            }
            return new Space(row.getString(1), row.getInt(2), Distance.ofWireName(row.getString(3)));
        }
    }

    /** The item of a row of {@link #ITEM}, refused by its number where its checksum is another. */
    static Items.Written written(ResultSet row, Space space, Path file) throws SQLException {
        long sequence = row.getLong(1);
        byte[] id = row.getBytes(2);
        byte[] vector = row.getBytes(4);
        byte[] payload = row.getBytes(5);
        byte[] source = row.getBytes(6);
        // One bit of what says how long a value is can make it none.
        if (id == null
                || vector == null
                || payload == null
                || vector.length != space.dimension() * Float.BYTES
                || row.getLong(3) != sum(sequence, id, vector, payload, source)) {
            throw damaged(file, "the item of sequence number " + sequence);
        }
        return new Items.Written(sequence, item(id, vector, payload, source, space));
    }

    /** @param vector of the space's dimension */
    static Item item(byte[] id, byte[] vector, byte[] payload, byte @Nullable [] source, Space space) {
        float[] values = new float[space.dimension()];
        ByteBuffer.wrap(vector).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        String name = new String(id, StandardCharsets.UTF_8);
        return new Item(name, values, PayloadCodec.decode(MemorySegment.ofArray(payload), Vectors.named(name)), source);
    }

    /** CRC-32C of the number and of each part with its length before it. */
    static long sum(long sequence, byte[] id, byte[] vector, byte[] payload, byte @Nullable [] source) {
        CRC32C crc = new CRC32C();
        ByteBuffer lengths = ByteBuffer.allocate(24)
                .putLong(sequence)
                .putInt(id.length)
                .putInt(vector.length)
                .putInt(payload.length)
                .putInt(source == null ? -1 : source.length);
        crc.update(lengths.flip());
        crc.update(id);
        crc.update(vector);
        crc.update(payload);
        if (source != null) {
            crc.update(source);
        }
        return crc.getValue();
    }

    static byte[] bytes(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return bytes.array();
    }

    static List<Finding> check(Connection connection, Space space, Path file) throws SQLException {
        List<Finding> findings = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA integrity_check(" + MOST_FINDINGS + ")")) {
            while (rows.next()) {
                if (!rows.getString(1).equals("ok")) {
                    findings.add(new Finding(file.toString(), rows.getString(1), mend(file)));
                }
            }
        } catch (SQLException e) {
            findings.add(new Finding(file.toString(), "its pages cannot be read: " + e.getMessage(), mend(file)));
            return findings;
        }
        findings.addAll(checkNumbers(connection, space, file));
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(ITEM + " ORDER BY sequence")) {
            while (findings.size() < MOST_FINDINGS && rows.next()) {
                try {
                    written(rows, space, file);
                } catch (Refusal e) {
                    findings.add(new Finding(file.toString(), e.what(), mend(file)));
                }
            }
        } catch (SQLException e) {
            findings.add(new Finding(file.toString(), "its items cannot be read: " + e.getMessage(), mend(file)));
        }
        return findings;
    }

    /** What has no checksum, against what else tells it. */
    private static List<Finding> checkNumbers(Connection connection, Space space, Path file) {
        List<Finding> findings = new ArrayList<>();
        try {
            String again = text(connection, "SELECT value FROM setting WHERE name = ?", SPACE);
            if (again != null && !again.equals(text(space))) {
                findings.add(new Finding(
                        file.toString(),
                        "says twice of which space its items are: " + text(space) + ", and " + again,
                        mend(file)));
            }
            // In one statement, which sees one moment: it may be written to meanwhile.
            try (Statement statement = connection.createStatement();
                    ResultSet row =
                            statement.executeQuery("SELECT sequence, max(forgotten, (SELECT ifnull(max(sequence), 0)"
                                    + " FROM item), (SELECT ifnull(max(sequence), 0) FROM gone)) FROM generation")) {
                long last = row.getLong(1);
                long highest = row.getLong(2);
                if (highest > last) {
                    findings.add(new Finding(
                            file.toString(),
                            "says that its last write was number %d, and holds number %d".formatted(last, highest),
                            mend(file)));
                }
            }
        } catch (SQLException e) {
            findings.add(new Finding(file.toString(), "its numbers cannot be read: " + e.getMessage(), mend(file)));
        }
        return findings;
    }

    private static Refusal damaged(Path file, String what) {
        return new Refusal(
                "is damaged: " + what + " cannot be trusted",
                file.toString(),
                mend(file),
                new SQLException("another checksum"));
    }

    static Failure failure(SQLException e) {
        return switch (plain(e)) {
            case 13 -> Failure.FULL;
            // Busy, locked, no memory, read-only, interrupted, cannot be opened, the log's protocol.
            case 5, 6, 7, 8, 9, 14, 15 -> Failure.PASSING;
            default -> Failure.LASTING;
        };
    }

    /** Extended codes have the plain one in their lowest byte. */
    private static int plain(SQLException e) {
        return e instanceof SQLiteException sqlite ? sqlite.getResultCode().code & 0xFF : e.getErrorCode() & 0xFF;
    }

    private static String mend(Path file) {
        return "restore a snapshot, or save what is sound: " + rescue(file);
    }

    /** The command that saves what can be read of damaged items. */
    static String rescue(Path file) {
        return "kindred index rescue " + file.getParent() + " --out NEW";
    }

    /** What went wrong, for a person: a full or unwritable disk, damage, or else. */
    static Refusal failed(Path file, SQLException e) {
        return switch (plain(e)) {
            case 13 ->
                new Refusal("has no room on its disk", file.toString(), "make room; nothing of it was written", e);
            case 9 -> new Refusal("was given up before its end", file.toString(), "try again", e);
            case 11, 26 -> new Refusal("is damaged: " + e.getMessage(), file.toString(), mend(file), e);
            case 8, 14 -> new Refusal("cannot be opened or written", file.toString(), "check who may write there", e);
            default -> new Refusal("failed: " + e.getMessage(), file.toString(), "try again", e);
        };
    }

    static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
