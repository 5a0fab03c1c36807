package dev.kindred.core.metric;

import dev.kindred.core.Interval;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Same or different, judged over pairs that were given and labelled, rather than over all pairs of labelled samples. Every score is kept
 * and the figures are exact (float scores); intervals come from {@link PairResampling}.
 */
public final class GivenPairs {
    /** Bins that bootstrap replicates are counted in; with fewer distinct scores, one each. */
    private static final int BINS = 2048;

    private final float[] scores;
    private final boolean[] same;
    private final ScoreCounts counts;
    private final PairResampling resampling;
    private final int[] bins;
    private final int binCount;

    private GivenPairs(float[] scores, boolean[] same, PairResampling resampling) {
        this.scores = scores;
        this.same = same;
        this.resampling = resampling;
        counts = ScoreCounts.exact(chosen(scores, same, true), chosen(scores, same, false));
        float[] rising = scores.clone();
        Arrays.sort(rising);
        int width = Math.max(1, Math.ceilDiv(scores.length, BINS));
        int[] binAt = new int[rising.length];
        for (int i = 1; i < rising.length; i++) {
            // Equal scores never part: a tie stays a tie in every replicate.
            boolean next = rising[i] != rising[i - 1] && i / width > binAt[i - 1];
            binAt[i] = next ? binAt[i - 1] + 1 : binAt[i - 1];
        }
        binCount = binAt[rising.length - 1] + 1;
        bins = new int[scores.length];
        for (int p = 0; p < scores.length; p++) {
            bins[p] = binAt[Math.max(0, Arrays.binarySearch(rising, scores[p]))];
        }
    }

    private static float[] chosen(float[] scores, boolean[] same, boolean wanted) {
        float[] chosen = new float[scores.length];
        int n = 0;
        for (int p = 0; p < scores.length; p++) {
            if (same[p] == wanted) {
                chosen[n++] = scores[p];
            }
        }
        return Arrays.copyOf(chosen, n);
    }

    /**
     * @param scores one a pair, finite, higher for what is more alike
     * @param same whether the pair is the same
     * @throws Refusal where no pair is the same, or every one is
     */
    public static GivenPairs of(double[] scores, boolean[] same, PairResampling resampling) {
        if (scores.length != same.length) {
            throw new IllegalArgumentException(scores.length + " scores of " + same.length + " pairs");
        }
        float[] rounded = new float[scores.length];
        int positives = 0;
        for (int p = 0; p < scores.length; p++) {
            rounded[p] = (float) scores[p];
            positives += same[p] ? 1 : 0;
        }
        if (positives == 0 || positives == scores.length) {
            throw new Refusal(
                    positives == 0 ? "no pair is the same" : "every pair is the same",
                    "verification",
                    "give pairs labelled 1 (same) and pairs labelled 0 (different)");
        }
        return new GivenPairs(rounded, same.clone(), resampling);
    }

    /**
     * Pairs of rows, scored.
     *
     * @param units what is drawn anew: of each row its class, or itself; of any numbers, those that no pair has do not count
     */
    public static GivenPairs of(LabelledPairs pairs, double[] scores, int[] units) {
        if (pairs.size() == 0) {
            throw new Refusal("there are no pairs", "verification", "give at least two samples");
        }
        LabelledPairs drawn = pairs.numbered(units);
        int[] occurring = IntStream.concat(Arrays.stream(drawn.left()), Arrays.stream(drawn.right()))
                .distinct()
                .sorted()
                .toArray();
        return of(
                scores,
                pairs.same(),
                PairResampling.of(occurring.length, places(occurring, drawn.left()), places(occurring, drawn.right())));
    }

    private static int[] places(int[] rising, int[] of) {
        return Arrays.stream(of).map(unit -> Arrays.binarySearch(rising, unit)).toArray();
    }

    public ScoreCounts counts() {
        return counts;
    }

    /**
     * AUROC, equal error rate and misses at target false-match rates.
     *
     * @param samples distinct samples of the pairs
     */
    public Verification verification(int samples, List<Double> targets, long seed, Workers workers) {
        List<Verification.Operating> operating = new ArrayList<>();
        List<Verification.Refused> refused = new ArrayList<>();
        for (double target : targets.stream().sorted(Comparator.reverseOrder()).toList()) {
            counts.tooFewFor(target, Verification.FEWEST_FALSE_MATCHES)
                    .ifPresentOrElse(
                            why -> refused.add(new Verification.Refused(target, why)),
                            () -> operating.add(operating(target, seed, workers)));
        }
        return new Verification(
                samples,
                resampling.units(),
                counts,
                new Measure(counts.auroc(), interval(BinnedRates::auroc, seed, workers)),
                new Measure(counts.equalError().fmr(), interval(BinnedRates::equalErrorRate, seed, workers)),
                List.copyOf(operating),
                List.copyOf(refused));
    }

    private Verification.Operating operating(double target, long seed, Workers workers) {
        ScoreCounts.Point point = counts.atTargetFmr(target);
        return new Verification.Operating(
                target,
                point.threshold(),
                point.fmr(),
                new Measure(point.fnmr(), interval(rates -> rates.fnmrAt(target), seed, workers)),
                Math.round(point.fmr() * counts.differentPairs()));
    }

    private interface Rate {
        double of(BinnedRates rates);
    }

    private @Nullable Interval interval(Rate rate, long seed, Workers workers) {
        return resampling.interval(
                times -> {
                    BinnedRates rates = new BinnedRates(new double[binCount], new double[binCount]);
                    for (int p = 0; p < bins.length; p++) {
                        (same[p] ? rates.same() : rates.different())[bins[p]] += times[p];
                    }
                    return rates.hasBoth() ? rate.of(rates) : Double.NaN;
                },
                seed,
                workers);
    }

    /** F1 at a threshold, with its interval; the threshold was chosen elsewhere, or the figure flatters. */
    public Measure f1(double threshold, long seed, Workers workers) {
        return new Measure(
                F1.at(counts, threshold).value(), resampling.interval(times -> f1(threshold, times), seed, workers));
    }

    private double f1(double threshold, int[] times) {
        long found = 0;
        long missed = 0;
        long wrong = 0;
        for (int p = 0; p < times.length; p++) {
            boolean called = scores[p] >= threshold;
            found += same[p] && called ? times[p] : 0;
            missed += same[p] && !called ? times[p] : 0;
            wrong += !same[p] && called ? times[p] : 0;
        }
        long all = 2 * found + missed + wrong;
        return all == 0 ? Double.NaN : 2.0 * found / all;
    }
}
