package dev.kindred.core.metric;

import dev.kindred.core.Calibration;
import java.util.ArrayList;
import java.util.List;

/**
 * How well probabilities are kept: pairs are put into ten bins of equal width by their probability, and in each the mean probability is
 * set beside the share that really is the same. Same and different pairs weigh one half in all, as the calibration assumes even odds.
 *
 * @param bins only those that hold a pair, by rising probability
 * @param expectedCalibrationError the mean distance of the two, weighted by the bins (Naeini et al. 2015), in [0, 1]
 */
public record Reliability(List<Bin> bins, double expectedCalibrationError) {
    private static final int BINS = 10;

    /**
     * @param from the lowest probability of the bin; it is 0.1 wide
     * @param probability the mean given
     * @param share the weighted share of same pairs
     * @param weight of the bin among all, in (0, 1]
     * @param pairs unweighted
     */
    public record Bin(double from, double probability, double share, double weight, long pairs) {}

    public static Reliability of(ScoreCounts counts, Calibration calibration) {
        double[] probability = new double[BINS];
        double[] same = new double[BINS];
        double[] weight = new double[BINS];
        long[] pairs = new long[BINS];
        for (int i = 0; i < counts.levels(); i++) {
            double p = calibration.probability(counts.score(i));
            int bin = Math.min(BINS - 1, (int) (p * BINS));
            double sameWeight = 0.5 * counts.same(i) / counts.samePairs();
            double w = sameWeight + 0.5 * counts.different(i) / counts.differentPairs();
            probability[bin] += w * p;
            same[bin] += sameWeight;
            weight[bin] += w;
            pairs[bin] += counts.same(i) + counts.different(i);
        }
        List<Bin> bins = new ArrayList<>();
        double error = 0;
        for (int b = 0; b < BINS; b++) {
            if (pairs[b] > 0) {
                bins.add(new Bin(
                        (double) b / BINS, probability[b] / weight[b], same[b] / weight[b], weight[b], pairs[b]));
                error += Math.abs(probability[b] - same[b]);
            }
        }
        return new Reliability(List.copyOf(bins), error);
    }
}
