package dev.kindred.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.kindred.core.Keyed;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoresTest {

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "5, 3, 2", "9, 16, 3", "13, 67, 7", "8, 128, 8", "30, 33, 5"})
    void equalsADoubleLoop(int n, int d, int count) {
        Keyed random = Keyed.of(n, d, count);
        float[] rows = new float[n * d];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) random.uniform(-1, 1);
        }
        int[] queries = new int[count + 2];
        for (int i = 0; i < queries.length; i++) {
            queries[i] = random.nextInt(n);
        }
        float[] out = new float[count * n];
        Scores.against(rows, n, d, queries, 1, 1 + count, out);
        for (int q = 0; q < count; q++) {
            for (int j = 0; j < n; j++) {
                double expected = 0;
                for (int k = 0; k < d; k++) {
                    expected += rows[queries[1 + q] * d + k] * (double) rows[j * d + k];
                }
                assertThat((double) out[q * n + j]).isCloseTo(expected, offset(1e-5 * d));
            }
        }
    }
}
