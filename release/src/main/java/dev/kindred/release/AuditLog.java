package dev.kindred.release;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonSyntaxException;
import dev.kindred.core.Hashes;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The audit log of a home: only added to, each row's hash SHA-256 over the hash of the row before and all of this row, its number
 * included. A row that is changed, taken out or put in between breaks the chain. Whoever can write the file could make a whole chain
 * anew: only a hash that was kept elsewhere shows that.
 */
public final class AuditLog {
    private static final String ROWS = "SELECT sequence, at, key, name, action, collection, request, detail, hash"
            + " FROM audit WHERE sequence > ? AND at >= ? ORDER BY sequence LIMIT ?";
    private static final byte[] BEGINNING = new byte[32];

    private final Registry registry;

    public AuditLog(Registry registry) {
        this.registry = registry;
    }

    /** A row as it is kept. */
    public record Row(long sequence, AuditEntry entry, String hash) {
        public JsonObject json() {
            JsonObject json = new JsonObject();
            json.addProperty("sequence", sequence);
            json.addProperty("at", Instant.ofEpochMilli(entry.at()).toString());
            json.addProperty("key", entry.key());
            json.addProperty("name", entry.name());
            json.addProperty("action", entry.action());
            json.addProperty("collection", entry.collection());
            json.addProperty("request", entry.request());
            json.add("detail", entry.detail());
            json.addProperty("hash", hash);
            return json;
        }
    }

    /**
     * What a look at the whole chain found.
     *
     * @param rows read, up to the first that is wrong
     * @param head the hash of the last row that is right, in hex: kept elsewhere, it shows later whether anything up to here was changed
     * @param wrong what is wrong first; empty where the chain holds
     */
    public record Checked(long rows, String head, Optional<Wrong> wrong) {
        /** {@code {"rows", "head", "whole", "broken"?: {"sequence", "what"}}}. */
        public JsonObject json() {
            JsonObject json = new JsonObject();
            json.addProperty("rows", rows);
            json.addProperty("head", head);
            json.addProperty("whole", wrong.isEmpty());
            wrong.ifPresent(first -> {
                JsonObject broken = new JsonObject();
                broken.addProperty("sequence", first.sequence());
                broken.addProperty("what", first.what());
                json.add("broken", broken);
            });
            return json;
        }
    }

    /** @param sequence the row where the chain breaks */
    public record Wrong(long sequence, String what) {}

    /** Adds rows in this order; durable when it returns. */
    public void add(List<AuditEntry> entries) {
        registry.write(connection -> {
            for (AuditEntry entry : entries) {
                add(connection, entry);
            }
            return entries.size();
        });
    }

    /** Adds a row within somebody's own transaction: what is done and that it was done are there together or not at all. */
    static void add(Connection connection, AuditEntry entry) throws SQLException {
        long sequence = 1;
        byte[] before = BEGINNING;
        try (Statement statement = connection.createStatement();
                ResultSet last =
                        statement.executeQuery("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1")) {
            if (last.next()) {
                sequence = last.getLong(1) + 1;
                before = last.getBytes(2);
            }
        }
        String detail = entry.detail().toString();
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO audit (sequence, at, key, name, action, collection, request, detail, hash)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            insert.setLong(1, sequence);
            insert.setLong(2, entry.at());
            insert.setString(3, entry.key());
            insert.setString(4, entry.name());
            insert.setString(5, entry.action());
            insert.setString(6, entry.collection());
            insert.setString(7, entry.request());
            insert.setString(8, detail);
            insert.setBytes(9, hash(before, sequence, entry, detail));
            insert.executeUpdate();
        }
    }

    /** Numbers as 8 bytes, big-endian; texts as their length in bytes (4 bytes) and UTF-8. */
    private static byte[] hash(byte[] before, long sequence, AuditEntry entry, String detail) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(before);
            out.writeLong(sequence);
            out.writeLong(entry.at());
            for (String text :
                    List.of(entry.key(), entry.name(), entry.action(), entry.collection(), entry.request(), detail)) {
                byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                out.writeInt(utf8.length);
                out.write(utf8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Hashes.sha256().digest(bytes.toByteArray());
    }

    /**
     * Rows after a number and from a moment on, oldest first.
     *
     * @param since milliseconds since 1970
     * @param most at most so many
     */
    public List<Row> read(long after, long since, int most) {
        return rows(ROWS, after, since, most);
    }

    /** The newest rows from a moment on, oldest first. */
    public List<Row> newest(long since, int most) {
        return rows(ROWS.replace("ORDER BY sequence", "ORDER BY sequence DESC"), 0, since, most)
                .reversed();
    }

    private List<Row> rows(String sql, long after, long since, int most) {
        return registry.read(connection -> {
            List<Row> rows = new ArrayList<>();
            try (PreparedStatement query = connection.prepareStatement(sql)) {
                query.setLong(1, after);
                query.setLong(2, since);
                query.setInt(3, most);
                try (ResultSet found = query.executeQuery()) {
                    while (found.next()) {
                        rows.add(new Row(
                                found.getLong("sequence"),
                                entry(found),
                                HexFormat.of().formatHex(found.getBytes("hash"))));
                    }
                }
            }
            return rows;
        });
    }

    /** Reads the whole chain, one row at a time, at one moment. */
    public Checked check() {
        return registry.read(connection -> {
            long rows = 0;
            byte[] before = BEGINNING;
            try (PreparedStatement query = connection.prepareStatement(ROWS)) {
                query.setLong(1, Long.MIN_VALUE);
                query.setLong(2, Long.MIN_VALUE);
                query.setLong(3, Long.MAX_VALUE);
                try (ResultSet found = query.executeQuery()) {
                    while (found.next()) {
                        long sequence = found.getLong("sequence");
                        if (sequence != rows + 1) {
                            return broken(rows, before, sequence, "row " + (rows + 1) + " is missing");
                        }
                        byte[] right = hash(before, sequence, entry(found), found.getString("detail"));
                        if (!MessageDigest.isEqual(right, found.getBytes("hash"))) {
                            return broken(rows, before, sequence, "it was changed, or the row before it was");
                        }
                        before = right;
                        rows++;
                    }
                }
            }
            long ever = everAdded(connection);
            return ever > rows
                    ? broken(rows, before, rows + 1, "the last " + (ever - rows) + " rows are missing")
                    : new Checked(rows, HexFormat.of().formatHex(before), Optional.empty());
        });
    }

    private static Checked broken(long rows, byte[] head, long sequence, String what) {
        return new Checked(rows, HexFormat.of().formatHex(head), Optional.of(new Wrong(sequence, what)));
    }

    /** The highest number ever given, which SQLite keeps beside the table. */
    private static long everAdded(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT seq FROM sqlite_sequence WHERE name = 'audit'")) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static AuditEntry entry(ResultSet row) throws SQLException {
        return new AuditEntry(
                row.getLong("at"),
                row.getString("key"),
                row.getString("name"),
                row.getString("action"),
                row.getString("collection"),
                row.getString("request"),
                object(row.getString("detail")));
    }

    private static JsonObject object(String json) {
        try {
            return JsonParser.parseString(json).getAsJsonObject();
        } catch (JsonSyntaxException | IllegalStateException e) {
            // Somebody wrote there by hand: the check will say so.
            return new JsonObject();
        }
    }
}
