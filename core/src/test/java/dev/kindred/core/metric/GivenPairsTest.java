package dev.kindred.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GivenPairsTest {
    private static final Workers WORKERS = Workers.of(2);

    private record Case(double[] scores, boolean[] same) {
        static Case of(long seed, int n) {
            Keyed random = Keyed.of(seed, n);
            Case drawn = new Case(new double[n], new boolean[n]);
            for (int p = 0; p < n; p++) {
                drawn.same[p] = random.nextInt(4) == 0;
                // To a hundredth, so that there are ties.
                drawn.scores[p] = Math.round(100 * (random.nextGaussian() + (drawn.same[p] ? 1.5 : 0))) / 100.0;
            }
            return drawn;
        }

        GivenPairs pairs() {
            int[] left = IntStream.range(0, scores.length).map(p -> 2 * p).toArray();
            int[] right = IntStream.range(0, scores.length).map(p -> 2 * p + 1).toArray();
            return GivenPairs.of(scores, same, PairResampling.of(2 * scores.length, left, right));
        }

        double f1(double threshold) {
            int found = 0;
            int wrong = 0;
            int missed = 0;
            for (int p = 0; p < scores.length; p++) {
                boolean called = scores[p] >= threshold;
                found += called && same[p] ? 1 : 0;
                wrong += called && !same[p] ? 1 : 0;
                missed += !called && same[p] ? 1 : 0;
            }
            return found == 0 ? 0 : 2.0 * found / (2 * found + wrong + missed);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void f1AgreesWithTryingEveryThreshold(long seed) {
        Case drawn = Case.of(seed, 300);
        ScoreCounts counts = drawn.pairs().counts();
        double best = 0;
        for (double score : drawn.scores) {
            best = Math.max(best, drawn.f1(score - 1e-6));
        }
        F1 chosen = F1.best(counts);
        assertThat(chosen.value()).isCloseTo(best, within(1e-12));
        assertThat(drawn.f1(chosen.threshold())).isCloseTo(best, within(1e-12));
        for (double threshold : new double[] {-1.005, 0.005, 0.505, 1.255}) {
            assertThat(F1.at(counts, threshold).value()).isCloseTo(drawn.f1(threshold), within(1e-12));
            assertThat(drawn.pairs().f1(threshold, 1, WORKERS).value()).isCloseTo(drawn.f1(threshold), within(1e-12));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void ratesAgreeWithLoopsAndLieInTheirIntervals(long seed) {
        Case drawn = Case.of(seed, 3_000);
        Verification measured = drawn.pairs().verification(6_000, List.of(0.1, 0.001), 1, WORKERS);
        double wins = 0;
        long comparisons = 0;
        for (int p = 0; p < 3_000; p++) {
            for (int q = 0; q < 3_000; q++) {
                if (drawn.same[p] && !drawn.same[q]) {
                    comparisons++;
                    wins += drawn.scores[p] > drawn.scores[q] ? 1 : drawn.scores[p] == drawn.scores[q] ? 0.5 : 0;
                }
            }
        }
        assertThat(measured.auroc().value()).isCloseTo(wins / comparisons, within(1e-9));
        assertThat(measured.auroc().interval().contains(wins / comparisons)).isTrue();
        assertThat(measured.eer().interval().contains(measured.eer().value())).isTrue();
        double threshold = measured.at(0.1).orElseThrow().threshold();
        long missed = IntStream.range(0, 3_000)
                .filter(p -> drawn.same[p] && drawn.scores[p] < threshold)
                .count();
        assertThat(measured.at(0.1).orElseThrow().fnmr().value())
                .isCloseTo((double) missed / measured.counts().samePairs(), within(1e-12));
        assertThat(measured.refused())
                .extracting(Verification.Refused::targetFmr)
                .containsExactly(0.001);
    }

    /** The width of an interval over pairs that are apart is the textbook's: ±1.96·√(p(1−p)/n) for a share. */
    @Test
    void intervalsHaveTheWidthThatTheyShould() {
        int n = 2_000;
        boolean[] right = new boolean[n];
        Keyed random = Keyed.of(3);
        for (int i = 0; i < n; i++) {
            right[i] = random.nextInt(5) > 0;
        }
        int[] left = IntStream.range(0, n).map(p -> 2 * p).toArray();
        int[] other = IntStream.range(0, n).map(p -> 2 * p + 1).toArray();
        PairResampling resampling = PairResampling.of(2 * n, left, other);
        assertThat(resampling.units()).isEqualTo(n);
        var interval = resampling.interval(
                times -> {
                    double sum = 0;
                    double all = 0;
                    for (int i = 0; i < n; i++) {
                        sum += right[i] ? times[i] : 0;
                        all += times[i];
                    }
                    return sum / all;
                },
                1,
                WORKERS);
        double expected = 2 * 1.96 * Math.sqrt(0.8 * 0.2 / n);
        assertThat(interval.high() - interval.low()).isCloseTo(expected, within(0.2 * expected));
    }

    @Test
    void pairsThatShareASampleAreDrawnTogetherOrByTheirSamples() {
        // Twenty chains of three samples: forty pairs, twenty groups.
        int[] left = IntStream.range(0, 40).map(p -> p / 2 * 3 + p % 2).toArray();
        int[] right = IntStream.range(0, 40).map(p -> p / 2 * 3 + p % 2 + 1).toArray();
        PairResampling chains = PairResampling.of(60, left, right);
        assertThat(chains.units()).isEqualTo(20);
        int[] times = chains.times(1, 0);
        assertThat(IntStream.range(0, 20).allMatch(g -> times[2 * g] == times[2 * g + 1]))
                .isTrue();
        assertThat(IntStream.of(times).sum()).isEqualTo(40);
        // One sample with all others: only the samples can be drawn.
        int[] hub = new int[40];
        int[] spokes = IntStream.rangeClosed(1, 40).toArray();
        assertThat(PairResampling.of(41, hub, spokes).units()).isEqualTo(41);
    }

    @Test
    void pairsOfOneKindAreRefused() {
        PairResampling two = PairResampling.of(4, new int[] {0, 2}, new int[] {1, 3});
        assertThatThrownBy(() -> GivenPairs.of(new double[] {1, 2}, new boolean[] {true, true}, two))
                .isInstanceOf(Refusal.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void averagePrecisionAgreesWithCountingAtEverySamePair(long seed) {
        Case drawn = Case.of(seed, 300);
        double sum = 0;
        int same = 0;
        for (int p = 0; p < drawn.scores.length; p++) {
            if (!drawn.same[p]) {
                continue;
            }
            same++;
            int found = 0;
            int all = 0;
            for (int q = 0; q < drawn.scores.length; q++) {
                boolean above = drawn.scores[q] >= drawn.scores[p];
                all += above ? 1 : 0;
                found += above && drawn.same[q] ? 1 : 0;
            }
            sum += (double) found / all;
        }
        assertThat(drawn.pairs().counts().averagePrecision()).isCloseTo(sum / same, within(1e-12));
    }

    /** Labels as of a set of which these rows are the held-out part: numbers of their own, many of which do not occur. */
    @ParameterizedTest
    @ValueSource(ints = {4, 12})
    void classesAreThoseThatOccur(int classes) {
        int n = 5 * classes;
        int[] labels = new int[n + 1];
        float[] values = new float[2 * (n + 1)];
        for (int row = 0; row < n; row++) {
            labels[row] = 1_000 + 7 * (row % classes);
            double angle = 6 * (row % classes) / (double) classes
                    + 0.3 * Keyed.of(1, row).nextGaussian();
            values[2 * row] = (float) Math.cos(angle);
            values[2 * row + 1] = (float) Math.sin(angle);
        }
        labels[n] = -1;
        Embeddings embeddings = new Embeddings(Space.external("circle", 2, Distance.COSINE), n + 1, values);
        LabelledPairs pairs = LabelledPairs.all(labels, 1);
        double[] scores = IntStream.range(0, pairs.size())
                .mapToDouble(p -> embeddings.score(pairs.left()[p], pairs.right()[p]))
                .toArray();
        int[] units = IntStream.of(labels).map(label -> Math.max(0, label)).toArray();
        Verification given = GivenPairs.of(pairs, scores, units).verification(n, List.of(0.1), 1, WORKERS);
        Verification all = Verification.measure(embeddings, labels, List.of(0.1), 1, WORKERS);
        assertThat(given.classes()).isEqualTo(all.classes()).isEqualTo(classes);
        assertThat(given.auroc().value()).isCloseTo(all.auroc().value(), within(1e-6));
        if (classes < ClassBootstrap.FEWEST_CLASSES) {
            assertThat(given.auroc().interval()).isNull();
            assertThat(all.auroc().interval()).isNull();
        } else {
            // Drawn alike: by class, on both sides of a pair. The bins differ.
            assertThat(given.auroc().interval().low())
                    .isCloseTo(all.auroc().interval().low(), within(0.01));
            assertThat(given.auroc().interval().high())
                    .isCloseTo(all.auroc().interval().high(), within(0.01));
        }
    }

    /** Of few of the same and many others, all of the former and some of the latter are drawn; weighed, precision is what it is of all. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatIsDrawnHasTheAveragePrecisionOfAll(long seed) {
        int[] labels =
                IntStream.range(0, 900).map(row -> row < 600 ? row / 2 : 300).toArray();
        LabelledPairs all = LabelledPairs.all(labels, seed);
        LabelledPairs drawn = LabelledPairs.all(labels, seed, 40_000);
        assertThat(all.differentWeight()).isEqualTo(1);
        assertThat(drawn.size()).isBetween(39_000, 41_000);
        assertThat(drawn.differentWeight())
                .isCloseTo((all.size() - all.sameCount()) * 20_000.0 / (20_000.0 * all.sameCount()), within(0.01));
        assertThat(drawn.numbered(IntStream.range(0, 900).toArray()).from(1).differentWeight())
                .isEqualTo(drawn.differentWeight());
        double whole = counts(all, seed).averagePrecision();
        ScoreCounts some = counts(drawn, seed);
        assertThat(some.averagePrecision(drawn.differentWeight())).isCloseTo(whole, within(0.02));
        assertThat(some.averagePrecision()).isGreaterThan(whole + 0.05);
        assertThat(some.auroc()).isCloseTo(counts(all, seed).auroc(), within(0.01));
    }

    private static ScoreCounts counts(LabelledPairs pairs, long seed) {
        float[][] scores = new float[2][];
        for (int kind = 0; kind < 2; kind++) {
            boolean same = kind == 1;
            int[] of = IntStream.range(0, pairs.size())
                    .filter(p -> pairs.same()[p] == same)
                    .toArray();
            scores[kind] = new float[of.length];
            for (int i = 0; i < of.length; i++) {
                Keyed random = Keyed.of(seed, pairs.left()[of[i]], pairs.right()[of[i]]);
                scores[kind][i] = (float) (random.nextGaussian() + (same ? 1.5 : 0));
            }
        }
        return ScoreCounts.exact(scores[1], scores[0]);
    }
}
