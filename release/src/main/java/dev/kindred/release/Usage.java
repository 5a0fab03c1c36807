package dev.kindred.release;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.HashMap;
import java.util.Map;

/** What keys have used, by day (of UTC, since 1970); written in groups of what was counted in memory. */
public final class Usage {
    /** Days that are kept. */
    private static final int KEPT = 400;

    private final Registry registry;

    public Usage(Registry registry) {
        this.registry = registry;
    }

    /** Requests, and inputs in them: pictures, texts, vectors. */
    public record Count(long requests, long inputs) {
        public static final Count NONE = new Count(0, 0);

        public Count plus(Count more) {
            return new Count(requests + more.requests, inputs + more.inputs);
        }
    }

    /** All of a day, by key. */
    public Map<String, Count> of(long day) {
        return registry.read(connection -> {
            Map<String, Count> counts = new HashMap<>();
            try (PreparedStatement query =
                    connection.prepareStatement("SELECT key, requests, inputs FROM usage WHERE day = ?")) {
                query.setLong(1, day);
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        counts.put(rows.getString(1), new Count(rows.getLong(2), rows.getLong(3)));
                    }
                }
            }
            return counts;
        });
    }

    /** Adds to what stands there; all or nothing. */
    public void add(long day, Map<String, Count> more) {
        if (more.isEmpty()) {
            return;
        }
        registry.write(connection -> {
            try (PreparedStatement upsert = connection.prepareStatement("INSERT INTO usage VALUES (?, ?, ?, ?)"
                            + " ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,"
                            + " inputs = inputs + excluded.inputs");
                    PreparedStatement old = connection.prepareStatement("DELETE FROM usage WHERE day < ?")) {
                for (Map.Entry<String, Count> each : more.entrySet()) {
                    upsert.setString(1, each.getKey());
                    upsert.setLong(2, day);
                    upsert.setLong(3, each.getValue().requests());
                    upsert.setLong(4, each.getValue().inputs());
                    upsert.executeUpdate();
                }
                old.setLong(1, day - KEPT);
                old.executeUpdate();
            }
            return more.size();
        });
    }
}
