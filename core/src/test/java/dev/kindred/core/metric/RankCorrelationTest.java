package dev.kindred.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RankCorrelationTest {

    /** The textbook example of intelligence against hours of television: −29/165. */
    @Test
    void givesThePublishedExample() {
        double[] intelligence = {106, 100, 86, 101, 99, 103, 97, 113, 112, 110};
        double[] television = {7, 27, 2, 50, 28, 29, 20, 12, 6, 17};
        assertThat(RankCorrelation.of(intelligence, television).spearman()).isCloseTo(-29 / 165.0, within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithCountingAllOthersWithTiesAndWeights(long seed) {
        Keyed random = Keyed.of(seed);
        int n = 40 + random.nextInt(60);
        double[] a = new double[n];
        double[] b = new double[n];
        int[] times = new int[n];
        for (int i = 0; i < n; i++) {
            a[i] = random.nextInt(12) / 4.0;
            b[i] = seed % 2 == 0 ? random.nextGaussian() + a[i] : random.nextInt(9) - a[i];
            times[i] = random.nextInt(4);
        }
        RankCorrelation correlation = RankCorrelation.of(a, b);
        int[] once = new int[n];
        java.util.Arrays.fill(once, 1);
        assertThat(correlation.spearman()).isCloseTo(naive(a, b, once), within(1e-12));
        assertThat(correlation.spearman(times)).isCloseTo(naive(a, b, times), within(1e-12));
    }

    /** Ranks by comparing each with each, and Pearson's definition, over the values written out as often as they count. */
    private static double naive(double[] a, double[] b, int[] times) {
        int n = java.util.Arrays.stream(times).sum();
        double[] x = new double[n];
        double[] y = new double[n];
        int at = 0;
        for (int i = 0; i < a.length; i++) {
            for (int t = 0; t < times[i]; t++) {
                x[at] = a[i];
                y[at++] = b[i];
            }
        }
        double[] u = ranks(x);
        double[] v = ranks(y);
        double mean = (n + 1) / 2.0;
        double uv = 0;
        double uu = 0;
        double vv = 0;
        for (int i = 0; i < n; i++) {
            uv += (u[i] - mean) * (v[i] - mean);
            uu += (u[i] - mean) * (u[i] - mean);
            vv += (v[i] - mean) * (v[i] - mean);
        }
        return uv / Math.sqrt(uu) / Math.sqrt(vv);
    }

    private static double[] ranks(double[] values) {
        double[] ranks = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            ranks[i] = 0.5;
            for (double other : values) {
                ranks[i] += other < values[i] ? 1 : other == values[i] ? 0.5 : 0;
            }
        }
        return ranks;
    }

    @Test
    void whereThereIsNoOrderTheQuestionIsRefused() {
        assertThatThrownBy(() -> RankCorrelation.of(new double[] {1, 1, 1}, new double[] {1, 2, 3}))
                .isInstanceOf(Refusal.class);
    }
}
