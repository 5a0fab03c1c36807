package dev.kindred.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Keyed;
import org.junit.jupiter.api.Test;

class PairedBootstrapTest {

    /** Differences of known spread: the interval is ±1.96·s/√n around their mean, to the noise of the draws. */
    @Test
    void theIntervalIsThatOfTheMeanOfDifferences() {
        int n = 900;
        Keyed random = Keyed.of(4);
        double[] first = new double[n];
        double[] second = new double[n];
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double hardness = 5 * random.nextGaussian();
            first[i] = hardness + 0.1 + 0.5 * random.nextGaussian();
            second[i] = hardness + 0.5 * random.nextGaussian();
            sum += first[i] - second[i];
            squares += (first[i] - second[i]) * (first[i] - second[i]);
        }
        double mean = sum / n;
        double half = 1.96 * Math.sqrt((squares / n - mean * mean) / n);
        PairedBootstrap compared = PairedBootstrap.of(first, second, 1);
        assertThat(compared.difference()).isCloseTo(mean, within(1e-12));
        assertThat(compared.interval().low()).isCloseTo(mean - half, within(0.15 * half));
        assertThat(compared.interval().high()).isCloseTo(mean + half, within(0.15 * half));
        // What makes queries hard falls out: unpaired, the interval would be ten times as wide.
        assertThat(compared.notBetter()).isLessThan(0.01);
    }

    @Test
    void theSameTwiceIsNotBetter() {
        double[] any = {1, 0, 0, 1, 1};
        PairedBootstrap same = PairedBootstrap.of(any, any, 1);
        assertThat(same.difference()).isEqualTo(0);
        assertThat(same.interval().high()).isEqualTo(0);
        assertThat(same.notBetter()).isEqualTo(1);
    }
}
