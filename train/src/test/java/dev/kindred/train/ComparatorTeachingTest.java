package dev.kindred.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.LabelledPairs;
import dev.kindred.core.metric.ScoreCounts;
import dev.kindred.encode.ComparatorParts;
import dev.kindred.encode.Comparators;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.encode.PairProbes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Teaching a comparator: its pairs, where it begins, what it learns, and that the sealed graph gives what the trainer gave. */
class ComparatorTeachingTest {
    private static final int N = 600;
    private static final int D = 8;
    private static final int HELD = 420;
    private static final float[] FEATURES = made();
    private static Device device = Device.cpu();

    @BeforeAll
    static void start() {
        device = Torch.start(2, "cpu");
    }

    /** The sign of the first value decides, and the others are as long. */
    private static float[] made() {
        float[] values = new float[N * D];
        for (int i = 0; i < N; i++) {
            for (int k = 0; k < D; k++) {
                values[i * D + k] = k == 0
                        ? (i % 2 == 0 ? 0.8f : -0.8f)
                        : (float) Keyed.of(5, i, k).nextGaussian();
            }
        }
        return values;
    }

    private static Options options(@Nullable Integer steps) {
        return new Options(null, null, null, null, steps, null);
    }

    private static Samples.Features features() {
        return Samples.Features.of(D, FEATURES);
    }

    private static int[] labels() {
        return IntStream.range(0, N).map(i -> i % 2).toArray();
    }

    private static Lesson.Classes classes() {
        return new Lesson.Classes(
                labels(),
                IntStream.range(0, HELD).toArray(),
                IntStream.range(HELD, N).toArray());
    }

    private static Lesson.Pairs pairs(boolean graded) {
        int count = 3_000;
        int[] left = new int[count];
        int[] right = new int[count];
        double[] grades = new double[count];
        for (int p = 0; p < count; p++) {
            Keyed draws = Keyed.of(6, p);
            int from = p < 2_400 ? 0 : HELD;
            int size = p < 2_400 ? HELD : N - HELD;
            left[p] = from + draws.nextInt(size);
            right[p] = from + draws.nextInt(size);
            grades[p] = left[p] % 2 == right[p] % 2 ? graded ? 2.5 : 1 : 0;
        }
        return new Lesson.Pairs(
                left,
                right,
                grades,
                graded,
                IntStream.range(0, 2_400).toArray(),
                IntStream.range(2_400, count).toArray());
    }

    private static ComparatorPlan plan(Lesson lesson, Distance distance, @Nullable Integer steps) {
        try (Workers workers = Workers.of(2)) {
            return ComparatorPlan.of(features(), distance, lesson, options(steps), 1, workers);
        }
    }

    private static Trainer trainer(ComparatorPlan plan, Workers workers, Observer observer) {
        return new Trainer(
                new TrainingSet(plan.samples(), plan.lesson()),
                plan.network(),
                plan.start(),
                plan.recipe(),
                device,
                workers,
                observer);
    }

    @ParameterizedTest
    @EnumSource(Distance.class)
    void findsWhatThePlainScoreDoesNotSeeAndSealsIt(Distance distance) {
        ComparatorPlan plan = plan(pairs(false), distance, 400);
        try (Workers workers = Workers.of(2);
                Trainer trainer = trainer(plan, workers, Observer.SILENT)) {
            Teaching.Taught taught = (Teaching.Taught) trainer.teach(Duration.ofMinutes(5), () -> false);
            Teaching.Point before = taught.history().getFirst();
            assertThat(before.step()).isZero();
            assertThat(before.judged().chosenBy().value()).isCloseTo(plain(plan, distance), within(1e-4));
            assertThat(taught.judged().chosenBy().value())
                    .isGreaterThan(0.9)
                    .isGreaterThan(before.judged().chosenBy().value() + 0.1);
            Space space = Space.external("made", D, distance);
            Embeddings all = new Embeddings(space, N, FEATURES);
            LabelledPairs held = plan.lesson().pairs().from(plan.lesson().taught());
            float[] logits = trainer.logits(
                    all.select(held.left()).values(), all.select(held.right()).values());
            ComparatorParts parts = ComparatorParts.of(
                    plan.samples().form(), plan.network(), taught.best(), new PairProbes(new float[0]));
            try (LearnedDistance sealed = parts.open(space, 1)) {
                double[] scores = sealed.scores(all, held);
                for (int p = 0; p < scores.length; p++) {
                    assertThat(scores[p]).isCloseTo(Comparators.score(logits[p]), within(1e-5));
                }
            }
        }
    }

    /** The average precision of the space's own score on the held-out pairs. */
    private static double plain(ComparatorPlan plan, Distance distance) {
        LabelledPairs held = plan.lesson().pairs().from(plan.lesson().taught());
        float[] same = new float[held.sameCount()];
        float[] different = new float[held.size() - same.length];
        int s = 0;
        int o = 0;
        for (int p = 0; p < held.size(); p++) {
            float score = (float) distance.score(FEATURES, held.left()[p] * D, FEATURES, held.right()[p] * D, D);
            if (held.same()[p]) {
                same[s++] = score;
            } else {
                different[o++] = score;
            }
        }
        return ScoreCounts.exact(same, different).averagePrecision();
    }

    @Test
    void sameSeedGivesTheSameComparatorAndAStoppedRunGoesOn(@TempDir Path folder) {
        ComparatorPlan plan = plan(classes(), Distance.COSINE, 60);
        Path file = folder.resolve("comparator");
        AtomicInteger steps = new AtomicInteger();
        Observer counting = new Observer() {
            @Override
            public void step(int step, int total, double l, Lesson.@Nullable Judged j, double v, double r) {
                steps.set(step);
            }
        };
        try (Workers workers = Workers.of(1)) {
            try (Trainer trainer = trainer(plan, workers, counting)) {
                trainer.teach(Duration.ofMinutes(5), () -> steps.get() >= 23, new Runs("run", file, false));
            }
            try (Trainer resumed = trainer(plan, workers, Observer.SILENT);
                    Trainer whole = trainer(plan(classes(), Distance.COSINE, 60), workers, Observer.SILENT)) {
                Teaching.Taught gone = (Teaching.Taught)
                        resumed.teach(Duration.ofMinutes(5), () -> false, new Runs("run", file, true));
                Teaching.Taught once = (Teaching.Taught) whole.teach(Duration.ofMinutes(5), () -> false);
                assertThat(gone.history()).isEqualTo(once.history());
                once.best()
                        .parameters()
                        .forEach(p -> assertThat(gone.best().copy(p.name()))
                                .isEqualTo(once.best().copy(p.name())));
            }
        }
    }

    @Test
    void pairsOfClassesAreOfTheTaughtAloneAndHalfOfTheDifferentAreNearest() {
        ComparatorPlan plan = plan(classes(), Distance.COSINE, 1);
        LabelledPairs all = plan.lesson().pairs();
        int taught = plan.lesson().taught();
        double same = 0;
        double nearness = 0;
        for (int p = 0; p < taught; p++) {
            assertThat(all.left()[p]).isLessThan(HELD);
            assertThat(all.right()[p]).isLessThan(HELD);
            assertThat(all.same()[p]).isEqualTo(all.left()[p] % 2 == all.right()[p] % 2);
            same += all.same()[p] ? 1 : 0;
            nearness += all.same()[p]
                    ? 0
                    : Distance.COSINE.score(FEATURES, all.left()[p] * D, FEATURES, all.right()[p] * D, D);
        }
        assertThat(same).isEqualTo(2 * 210 * 209 / 2);
        assertThat((taught - same) / same).isBetween(0.5, 4.1);
        // By chance alone it would be below nothing: different ones stand apart in the first value.
        assertThat(nearness / (taught - same)).isGreaterThan(0.05);
        for (int p = taught; p < all.size(); p++) {
            assertThat(all.left()[p]).isGreaterThanOrEqualTo(HELD);
        }
        assertThat(all.size() - taught).isEqualTo(180 * 179 / 2);
    }

    @Test
    void pairsOfMatchesKeepWhatIsGivenAndSpareWhatBelongs() {
        int[] anchor = {0, 2, 4, 420, 422};
        int[] positive = {10, 12, 14, 430, 432};
        int[][] hard = {{1}, {3, 5}, {}, {421}, {}};
        Map<Integer, Set<Integer>> belonging =
                Map.of(0, Set.of(10, 12), 2, Set.of(12), 4, Set.of(14), 420, Set.of(430), 422, Set.of(432));
        Lesson.Matches lesson = new Lesson.Matches(
                anchor, positive, hard, belonging, new int[0], new int[] {0, 1, 2}, new int[] {3, 4}, new int[] {
                    430, 432, 421
                });
        ComparatorPlan plan = plan(lesson, Distance.COSINE, 1);
        LabelledPairs all = plan.lesson().pairs();
        Set<List<Integer>> different = new HashSet<>();
        Set<List<Integer>> same = new HashSet<>();
        for (int p = 0; p < plan.lesson().taught(); p++) {
            (all.same()[p] ? same : different).add(List.of(all.left()[p], all.right()[p]));
        }
        assertThat(same).containsExactlyInAnyOrder(List.of(0, 10), List.of(2, 12), List.of(4, 14));
        assertThat(different)
                .contains(List.of(0, 1), List.of(2, 3), List.of(2, 5))
                .doesNotContain(List.of(0, 12), List.of(0, 10))
                .hasSizeGreaterThan(4);
        // Each of two anchors with each of three candidates.
        assertThat(all.size() - plan.lesson().taught()).isEqualTo(6);
    }

    @Test
    void gradesAndPairsOfOneKindAreRefused() {
        assertThatThrownBy(() -> plan(pairs(true), Distance.COSINE, 1))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("not from grades");
        Lesson.Classes one = new Lesson.Classes(
                new int[N],
                IntStream.range(0, HELD).toArray(),
                IntStream.range(HELD, N).toArray());
        assertThatThrownBy(() -> plan(one, Distance.COSINE, 1))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("that are different");
    }
}
