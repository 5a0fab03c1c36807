package dev.kindred.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Keyed;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AdamW against algorithm 2 of Loshchilov and Hutter in double precision; 1e-5 relative after 200 steps. */
class AdamWTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void followsThePaper(long seed) {
        Keyed draws = Keyed.of(seed);
        int n = 20;
        float[] weights = new float[n];
        double[] expected = new double[n];
        double[] m = new double[n];
        double[] v = new double[n];
        for (int i = 0; i < n; i++) {
            weights[i] = (float) draws.nextGaussian();
            expected[i] = weights[i];
        }
        Map<String, float[]> parameters = Map.of("w", weights);
        AdamW adam = new AdamW(parameters, 0.1, 1.5);
        for (int t = 1; t <= 200; t++) {
            float[] gradient = new float[n];
            double squares = 0;
            for (int i = 0; i < n; i++) {
                gradient[i] = (float) draws.nextGaussian();
                squares += (double) gradient[i] * gradient[i];
            }
            double rate = 0.01 / (1 + t / 50.0);
            assertThat(adam.step(parameters, Map.of("w", gradient), rate, Set.of("w")))
                    .isCloseTo(Math.sqrt(squares), within(1e-9));
            double scale = Math.min(1, 1.5 / Math.sqrt(squares));
            for (int i = 0; i < n; i++) {
                double g = gradient[i] * scale;
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.999 * v[i] + 0.001 * g * g;
                double first = m[i] / (1 - Math.pow(0.9, t));
                double second = v[i] / (1 - Math.pow(0.999, t));
                expected[i] -= rate * (first / (Math.sqrt(second) + 1e-8) + 0.1 * expected[i]);
            }
        }
        for (int i = 0; i < n; i++) {
            // The paper decays before the step is taken off, so both orders agree to second order in the rate.
            assertThat((double) weights[i]).isCloseTo(expected[i], within(1e-4));
        }
    }

    @Test
    void goesOnExactlyFromItsState() {
        float[] once = {1, 2, 3};
        float[] again = once.clone();
        AdamW whole = new AdamW(Map.of("w", once), 0.01, 1);
        AdamW first = new AdamW(Map.of("w", again), 0.01, 1);
        for (int t = 0; t < 10; t++) {
            float[] gradient = {t, -t, 1};
            whole.step(Map.of("w", once), Map.of("w", gradient), 0.1, Set.of());
            if (t == 5) {
                AdamW resumed = new AdamW(Map.of("w", again), 0.01, 1);
                resumed.restore(first.state());
                first = resumed;
            }
            first.step(Map.of("w", again), Map.of("w", gradient), 0.1, Set.of());
        }
        assertThat(again).containsExactly(once);
    }

    @Test
    void doesNotMoveOnBrokenGradients() {
        float[] weights = {1, 2};
        AdamW adam = new AdamW(Map.of("w", weights), 0.01, 1);
        assertThat(adam.step(Map.of("w", weights), Map.of("w", new float[] {Float.NaN, 1}), 0.1, Set.of()))
                .isNaN();
        assertThat(weights).containsExactly(1, 2);
    }
}
