package dev.kindred.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupsTest {
    @TempDir
    Path dir;

    private static void requireApart(int[][] tuples, Split split) {
        Set<Integer> taught = new HashSet<>();
        for (int t : split.train()) {
            Arrays.stream(tuples[t]).forEach(taught::add);
        }
        for (int t : split.validation()) {
            assertThat(Arrays.stream(tuples[t]).boxed()).doesNotContainAnyElementsOf(taught);
        }
        assertThat(split.train()).isNotEmpty().isSorted();
        assertThat(split.validation()).isNotEmpty().isSorted();
    }

    /** Random pairs, from hardly connected at all to one great group. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void noSampleStandsOnBothSides(long seed) {
        for (int nodes : new int[] {2000, 400, 150}) {
            Keyed random = Keyed.of(seed, nodes);
            int[][] tuples = new int[300][];
            for (int t = 0; t < tuples.length; t++) {
                tuples[t] = new int[] {random.nextInt(nodes), random.nextInt(nodes), random.nextInt(nodes)};
                if (t % 3 == 0) {
                    tuples[t] = Arrays.copyOf(tuples[t], 2);
                }
            }
            Split split = new Groups(nodes, tuples).holdOut(0.2, seed, "tuples");
            requireApart(tuples, split);
            assertThat(split.validation().length).isBetween(30, 75);
            assertThat(new Groups(nodes, tuples).holdOut(0.2, seed, "tuples").validation())
                    .isEqualTo(split.validation());
        }
    }

    @Test
    void wholeGroupsLoseNothing() {
        int[][] tuples = {{0, 1}, {1, 2}, {3, 4}, {5, 6}, {6, 7}, {7, 5}, {8, 8}, {9, 10}, {11, 12}, {13, 14}};
        Groups groups = new Groups(15, tuples);
        assertThat(groups.count()).isEqualTo(7);
        assertThat(groups.ofNodes()).containsExactly(0, 0, 0, 1, 1, 2, 2, 2, 3, 4, 4, 5, 5, 6, 6);
        assertThat(new Groups(3, new int[][] {{2, 1}}).ofNodes()).containsExactly(-1, 0, 0);
        Split split = groups.holdOut(0.2, 3, "pairs");
        requireApart(tuples, split);
        assertThat(split.train().length + split.validation().length).isEqualTo(10);
        assertThat(split.how()).matches("2 of 10 pairs, [12] of 7 groups without a common sample");
    }

    @Test
    void pairsAndQueriesAreSplitByTheirGroups() {
        StringBuilder table = new StringBuilder("left,right,label\n");
        for (int i = 0; i < 20; i++) {
            table.append("a%d,b%d,1\na%d,c%d,0\n".formatted(i, i, i, i));
        }
        Examples.Pairs pairs = (Examples.Pairs) Examples.read(
                List.of(Drawn.write(dir, "p.csv", table.toString())), ReadOptions.defaults(), Progress.SILENT);
        Split split = Splits.holdOut(pairs, 0.25, 1, null);
        assertThat(split.how()).isEqualTo("10 of 40 pairs, 5 of 20 groups without a common sample");
        Examples.Pairs held = pairs.subset(split.validation());
        assertThat(Arrays.stream(held.scores()).sum()).isEqualTo(5);
        assertThatThrownBy(() -> Splits.holdOut(pairs, 0.25, 1, "day"))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.where()).isEqualTo("--split-by"));

        Drawn.write(dir, "corpus.jsonl", "{\"_id\":\"d1\",\"text\":\"x\"}\n{\"_id\":\"d2\",\"text\":\"y\"}\n");
        Drawn.write(
                dir,
                "queries.jsonl",
                "{\"_id\":\"1\",\"text\":\"q\"}\n{\"_id\":\"2\",\"text\":\"r\"}\n{\"_id\":\"3\",\"text\":\"s\"}\n");
        Drawn.write(dir, "qrels.tsv", "query-id\tcorpus-id\tscore\n1\td1\t1\n2\td1\t1\n3\td2\t1\n3\td1\t0\n");
        Split queries =
                Splits.holdOut(Examples.read(List.of(dir), ReadOptions.defaults(), Progress.SILENT), 0.3, 1, null);
        assertThat(queries.validation()).containsExactly(2);
        assertThat(queries.train()).containsExactly(0, 1);
    }

    @Test
    void onePairCannotBeSplit() {
        assertThatThrownBy(() -> new Groups(2, new int[][] {{0, 1}}).holdOut(0.2, 1, "pairs"))
                .hasMessageContaining("too few pairs");
        assertThatThrownBy(() -> new Groups(2, new int[][] {{0, 1}, {1, 0}}).holdOut(0.2, 1, "pairs"))
                .hasMessageContaining("too few pairs");
    }
}
