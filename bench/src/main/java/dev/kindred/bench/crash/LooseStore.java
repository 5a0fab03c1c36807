package dev.kindred.bench.crash;

import dev.kindred.core.Space;
import dev.kindred.index.Change;
import dev.kindred.index.Item;
import dev.kindred.index.Truth;
import dev.kindred.index.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/** The control: the truth's tables in SQLite's write-ahead mode, but acknowledged without waiting for the disk. */
final class LooseStore implements Store {
    private final Connection connection;
    private final boolean together;
    private long sequence;

    private LooseStore(Connection connection, boolean together) throws SQLException {
        this.connection = connection;
        this.together = together;
        this.sequence = number("SELECT sequence FROM generation");
    }

    static LooseStore create(Path folder, SQLiteConfig.SynchronousMode synchronous, boolean together) {
        try {
            Connection connection = connected(folder, synchronous);
            Space space = StoreKind.SPACE;
            execute(connection, "BEGIN IMMEDIATE");
            for (String line : schema().lines().toList()) {
                execute(connection, line);
            }
            execute(
                    connection,
                    "INSERT INTO generation VALUES ('control', '%s', %d, '%s', 0, 0)"
                            .formatted(
                                    space.id(),
                                    space.dimension(),
                                    space.distance().wireName()));
            execute(connection, "COMMIT");
            return new LooseStore(connection, together);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    static LooseStore open(Path folder, SQLiteConfig.SynchronousMode synchronous, boolean together) {
        try {
            return new LooseStore(connected(folder, synchronous), together);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private static Connection connected(Path folder, SQLiteConfig.SynchronousMode synchronous) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(synchronous);
        return config.createConnection("jdbc:sqlite:" + folder.resolve(Truth.FILE));
    }

    private static String schema() {
        try (InputStream in = Truth.class.getResourceAsStream("truth-1.sql")) {
            if (in == null) {
                throw new IllegalStateException("truth-1.sql is not there");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized long write(List<Change> changes) {
        if (together) {
            commit(changes);
        } else {
            changes.forEach(change -> commit(List.of(change)));
        }
        return sequence;
    }

    private void commit(List<Change> changes) {
        try {
            execute(connection, "BEGIN IMMEDIATE");
            for (Change change : changes) {
                apply(change);
            }
            update("UPDATE generation SET sequence = ?", sequence);
            execute(connection, "COMMIT");
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private void apply(Change change) throws SQLException {
        sequence++;
        byte[] id = change.id().getBytes(StandardCharsets.UTF_8);
        boolean there = update("DELETE FROM item WHERE id = ?", id) > 0;
        if (change instanceof Change.Put(Item item)) {
            update("DELETE FROM gone WHERE id = ?", id);
            update(
                    "INSERT INTO item VALUES (?, ?, 0, ?, ?, ?)",
                    sequence,
                    id,
                    bytes(item.vector()),
                    payload(item),
                    item.source());
        } else if (there) {
            update("INSERT INTO gone VALUES (?, ?)", sequence, id);
        }
    }

    @Override
    public synchronized Held read() {
        List<Held.Last> last = new ArrayList<>();
        List<String> findings = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("PRAGMA integrity_check")) {
                while (rows.next()) {
                    if (!rows.getString(1).equals("ok")) {
                        findings.add(rows.getString(1));
                    }
                }
            }
            try (ResultSet rows = statement.executeQuery("SELECT sequence, id, vector, payload, source FROM item"
                    + " UNION ALL SELECT sequence, id, NULL, NULL, NULL FROM gone ORDER BY 1")) {
                while (rows.next()) {
                    String id = new String(rows.getBytes(2), StandardCharsets.UTF_8);
                    Item item = rows.getBytes(3) == null
                            ? null
                            : item(id, rows.getBytes(3), rows.getBytes(4), rows.getBytes(5));
                    last.add(new Held.Last(rows.getLong(1), id, item));
                }
            }
        } catch (SQLException e) {
            findings.add(String.valueOf(e.getMessage()));
        }
        return new Held(sequence, last, findings);
    }

    // NullAway does not read `byte @Nullable []` from another source file.
    @SuppressWarnings("NullAway")
    private static Item item(String id, byte[] vector, byte[] payload, byte @Nullable [] source) {
        float[] values = new float[vector.length / Float.BYTES];
        ByteBuffer.wrap(vector).asFloatBuffer().get(values);
        long write = ByteBuffer.wrap(payload).getLong();
        return new Item(id, values, Map.of(Deed.WRITE, Value.of(write)), source);
    }

    private static byte[] payload(Item item) {
        return ByteBuffer.allocate(Long.BYTES).putLong(Deed.writeOf(item)).array();
    }

    private static byte[] bytes(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES);
        bytes.asFloatBuffer().put(vector);
        return bytes.array();
    }

    private int update(String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long number(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.getLong(1);
        }
    }

    private static IllegalStateException failed(SQLException e) {
        return new IllegalStateException(e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed(e);
        }
    }
}
