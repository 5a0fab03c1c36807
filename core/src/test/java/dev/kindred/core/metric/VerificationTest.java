package dev.kindred.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Interval;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerificationTest {
    private static final Workers WORKERS = Workers.of(2);

    /** Same 4, 3, 1; different 3, 2, 0: of nine comparisons six are won (3 + 2 + 1) and one is a tie. */
    @Test
    void aurocByHand() {
        ScoreCounts counts = ScoreCounts.exact(new float[] {4, 3, 1}, new float[] {3, 2, 0});
        assertThat(counts.auroc()).isCloseTo(6.5 / 9, within(1e-12));
        assertThat(counts.at(2.5)).isEqualTo(new ScoreCounts.Point(2.5, 1 / 3.0, 1 / 3.0));
        assertThat(counts.equalError().fmr()).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(counts.at(3).fmr()).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(counts.at(3.1).fmr()).isEqualTo(0);
    }

    private record Pairs(List<Double> same, List<Double> different) {
        static Pairs of(Drawn drawn) {
            Pairs pairs = new Pairs(new ArrayList<>(), new ArrayList<>());
            for (int i = 0; i < drawn.labels().length; i++) {
                for (int j = i + 1; j < drawn.labels().length; j++) {
                    (drawn.labels()[i] == drawn.labels()[j] ? pairs.same : pairs.different)
                            .add(drawn.embeddings().score(i, j));
                }
            }
            return pairs;
        }

        double auroc() {
            double wins = 0;
            for (double s : same) {
                for (double d : different) {
                    wins += s > d ? 1 : s == d ? 0.5 : 0;
                }
            }
            return wins / same.size() / different.size();
        }

        /** FNMR at the lowest threshold that lets at most the target through, with thresholds between all scores. */
        double fnmrAt(double target) {
            List<Double> falling = new ArrayList<>(different);
            falling.sort(Collections.reverseOrder());
            double firstRefused = falling.get((int) Math.floor(target * different.size()));
            return (double) same.stream().filter(s -> s <= firstRefused).count() / same.size();
        }
    }

    @ParameterizedTest
    @EnumSource(Distance.class)
    void allPairsAgreeWithDoubleLoops(Distance distance) {
        for (long seed = 0; seed < 4; seed++) {
            Drawn drawn = Drawn.of(seed, 180, 15, 24, 1.5, distance);
            Pairs naive = Pairs.of(drawn);
            Verification exact = Verification.measure(drawn.embeddings(), drawn.labels(), 3, WORKERS);
            assertThat(exact.counts().samePairs()).isEqualTo(naive.same.size());
            assertThat(exact.counts().differentPairs()).isEqualTo(naive.different.size());
            assertThat(exact.auroc().value()).isCloseTo(naive.auroc(), within(1e-6));
            double onePair = 1.0 / naive.same.size();
            assertThat(exact.at(0.1).orElseThrow().fnmr().value()).isCloseTo(naive.fnmrAt(0.1), within(onePair * 1.01));
            assertThat(exact.at(0.01).orElseThrow().fnmr().value())
                    .isCloseTo(naive.fnmrAt(0.01), within(onePair * 1.01));
            assertThat(exact.at(0.01).orElseThrow().fmr()).isBetween(0.0095, 0.01);

            Verification binned =
                    Verification.measure(drawn.embeddings(), drawn.labels(), List.of(0.1, 0.01), 3, 0, WORKERS);
            assertThat(binned.counts().binWidth()).isPositive();
            assertThat(binned.counts().aurocError()).isLessThan(1e-4);
            assertThat(binned.auroc().value())
                    .isCloseTo(naive.auroc(), within(binned.counts().aurocError() + 1e-6));
            assertThat(binned.eer().value()).isCloseTo(exact.eer().value(), within(1e-3));
            assertThat(binned.at(0.01).orElseThrow().fnmr().value())
                    .isCloseTo(exact.at(0.01).orElseThrow().fnmr().value(), within(3 * onePair));
        }
    }

    @Test
    void threadsDoNotChangeAFigure() {
        Drawn drawn = Drawn.of(5, 400, 120, 16, 1.5, Distance.COSINE);
        for (long exactPairs : new long[] {0, Verification.EXACT_PAIRS}) {
            Verification one = Verification.measure(
                    drawn.embeddings(), drawn.labels(), List.of(0.1, 0.01), 3, exactPairs, Workers.of(1));
            Verification four = Verification.measure(
                    drawn.embeddings(), drawn.labels(), List.of(0.1, 0.01), 3, exactPairs, Workers.of(4));
            assertThat(four.auroc()).isEqualTo(one.auroc());
            assertThat(four.eer()).isEqualTo(one.eer());
            assertThat(four.operating()).isEqualTo(one.operating());
        }
    }

    /** Independent bootstrap: classes drawn, every pair weighed by the product of its classes, figures from sorted weighted scores. */
    @ParameterizedTest
    @ValueSource(ints = {12, 150})
    void intervalsAgreeWithWeighingEveryPair(int classes) {
        Drawn drawn = Drawn.of(8, classes * 4, classes, 12, 1.1, Distance.COSINE);
        Verification fast = Verification.measure(drawn.embeddings(), drawn.labels(), 9, WORKERS);
        double[] aurocs = new double[200];
        double[] fnmrs = new double[200];
        for (int r = 0; r < 200; r++) {
            int[] times = ClassBootstrap.multiplicities(classes, 9, r);
            List<double[]> pairs = new ArrayList<>();
            for (int i = 0; i < drawn.labels().length; i++) {
                for (int j = i + 1; j < drawn.labels().length; j++) {
                    int a = drawn.labels()[i];
                    int b = drawn.labels()[j];
                    double weight = a == b ? times[a] : times[a] * times[b];
                    if (weight > 0) {
                        pairs.add(new double[] {drawn.embeddings().score(i, j), a == b ? weight : 0, a == b ? 0 : weight
                        });
                    }
                }
            }
            pairs.sort((x, y) -> Double.compare(y[0], x[0]));
            double same = pairs.stream().mapToDouble(p -> p[1]).sum();
            double different = pairs.stream().mapToDouble(p -> p[2]).sum();
            double caught = 0;
            double through = 0;
            double wins = 0;
            double fnmr = Double.NaN;
            for (double[] pair : pairs) {
                wins += pair[2] * caught;
                caught += pair[1];
                through += pair[2];
                if (Double.isNaN(fnmr) && through > 0.05 * different) {
                    fnmr = 1 - caught / same;
                }
            }
            aurocs[r] = wins / same / different;
            fnmrs[r] = fnmr;
        }
        Interval auroc = ClassBootstrap.percentiles(aurocs);
        Interval found = fast.auroc().interval();
        double width = auroc.high() - auroc.low();
        assertThat(found.low()).isCloseTo(auroc.low(), within(0.25 * width));
        assertThat(found.high()).isCloseTo(auroc.high(), within(0.25 * width));
        Verification at5 = Verification.measure(drawn.embeddings(), drawn.labels(), List.of(0.05), 9, WORKERS);
        Interval fnmr = ClassBootstrap.percentiles(fnmrs);
        Interval foundFnmr = at5.operating().getFirst().fnmr().interval();
        assertThat(foundFnmr.low()).isCloseTo(fnmr.low(), within(0.25 * (fnmr.high() - fnmr.low())));
        assertThat(foundFnmr.high()).isCloseTo(fnmr.high(), within(0.25 * (fnmr.high() - fnmr.low())));
    }

    /** Sets drawn anew: the interval of the AUROC holds the AUROC of the whole about 95 times in 100 (at least 84 of 100 demanded). */
    @Test
    void intervalsCoverTheTruth() {
        double truth = 0;
        Interval[] intervals = new Interval[100];
        for (int trial = 0; trial < 100; trial++) {
            Drawn drawn = Drawn.of(100 + trial, 160, 40, 8, 1.2, Distance.COSINE);
            Verification verification =
                    Verification.measure(drawn.embeddings(), drawn.labels(), List.of(), trial, WORKERS);
            truth += verification.auroc().value() / 100;
            intervals[trial] = verification.auroc().interval();
        }
        double mean = truth;
        assertThat(java.util.Arrays.stream(intervals)
                        .filter(i -> i.contains(mean))
                        .count())
                .isBetween(84L, 100L);
    }

    @Test
    void aRateTooSmallForThePairsIsRefused() {
        Drawn drawn = Drawn.of(1, 80, 10, 8, 1, Distance.COSINE);
        Verification verification = Verification.measure(drawn.embeddings(), drawn.labels(), 0, WORKERS);
        assertThat(verification.at(0.1)).isPresent();
        assertThat(verification.at(0.001)).isEmpty();
        assertThat(verification.refused())
                .extracting(Verification.Refused::targetFmr)
                .containsExactly(0.01, 0.001, 0.0001);
        assertThat(verification.refused().get(1).reason()).contains("30 are needed");
    }

    @Test
    void oneClassOrNoPairIsRefused() {
        Embeddings three = Drawn.onePerRow(Distance.DOT, 1f, 2f, 3f);
        assertThatThrownBy(() -> Verification.measure(three, new int[] {0, 0, 0}, 0, WORKERS))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> Verification.measure(three, new int[] {0, 1, 2}, 0, WORKERS))
                .isInstanceOf(Refusal.class);
    }

    @Test
    void allAlikeTellsNothing() {
        float[] ones = new float[60];
        java.util.Arrays.fill(ones, 1f);
        int[] labels = new int[60];
        for (int i = 0; i < 60; i++) {
            labels[i] = i % 6;
        }
        Verification collapsed = Verification.measure(Drawn.onePerRow(Distance.COSINE, ones), labels, 0, WORKERS);
        assertThat(collapsed.auroc().value()).isEqualTo(0.5);
        assertThat(collapsed.eer().value()).isCloseTo(0.5, within(1e-12));
        assertThat(collapsed.at(0.1).orElseThrow().fnmr().value()).isEqualTo(1);
    }

    @Test
    void theCurveRunsFromOneEndToTheOther() {
        Drawn drawn = Drawn.of(1, 300, 10, 8, 1, Distance.COSINE);
        ScoreCounts counts = Verification.measure(drawn.embeddings(), drawn.labels(), 0, WORKERS)
                .counts();
        List<ScoreCounts.Point> curve = counts.curve(200);
        assertThat(curve.size()).isBetween(50, 220);
        assertThat(curve.getFirst().fmr()).isEqualTo(1);
        assertThat(curve.getLast().fnmr()).isEqualTo(1);
        for (int i = 1; i < curve.size(); i++) {
            assertThat(curve.get(i).fmr()).isLessThanOrEqualTo(curve.get(i - 1).fmr());
            assertThat(curve.get(i).fnmr())
                    .isGreaterThanOrEqualTo(curve.get(i - 1).fnmr());
            assertThat(counts.at(curve.get(i).threshold()).fmr())
                    .isCloseTo(curve.get(i).fmr(), within(1e-12));
        }
    }
}
