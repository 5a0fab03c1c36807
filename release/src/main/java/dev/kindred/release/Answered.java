package dev.kindred.release;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What was answered, for as long as feedback on it may come: bounded by age and count. */
public final class Answered {
    private final Registry registry;

    public Answered(Registry registry) {
        this.registry = registry;
    }

    /**
     * One answer.
     *
     * @param at milliseconds since 1970
     * @param key the id of the key that asked
     * @param kind {@code search} or {@code verify}
     * @param said as JSON: {@code {"scores": {"id": 0.9, …}, "threshold": 0.8, "thresholds": {"id": null, …}}} of a search, with what differs
     *     from the threshold in {@code thresholds}; {@code {"score": 0.9, "threshold": 0.8}} of a comparison; without a threshold where
     *     nothing was validated
     */
    public record Answer(
            String request, long at, String key, String collection, String bundle, String kind, String said) {

        /** Whether it was of items, not of a pair. */
        public boolean isOfItems() {
            return json().has("scores");
        }

        /** The score that was answered: an item's, or with null the pair's. Empty where there was none. */
        public Optional<Double> score(@Nullable String item) {
            if (item == null) {
                return number(json(), "score");
            }
            return json().get("scores") instanceof JsonObject scores ? number(scores, item) : Optional.empty();
        }

        /** What that score was judged by. Empty where nothing judged it. */
        public Optional<Double> threshold(@Nullable String item) {
            JsonObject json = json();
            return item != null && json.get("thresholds") instanceof JsonObject own && own.has(item)
                    ? number(own, item)
                    : number(json, "threshold");
        }

        private JsonObject json() {
            return JsonParser.parseString(said).getAsJsonObject();
        }

        private static Optional<Double> number(JsonObject object, String name) {
            return object.get(name) instanceof JsonPrimitive value
                    ? Optional.of(value.getAsDouble())
                    : Optional.empty();
        }
    }

    /** Forgets all of a collection. */
    public void drop(String collection) {
        registry.write(connection -> {
            try (PreparedStatement delete = connection.prepareStatement("DELETE FROM answer WHERE collection = ?")) {
                delete.setString(1, collection);
                return delete.executeUpdate();
            }
        });
    }

    /** Keeps a group of answers, all or none. */
    public void keep(List<Answer> answers) {
        registry.write(connection -> {
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?, ?, ?)")) {
                for (Answer answer : answers) {
                    insert.setString(1, answer.request());
                    insert.setLong(2, answer.at());
                    insert.setString(3, answer.key());
                    insert.setString(4, answer.collection());
                    insert.setString(5, answer.bundle());
                    insert.setString(6, answer.kind());
                    insert.setString(7, answer.said());
                    insert.addBatch();
                }
                return insert.executeBatch().length;
            }
        });
    }

    public Optional<Answer> find(String request) {
        return registry.read(connection -> {
            try (PreparedStatement query = connection.prepareStatement(
                    "SELECT at, key, collection, bundle, kind, said FROM answer WHERE request = ?")) {
                query.setString(1, request);
                try (ResultSet row = query.executeQuery()) {
                    return row.next()
                            ? Optional.of(new Answer(
                                    request,
                                    row.getLong(1),
                                    row.getString(2),
                                    row.getString(3),
                                    row.getString(4),
                                    row.getString(5),
                                    row.getString(6)))
                            : Optional.empty();
                }
            }
        });
    }

    /**
     * Forgets what is older than a moment, and of the rest the oldest beyond a number.
     *
     * @param oldest milliseconds since 1970
     * @return how many are kept
     */
    public long forget(long oldest, long most) {
        return registry.write(connection -> {
            delete(connection, "DELETE FROM answer WHERE at < ?", oldest);
            delete(
                    connection,
                    "DELETE FROM answer WHERE request IN (SELECT request FROM answer ORDER BY at DESC LIMIT -1 OFFSET"
                            + " ?)",
                    most);
            try (PreparedStatement query = connection.prepareStatement("SELECT count(*) FROM answer");
                    ResultSet row = query.executeQuery()) {
                return row.getLong(1);
            }
        });
    }

    private static void delete(Connection connection, String sql, long bound) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(sql)) {
            delete.setLong(1, bound);
            delete.executeUpdate();
        }
    }
}
