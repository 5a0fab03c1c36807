package dev.kindred.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Interval;
import dev.kindred.core.Keyed;
import dev.kindred.core.Space;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatisticsTest {
    /** Newcombe 1998, table I, method 3: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611. */
    @Test
    void wilsonGivesThePublishedIntervals() {
        Interval interval = new Proportion(81, 263).interval();
        assertThat(interval.low()).isCloseTo(0.2553, within(5e-5));
        assertThat(interval.high()).isCloseTo(0.3662, within(5e-5));
        assertThat(new Proportion(0, 20).interval().high()).isCloseTo(0.1611, within(5e-5));
        assertThat(new Proportion(0, 20).interval().low()).isEqualTo(0);
    }

    /** A rotated diagonal: eigenvalues are known beforehand. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void eigenvaluesOfARotatedDiagonal(long seed) {
        int d = 9;
        Keyed random = Keyed.of(seed);
        double[][] matrix = new double[d][d];
        double[] expected = new double[d];
        for (int k = 0; k < d; k++) {
            expected[k] = random.uniform(0, 5);
            matrix[k][k] = expected[k];
        }
        for (int turn = 0; turn < 40; turn++) {
            int p = random.nextInt(d);
            int q = (p + 1 + random.nextInt(d - 1)) % d;
            double angle = random.uniform(0, 6);
            double[][] g = new double[d][d];
            for (int k = 0; k < d; k++) {
                g[k][k] = 1;
            }
            g[p][p] = g[q][q] = Math.cos(angle);
            g[p][q] = Math.sin(angle);
            g[q][p] = -g[p][q];
            matrix = times(times(g, matrix), transposed(g));
        }
        double[] found = Jacobi.eigenvalues(copy(matrix));
        Arrays.sort(found);
        Arrays.sort(expected);
        assertThat(found).containsExactly(expected, within(1e-9));
        double[][] diagonal = copy(matrix);
        double[][] vectors = Jacobi.diagonalise(diagonal);
        double[][] turned = times(matrix, vectors);
        double[][] squares = times(transposed(vectors), vectors);
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                assertThat(turned[i][j]).isCloseTo(diagonal[j][j] * vectors[i][j], within(1e-9));
                assertThat(squares[i][j]).isCloseTo(i == j ? 1 : 0, within(1e-12));
            }
        }
    }

    private static double[][] copy(double[][] matrix) {
        return Arrays.stream(matrix).map(double[]::clone).toArray(double[][]::new);
    }

    private static double[][] times(double[][] a, double[][] b) {
        double[][] c = new double[a.length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a.length; j++) {
                for (int k = 0; k < a.length; k++) {
                    c[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return c;
    }

    private static double[][] transposed(double[][] a) {
        double[][] t = new double[a.length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a.length; j++) {
                t[i][j] = a[j][i];
            }
        }
        return t;
    }

    /** Unit vectors along each of d axes, both ways: variance 1 spread over d dimensions evenly, so rank d. */
    @Test
    void evenSpreadHasFullRank() {
        int d = 6;
        float[] values = new float[2 * d * d];
        for (int i = 0; i < d; i++) {
            values[i * d + i] = 1;
            values[(d + i) * d + i] = -1;
        }
        EmbeddingStatistics statistics =
                EmbeddingStatistics.of(new Embeddings(Space.external("axes", d, Distance.COSINE), 2 * d, values));
        assertThat(statistics.variance()).isCloseTo(1, within(1e-12));
        assertThat(statistics.effectiveRank()).isCloseTo(d, within(1e-9));
        assertThat(statistics.meanNorm()).isCloseTo(1, within(1e-12));
    }

    @Test
    void collapseHasNoRank() {
        float[] values = new float[40];
        Arrays.fill(values, 0.5f);
        EmbeddingStatistics statistics =
                EmbeddingStatistics.of(new Embeddings(Space.external("one", 4, Distance.COSINE), 10, values));
        assertThat(statistics.variance()).isCloseTo(0, within(1e-12));
        assertThat(statistics.effectiveRank()).isEqualTo(0);
    }
}
