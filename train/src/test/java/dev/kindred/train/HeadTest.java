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
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Heads;
import dev.kindred.encode.Parameter;
import dev.kindred.encode.Weights;
import dev.kindred.train.loss.Loss;
import dev.kindred.train.loss.Miner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Heads on made features: what a sample is stands in a few dimensions, and louder noise in all others. */
class HeadTest {
    private static final int D = 24;
    private static final int TELLING = 6;
    private static final int CLASSES = 60;
    private static final int PER_CLASS = 8;
    private static final int N = CLASSES * PER_CLASS;
    private static final int HELD = 40 * PER_CLASS;
    private static Device device = Device.cpu();

    @BeforeAll
    static void start() {
        device = Torch.start(1, "cpu");
    }

    record Case(Architecture head, Lesson lesson, Loss loss) {
        @Override
        public String toString() {
            return loss.name() + " of " + lesson.getClass().getSimpleName() + ", " + head.name();
        }
    }

    static List<Case> cases() {
        Architecture linear = Heads.linear(D, Distance.COSINE);
        Architecture mlp = Heads.mlp(D, 48, Distance.COSINE);
        return List.of(
                new Case(linear, classes(), new Loss.SupervisedContrastive(0.1)),
                new Case(mlp, classes(), new Loss.SupervisedContrastive(0.1)),
                new Case(linear, classes(), new Loss.Triplet(0.2, Miner.SEMI_HARD)),
                new Case(linear, classes(), new Loss.MultipleNegatives(0.05, true)),
                new Case(linear, graded(), new Loss.CoSent(20)),
                new Case(linear, answered(), new Loss.CoSent(20)),
                new Case(linear, answered(), new Loss.Contrastive(0.1, 0.8)),
                new Case(linear, matches(false), new Loss.MultipleNegatives(0.05, true)),
                new Case(linear, matches(true), new Loss.MultipleNegatives(0.05, false)),
                new Case(linear, matches(true), new Loss.Triplet(0.2, Miner.SEMI_HARD)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void findsWhatTellsSamplesApart(Case c) {
        Teaching.Taught taught = taught(c.head(), c.lesson(), recipe(c.lesson(), c.loss(), 200), 1);
        double untaught = taught.history().getFirst().judged().chosenBy().value();
        double best = taught.judged().chosenBy().value();
        assertThat(taught.history().getFirst().step()).isZero();
        assertThat(taught.bestStep()).isPositive();
        assertThat(1 - best)
                .as(
                        "%s %s: %.3f untaught, %.3f taught",
                        c.loss().name(), c.lesson().getClass(), untaught, best)
                .isLessThan(0.75 * (1 - untaught));
    }

    @Test
    void untaughtHeadIsTheFrozenEncoder() {
        for (Architecture head : List.of(Heads.linear(D, Distance.COSINE), Heads.mlp(D, 10, Distance.COSINE))) {
            float[] made = features(head, Heads.untaught(head, 3), FEATURES);
            for (int i = 0; i < FEATURES.length; i++) {
                assertThat(made[i]).isCloseTo(FEATURES[i], within(1e-6f));
            }
        }
    }

    @Test
    void aShareOfTheCorrectionLiesBetweenTheEncoderAndTheHead() {
        Architecture head = Heads.linear(D, Distance.L2);
        Teaching.Taught taught =
                taught(head, matches(false), recipe(matches(false), new Loss.MultipleNegatives(0.05, true), 50), 1);
        float[] whole = features(head, taught.best(), FEATURES);
        for (double share : new double[] {0, 0.25, 0.5, 1}) {
            float[] part = features(head, Heads.part(head, taught.best(), share), FEATURES);
            for (int i = 0; i < whole.length; i++) {
                double between = FEATURES[i] + share * ((double) whole[i] - FEATURES[i]);
                assertThat((double) part[i]).isCloseTo(between, within(1e-5));
            }
        }
    }

    /** The rule said again, on what each share finds in the validation of a head that was not held back. */
    @Test
    void theSmallestShareIsKeptThatValidationCannotTellFromAll() {
        Architecture head = Heads.linear(D, Distance.COSINE);
        Lesson.Matches lesson = matches(false);
        Teaching.Taught taught = taught(head, lesson, recipe(lesson, new Loss.MultipleNegatives(0.05, true), 200), 1);
        assertThat(taught.restraint().share()).isIn(0.25, 0.5, 0.75, 1.0);
        float[] sealed = features(head, taught.best(), chosen(lesson.validation()));
        try (Workers workers = Workers.of(1)) {
            Lesson.Judged again = lesson.judge(
                    new Embeddings(Space.external("t", D, Distance.COSINE), lesson.validation().length, sealed),
                    workers);
            assertThat(again).isEqualTo(taught.judged());
        }
        assertThat(taught.judged().chosenBy().value())
                .isGreaterThanOrEqualTo(
                        taught.history().getFirst().judged().chosenBy().value());
    }

    @Test
    void aLossWithinItsStandardErrorCannotBeTold() {
        double[] whole = {1, 1, 1, 1, 0.5, 1, 1, 1};
        assertThat(Restraint.alike(whole, whole)).isTrue();
        // One anchor of eight loses 0.5: a mean of 0.0625 with a standard error of 0.0585.
        assertThat(Restraint.alike(whole, new double[] {1, 1, 1, 1, 0.0, 1, 1, 1}))
                .isFalse();
        // One loses and one gains: 0.03125 with 0.0690.
        assertThat(Restraint.alike(whole, new double[] {0.5, 1, 1, 1, 0.75, 1, 1, 1}))
                .isTrue();
        // All lose alike.
        assertThat(Restraint.alike(whole, new double[] {.9, .9, .9, .9, .4, .9, .9, .9}))
                .isFalse();
    }

    private static float[] chosen(int[] samples) {
        float[] rows = new float[samples.length * D];
        for (int i = 0; i < samples.length; i++) {
            System.arraycopy(FEATURES, samples[i] * D, rows, i * D, D);
        }
        return rows;
    }

    @Test
    void aHeadThatTeachingHarmsIsNotTaught() {
        // Labels by chance: whatever is learned of them is wrong for the others.
        int[] labels = new int[N];
        for (int i = 0; i < HELD; i++) {
            labels[i] = Keyed.of(9, i).nextInt(40);
        }
        for (int i = HELD; i < N; i++) {
            labels[i] = i / PER_CLASS;
        }
        Lesson.Classes lesson =
                new Lesson.Classes(labels, IntStream.range(0, HELD).toArray(), held());
        Recipe recipe = new Recipe(
                new Loss.SupervisedContrastive(0.1),
                Distance.COSINE,
                new Batching.PerClass(16, 4),
                60,
                0.1,
                0,
                5,
                0.05,
                6,
                Augmentation.NONE,
                0,
                1);
        Architecture head = Heads.linear(D, Distance.COSINE);
        Teaching.Taught taught = taught(head, lesson, recipe, 1);
        assertThat(taught.bestStep()).isZero();
        assertThat(features(head, taught.best(), FEATURES))
                .isEqualTo(features(head, Heads.untaught(head, 1), FEATURES));
    }

    @Test
    void sameSeedGivesTheSameHeadAndAnotherAnother() {
        Lesson lesson = graded();
        Recipe recipe = recipe(lesson, new Loss.CoSent(20), 30);
        Architecture head = Heads.mlp(D, 16, Distance.COSINE);
        Map<String, float[]> once = values(taught(head, lesson, recipe, 1).best());
        Map<String, float[]> again = values(taught(head, lesson, recipe, 2).best());
        assertThat(again.keySet()).isEqualTo(once.keySet());
        again.forEach((name, array) -> assertThat(array).as(name).isEqualTo(once.get(name)));
    }

    @Test
    void stoppedRunGoesOnAsIfItNeverStopped(@TempDir Path folder) {
        Lesson lesson = matches(true);
        Recipe recipe = recipe(lesson, new Loss.MultipleNegatives(0.05, true), 40);
        Architecture head = Heads.linear(D, Distance.COSINE);
        Path file = folder.resolve("checkpoint");
        AtomicInteger steps = new AtomicInteger();
        Observer counting = new Observer() {
            @Override
            public void step(int step, int total, double l, Lesson.@Nullable Judged j, double v, double p) {
                steps.set(step);
            }
        };
        try (Workers workers = Workers.of(1)) {
            try (Trainer trainer = trainer(head, lesson, recipe, workers, counting)) {
                trainer.teach(Duration.ofMinutes(5), () -> steps.get() >= 17, new Runs("run", file, false));
            }
            try (Trainer trainer = trainer(head, lesson, recipe, workers, counting)) {
                Teaching.Taught resumed = (Teaching.Taught)
                        trainer.teach(Duration.ofMinutes(5), () -> false, new Runs("run", file, true));
                Teaching.Taught whole = taught(head, lesson, recipe, 1);
                assertThat(resumed.bestStep()).isEqualTo(whole.bestStep());
                assertThat(resumed.history()).isEqualTo(whole.history());
                Map<String, float[]> expected = values(whole.best());
                values(resumed.best())
                        .forEach((name, array) -> assertThat(array).as(name).isEqualTo(expected.get(name)));
                // What the trainer gives afterwards is what the best weights give, in plain arithmetic.
                assertThat(trainer.features(FEATURES)).isEqualTo(features(head, resumed.best(), FEATURES));
                float[] plain = plain(expected, 5);
                float[] row = Arrays.copyOfRange(trainer.features(FEATURES), 5 * D, 6 * D);
                for (int k = 0; k < D; k++) {
                    assertThat(row[k]).isCloseTo(plain[k], within(1e-5f));
                }
            }
        }
    }

    @Test
    void stoppedBeforeItsFirstStepIsUntaught() {
        Lesson lesson = classes();
        try (Workers workers = Workers.of(1);
                Trainer trainer = trainer(
                        Heads.linear(D, Distance.COSINE),
                        lesson,
                        recipe(lesson, new Loss.SupervisedContrastive(0.1), 40),
                        workers,
                        Observer.SILENT)) {
            Teaching.Taught taught = (Teaching.Taught) trainer.teach(Duration.ofMinutes(5), () -> true);
            assertThat(taught.steps()).isZero();
            assertThat(taught.history()).hasSize(1);
        }
    }

    @Test
    void aLossThatCannotLearnFromWhatIsKnownIsRefused() {
        assertThatThrownBy(() -> graded().batches(new Loss.SupervisedContrastive(0.1), new Batching.Tuples(16), 1))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("supcon")
                .hasMessageContaining("graded pairs");
        assertThatThrownBy(() -> classes().batches(new Loss.CoSent(20), new Batching.PerClass(4, 4), 1))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> matches(false).batches(new Loss.Triplet(0.2, Miner.ALL), new Batching.Tuples(16), 1))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("negative");
    }

    @Test
    void anEpochTakesEveryPairOnce() {
        Lesson.Pairs lesson = graded();
        Batches batches = lesson.batches(new Loss.CoSent(20), new Batching.Tuples(7), 1);
        AtomicInteger rows = new AtomicInteger();
        Map<List<Integer>, Integer> seen = new HashMap<>();
        for (int step = 0; step < batches.stepsPerEpoch(); step++) {
            int[] samples = batches.batch(step).samples();
            assertThat(samples.length).isLessThanOrEqualTo(batches.most());
            int n = samples.length / 2;
            rows.addAndGet(n);
            for (int i = 0; i < n; i++) {
                seen.merge(List.of(samples[i], samples[n + i]), 1, Integer::sum);
            }
        }
        assertThat(lesson.size() - rows.get()).isBetween(0, 6);
        Map<List<Integer>, Integer> given = new HashMap<>();
        for (int p : lesson.train()) {
            given.merge(List.of(lesson.left()[p], lesson.right()[p]), 1, Integer::sum);
        }
        seen.forEach((pair, times) -> assertThat(times).isLessThanOrEqualTo(given.getOrDefault(pair, 0)));
    }

    private static final float[] FEATURES = made();

    private static float[] made() {
        float[] values = new float[N * D];
        for (int i = 0; i < N; i++) {
            Keyed shape = Keyed.of(51, i / PER_CLASS);
            Keyed noise = Keyed.of(52, i);
            double squares = 0;
            for (int k = 0; k < D; k++) {
                double v = k < TELLING ? shape.nextGaussian() + 0.3 * noise.nextGaussian() : 1.2 * noise.nextGaussian();
                values[i * D + k] = (float) v;
                squares += v * v;
            }
            for (int k = 0; k < D; k++) {
                values[i * D + k] /= (float) Math.sqrt(squares);
            }
        }
        return values;
    }

    private static int[] held() {
        return IntStream.range(HELD, N).toArray();
    }

    private static Lesson.Classes classes() {
        int[] labels = IntStream.range(0, N).map(i -> i / PER_CLASS).toArray();
        return new Lesson.Classes(labels, IntStream.range(0, HELD).toArray(), held());
    }

    /** Samples of one class are alike, of neighbouring classes not at all. */
    private static Lesson.Pairs pairs(boolean graded) {
        int count = 1200;
        int[] left = new int[count];
        int[] right = new int[count];
        double[] grades = new double[count];
        for (int p = 0; p < count; p++) {
            Keyed draws = Keyed.of(53, p);
            int from = p < 900 ? 0 : HELD;
            int size = p < 900 ? HELD : N - HELD;
            left[p] = from + draws.nextInt(size);
            boolean same = draws.nextInt(3) == 0;
            int c = left[p] / PER_CLASS;
            right[p] = same ? c * PER_CLASS + draws.nextInt(PER_CLASS) : from + draws.nextInt(size);
            grades[p] = graded ? grade(left[p], right[p]) : right[p] / PER_CLASS == c ? 1 : 0;
        }
        return new Lesson.Pairs(
                left,
                right,
                grades,
                graded,
                IntStream.range(0, 900).toArray(),
                IntStream.range(900, count).toArray());
    }

    /** The cosine of what tells them apart, in steps of a half. */
    private static double grade(int a, int b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int k = 0; k < TELLING; k++) {
            ab += FEATURES[a * D + k] * FEATURES[b * D + k];
            aa += FEATURES[a * D + k] * FEATURES[a * D + k];
            bb += FEATURES[b * D + k] * FEATURES[b * D + k];
        }
        return Math.rint(10 * ab / Math.sqrt(aa * bb)) / 2;
    }

    private static Lesson.Pairs graded() {
        return pairs(true);
    }

    private static Lesson.Pairs answered() {
        return pairs(false);
    }

    private static Lesson.Matches matches(boolean negatives) {
        int[] anchor = IntStream.range(0, N / 2).map(i -> 2 * i).toArray();
        int[] positive = IntStream.range(0, N / 2).map(i -> 2 * i + 1).toArray();
        int[][] hard = new int[anchor.length][];
        Map<Integer, Set<Integer>> belonging = new HashMap<>();
        for (int i = 0; i < anchor.length; i++) {
            int other = (anchor[i] + PER_CLASS) % HELD;
            hard[i] = negatives ? new int[] {other, (other + PER_CLASS) % HELD} : new int[0];
            int c = anchor[i] / PER_CLASS;
            belonging.put(
                    anchor[i],
                    IntStream.range(c * PER_CLASS, (c + 1) * PER_CLASS).boxed().collect(Collectors.toSet()));
        }
        int[] held = IntStream.range(HELD / 2, N / 2).toArray();
        return new Lesson.Matches(
                anchor,
                positive,
                hard,
                belonging,
                new int[0],
                IntStream.range(0, HELD / 2).toArray(),
                held,
                IntStream.of(held).map(i -> positive[i]).toArray());
    }

    private static Recipe recipe(Lesson lesson, Loss loss, int steps) {
        Batching batching = lesson instanceof Lesson.Classes ? new Batching.PerClass(16, 4) : new Batching.Tuples(64);
        return new Recipe(loss, Distance.COSINE, batching, steps, 1e-2, 1e-2, 5, 0.05, 10, Augmentation.NONE, 0.1, 1);
    }

    private static Teaching.Taught taught(Architecture head, Lesson lesson, Recipe recipe, int threads) {
        try (Workers workers = Workers.of(threads);
                Trainer trainer = trainer(head, lesson, recipe, workers, Observer.SILENT)) {
            return (Teaching.Taught) trainer.teach(Duration.ofMinutes(5), () -> false);
        }
    }

    private static Trainer trainer(
            Architecture head, Lesson lesson, Recipe recipe, Workers workers, Observer observer) {
        TrainingSet set = new TrainingSet(Samples.Features.of(D, FEATURES), lesson);
        return new Trainer(set, head, Heads.untaught(head, recipe.seed()), recipe, device, workers, observer);
    }

    private static float[] features(Architecture head, Weights weights, float[] frozen) {
        Lesson lesson = classes();
        try (Workers workers = Workers.of(1);
                Trainer trainer = new Trainer(
                        new TrainingSet(Samples.Features.of(D, FEATURES), lesson),
                        head,
                        weights,
                        recipe(lesson, new Loss.SupervisedContrastive(0.1), 1),
                        device,
                        workers,
                        Observer.SILENT)) {
            return trainer.features(frozen);
        }
    }

    /** One row through a linear head, in double precision. */
    private static float[] plain(Map<String, float[]> values, int row) {
        float[] weight = values.getOrDefault("0.body.0.weight", new float[0]);
        float[] bias = values.getOrDefault("0.body.0.bias", new float[0]);
        double[] made = new double[D];
        double squares = 0;
        for (int o = 0; o < D; o++) {
            double sum = FEATURES[row * D + o] + bias[o];
            for (int i = 0; i < D; i++) {
                sum += (double) weight[o * D + i] * FEATURES[row * D + i];
            }
            made[o] = sum;
            squares += sum * sum;
        }
        float[] unit = new float[D];
        for (int o = 0; o < D; o++) {
            unit[o] = (float) (made[o] / Math.sqrt(squares));
        }
        return unit;
    }

    private static Map<String, float[]> values(Weights weights) {
        Map<String, float[]> values = new HashMap<>();
        for (Parameter parameter : weights.parameters()) {
            values.put(parameter.name(), weights.copy(parameter.name()));
        }
        return values;
    }
}
