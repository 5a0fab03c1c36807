package dev.kindred.serve.access;

import com.google.gson.stream.JsonWriter;
import dev.kindred.serve.JsonText;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The scores of one answer that feedback can speak of: a pair's, or those of the items found. Of a long answer only the first are kept,
 * so that what waits to be written is bounded by what it takes. For one thread.
 */
public final class Said {
    /** Of a longer answer, what stands further down cannot be spoken of. */
    private static final int MOST_SCORES = 100;
    /** The same by the length of their ids. */
    private static final int MOST_LETTERS = 8192;

    /** A score and what it was judged by; null where nothing judged it. */
    private record Score(double value, @Nullable Double threshold) {}

    private final @Nullable Score pair;
    private final Map<String, Score> items = new LinkedHashMap<>();
    private int letters;
    private boolean full;

    private Said(@Nullable Score pair) {
        this.pair = pair;
    }

    /** Of a comparison. */
    public static Said ofPair(double score, @Nullable Double threshold) {
        return new Said(new Score(score, threshold));
    }

    /** Of a search, or of several in one: {@link #item} is told what they found, one after another. */
    public static Said ofItems() {
        return new Said(null);
    }

    /**
     * Of an item that several searches found, the first one's score stands.
     *
     * @param score one that can be held against the threshold, where there is one
     * @param threshold of its own search; null where the score is judged by none
     */
    public void item(String id, double score, @Nullable Double threshold) {
        if (full) {
            return;
        }
        letters += id.length();
        full = items.size() == MOST_SCORES || letters > MOST_LETTERS;
        if (!full) {
            items.putIfAbsent(id, new Score(score, threshold));
        }
    }

    /** As {@link dev.kindred.release.Answered.Answer#said} has it: the first threshold is that of all that say no other. */
    String json() {
        return JsonText.of(json -> {
            json.beginObject();
            if (pair != null) {
                json.name("score").value(pair.value());
                threshold(json, pair.threshold());
            } else {
                json.name("scores").beginObject();
                for (Map.Entry<String, Score> each : items.entrySet()) {
                    json.name(each.getKey()).value(each.getValue().value());
                }
                json.endObject();
                ofItems(json);
            }
            json.endObject();
        });
    }

    private void ofItems(JsonWriter json) throws IOException {
        if (items.isEmpty()) {
            return;
        }
        Double common = items.values().iterator().next().threshold();
        threshold(json, common);
        boolean begun = false;
        for (Map.Entry<String, Score> each : items.entrySet()) {
            Double own = each.getValue().threshold();
            if (!Objects.equals(own, common)) {
                if (!begun) {
                    json.name("thresholds").beginObject();
                    begun = true;
                }
                json.name(each.getKey()).jsonValue(own == null ? "null" : Double.toString(own));
            }
        }
        if (begun) {
            json.endObject();
        }
    }

    private static void threshold(JsonWriter json, @Nullable Double value) throws IOException {
        if (value != null) {
            json.name("threshold").value(value);
        }
    }
}
