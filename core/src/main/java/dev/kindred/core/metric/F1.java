package dev.kindred.core.metric;

/**
 * Same pairs found at a threshold: F1 is the harmonic mean of precision and recall of the pairs called the same, what matching of records
 * is judged by.
 *
 * @param threshold a pair is called the same when its score is at least this
 * @param precision the share of pairs called the same that are, in [0, 1]; 0 where none is called so
 * @param recall the share of same pairs called so, in [0, 1]
 */
public record F1(double threshold, double precision, double recall) {

    /** In [0, 1]; 0 where nothing was found. */
    public double value() {
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    /** With a threshold chosen elsewhere: on other pairs, or the figure flatters. */
    public static F1 at(ScoreCounts counts, double threshold) {
        ScoreCounts.Point point = counts.at(threshold);
        return of(
                threshold,
                Math.round((1 - point.fnmr()) * counts.samePairs()),
                Math.round(point.fmr() * counts.differentPairs()),
                counts.samePairs());
    }

    /**
     * The threshold of the highest F1 on these pairs, halfway between the last score let go and the first one kept; of several the
     * highest. For pairs that are to choose the threshold, not for those it is then judged on.
     */
    public static F1 best(ScoreCounts counts) {
        long found = 0;
        long wrong = 0;
        F1 best = of(counts.highest(), 0, 0, counts.samePairs());
        for (int level = counts.levels() - 1; level >= 0; level--) {
            found += counts.same(level);
            wrong += counts.different(level);
            F1 here = of(counts.thresholdBefore(level), found, wrong, counts.samePairs());
            if (here.value() > best.value()) {
                best = here;
            }
        }
        return best;
    }

    private static F1 of(double threshold, long found, long wrong, long same) {
        return new F1(threshold, found == 0 ? 0 : (double) found / (found + wrong), (double) found / same);
    }
}
