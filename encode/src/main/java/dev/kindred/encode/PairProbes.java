package dev.kindred.encode;

import com.google.gson.JsonObject;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.util.Arrays;
import java.util.function.BinaryOperator;

/**
 * What a comparator must make of the sealed embeddings of the encoder's probes, each with itself, with every other, and with what lies
 * between it and the next: proof that the graph gives what the trainer gave, wherever it is opened, and the same whichever of two comes
 * first. Probes are very alike or not at all, where a steep comparator says little more than 0 or 1; on the way from one to the other it
 * cannot but show where it turns. Scores are held to one another by their log-odds, of which a thousandth is much or little everywhere.
 *
 * @param scores one a pair: 0 with 0, 0 with 1, … 1 with 1, …; then 0 with what is a sixteenth, … fifteen of the way to 1, 1 with …
 */
public record PairProbes(float[] scores) {
    /** Largest difference between the trainer's and the sealed graph's, of log-odds, or a share of them where they are above 1. */
    static final double SEALING_TOLERANCE = 5e-4;

    private static final double OPENING_TOLERANCE = 1e-3;
    /** Steps on the way from a probe to the next; of 16, so that they are the same on every machine. */
    private static final int STEPS = 16;

    private static final int FORMAT = 2;
    private static final float LOWEST = Float.MIN_NORMAL;
    private static final float HIGHEST = Math.nextDown(1f);

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
            int d = space.dimension();
            int n = probes.embeddings().length / d;
            int[] left = new int[n * (n + 1) / 2 + n * (STEPS - 1)];
            int[] right = new int[left.length];
            float[] values = Arrays.copyOf(probes.embeddings(), (n + n * (STEPS - 1)) * d);
            int at = 0;
            for (int i = 0; i < n; i++) {
                for (int j = i; j < n; j++) {
                    left[at] = i;
                    right[at++] = j;
                }
            }
            int row = n;
            for (int i = 0; i < n; i++) {
                for (int step = 1; step < STEPS; step++) {
                    float part = (float) step / STEPS;
                    for (int k = 0; k < d; k++) {
                        values[row * d + k] = (1 - part) * values[i * d + k] + part * values[(i + 1) % n * d + k];
                    }
                    left[at] = i;
                    right[at++] = row++;
                }
            }
            Embeddings embeddings = new Embeddings(space, row, values);
            return new Pairs(new LearnedDistance.Side(embeddings, left), new LearnedDistance.Side(embeddings, right));
        }
    }

    /**
     * The largest difference of log-odds, as a share of them where they are above 1, to what the comparator gives in either order; NaN
     * where there is one, or what is no score.
     */
    double difference(LearnedDistance distance, Probes probes) {
        Pairs pairs = Pairs.of(probes, distance.space());
        float[] given = distance.scores(pairs.left(), pairs.right());
        float[] turned = distance.scores(pairs.right(), pairs.left());
        if (given.length != scores.length) {
            return Double.NaN;
        }
        double largest = 0;
        for (int p = 0; p < given.length; p++) {
            double z = logOdds(scores[p]);
            double one = logOdds(given[p]);
            double off = Math.max(Math.abs(one - z), Math.abs(one - logOdds(turned[p]))) / Math.max(1, Math.abs(z));
            if (Double.isNaN(off)) {
                return off;
            }
            largest = Math.max(largest, off);
        }
        return largest;
    }

    private static double logOdds(float score) {
        if (!(score >= 0 && score <= 1)) {
            return Double.NaN;
        }
        double inside = Math.clamp(score, LOWEST, HIGHEST);
        return Math.log(inside / (1 - inside));
    }

    /** Refuses a comparator that does not do what was sealed. */
    void require(LearnedDistance distance, Probes probes, String where) {
        double off = difference(distance, probes);
        if (!(off <= OPENING_TOLERANCE)) {
            throw new Refusal(
                    "the log-odds of the comparator's scores of the probes differ by %.2g from those sealed, %.0e is allowed"
                            .formatted(off, OPENING_TOLERANCE),
                    where,
                    "it was changed or this machine computes otherwise; do not use it");
        }
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("format", FORMAT);
        json.addProperty("count", scores.length);
        json.addProperty("scores", Floats.base64(scores));
        return json;
    }

    static PairProbes read(Fields json) {
        json.integer("format", FORMAT, FORMAT);
        int count = json.integer("count", 1, 1 << 16);
        float[] scores = Floats.ofBase64(json, "scores");
        if (scores.length != count) {
            throw new Refusal("holds " + scores.length + " scores of " + count + " pairs", json.where(), "");
        }
        return new PairProbes(scores);
    }
}
