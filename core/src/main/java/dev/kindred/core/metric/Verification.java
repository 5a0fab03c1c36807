package dev.kindred.core.metric;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Interval;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Same or different, judged over all pairs of different samples of a set. Up to {@link #EXACT_PAIRS} pairs every score is kept and the
 * figures are exact (float scores); beyond that scores fall into {@link FineBins#COUNT} bins, where rates at a threshold stay exact and
 * AUROC is off by at most {@link ScoreCounts#aurocError()}. Intervals come from {@link ClassBootstrap}; each replicate chooses its own
 * threshold anew. A rate that fewer than {@link #FEWEST_FALSE_MATCHES} false matches could show is not given, but refused with its reason.
 *
 * @param samples labelled samples taking part
 * @param classes their classes
 * @param counts all pairs by score
 * @param auroc the probability that a same pair outscores a different one, in [0, 1]
 * @param eer the rate at which FMR and FNMR are equal, in [0, 1]
 * @param operating one a target FMR that these pairs can tell, by falling target
 * @param refused one a target FMR that they cannot
 */
public record Verification(
        int samples,
        int classes,
        ScoreCounts counts,
        Measure auroc,
        Measure eer,
        List<Operating> operating,
        List<Refused> refused) {

    /** Pairs whose scores are all kept, 2,097,152: sets of up to 2,048 samples. */
    public static final long EXACT_PAIRS = 1 << 21;

    /** Fewer false matches than this do not show a rate: its relative error would be beyond a fifth. */
    public static final int FEWEST_FALSE_MATCHES = 30;

    /** False-match rates that are asked for unless others are named. */
    public static final List<Double> TARGETS = List.of(0.1, 0.05, 0.02, 0.01, 0.001, 0.0001);

    /**
     * At one target FMR.
     *
     * @param threshold the lowest that keeps FMR within the target
     * @param fmr what these pairs show there, at most the target
     * @param fnmr the share of same pairs missed
     * @param falseMatches different pairs let through
     */
    public record Operating(double targetFmr, double threshold, double fmr, Measure fnmr, long falseMatches) {}

    /** A target FMR that these pairs cannot tell, and why. */
    public record Refused(double targetFmr, String reason) {}

    /** With the {@link #TARGETS}. */
    public static Verification measure(Embeddings embeddings, int[] labels, long seed, Workers workers) {
        return measure(embeddings, labels, TARGETS, seed, workers);
    }

    /**
     * @param labels class numbers, one a row; −1 takes no part
     * @param targets false-match rates in (0, 1)
     * @param seed of the bootstrap
     * @throws Refusal where there is no same or no different pair
     */
    public static Verification measure(
            Embeddings embeddings, int[] labels, List<Double> targets, long seed, Workers workers) {
        return measure(embeddings, labels, targets, seed, EXACT_PAIRS, workers);
    }

    static Verification measure(
            Embeddings embeddings, int[] labels, List<Double> targets, long seed, long exactPairs, Workers workers) {
        if (embeddings.count() != labels.length) {
            throw new IllegalArgumentException("one label a row");
        }
        PairSweep sweep = new PairSweep(embeddings, labels);
        if (sweep.samePairs() == 0 || sweep.samePairs() == sweep.pairs()) {
            throw new Refusal(
                    sweep.samePairs() == 0 ? "no two samples are of one class" : "all samples are of one class",
                    "verification",
                    "give at least two classes, and a class with at least two samples");
        }
        return judge(sweep, PairCounting.of(sweep, exactPairs, workers), targets, seed, workers);
    }

    /** What is measured at a target; empty where it was refused or not asked for. */
    public Optional<Operating> at(double targetFmr) {
        return operating.stream()
                .filter(o -> Math.abs(o.targetFmr() - targetFmr) <= 1e-9 * targetFmr)
                .findFirst();
    }

    private static Verification judge(
            PairSweep sweep, PairCounting.Counted counted, List<Double> targets, long seed, Workers workers) {
        ScoreCounts counts = counted.counts();
        List<Double> told = new ArrayList<>();
        List<Refused> refused = new ArrayList<>();
        for (double target : targets.stream().sorted(Comparator.reverseOrder()).toList()) {
            counts.tooFewFor(target, FEWEST_FALSE_MATCHES)
                    .ifPresentOrElse(why -> refused.add(new Refused(target, why)), () -> told.add(target));
        }
        double auroc = counts.auroc();
        double eer = counts.equalError().fmr();
        double[] exact = new double[2 + told.size()];
        exact[0] = auroc;
        exact[1] = eer;
        for (int t = 0; t < told.size(); t++) {
            exact[2 + t] = counts.atTargetFmr(told.get(t)).fnmr();
        }
        @Nullable Interval[] intervals = intervals(counted, told, exact, seed, workers);
        List<Operating> operating = new ArrayList<>();
        for (int t = 0; t < told.size(); t++) {
            ScoreCounts.Point point = counts.atTargetFmr(told.get(t));
            operating.add(new Operating(
                    told.get(t),
                    point.threshold(),
                    point.fmr(),
                    new Measure(point.fnmr(), intervals[2 + t]),
                    Math.round(point.fmr() * counts.differentPairs())));
        }
        return new Verification(
                sweep.samples(),
                sweep.classes(),
                counts,
                new Measure(auroc, intervals[0]),
                new Measure(eer, intervals[1]),
                List.copyOf(operating),
                List.copyOf(refused));
    }

    /**
     * Percentiles of the replicates, moved by what the coarse bins alone make of the figure, so that they lie around the exact one.
     * Figures: AUROC, EER, then FNMR at each target.
     */
    private static @Nullable Interval[] intervals(
            PairCounting.Counted counted, List<Double> targets, double[] exact, long seed, Workers workers) {
        ClassHistograms histograms = counted.histograms();
        @Nullable Interval[] intervals = new @Nullable Interval[exact.length];
        if (histograms.units() < ClassBootstrap.FEWEST_CLASSES) {
            return intervals;
        }
        int[] once = new int[histograms.units()];
        Arrays.fill(once, 1);
        double[] binned = figures(counted, once, targets);
        double[][] values = new double[exact.length][ClassBootstrap.REPLICATES];
        workers.blocks(ClassBootstrap.REPLICATES, 10, (from, to) -> {
            for (int r = from; r < to; r++) {
                double[] figures =
                        figures(counted, ClassBootstrap.multiplicities(histograms.units(), seed, r), targets);
                for (int f = 0; f < figures.length; f++) {
                    values[f][r] = Math.clamp(figures[f] + exact[f] - binned[f], 0.0, 1.0);
                }
            }
        });
        for (int f = 0; f < exact.length; f++) {
            intervals[f] = ClassBootstrap.percentiles(values[f]);
        }
        return intervals;
    }

    private static double[] figures(PairCounting.Counted counted, int[] times, List<Double> targets) {
        int bins = counted.different().length;
        BinnedRates rates = new BinnedRates(new double[bins], new double[bins]);
        counted.histograms().weigh(times, counted.different(), rates.same(), rates.different());
        double[] figures = new double[2 + targets.size()];
        if (!rates.hasBoth()) {
            Arrays.fill(figures, Double.NaN);
            return figures;
        }
        figures[0] = rates.auroc();
        figures[1] = rates.equalErrorRate();
        for (int t = 0; t < targets.size(); t++) {
            figures[2 + t] = rates.fnmrAt(targets.get(t));
        }
        return figures;
    }
}
