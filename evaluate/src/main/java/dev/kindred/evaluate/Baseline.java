package dev.kindred.evaluate;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.EmbeddingStatistics;
import dev.kindred.core.metric.ScoreCounts;
import dev.kindred.core.metric.Verification;
import java.util.List;

/**
 * What validation embeddings and their scores looked like, for {@code baseline.json}: figures over all samples, no vector of any one.
 *
 * @param classes of the samples
 * @param same scores of same pairs at each of {@link #QUANTILES}
 * @param different scores of different pairs
 */
public record Baseline(EmbeddingStatistics statistics, int classes, List<Double> same, List<Double> different) {
    /** Shares of pairs below. */
    public static final List<Double> QUANTILES = List.of(0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99);

    public static Baseline of(Embeddings validation, int[] labels, Workers workers, long seed) {
        return of(validation, Verification.measure(validation, labels, List.of(), seed, workers));
    }

    /** From pairs already measured. */
    public static Baseline of(Embeddings validation, Verification pairs) {
        ScoreCounts counts = pairs.counts();
        return new Baseline(
                EmbeddingStatistics.of(validation),
                pairs.classes(),
                QUANTILES.stream().map(counts::sameQuantile).toList(),
                QUANTILES.stream().map(counts::differentQuantile).toList());
    }

    /** {@code {"format","count","classes","variance","effectiveRank","meanNorm","mean":[d],"scores":{"quantiles","same","different"}}}. */
    public JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("format", 1);
        json.addProperty("count", statistics.count());
        json.addProperty("classes", classes);
        json.addProperty("variance", statistics.variance());
        json.addProperty("effectiveRank", statistics.effectiveRank());
        json.addProperty("meanNorm", statistics.meanNorm());
        json.add("mean", array(statistics.mean()));
        JsonObject scores = new JsonObject();
        scores.add("quantiles", array(QUANTILES));
        scores.add("same", array(same));
        scores.add("different", array(different));
        json.add("scores", scores);
        return json;
    }

    private static JsonArray array(List<Double> numbers) {
        JsonArray array = new JsonArray();
        numbers.forEach(array::add);
        return array;
    }
}
