package dev.kindred.encode;

import com.google.gson.JsonObject;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.util.function.BinaryOperator;

/**
 * What a comparator must make of the sealed embeddings of the encoder's probes, each with itself and with every other: proof that the graph
 * gives what the trainer gave, wherever it is opened, and the same whichever of two comes first.
 *
 * @param scores one a pair: 0 with 0, 0 with 1, … 1 with 1, …
 */
public record PairProbes(float[] scores) {
    private static final double OPENING_TOLERANCE = 1e-4;

    /**
     * @param probes of the encoder of documents, or the only one
     * @param trainer takes the embeddings of the left and of the right sides, row after row, and gives a score a pair
     */
    public static PairProbes of(Probes probes, Space space, BinaryOperator<float[]> trainer) {
        Pairs pairs = Pairs.of(probes, space);
        return new PairProbes(trainer.apply(
                pairs.left().embeddings().select(pairs.left().rows()).values(),
                pairs.right().embeddings().select(pairs.right().rows()).values()));
    }

    private record Pairs(LearnedDistance.Side left, LearnedDistance.Side right) {
        static Pairs of(Probes probes, Space space) {
            int n = probes.embeddings().length / space.dimension();
            Embeddings embeddings = new Embeddings(space, n, probes.embeddings());
            int[] left = new int[n * (n + 1) / 2];
            int[] right = new int[left.length];
            int at = 0;
            for (int i = 0; i < n; i++) {
                for (int j = i; j < n; j++) {
                    left[at] = i;
                    right[at++] = j;
                }
            }
            return new Pairs(new LearnedDistance.Side(embeddings, left), new LearnedDistance.Side(embeddings, right));
        }
    }

    /** The largest difference to what the comparator gives in either order; NaN where there is one. */
    double difference(LearnedDistance distance, Probes probes) {
        Pairs pairs = Pairs.of(probes, distance.space());
        float[] given = distance.scores(pairs.left(), pairs.right());
        float[] turned = distance.scores(pairs.right(), pairs.left());
        if (given.length != scores.length) {
            return Double.NaN;
        }
        double largest = 0;
        for (int p = 0; p < given.length; p++) {
            double off = Math.max(Math.abs((double) given[p] - scores[p]), Math.abs((double) given[p] - turned[p]));
            if (Double.isNaN(off)) {
                return off;
            }
            largest = Math.max(largest, off);
        }
        return largest;
    }

    /** Refuses a comparator that does not do what was sealed. */
    void require(LearnedDistance distance, Probes probes, String where) {
        double off = difference(distance, probes);
        if (!(off <= OPENING_TOLERANCE)) {
            throw new Refusal(
                    "the comparator's scores of the probes differ by %.2g from those sealed, %.0e is allowed"
                            .formatted(off, OPENING_TOLERANCE),
                    where,
                    "it was changed or this machine computes otherwise; do not use it");
        }
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("format", 1);
        json.addProperty("count", scores.length);
        json.addProperty("scores", Floats.base64(scores));
        return json;
    }

    static PairProbes read(Fields json) {
        json.integer("format", 1, 1);
        int count = json.integer("count", 1, 1 << 16);
        float[] scores = Floats.ofBase64(json, "scores");
        if (scores.length != count) {
            throw new Refusal("holds " + scores.length + " scores of " + count + " pairs", json.where(), "");
        }
        return new PairProbes(scores);
    }
}
