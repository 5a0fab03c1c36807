package dev.kindred.release;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What people said of answers. Who says something else later of the same request and item replaces what they said, a judgement by a
 * judgement, a click by a click, a number by a number; of what several keys judge, the last row counts. Rows of one request are bounded.
 */
public final class Feedback {
    /** Rows of one request: no answer fills the disk, however often it is spoken of. */
    public static final int MOST_OF_A_REQUEST = 128;

    private final Registry registry;

    public Feedback(Registry registry) {
        this.registry = registry;
    }

    /** What an answer turned out to be. */
    public enum Outcome {
        SAME,
        DIFFERENT,
        /** Chosen from what was found: a hint, not a judgement. */
        CLICKED,
        /** A number of the caller's own. */
        VALUE;

        boolean isJudgement() {
            return this == SAME || this == DIFFERENT;
        }

        /** As it stands in requests and in the file. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One word on one answer.
     *
     * @param sequence its place; 0 before it is kept
     * @param at milliseconds since 1970
     * @param key the id of the key that says so
     * @param kind of the answer: {@code search} or {@code verify}
     * @param item of a search's answer; null of a comparison
     * @param value with {@link Outcome#VALUE} alone
     * @param score and threshold as they were answered; null where there was none
     */
    public record Said(
            long sequence,
            long at,
            String key,
            String request,
            String collection,
            String bundle,
            String kind,
            @Nullable String item,
            Outcome outcome,
            @Nullable Double value,
            @Nullable Double score,
            @Nullable Double threshold,
            JsonObject attributes) {}

    /** Forgets all of a collection. */
    public void drop(String collection) {
        registry.write(connection -> {
            try (PreparedStatement delete = connection.prepareStatement("DELETE FROM feedback WHERE collection = ?")) {
                delete.setString(1, collection);
                return delete.executeUpdate();
            }
        });
    }

    /**
     * Keeps it, in place of what it replaces; durable when it returns. The result is its sequence; empty where as much is kept of its
     * request as may be.
     */
    public OptionalLong add(Said said) {
        return registry.write(connection -> {
            if (others(connection, said) >= MOST_OF_A_REQUEST) {
                return OptionalLong.empty();
            }
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT OR REPLACE INTO feedback (at, key, request, collection, bundle, kind, item, outcome,"
                        + " value, score, threshold, attributes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING"
                        + " sequence")) {
                insert.setLong(1, said.at());
                insert.setString(2, said.key());
                insert.setString(3, said.request());
                insert.setString(4, said.collection());
                insert.setString(5, said.bundle());
                insert.setString(6, said.kind());
                insert.setString(7, said.item());
                insert.setString(8, said.outcome().word());
                put(insert, 9, said.value());
                put(insert, 10, said.score());
                put(insert, 11, said.threshold());
                insert.setString(12, said.attributes().toString());
                try (ResultSet row = insert.executeQuery()) {
                    return OptionalLong.of(row.getLong(1));
                }
            }
        });
    }

    /** Rows of its request but for the one that it replaces. */
    private static int others(Connection connection, Said said) throws SQLException {
        try (PreparedStatement count = connection.prepareStatement("""
            SELECT count(*) FROM feedback WHERE request = ? AND NOT (key = ? AND item IS ? AND
                CASE WHEN outcome IN ('same', 'different') THEN 'judged' ELSE outcome END = ?)\
            """)) {
            count.setString(1, said.request());
            count.setString(2, said.key());
            count.setString(3, said.item());
            count.setString(
                    4, said.outcome().isJudgement() ? "judged" : said.outcome().word());
            try (ResultSet row = count.executeQuery()) {
                return row.getInt(1);
            }
        }
    }

    private static void put(PreparedStatement insert, int place, @Nullable Double number) throws SQLException {
        if (number == null) {
            insert.setNull(place, Types.REAL);
        } else {
            insert.setDouble(place, number);
        }
    }

    /** Of a collection, after a sequence, in the order in which it came; at most so many. */
    public List<Said> of(String collection, long after, int most) {
        return registry.read(connection -> {
            List<Said> rows = new ArrayList<>();
            try (PreparedStatement query = connection.prepareStatement(
                    "SELECT * FROM feedback WHERE collection = ? AND sequence > ? ORDER BY sequence LIMIT ?")) {
                query.setString(1, collection);
                query.setLong(2, after);
                query.setInt(3, most);
                try (ResultSet found = query.executeQuery()) {
                    while (found.next()) {
                        rows.add(said(found));
                    }
                }
            }
            return rows;
        });
    }

    private static Said said(ResultSet row) throws SQLException {
        return new Said(
                row.getLong("sequence"),
                row.getLong("at"),
                row.getString("key"),
                row.getString("request"),
                row.getString("collection"),
                row.getString("bundle"),
                row.getString("kind"),
                row.getString("item"),
                Outcome.valueOf(row.getString("outcome").toUpperCase(Locale.ROOT)),
                number(row, "value"),
                number(row, "score"),
                number(row, "threshold"),
                JsonParser.parseString(row.getString("attributes")).getAsJsonObject());
    }

    private static @Nullable Double number(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? null : value;
    }

    /**
     * What feedback says of one threshold of a bundle. It is of answers that somebody looked at, not of all: those below the threshold
     * are seldom seen.
     *
     * @param falseMatches said to be different, and at or above the threshold
     * @param falseNonMatches said to be the same, and below it
     */
    public record Live(
            String bundle, double threshold, long different, long falseMatches, long same, long falseNonMatches) {

        /** Of those that are different; NaN where there are none. */
        public double falseMatchRate() {
            return (double) falseMatches / different;
        }
    }

    /**
     * Counts by bundle and threshold what was said to be the same or different since a moment.
     *
     * @param since milliseconds since 1970
     */
    public List<Live> live(String collection, long since) {
        return registry.read(connection -> {
            List<Live> rows = new ArrayList<>();
            try (PreparedStatement query = connection.prepareStatement("""
                WITH last AS (
                    SELECT max(sequence) AS sequence FROM feedback
                    WHERE collection = ? AND at >= ? AND outcome IN ('same', 'different')
                    GROUP BY request, item)
                SELECT bundle, threshold,
                    sum(outcome = 'different'), sum(outcome = 'different' AND score >= threshold),
                    sum(outcome = 'same'), sum(outcome = 'same' AND score < threshold)
                FROM feedback JOIN last USING (sequence)
                WHERE score IS NOT NULL AND threshold IS NOT NULL
                GROUP BY bundle, threshold ORDER BY bundle, threshold\
                """)) {
                query.setString(1, collection);
                query.setLong(2, since);
                try (ResultSet found = query.executeQuery()) {
                    while (found.next()) {
                        rows.add(new Live(
                                found.getString(1),
                                found.getDouble(2),
                                found.getLong(3),
                                found.getLong(4),
                                found.getLong(5),
                                found.getLong(6)));
                    }
                }
            }
            return rows;
        });
    }
}
