package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrefixTest {
    private static final int D = 48;
    private static final int COUNT = 2_000;

    @TempDir
    Path dir;

    private static float[] row(int i) {
        return VectorIndexContract.vector(Keyed.of(3, i), D);
    }

    private Generation filled(Space space, Engine engine) {
        Generation generation = Generation.create(dir.resolve(engine.text()), space, engine, "a test", 1);
        generation.load(
                IntStream.range(0, COUNT)
                        .mapToObj(i -> new Item("i" + i, row(i), Map.of("half", Value.of(i % 2 == 0)), null)),
                COUNT,
                Progress.SILENT);
        return generation;
    }

    /** The candidates are those that loops in double precision find by the first values, the answer the best of them by all. */
    @ParameterizedTest
    @EnumSource(Distance.class)
    void theBestOfTheBestByTheirFirstValuesAreFound(Distance distance) {
        Space space = VectorIndexContract.space(D, distance);
        try (Generation generation = filled(space, Engine.exact())) {
            int lost = 0;
            for (int q = 0; q < 20; q++) {
                for (int first : new int[] {1, 13, 32}) {
                    float[] asked = VectorIndexContract.vector(Keyed.of(4, q), D);
                    Query query = Query.of(space, asked, 10).effort(new Effort.First(first, 50));
                    boolean half = q % 2 == 0;
                    if (half) {
                        query = query.filter(new Filter.Equals("half", Value.of(true)));
                    }
                    float[] prefix = Arrays.copyOf(asked, first);
                    List<String> expected = IntStream.range(0, COUNT)
                            .filter(i -> !half || i % 2 == 0)
                            .boxed()
                            .sorted(Comparator.comparingDouble(
                                    (Integer i) -> -distance.score(prefix, Arrays.copyOf(row(i), first))))
                            .limit(50)
                            .sorted(Comparator.comparingDouble((Integer i) -> -distance.score(asked, row(i))))
                            .limit(10)
                            .map(i -> "i" + i)
                            .toList();
                    Found found = generation.search(query);
                    assertThat(found.exact()).isFalse();
                    // Of one value under cosine, hundreds are equally near.
                    if (first > 1 || distance != Distance.COSINE) {
                        assertThat(found.neighbors()).extracting(Neighbor::id).isEqualTo(expected);
                    }
                    lost += found.neighbors()
                                    .equals(generation
                                            .search(query.effort(Effort.exact()))
                                            .neighbors())
                            ? 0
                            : 1;
                }
            }
            assertThat(lost).isPositive();
            Query all = Query.of(space, row(1), 10).effort(new Effort.First(1_000, 50));
            assertThat(generation.search(all).neighbors())
                    .isEqualTo(generation.search(all.effort(Effort.exact())).neighbors());
        }
    }

    @Test
    void codesAnswerExactlyAndNonsenseIsRefused() {
        Space space = VectorIndexContract.space(D, Distance.COSINE);
        try (Generation generation = filled(space, Engine.exact().with(Engine.Codes.INT8))) {
            Query query = Query.of(space, row(1), 10).effort(new Effort.First(4, 50));
            assertThat(generation.search(query)).isEqualTo(generation.search(query.effort(Effort.exact())));
        }
        assertThatThrownBy(() -> new Effort.First(0, 50)).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> new Effort.First(4, 0)).isInstanceOf(Refusal.class);
    }
}
