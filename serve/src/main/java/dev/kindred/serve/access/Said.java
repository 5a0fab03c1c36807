package dev.kindred.serve.access;

import dev.kindred.serve.JsonText;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The scores of one answer that feedback can speak of: a pair's, or those of the items found. Of a long answer only the first are kept,
 * so that what waits to be written is bounded by what it takes. For one thread.
 */
public final class Said {
    /** Of a longer answer, what stands further down cannot be spoken of. */
    private static final int MOST_SCORES = 100;
    /** The same by the length of their ids. */
    private static final int MOST_LETTERS = 8192;

    private final boolean ofItems;
    private final Map<String, Double> scores = new LinkedHashMap<>();
    private int letters;
    private boolean full;
    private OptionalDouble score = OptionalDouble.empty();
    private OptionalDouble threshold = OptionalDouble.empty();

    private Said(boolean ofItems) {
        this.ofItems = ofItems;
    }

    /** Of a comparison. */
    public static Said ofPair(double score) {
        Said said = new Said(false);
        said.score = OptionalDouble.of(score);
        return said;
    }

    /** Of a search, or of several in one: {@link #item} is told what they found, one after another. */
    public static Said ofItems() {
        return new Said(true);
    }

    /** Of an item that several searches found, the first one's score stands. */
    public void item(String id, double score) {
        if (full) {
            return;
        }
        letters += id.length();
        full = scores.size() == MOST_SCORES || letters > MOST_LETTERS;
        if (!full) {
            scores.putIfAbsent(id, score);
        }
    }

    /** The first that is told stands. */
    public void threshold(double value) {
        if (threshold.isEmpty()) {
            threshold = OptionalDouble.of(value);
        }
    }

    /** As {@link dev.kindred.release.Answered.Answer#said} has it. */
    String json() {
        return JsonText.of(json -> {
            json.beginObject();
            if (ofItems) {
                json.name("scores").beginObject();
                for (Map.Entry<String, Double> each : scores.entrySet()) {
                    json.name(each.getKey()).value(each.getValue());
                }
                json.endObject();
            }
            if (score.isPresent()) {
                json.name("score").value(score.getAsDouble());
            }
            if (threshold.isPresent()) {
                json.name("threshold").value(threshold.getAsDouble());
            }
            json.endObject();
        });
    }
}
