package dev.kindred.cli.load;

import com.google.gson.JsonObject;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import dev.kindred.core.Refusal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Contents that a server has looked up among its remembered embeddings since it started, as {@code kindred_cache_total} of its metrics has
 * them. A server that remembers none looks up none.
 *
 * @param hits that were remembered
 * @param misses that were not
 * @param joined that another request was computing just then
 */
public record CacheCounts(double hits, double misses, double joined) {
    private static final String SERIES = "kindred_cache_total{";

    /** Empty where the server does not tell: it is none of Kindred's, wants another key, or its metrics are elsewhere. */
    public static Optional<CacheCounts> read(Target target, @Nullable String collection) {
        try {
            AggregatedHttpResponse reply = target.ask(Shot.get("/metrics"));
            return reply.status().code() == 200 ? parse(reply.contentUtf8(), collection) : Optional.empty();
        } catch (Refusal e) {
            return Optional.empty();
        }
    }

    /**
     * @param metrics as Prometheus writes them
     * @param collection null for all together
     */
    static Optional<CacheCounts> parse(String metrics, @Nullable String collection) {
        double hits = 0;
        double misses = 0;
        double joined = 0;
        boolean any = false;
        for (String line : metrics.lines().toList()) {
            // An exemplar may follow; a label may hold anything but a line.
            int value = valueAt(line);
            if (!line.startsWith(SERIES)
                    || value < 0
                    || collection != null && !line.contains("collection=\"" + collection + "\"")) {
                continue;
            }
            double count;
            try {
                count = Double.parseDouble(line.substring(value).split(" ", 2)[0]);
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
            any = true;
            hits += line.contains("outcome=\"hit\"") ? count : 0;
            misses += line.contains("outcome=\"miss\"") ? count : 0;
            joined += line.contains("outcome=\"joined\"") ? count : 0;
        }
        return any ? Optional.of(new CacheCounts(hits, misses, joined)) : Optional.empty();
    }

    /** Where a line's value begins, behind its labels; -1 where it has none. */
    private static int valueAt(String line) {
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '}' && !quoted) {
                return i + 2 < line.length() ? i + 2 : -1;
            }
        }
        return -1;
    }

    public CacheCounts since(CacheCounts before) {
        return new CacheCounts(hits - before.hits, misses - before.misses, joined - before.joined);
    }

    /** Contents that were not computed for who asked. */
    public double spared() {
        return hits + joined;
    }

    /** The same as a share of all that were looked up, 0 where none were; those joined were misses before. */
    public double sparedShare() {
        return hits + misses > 0 ? spared() / (hits + misses) : 0;
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("hits", hits);
        json.addProperty("misses", misses);
        json.addProperty("joined", joined);
        json.addProperty("sparedShare", sparedShare());
        return json;
    }
}
