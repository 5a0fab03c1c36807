package dev.kindred.core;

import org.jspecify.annotations.Nullable;

/**
 * The score from which two things are called the same, chosen on validation classes for a rate of false matches.
 *
 * @param targetFmr the false-match rate aimed at, in (0, 1)
 * @param threshold same when the score is at least this
 * @param fmr the share of different pairs at or above the threshold, at most {@code targetFmr}, in [0, 1]
 * @param fnmr the share of same pairs below it (false non-matches), in [0, 1]
 * @param fnmrInterval 95% interval of the share of misses at the target, by bootstrap over classes; null where it was not computed
 */
public record Threshold(
        double targetFmr,
        double threshold,
        double fmr,
        double fnmr,
        @Nullable Interval fnmrInterval) {
    public Threshold {
        if (!(targetFmr > 0 && targetFmr < 1)) {
            throw new IllegalArgumentException("a target false-match rate of " + targetFmr);
        }
        if (!Double.isFinite(threshold) || !(fmr >= 0 && fmr <= 1) || !(fnmr >= 0 && fnmr <= 1)) {
            throw new IllegalArgumentException("threshold %s, fmr %s, fnmr %s".formatted(threshold, fmr, fnmr));
        }
    }
}
