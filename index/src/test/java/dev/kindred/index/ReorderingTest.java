package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Distance;
import dev.kindred.core.Space;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReorderingTest {
    private static final Space LINE = Space.external("line", 1, Distance.L2);

    @TempDir
    Path dir;

    /** The measure likes best what is furthest off. */
    private static Found search(VectorIndex index, Filter filter) {
        return Reordering.search(index, Query.of(LINE, new float[] {0}, 3).filter(filter), (query, items) -> {
            float[] scores = new float[items.size()];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = items.get(i)[0];
            }
            return scores;
        });
    }

    @Test
    void isExactOnlyWhereTheMeasureHasSeenAll() {
        try (VectorIndex index = ExactIndex.create(dir.resolve("index"), LINE)) {
            List<Change> puts = IntStream.rangeClosed(1, Reordering.DEPTH + 1)
                    .<Change>mapToObj(i ->
                            new Change.Put(new Item("i" + i, new float[] {i}, Map.of("i", Value.of((long) i)), null)))
                    .toList();
            index.write(puts, Visibility.SEARCHABLE);
            Found some = search(index, Filter.everything());
            assertThat(some.neighbors()).extracting(Neighbor::id).containsExactly("i100", "i99", "i98");
            assertThat(some.exact()).isFalse();
            Found all = search(index, Filter.Range.between("i", Value.of(2L), Value.of(101L)));
            assertThat(all.neighbors()).extracting(Neighbor::id).containsExactly("i101", "i100", "i99");
            assertThat(all.exact()).isTrue();
        }
    }
}
