package dev.kindred.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.LabelledPairs;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pairs that a comparator learns from and is held to, of each kind of lesson. */
class PairDrawingTest {
    private static final int N = 60;
    private static final int D = 4;
    /** Samples below are taught, the others held out. */
    private static final int HELD = 40;

    private record Pair(int left, int right, boolean same) {}

    private static List<Pair> list(LabelledPairs pairs) {
        return IntStream.range(0, pairs.size())
                .mapToObj(p -> new Pair(pairs.left()[p], pairs.right()[p], pairs.same()[p]))
                .toList();
    }

    private static Samples.Features features() {
        float[] values = new float[N * D];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Keyed.of(7, i).nextGaussian();
        }
        return Samples.Features.of(D, values);
    }

    private static Lesson.Compared drawn(Lesson lesson, long seed) {
        try (Workers workers = Workers.of(1)) {
            return new PairDrawing(features(), Distance.COSINE, seed, workers).lesson(lesson);
        }
    }

    private static List<Pair> taught(Lesson.Compared compared) {
        return list(compared.pairs()).subList(0, compared.taught());
    }

    /** What is held back of the drawing is what thresholds are chosen on and probabilities fitted to. */
    private static void requireCalibrated(Lesson lesson, Lesson.Compared compared, long seed) {
        assertThat(list(HeldPairs.of(compared, seed)))
                .isNotEmpty()
                .isEqualTo(list(HeldPairs.of(lesson, seed)))
                .isEqualTo(list(compared.pairs())
                        .subList(compared.taught(), compared.pairs().size()));
        assertThat(compared.validation())
                .isEqualTo(IntStream.range(compared.taught(), compared.pairs().size())
                        .toArray());
    }

    /** Classes of five: sample i is of class i / 5. */
    private static Lesson.Classes classes() {
        return new Lesson.Classes(
                IntStream.range(0, N).map(i -> i / 5).toArray(),
                IntStream.range(0, HELD).toArray(),
                IntStream.range(HELD, N).toArray());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void ofClassesAllTheSameAndFourTimesAsManyDifferent(long seed) {
        Lesson.Classes lesson = classes();
        Lesson.Compared compared = drawn(lesson, seed);
        List<Pair> taught = taught(compared);
        assertThat(taught)
                .allMatch(p -> p.left() < HELD && p.right() < HELD && p.left() != p.right())
                .allMatch(p -> p.same() == (p.left() / 5 == p.right() / 5));
        List<Pair> same = taught.stream().filter(Pair::same).toList();
        assertThat(same).hasSize(HELD / 5 * 10).doesNotHaveDuplicates();
        // Half of what is wanted is the nearest wrong; of the half by chance, what is of the class is not drawn anew.
        assertThat((double) taught.size() - same.size()).isBetween(3.4 * same.size(), 4.0 * same.size());
        assertThat(taught).isEqualTo(taught(drawn(lesson, seed)));
        assertThat(taught).isNotEqualTo(taught(drawn(lesson, seed + 10)));
        requireCalibrated(lesson, compared, seed);
        List<Pair> held = list(HeldPairs.of(lesson, seed));
        assertThat(held)
                .hasSize(20 * 19 / 2)
                .doesNotHaveDuplicates()
                .allMatch(p -> p.left() >= HELD && p.right() >= HELD)
                .allMatch(p -> p.same() == (p.left() / 5 == p.right() / 5));
    }

    @Test
    void ofEachSampleTheNearestOfAnotherClassIsDrawn() {
        List<Pair> taught = taught(drawn(classes(), 1));
        Samples.Features features = features();
        for (int anchor = 0; anchor < HELD; anchor++) {
            int of = anchor;
            int nearest = IntStream.range(0, HELD)
                    .filter(other -> other / 5 != of / 5)
                    .boxed()
                    .max((a, b) -> Double.compare(
                            Distance.COSINE.score(features.row(of), 0, features.row(a), 0, D),
                            Distance.COSINE.score(features.row(of), 0, features.row(b), 0, D)))
                    .orElseThrow();
            assertThat(taught).contains(new Pair(anchor, nearest, false));
        }
    }

    @Test
    void givenPairsAreTakenAsTheyAre() {
        int[] left = IntStream.range(0, N / 2).map(p -> 2 * p).toArray();
        int[] right = IntStream.range(0, N / 2).map(p -> 2 * p + 1).toArray();
        double[] grades =
                IntStream.range(0, N / 2).mapToDouble(p -> p % 3 == 0 ? 1 : 0).toArray();
        Lesson.Pairs lesson = new Lesson.Pairs(
                left,
                right,
                grades,
                false,
                IntStream.range(0, HELD / 2).toArray(),
                IntStream.range(HELD / 2, N / 2).toArray());
        Lesson.Compared compared = drawn(lesson, 1);
        assertThat(list(compared.pairs()))
                .isEqualTo(IntStream.range(0, N / 2)
                        .mapToObj(p -> new Pair(2 * p, 2 * p + 1, p % 3 == 0))
                        .toList());
        assertThat(compared.taught()).isEqualTo(HELD / 2);
        requireCalibrated(lesson, compared, 1);
        Lesson.Pairs graded = new Lesson.Pairs(left, right, grades, true, lesson.train(), lesson.held());
        assertThatThrownBy(() -> HeldPairs.of(graded, 1)).isInstanceOf(IllegalArgumentException.class);
        Lesson.Pairs alike = new Lesson.Pairs(left, right, new double[N / 2], false, lesson.train(), lesson.held());
        assertThatThrownBy(() -> drawn(alike, 1))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("no pairs to learn from that are the same");
    }

    /** Anchor 2i has the positive 2i + 1, and the anchor after next as a given negative; every fourth anchor has two positives. */
    private static Lesson.Matches matches() {
        int n = N / 2;
        int[] anchor = new int[n];
        int[] positive = new int[n];
        int[][] hard = new int[n][];
        Map<Integer, Set<Integer>> belonging = new HashMap<>();
        for (int m = 0; m < n; m++) {
            anchor[m] = 2 * m;
            positive[m] = 2 * m + 1;
            hard[m] = new int[] {2 * m < HELD ? (2 * m + 4) % HELD : HELD + (2 * m + 4 - HELD) % (N - HELD)};
            belonging.put(2 * m, m % 4 == 0 ? Set.of(2 * m + 1, 2 * m + 3) : Set.of(2 * m + 1));
        }
        int[] held = IntStream.range(HELD / 2, n).toArray();
        return new Lesson.Matches(
                anchor,
                positive,
                hard,
                belonging,
                new int[0],
                IntStream.range(0, HELD / 2).toArray(),
                held,
                IntStream.of(held).map(m -> positive[m]).toArray());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void ofMatchesWhatBelongsTheGivenNegativesAndOthers(long seed) {
        Lesson.Matches lesson = matches();
        Lesson.Compared compared = drawn(lesson, seed);
        List<Pair> taught = taught(compared);
        List<Pair> same = taught.stream().filter(Pair::same).toList();
        assertThat(same)
                .containsExactlyElementsOf(IntStream.range(0, HELD / 2)
                        .mapToObj(m -> new Pair(2 * m, 2 * m + 1, true))
                        .toList());
        List<Pair> different = taught.stream().filter(p -> !p.same()).toList();
        assertThat(different)
                .allMatch(p -> p.left() < HELD && p.right() < HELD)
                .noneMatch(p -> lesson.belongs(p.left(), p.right()));
        for (int m : lesson.train()) {
            assertThat(different).contains(new Pair(2 * m, lesson.hard()[m][0], false));
        }
        assertThat(different.size()).isBetween(HELD / 2 * 4, HELD / 2 * 5);
        assertThat(taught).isEqualTo(taught(drawn(lesson, seed)));
        requireCalibrated(lesson, compared, seed);
        List<Pair> held = list(HeldPairs.of(lesson, seed));
        int[] candidates = lesson.candidates();
        assertThat(held)
                .hasSize((N - HELD) / 2 * candidates.length)
                .allMatch(p -> p.left() >= HELD && p.left() % 2 == 0)
                .allMatch(p -> Arrays.stream(candidates).anyMatch(c -> c == p.right()))
                .allMatch(p -> p.same() == lesson.belongs(p.left(), p.right()));
        assertThat(held.stream().filter(Pair::same)).hasSizeGreaterThan((N - HELD) / 2);
    }
}
