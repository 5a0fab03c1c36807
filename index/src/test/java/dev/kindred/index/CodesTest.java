package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CodesTest {
    /** Rows with the values that codes may have at their ends, in every dimension up to 70, one by one and four at once. */
    @Test
    void sumsAreThoseOfLoops() {
        Keyed random = Keyed.of(1);
        for (int d = 1; d <= 70; d++) {
            int n = 1 + random.nextInt(13);
            int padded = RowCodes.padded(d);
            int stride = RowCodes.bytes(d);
            short[] query = new short[padded];
            for (int i = 0; i < d; i++) {
                query[i] = (short) code(random, d);
            }
            byte[] rows = new byte[n * stride];
            for (int i = 0; i < n * stride; i++) {
                rows[i] = (byte) (i % stride < d ? code(random, d) : i % stride < padded ? 0 : 99);
            }
            int[] chosen = new int[n];
            Arrays.setAll(chosen, i -> n - 1 - i);
            int[] line = new int[n];
            int[] scattered = new int[n];
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocate(rows.length, 64);
                MemorySegment.copy(rows, 0, memory, ValueLayout.JAVA_BYTE, 0, rows.length);
                CodeKernel kernel = new CodeKernel(query);
                kernel.sums(memory, 0, stride, n, line);
                kernel.sums(memory, stride, chosen, n, scattered);
            }
            for (int i = 0; i < n; i++) {
                int expected = 0;
                for (int c = 0; c < d; c++) {
                    expected += query[c] * rows[i * stride + c];
                }
                assertThat(line[i]).as("d %d, row %d", d, i).isEqualTo(expected);
                assertThat(scattered[n - 1 - i]).isEqualTo(expected);
            }
        }
    }

    private static int code(Keyed random, int d) {
        return d % 2 == 0 ? (random.nextInt(2) == 0 ? -RowCodes.MOST : RowCodes.MOST) : random.nextInt(255) - 127;
    }

    /**
     * The key that the float kernel gives always lies between the bounds: for common rows, rows of one large value, of whole numbers, near
     * and far from the query, and of any length. And the bounds are of use: among common rows they differ by little.
     */
    @ParameterizedTest
    @EnumSource(Distance.class)
    void trueKeysLieBetweenTheBounds(Distance distance) {
        Keyed random = Keyed.of(2);
        double widest = 0;
        for (int round = 0; round < 400; round++) {
            int d = 1 + random.nextInt(300);
            float[] query = Vectors.compared(row(random, d, round % 5), distance);
            int n = 8;
            int stride = RowCodes.bytes(d);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment coded = arena.allocate((long) n * stride, 64);
                MemorySegment whole = arena.allocate((long) n * d * 4, 64);
                for (int i = 0; i < n; i++) {
                    float[] row = i == 0 ? query.clone() : row(random, d, round % 5 == 0 ? 0 : random.nextInt(5));
                    if (i == 1) {
                        row[0] = query[0] + 1;
                    }
                    row = Vectors.compared(row, distance);
                    MemorySegment.copy(row, 0, whole, ValueLayout.JAVA_FLOAT, (long) i * d * 4, d);
                    MemorySegment.copy(RowCodes.of(row), 0, coded, ValueLayout.JAVA_BYTE, (long) i * stride, stride);
                }
                float[] keys = new float[n];
                new Kernel(Kernel.padded(query), d, distance == Distance.L2).sums(whole, 0, 4L * d, n, keys);
                CodedQuery asked = new CodedQuery(query, distance);
                int[] taken = {0};
                double[] wide = {0};
                boolean common = round % 5 == 0 && distance == Distance.COSINE && d > 16;
                CodedQuery.Bounds bounds = (row, low, high) -> {
                    taken[0]++;
                    float key = Ranks.key(distance, keys[row]);
                    assertThat(key).isBetween(low, high);
                    wide[0] = Math.max(wide[0], high - low);
                };
                asked.line(coded, 0, n, bounds, new CodedQuery.Floor());
                assertThat(taken[0]).isEqualTo(n);
                if (common) {
                    widest = Math.max(widest, wide[0]);
                }

                // With a floor at each row's own key, the row still passes: bounds may not be cut by it.
                for (int i = 0; i < n; i++) {
                    CodedQuery.Floor floor = new CodedQuery.Floor();
                    asked.raise(floor, Ranks.key(distance, keys[i]));
                    boolean[] passed = new boolean[1];
                    asked.rows(coded, new int[] {i}, 1, (row, low, high) -> passed[0] = true, floor);
                    assertThat(passed[0]).isTrue();
                }
            }
        }
        assertThat(widest).isLessThan(0.06);
    }

    private static float[] row(Keyed random, int d, int kind) {
        float[] row = VectorIndexContract.vector(random, d);
        switch (kind) {
            case 1 -> row[random.nextInt(d)] = 50;
            case 2 -> {
                for (int i = 0; i < d; i++) {
                    row[i] = random.nextInt(256);
                }
                row[0] += 1;
            }
            case 3 -> {
                for (int i = 0; i < d; i++) {
                    row[i] *= 1e12f;
                }
            }
            case 4 -> {
                for (int i = 0; i < d; i++) {
                    row[i] *= 1e-12f;
                }
            }
            default -> {
                // As drawn.
            }
        }
        return row;
    }
}
