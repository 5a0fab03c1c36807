package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Keyed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopKTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void keepsWhatSortingWouldPutFirst(long seed) {
        Keyed random = Keyed.of(seed);
        int n = random.nextInt(500);
        int k = 1 + random.nextInt(200);
        float[] keys = new float[n];
        TopK best = new TopK(k, Integer::compare);
        int[] order = IntStream.range(0, n).toArray();
        random.shuffle(order);
        for (int row : order) {
            keys[row] = random.nextInt(20);
            best.offer(keys[row], row);
        }
        List<Integer> expected = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(row -> -keys[row]).thenComparing(Comparator.naturalOrder()))
                .limit(k)
                .toList();
        List<Integer> kept = new ArrayList<>();
        best.drain((key, row) -> kept.add(row));
        assertThat(kept).isEqualTo(expected);
    }
}
