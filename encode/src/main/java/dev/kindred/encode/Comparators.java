package dev.kindred.encode;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A learned distance on two embeddings: from {@link PairFeatures} a small network of its own and a straight line give a logit, and the
 * logit a score. The network's last map starts at zero and the line on the plain score alone, so that an untaught comparator ranks as the
 * space does, but for what 32 bits do not tell apart.
 */
public final class Comparators {
    /**
     * Beyond about this a logit is held back. Near 1 a score of 32 bits has no more than steps of 1.2e-7 when it was computed: that high
     * scores lie apart, the log-odds of a score must not grow without bound. From −16 to 16 logits a hundredth apart have scores apart;
     * beyond, what is told apart grows with the cube of the logit, to one of a hundred from another of a million.
     */
    static final float LOGIT_LIMIT = 8;

    private static final String LAST = "0.body.2.";
    private static final String LINE = "0.shortcut.0.";

    private Comparators() {}

    /** {@code w·x + b + W₂ relu(W₁x + b₁) + b₂}, one value a pair. */
    public static Architecture network(PairFeatures features, int hidden) {
        Layer.Residual corrected = new Layer.Residual(
                List.of(new Layer.Linear(hidden, true), new Layer.Relu(), new Layer.Linear(1, true)),
                List.of(new Layer.Linear(1, true)));
        return new Architecture("comparator", new Extent(features.size(), 1, 1), List.of(corrected));
    }

    /**
     * Weights whose logit is {@code slope · score + intercept}; the rest of the network is drawn by the seed.
     *
     * @param slope more than 0
     */
    public static Weights untaught(
            Architecture network, PairFeatures features, float slope, float intercept, long seed) {
        if (!(slope > 0)) {
            throw new IllegalArgumentException("slope " + slope);
        }
        Weights drawn = Weights.untrained(network, seed);
        Map<String, float[]> values = new HashMap<>();
        for (Parameter parameter : network.parameters()) {
            float[] array = drawn.copy(parameter.name());
            if (parameter.name().startsWith(LAST) || parameter.name().startsWith(LINE)) {
                Arrays.fill(array, 0);
            }
            if (parameter.name().equals(LINE + "weight")) {
                array[features.score()] = slope;
            }
            if (parameter.name().equals(LINE + "bias")) {
                array[0] = intercept;
            }
            values.put(parameter.name(), array);
        }
        return Weights.of(network, values);
    }

    /** The score of a logit: the logistic function of {@code z / √(1 + (z / 8)²)}, between 0.0003 and 0.9997 and rising with z. */
    public static double score(double logit) {
        double share = logit / LOGIT_LIMIT;
        return 1 / (1 + Math.exp(-logit / Math.sqrt(1 + share * share)));
    }
}
