package dev.kindred.core.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How many same and different pairs have each score: all that ROC, thresholds and calibration need to know of them. Either exact, a
 * level for every score that occurs, or a histogram of fine bins, a level for every lower edge of a bin that holds a pair; then every
 * rate at a level is still exact, and what lies between two levels is uncertain by the pairs of one bin.
 *
 * <p>A pair is called the same when its score is at least the threshold. FMR (false-match rate) is the share of different pairs so
 * called, FNMR (false non-match rate) the share of same pairs not so called.
 */
public final class ScoreCounts {
    private final double[] levels;
    private final double binWidth;
    private final long[] sameBelow;
    private final long[] differentBelow;

    /** Rates at one threshold. */
    public record Point(double threshold, double fmr, double fnmr) {}

    private ScoreCounts(double[] levels, double binWidth, long[] same, long[] different) {
        this.levels = levels;
        this.binWidth = binWidth;
        sameBelow = cumulative(same, levels.length);
        differentBelow = cumulative(different, levels.length);
    }

    private static long[] cumulative(long[] counts, int n) {
        long[] below = new long[n + 1];
        for (int i = 0; i < n; i++) {
            below[i + 1] = below[i] + counts[i];
        }
        return below;
    }

    /** Exact counts of scores, in any order. The arrays are sorted in place. */
    public static ScoreCounts exact(float[] same, float[] different) {
        Arrays.sort(same);
        Arrays.sort(different);
        double[] levels = new double[same.length + different.length];
        long[] sameAt = new long[levels.length];
        long[] differentAt = new long[levels.length];
        int n = 0;
        int s = 0;
        int d = 0;
        while (s < same.length || d < different.length) {
            float level = d == different.length || (s < same.length && same[s] < different[d]) ? same[s] : different[d];
            while (s < same.length && same[s] == level) {
                s++;
                sameAt[n]++;
            }
            while (d < different.length && different[d] == level) {
                d++;
                differentAt[n]++;
            }
            levels[n++] = level;
        }
        return new ScoreCounts(Arrays.copyOf(levels, n), 0, sameAt, differentAt);
    }

    /** Counts by bins of equal width; bin {@code i} holds scores in {@code [low + i·width, low + (i + 1)·width)}. */
    public static ScoreCounts binned(double low, double width, long[] same, long[] different) {
        double[] levels = new double[same.length];
        long[] sameAt = new long[same.length];
        long[] differentAt = new long[same.length];
        int n = 0;
        for (int i = 0; i < same.length; i++) {
            if (same[i] > 0 || different[i] > 0) {
                levels[n] = low + i * width;
                sameAt[n] = same[i];
                differentAt[n++] = different[i];
            }
        }
        return new ScoreCounts(Arrays.copyOf(levels, n), width, sameAt, differentAt);
    }

    public long samePairs() {
        return sameBelow[levels.length];
    }

    public long differentPairs() {
        return differentBelow[levels.length];
    }

    /** The distinct scores or occupied bins. */
    public int levels() {
        return levels.length;
    }

    /** The width of a bin; 0 where the counts are exact. */
    public double binWidth() {
        return binWidth;
    }

    /** The middle score of a level. */
    double score(int level) {
        return levels[level] + binWidth / 2;
    }

    long same(int level) {
        return sameBelow[level + 1] - sameBelow[level];
    }

    long different(int level) {
        return differentBelow[level + 1] - differentBelow[level];
    }

    /** The lowest score below which this share of same pairs lies, in [0, 1]; in a histogram to the width of a bin. */
    public double sameQuantile(double share) {
        return quantile(sameBelow, share);
    }

    /** The same of different pairs. */
    public double differentQuantile(double share) {
        return quantile(differentBelow, share);
    }

    private double quantile(long[] below, double share) {
        long wanted = Math.clamp((long) Math.ceil(share * below[levels.length]), 1, below[levels.length]);
        int low = 0;
        int high = levels.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (below[middle + 1] >= wanted) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return score(low);
    }

    /** The lowest score seen, to the width of a bin. */
    public double lowest() {
        return levels[0];
    }

    /** The highest score seen, to the width of a bin. */
    public double highest() {
        return levels[levels.length - 1] + binWidth;
    }

    /** The probability that a same pair scores higher than a different one, ties counting half (Mann–Whitney). */
    public double auroc() {
        double wins = 0;
        for (int i = 0; i < levels.length; i++) {
            wins += same(i) * (differentBelow[i] + 0.5 * different(i));
        }
        return wins / ((double) samePairs() * differentPairs());
    }

    /**
     * Average precision: the mean, over same pairs, of the precision among all pairs that score at least as high; pairs of one score
     * count together (as scikit-learn's {@code average_precision_score}). In (0, 1].
     */
    public double averagePrecision() {
        return averagePrecision(1);
    }

    /**
     * The same where not all pairs are here.
     *
     * @param differentWeight how many pairs a different one stands for where a same one stands for one
     */
    public double averagePrecision(double differentWeight) {
        long same = 0;
        long different = 0;
        double sum = 0;
        for (int level = levels() - 1; level >= 0; level--) {
            same += same(level);
            different += different(level);
            sum += same == 0 ? 0 : same(level) * (same / (same + differentWeight * different));
        }
        return sum / samePairs();
    }

    /** How far {@link #auroc} can be off because pairs of one bin count as ties; 0 where the counts are exact. */
    public double aurocError() {
        if (binWidth == 0) {
            return 0;
        }
        double ties = 0;
        for (int i = 0; i < levels.length; i++) {
            ties += 0.5 * same(i) * different(i);
        }
        return ties / ((double) samePairs() * differentPairs());
    }

    /** Rates at a threshold. In a histogram, the pairs of the bin that the threshold cuts are counted as below it. */
    public Point at(double threshold) {
        int level = Arrays.binarySearch(levels, threshold);
        return point(level >= 0 ? level : -level - 1, threshold);
    }

    private Point point(int firstLevelCalledSame, double threshold) {
        return new Point(
                threshold,
                (double) (differentPairs() - differentBelow[firstLevelCalledSame]) / differentPairs(),
                (double) sameBelow[firstLevelCalledSame] / samePairs());
    }

    /**
     * The lowest threshold whose FMR is at most the target: halfway between the last score let go and the first one kept, so that the
     * last bit of a score never decides (in a histogram, at the edge of a bin).
     */
    public Point atTargetFmr(double target) {
        long allowed = (long) Math.floor(target * differentPairs() * (1 + 1e-12));
        int low = 0;
        int high = levels.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (differentPairs() - differentBelow[middle] <= allowed) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return point(low, thresholdBefore(low));
    }

    /** Halfway between the last score let go and the first one kept when this level is the lowest called the same. */
    double thresholdBefore(int level) {
        if (level == levels.length) {
            return binWidth > 0 ? highest() : Math.nextUp((float) levels[level - 1]);
        }
        return level == 0 || binWidth > 0 ? levels[level] : (levels[level - 1] + levels[level]) / 2;
    }

    /** Why a rate cannot be told from these pairs, or empty where it can: at least {@code fewest} false matches must be expected. */
    public Optional<String> tooFewFor(double target, int fewest) {
        double expected = target * differentPairs();
        return expected * (1 + 1e-12) >= fewest
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%d different pairs let %.1f false matches be seen at this rate; %d are needed",
                        differentPairs(),
                        expected,
                        fewest));
    }

    /** The equal error rate: where FMR and FNMR cross, on the line between the two thresholds around the crossing. */
    public Point equalError() {
        int low = 0;
        int high = levels.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            Point p = point(middle, 0);
            if (p.fmr() <= p.fnmr()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Point after = point(low, thresholdBefore(low));
        if (low == 0) {
            return after;
        }
        Point before = point(low - 1, thresholdBefore(low - 1));
        double gapBefore = before.fmr() - before.fnmr();
        double gapAfter = after.fmr() - after.fnmr();
        double part = gapBefore == gapAfter ? 0 : gapBefore / (gapBefore - gapAfter);
        double rate = before.fmr() + part * (after.fmr() - before.fmr());
        return new Point(before.threshold() + part * (after.threshold() - before.threshold()), rate, rate);
    }

    /**
     * The corners of the curve of FMR against FNMR from (1, 0) to (0, 1), at most about {@code most} of them, spaced evenly by the log-odds of either
     * rate so that both tails keep their shape.
     */
    public List<Point> curve(int most) {
        List<Point> points = new ArrayList<>();
        points.add(point(0, thresholdBefore(0)));
        double step = 2 * logOdds(1) / Math.max(1, most / 2);
        for (int i = 1; i < levels.length; i++) {
            Point next = point(i, 0);
            Point last = points.getLast();
            if (Math.abs(logOdds(next.fmr()) - logOdds(last.fmr())) >= step
                    || Math.abs(logOdds(next.fnmr()) - logOdds(last.fnmr())) >= step) {
                points.add(point(i, thresholdBefore(i)));
            }
        }
        points.add(point(levels.length, thresholdBefore(levels.length)));
        return List.copyOf(points);
    }

    private static double logOdds(double rate) {
        double inside = Math.clamp(rate, 1e-7, 1 - 1e-7);
        return Math.log(inside / (1 - inside));
    }

    /** The share of same (row 0) and different pairs (row 1) in each of {@code bins} equal parts from the lowest to the highest score. */
    public double[][] histogram(int bins) {
        double[][] shares = new double[2][bins];
        double span = highest() - lowest();
        for (int i = 0; i < levels.length; i++) {
            int bin = span == 0 ? 0 : Math.min(bins - 1, (int) ((score(i) - lowest()) / span * bins));
            shares[0][bin] += (double) same(i) / samePairs();
            shares[1][bin] += (double) different(i) / differentPairs();
        }
        return shares;
    }
}
