package dev.kindred.release;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.core.Nearest;
import dev.kindred.core.Refusal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The API keys of a home. Each change is one transaction with its row of the audit log. */
public final class Keys {
    /** More than anybody tells apart; each server holds all of them. */
    private static final int MOST = 10_000;

    private final Registry registry;

    public Keys(Registry registry) {
        this.registry = registry;
    }

    /** All of them, revoked ones too, oldest first. */
    public List<Key> all() {
        return registry.read(Keys::all);
    }

    /** How often they have changed: another number than before where they must be read anew. */
    public long changes() {
        return registry.read(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT times FROM key_change")) {
                return row.getLong(1);
            }
        });
    }

    /** Collections whose own settings say {@code "sensitive": true}. */
    public Set<String> sensitive() {
        return registry.read(connection -> {
            Set<String> names = new HashSet<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT name FROM collection WHERE json_valid(settings)"
                            + " AND json_extract(settings, '$.sensitive') = 1")) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
            return names;
        });
    }

    /**
     * Keeps a new key.
     *
     * @throws Refusal where there are too many already
     */
    public void add(Key key, AuditEntry by) {
        registry.write(connection -> {
            if (all(connection).stream().filter(each -> each.revoked() == null).count() >= MOST) {
                throw new Refusal("there are " + MOST + " keys already", "keys", "revoke those that nobody uses");
            }
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO key (id, name, hash, roles, limits, created, expires)"
                            + " VALUES (?, ?, ?, ?, ?, ?, ?)")) {
                insert.setString(1, key.id());
                insert.setString(2, key.name());
                insert.setBytes(3, key.hash());
                insert.setString(4, json(key.roles()).toString());
                insert.setString(5, json(key.limits()).toString());
                insert.setLong(6, key.created().toEpochMilli());
                Instant expires = key.expires();
                if (expires == null) {
                    insert.setNull(7, java.sql.Types.INTEGER);
                } else {
                    insert.setLong(7, expires.toEpochMilli());
                }
                insert.executeUpdate();
            }
            AuditLog.add(connection, by);
            return key;
        });
    }

    /**
     * Revokes a key: it opens nothing from now on. One that was revoked before stays so.
     *
     * @param force also the last that may make and revoke keys
     * @throws Refusal where there is no such key, or it is the last admin's and that was not said to be meant
     */
    public Key revoke(String id, boolean force, Instant now, AuditEntry by) {
        return registry.write(connection -> {
            List<Key> all = all(connection);
            Key key = all.stream()
                    .filter(each -> each.id().equals(id))
                    .findFirst()
                    .orElseThrow(() -> unknown(id, all));
            if (key.revoked() != null) {
                return key;
            }
            boolean others = all.stream().anyMatch(each -> !each.id().equals(id) && each.isAdmin() && each.holds(now));
            if (key.isAdmin() && key.holds(now) && !others && !force) {
                throw new Refusal(
                        "is the last key that may make and revoke keys",
                        id,
                        "make another with the role admin first, or say --force");
            }
            try (PreparedStatement update = connection.prepareStatement("UPDATE key SET revoked = ? WHERE id = ?")) {
                update.setLong(1, now.toEpochMilli());
                update.setString(2, id);
                update.executeUpdate();
            }
            AuditLog.add(connection, by);
            return new Key(
                    key.id(), key.name(), key.hash(), key.roles(), key.limits(), key.created(), key.expires(), now);
        });
    }

    private static Refusal unknown(String id, List<Key> all) {
        List<String> ids = all.stream().map(Key::id).toList();
        return new Refusal("there is no such key", id, Nearest.advice(id, ids, "kindred keys list shows them"));
    }

    private static List<Key> all(Connection connection) throws SQLException {
        List<Key> keys = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT id, name, hash, roles, limits, created, expires, revoked FROM key"
                                + " ORDER BY created, id")) {
            while (rows.next()) {
                Map<String, String> roles = new HashMap<>();
                JsonParser.parseString(rows.getString("roles"))
                        .getAsJsonObject()
                        .entrySet()
                        .forEach(
                                role -> roles.put(role.getKey(), role.getValue().getAsString()));
                List<String> limits = new ArrayList<>();
                for (JsonElement limit :
                        JsonParser.parseString(rows.getString("limits")).getAsJsonArray()) {
                    limits.add(limit.getAsString());
                }
                keys.add(new Key(
                        rows.getString("id"),
                        rows.getString("name"),
                        rows.getBytes("hash"),
                        roles,
                        limits,
                        Instant.ofEpochMilli(rows.getLong("created")),
                        moment(rows, "expires"),
                        moment(rows, "revoked")));
            }
        }
        return keys;
    }

    private static @Nullable Instant moment(ResultSet row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    private static JsonObject json(Map<String, String> roles) {
        JsonObject json = new JsonObject();
        roles.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(role -> json.addProperty(role.getKey(), role.getValue()));
        return json;
    }

    private static JsonArray json(List<String> limits) {
        JsonArray json = new JsonArray();
        limits.forEach(json::add);
        return json;
    }
}
