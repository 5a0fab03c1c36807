package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.kindred.core.Keyed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelTest {
    /** Every dimension from 1 to 70, every count of rows that leaves a rest; the one-row path gives the same bits. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sumsAreThoseOfDoubleLoopsAndDoNotDependOnNeighbours(boolean squares) {
        Keyed random = Keyed.of(3);
        for (int d = 1; d <= 70; d++) {
            int n = 1 + random.nextInt(13);
            int stride = Columns.stride(d);
            float[] query = VectorIndexContract.vector(random, d);
            float[][] rows = new float[n][];
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocate((long) n * stride, 64);
                for (int i = 0; i < n; i++) {
                    rows[i] = VectorIndexContract.vector(random, d);
                    Layout.copyFloats(rows[i], memory, (long) i * stride);
                }
                Kernel kernel = new Kernel(Kernel.padded(query), squares);
                float[] sums = new float[n];
                kernel.sums(memory, 0, stride, n, sums);
                for (int i = 0; i < n; i++) {
                    double expected = 0;
                    for (int c = 0; c < d; c++) {
                        double x = rows[i][c];
                        expected += squares ? (x - query[c]) * (x - query[c]) : x * query[c];
                    }
                    assertThat((double) sums[i]).as("d %d, row %d", d, i).isCloseTo(expected, offset(1e-6 * 4 * d));
                    assertThat(sums[i]).isEqualTo(kernel.sum(memory, (long) i * stride));
                }
            }
        }
    }
}
