package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Refusal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PkBatchesTest {

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
    void everyBatchHasPClassesOfKDifferentSamples(long seed) {
        Random random = new Random(seed);
        int[] labels = random.ints(2000, -1, 40).toArray();
        PkBatches batches = new PkBatches(labels, 8, 4, seed);
        for (int step = 0; step < 100; step++) {
            int[] batch = batches.batch(step);
            assertThat(batch).hasSize(32).doesNotHaveDuplicates();
            Set<Integer> classes = new HashSet<>();
            for (int i = 0; i < 32; i++) {
                assertThat(labels[batch[i]]).isEqualTo(labels[batch[i / 4 * 4]]).isNotNegative();
                classes.add(labels[batch[i]]);
            }
            assertThat(classes).hasSize(8);
        }
    }

    @Test
    void aBatchIsDecidedBySeedAndStepAlone() {
        int[] labels = new Random(1).ints(500, 0, 20).toArray();
        PkBatches one = new PkBatches(labels, 5, 3, 9);
        PkBatches other = new PkBatches(labels, 5, 3, 9);
        int[] late = one.batch(77);
        for (int step = 0; step < 77; step++) {
            other.batch(step);
        }
        assertThat(other.batch(77)).isEqualTo(late);
        assertThat(new PkBatches(labels, 5, 3, 10).batch(77)).isNotEqualTo(late);
    }

    @Test
    void anEpochSeesEveryClassOnceAndARoundEverySample() {
        int[] labels = new int[20 * 6];
        Arrays.setAll(labels, i -> i / 6);
        PkBatches batches = new PkBatches(labels, 4, 3, 2);
        assertThat(batches.stepsPerEpoch()).isEqualTo(5);
        Map<Integer, Integer> seen = new HashMap<>();
        for (int step = 0; step < 10; step++) {
            for (int row : batches.batch(step)) {
                seen.merge(row, 1, Integer::sum);
            }
        }
        assertThat(seen)
                .hasSize(120)
                .allSatisfy((row, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void smallClassesRepeatAndSingletonsStayOut() {
        PkBatches batches = new PkBatches(new int[] {0, 0, 1, 1, 2, -1}, 5, 4, 1);
        assertThat(batches.p()).isEqualTo(2);
        assertThat(batches.classes()).isEqualTo(2);
        for (int step = 0; step < 10; step++) {
            assertThat(batches.batch(step)).hasSize(8).doesNotContain(4, 5).contains(0, 1, 2, 3);
        }
        assertThatThrownBy(() -> new PkBatches(new int[] {0, 0, 1, 2}, 4, 4, 1)).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> new PkBatches(new int[0], 4, 4, 1)).isInstanceOf(Refusal.class);
    }
}
