package dev.kindred.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Calibration;
import dev.kindred.core.Keyed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CalibrationFitTest {
    private static ScoreCounts drawn(long seed, int same, int different, double apart, double bend) {
        Keyed random = Keyed.of(seed, same);
        float[] s = new float[same];
        float[] d = new float[different];
        for (int i = 0; i < same; i++) {
            s[i] = (float) warp(apart / 2 + random.nextGaussian(), bend);
        }
        for (int i = 0; i < different; i++) {
            d[i] = (float) warp(-apart / 2 + random.nextGaussian(), bend);
        }
        return ScoreCounts.exact(s, d);
    }

    private static double warp(double x, double bend) {
        return bend == 0 ? x : Math.tanh(bend * x);
    }

    /** Two normals of variance 1 at ±a/2: the true log-odds at x are a·x. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void findsTheTrueLogOddsOfTwoNormals(long seed) {
        Calibration calibration = CalibrationFit.of(drawn(seed, 20_000, 60_000, 2, 0), 2_000);
        for (double x = -1.5; x <= 1.5; x += 0.25) {
            assertThat(calibration.probability(x)).isCloseTo(1 / (1 + Math.exp(-2 * x)), within(0.025));
        }
    }

    /** The same seen through tanh, as cosines pile up at ±1: a straight line would be wrong, the bent one is not. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void followsScoresThatAreNotLogistic(long seed) {
        ScoreCounts counts = drawn(seed, 20_000, 60_000, 2, 1);
        Calibration calibration = CalibrationFit.of(counts, 2_000);
        for (double x = -1.5; x <= 1.5; x += 0.25) {
            assertThat(calibration.probability(Math.tanh(x))).isCloseTo(1 / (1 + Math.exp(-2 * x)), within(0.03));
        }
        Reliability held = Reliability.of(drawn(seed + 50, 20_000, 60_000, 2, 1), calibration);
        assertThat(held.expectedCalibrationError()).isLessThan(0.015);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void neverFalls(long seed) {
        Calibration calibration = CalibrationFit.of(drawn(seed, 300, 400, 0.3, 0.7), 40);
        double last = 0;
        for (double score = -1.2; score < 1.2; score += 0.01) {
            assertThat(calibration.probability(score)).isGreaterThanOrEqualTo(last);
            last = calibration.probability(score);
        }
    }

    @Test
    void separatedScoresDoNotBecomeCertain() {
        Calibration calibration =
                CalibrationFit.of(ScoreCounts.exact(new float[] {0.9f, 0.8f}, new float[] {0.1f, 0.2f, 0.3f}), 10);
        assertThat(calibration.probability(0.9)).isBetween(0.6, 0.99);
        assertThat(calibration.probability(0.1)).isBetween(0.01, 0.4);
    }

    /** Few pairs give Platt's line; its two numbers are checked against a plain grid search in the test. */
    @Test
    void fewPairsGiveTheMaximumOfPlattsLikelihood() {
        ScoreCounts counts = drawn(4, 60, 80, 1.5, 0);
        Calibration calibration = CalibrationFit.of(counts, 30);
        assertThat(calibration.scores()).hasSize(2);
        double slope = (calibration.logOdds().get(1) - calibration.logOdds().get(0))
                / (calibration.scores().get(1) - calibration.scores().get(0));
        double height = calibration.logOddsAt(0);
        double best = loss(counts, slope, height);
        for (double da = -0.2; da <= 0.2; da += 0.01) {
            for (double db = -0.2; db <= 0.2; db += 0.01) {
                assertThat(loss(counts, slope + da, height + db)).isGreaterThanOrEqualTo(best - 1e-9);
            }
        }
    }

    private static double loss(ScoreCounts counts, double slope, double height) {
        double sure = 31.0 / 32;
        double loss = 0;
        for (int i = 0; i < counts.levels(); i++) {
            double p = 1 / (1 + Math.exp(-slope * counts.score(i) - height));
            double same = 0.5 * counts.same(i) / counts.samePairs();
            double different = 0.5 * counts.different(i) / counts.differentPairs();
            loss -= same * (sure * Math.log(p) + (1 - sure) * Math.log(1 - p));
            loss -= different * ((1 - sure) * Math.log(p) + sure * Math.log(1 - p));
        }
        return loss;
    }

    @Test
    void equalScoresSayEvenOdds() {
        Calibration calibration = CalibrationFit.of(ScoreCounts.exact(new float[] {1, 1}, new float[] {1, 1, 1}), 4);
        assertThat(calibration.probability(1)).isEqualTo(0.5);
    }

    /** Two levels: same pairs one low, three high; different pairs both low. Low weighs 1/8 + 1/2, of which 1/8 is the same. */
    @Test
    void reliabilityByHand() {
        Calibration steps = new Calibration(
                java.util.List.of(0.0, 1.0), java.util.List.of(Math.log(0.15 / 0.85), Math.log(0.85 / 0.15)));
        Reliability reliability =
                Reliability.of(ScoreCounts.exact(new float[] {0, 1, 1, 1}, new float[] {0, 0}), steps);
        assertThat(reliability.bins()).hasSize(2);
        assertThat(reliability.bins().get(0).share()).isCloseTo(0.125 / 0.625, within(1e-12));
        assertThat(reliability.bins().get(1).share()).isEqualTo(1);
        assertThat(reliability.expectedCalibrationError()).isCloseTo(0.625 * (0.2 - 0.15) + 0.375 * 0.15, within(1e-9));
    }
}
