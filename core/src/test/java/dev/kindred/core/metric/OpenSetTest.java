package dev.kindred.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Keyed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenSetTest {

    @Test
    void theThresholdLosesWhatMayBeLostAndNoMore() {
        double[] known = {0.9, 0.1, 0.5, 0.7, 0.3, 0.8, 0.6, 0.4, 0.2, 1.0};
        assertThat(OpenSet.threshold(known, 0.2)).isEqualTo(0.3);
        assertThat(OpenSet.threshold(known, 0)).isEqualTo(0.1);
        assertThat(OpenSet.threshold(known, 0.19)).isEqualTo(0.2);
        // All alike: to lose one would be to lose all.
        assertThat(OpenSet.threshold(new double[] {1, 1, 1, 1}, 0.5)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void agreesWithCounting(long seed) {
        Keyed random = Keyed.of(seed);
        double[] known = new double[200];
        boolean[] right = new boolean[200];
        double[] unknown = new double[90];
        for (int i = 0; i < known.length; i++) {
            known[i] = Math.round(20 * (random.nextGaussian() + 1)) / 20.0;
            right[i] = random.nextInt(10) > 0;
        }
        for (int i = 0; i < unknown.length; i++) {
            unknown[i] = Math.round(20 * random.nextGaussian()) / 20.0;
        }
        OpenSet measured = OpenSet.at(0.25, known, right, unknown);
        double wins = 0;
        int rejected = 0;
        int answered = 0;
        int caught = 0;
        for (int i = 0; i < known.length; i++) {
            rejected += known[i] < 0.25 ? 1 : 0;
            answered += known[i] >= 0.25 && right[i] ? 1 : 0;
            for (double u : unknown) {
                wins += known[i] > u ? 1 : known[i] == u ? 0.5 : 0;
            }
        }
        for (double u : unknown) {
            caught += u < 0.25 ? 1 : 0;
        }
        assertThat(measured.auroc()).isCloseTo(wins / 200 / 90, within(1e-12));
        assertThat(measured.lost()).isCloseTo(rejected / 200.0, within(1e-12));
        assertThat(measured.accuracy()).isCloseTo(answered / 200.0, within(1e-12));
        assertThat(measured.recall()).isCloseTo(caught / 90.0, within(1e-12));
        assertThat(measured.precision()).isCloseTo((double) caught / (caught + rejected), within(1e-12));
    }
}
