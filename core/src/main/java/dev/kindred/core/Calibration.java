package dev.kindred.core;

import java.util.List;

/**
 * From a score to the probability that two things are the same, were both answers equally likely beforehand: the log-odds are a
 * piecewise linear, never falling function of the score, given by its knots. Two knots are Platt's line (Platt 1999); more let the
 * curve bend where scores are not logistic. Beyond the outer knots it stays flat: nothing was seen there, so nothing more is claimed.
 *
 * @param scores where the knots are, strictly rising, at least two
 * @param logOdds {@code ln(p / (1 - p))} at each knot, never falling, finite
 */
public record Calibration(List<Double> scores, List<Double> logOdds) {
    public Calibration {
        scores = List.copyOf(scores);
        logOdds = List.copyOf(logOdds);
        if (scores.size() < 2 || scores.size() != logOdds.size()) {
            throw new IllegalArgumentException(scores.size() + " scores and " + logOdds.size() + " log-odds");
        }
        for (int i = 0; i < scores.size(); i++) {
            if (!Double.isFinite(scores.get(i)) || !Double.isFinite(logOdds.get(i))) {
                throw new IllegalArgumentException("knot " + i + " is not finite");
            }
            if (i > 0 && !(scores.get(i) > scores.get(i - 1) && logOdds.get(i) >= logOdds.get(i - 1))) {
                throw new IllegalArgumentException("knot " + i + " does not rise");
            }
        }
    }

    /** {@code ln(p / (1 - p))} at a score. */
    public double logOddsAt(double score) {
        int last = scores.size() - 1;
        if (!(score > scores.get(0))) {
            return logOdds.get(0);
        }
        if (score >= scores.get(last)) {
            return logOdds.get(last);
        }
        int right = 1;
        while (scores.get(right) < score) {
            right++;
        }
        double from = scores.get(right - 1);
        double part = (score - from) / (scores.get(right) - from);
        return logOdds.get(right - 1) + part * (logOdds.get(right) - logOdds.get(right - 1));
    }

    /** The probability of being the same, in (0, 1), never falling with the score; prior odds are even. */
    public double probability(double score) {
        return 1 / (1 + Math.exp(-logOddsAt(score)));
    }
}
