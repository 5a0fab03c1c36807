package dev.kindred.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.LabelledPairs;
import dev.kindred.data.Dataset;
import dev.kindred.data.Examples;
import dev.kindred.data.Split;
import dev.kindred.train.loss.Loss;
import dev.kindred.train.loss.Tuples;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Pairs of the same carry over: of a chain of three, the ends are not wrong for one another, in nothing that is taught or judged. Samples
 * 0, 1, 2 are such a chain that is taught, 7, 8, 9 one that is held out, and both have their ends side by side.
 */
class LessonsTest {
    private static final int[][] SAME = {{0, 1}, {1, 2}, {3, 4}, {5, 6}, {7, 8}, {8, 9}, {10, 11}, {12, 13}};
    private static final Split SPLIT = new Split(new int[] {0, 1, 2, 3}, new int[] {4, 5, 6, 7}, "half");
    private static final Space SPACE = Space.external("circle", 2, Distance.COSINE);

    private static Lesson.Matches lesson(int[][] pairs, double[] scores, Split split) {
        int n = 1 + Arrays.stream(pairs).flatMapToInt(Arrays::stream).max().orElseThrow();
        Dataset texts =
                Dataset.texts(IntStream.range(0, n).mapToObj(i -> "text " + i).toList(), null);
        Examples.Pairs examples = new Examples.Pairs(
                texts,
                Arrays.stream(pairs).mapToInt(pair -> pair[0]).toArray(),
                Arrays.stream(pairs).mapToInt(pair -> pair[1]).toArray(),
                scores,
                false);
        return (Lesson.Matches)
                Lessons.of(examples, IntStream.range(0, n).toArray(), split, new Loss.MultipleNegatives(0.05, true));
    }

    private static Lesson.Matches chains() {
        double[] scores = new double[SAME.length];
        Arrays.fill(scores, 1);
        return lesson(SAME, scores, SPLIT);
    }

    /** On a circle; the ends of both chains nearly coincide, and their middles stand apart. */
    private static float[] embeddings() {
        double[] angles = {0, 0.5, 0.01, 1, 1.1, 2, 2.1, 3, 3.5, 3.01, 4, 4.1, 5, 5.1};
        float[] values = new float[2 * angles.length];
        for (int i = 0; i < angles.length; i++) {
            values[2 * i] = (float) Math.cos(angles[i]);
            values[2 * i + 1] = (float) Math.sin(angles[i]);
        }
        return values;
    }

    @Test
    void theEndsOfAChainAreNeitherWrongNorGiven() {
        Lesson.Matches lesson = chains();
        assertThat(lesson.spares(0, 2)).isTrue();
        assertThat(lesson.spares(9, 7)).isTrue();
        assertThat(lesson.belongs(0, 2)).isFalse();
        assertThat(lesson.belongs(2, 1)).isTrue();
        assertThat(lesson.spares(0, 3)).isFalse();
    }

    @Test
    void noBatchTakesThemForWrong() {
        Batches batches = chains().batches(new Loss.MultipleNegatives(0.05, true), new Batching.Tuples(4), 1);
        Batches.Chosen chosen = batches.batch(0);
        Tuples.Matches matches = (Tuples.Matches) chosen.tuples();
        int n = matches.anchor().length;
        assertThat(n).isEqualTo(4);
        int ends = 0;
        for (int a = 0; a < n; a++) {
            for (int c = 0; c < n; c++) {
                boolean across = chosen.samples()[a] == 0 && chosen.samples()[n + c] == 2;
                ends += across ? 1 : 0;
                boolean inside = chosen.samples()[a] <= 2 && chosen.samples()[n + c] <= 2;
                assertThat(matches.spared()[a][c]).isEqualTo(a != c && inside);
            }
        }
        assertThat(ends).isEqualTo(1);
    }

    @Test
    void noComparatorIsTaughtOrJudgedOnThem() {
        try (Workers workers = Workers.of(1)) {
            Lesson.Compared compared =
                    new PairDrawing(Samples.Features.of(2, embeddings()), Distance.COSINE, 1, workers).lesson(chains());
            LabelledPairs pairs = compared.pairs();
            assertThat(compared.taught()).isBetween(1, pairs.size() - 1);
            for (int p = 0; p < pairs.size(); p++) {
                assertThat(List.of(pairs.left()[p], pairs.right()[p]))
                        .isNotIn(List.of(0, 2), List.of(2, 0), List.of(7, 9), List.of(9, 7));
            }
            assertThat(IntStream.range(0, pairs.size())
                            .filter(p -> pairs.same()[p])
                            .mapToObj(p -> List.of(pairs.left()[p], pairs.right()[p])))
                    .containsExactlyInAnyOrder(
                            List.of(0, 1),
                            List.of(1, 2),
                            List.of(3, 4),
                            List.of(5, 6),
                            List.of(7, 8),
                            List.of(8, 9),
                            List.of(10, 11),
                            List.of(12, 13));
        }
    }

    @Test
    void validationGivesThemNoPlace() {
        Lesson.Matches lesson = chains();
        try (Workers workers = Workers.of(1)) {
            Embeddings all = new Embeddings(SPACE, 14, embeddings());
            Lesson.Judged judged = lesson.judge(all.select(lesson.validation()), workers);
            // 9 stands nearer to 7 than 8 does, but is no wrong answer: all four find theirs first.
            assertThat(judged.chosenBy().value()).isCloseTo(1, within(1e-12));
        }
    }

    @Test
    void whatSamesJoinIsNoGivenNegative() {
        int[][] pairs = Arrays.copyOf(SAME, SAME.length + 2);
        pairs[8] = new int[] {0, 2};
        pairs[9] = new int[] {0, 3};
        Lesson.Matches lesson = lesson(
                pairs,
                new double[] {1, 1, 1, 1, 1, 1, 1, 1, 0, 0},
                new Split(new int[] {0, 1, 2, 3, 8, 9}, SPLIT.validation(), ""));
        int first = IntStream.of(lesson.train())
                .filter(match -> lesson.anchor()[match] == 0)
                .findFirst()
                .orElseThrow();
        assertThat(lesson.hard()[first]).containsExactly(3);
    }

    /** Where most of all hangs together, as what was bought together does, likeness does not carry over. */
    @Test
    void inAWebOnlyWhatWasGivenBelongs() {
        int[][] web = {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {6, 7}, {8, 9}};
        double[] scores = new double[web.length];
        Arrays.fill(scores, 1);
        Lesson.Matches lesson = lesson(web, scores, new Split(new int[] {0, 1, 2, 3, 4}, new int[] {5, 6}, ""));
        assertThat(lesson.spares(0, 1)).isTrue();
        assertThat(lesson.spares(0, 2)).isFalse();
    }
}
