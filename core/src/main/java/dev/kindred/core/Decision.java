package dev.kindred.core;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a score becomes an answer: what validation classes taught about same and different. Lives in a bundle as
 * {@code decision.json}; another decision makes another bundle in the same space.
 *
 * @param calibration from score to probability
 * @param thresholds one a target false-match rate, by falling target; empty where the validation set held too few pairs to see any
 *     such rate
 * @param cohorts thresholds of parts of the data, by {@code attribute=value}; may be empty
 */
public record Decision(Calibration calibration, List<Threshold> thresholds, Map<String, List<Threshold>> cohorts) {

    /** The false-match rate a decision is made for when none is asked for. */
    public static final double DEFAULT_TARGET_FMR = 0.01;

    /**
     * The answer for one pair.
     *
     * @param probability that they are the same, in (0, 1), were both equally likely beforehand
     * @param threshold what decided; null where none could be measured, and then {@code same} means a probability of at least one half
     */
    public record Answer(
            boolean same,
            double score,
            double probability,
            @Nullable Threshold threshold) {}

    public Decision {
        thresholds = List.copyOf(thresholds);
        Map<String, List<Threshold>> byCohort = new TreeMap<>();
        cohorts.forEach((cohort, list) -> byCohort.put(cohort, List.copyOf(list)));
        cohorts = Map.copyOf(byCohort);
    }

    public Decision(Calibration calibration, List<Threshold> thresholds) {
        this(calibration, thresholds, Map.of());
    }

    /** The probability that two things of this score are the same, were both equally likely beforehand. */
    public double probability(double score) {
        return calibration.probability(score);
    }

    /**
     * The threshold measured for a target false-match rate.
     *
     * @param fmr a fraction, one of those measured
     * @throws Refusal where that rate was not measured
     */
    public Threshold threshold(double fmr) {
        return measured(thresholds, fmr)
                .orElseThrow(() -> new Refusal(
                        "no threshold was measured for a false-match rate of " + plain(fmr),
                        "fmr",
                        thresholds.isEmpty()
                                ? "the validation set held too few pairs for any rate: validate on more classes"
                                : "measured are "
                                        + thresholds.stream()
                                                .map(t -> plain(t.targetFmr()))
                                                .collect(Collectors.joining(", "))));
    }

    /** The threshold of a cohort ({@code attribute=value}) where it was measured, else the common one. */
    public Threshold threshold(String cohort, double fmr) {
        return measured(cohorts.getOrDefault(cohort, List.of()), fmr).orElseGet(() -> threshold(fmr));
    }

    /** The threshold for {@link #DEFAULT_TARGET_FMR}, or for the lowest rate measured above it; empty where none was measured. */
    public Optional<Threshold> usualThreshold() {
        return measured(thresholds, DEFAULT_TARGET_FMR)
                .or(() -> thresholds.stream()
                        .filter(t -> t.targetFmr() > DEFAULT_TARGET_FMR)
                        .min((a, b) -> Double.compare(a.targetFmr(), b.targetFmr())));
    }

    /** The answer at a target false-match rate; refuses one that was not measured. */
    public Answer decide(double score, double fmr) {
        Threshold threshold = threshold(fmr);
        return new Answer(score >= threshold.threshold(), score, probability(score), threshold);
    }

    /** The answer at the usual threshold; by the probability alone where no threshold could be measured. */
    public Answer decide(double score) {
        double probability = probability(score);
        return usualThreshold()
                .map(threshold -> new Answer(score >= threshold.threshold(), score, probability, threshold))
                .orElseGet(() -> new Answer(probability >= 0.5, score, probability, null));
    }

    private static Optional<Threshold> measured(List<Threshold> among, double fmr) {
        return among.stream()
                .filter(t -> Math.abs(t.targetFmr() - fmr) <= 1e-9 * fmr)
                .findFirst();
    }

    private static String plain(double rate) {
        return java.math.BigDecimal.valueOf(rate).stripTrailingZeros().toPlainString();
    }
}
