package dev.kindred.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.Retrieval;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Weights;
import dev.kindred.media.PictureShape;
import dev.kindred.train.loss.Loss;
import dev.kindred.train.loss.Miner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole runs on small made pictures: classes are constellations of boxes, samples are shifted and noisy. */
class TrainerTest {
    private static final int SIDE = 16;
    private static final int CLASSES = 120;
    private static final int PER_CLASS = 8;
    /** The last twenty classes. */
    private static final int[] VALIDATION =
            IntStream.range(100 * PER_CLASS, CLASSES * PER_CLASS).toArray();

    private static final Architecture ARCHITECTURE = Architecture.conv4(1, SIDE, 8, 16);
    private static Device device = Device.cpu();

    @BeforeAll
    static void start() {
        device = Torch.start(1, "cpu");
    }

    static List<Loss> losses() {
        return List.of(
                new Loss.SupervisedContrastive(0.1),
                new Loss.Contrastive(0.1, 0.8),
                new Loss.Triplet(0.2, Miner.SEMI_HARD),
                new Loss.Triplet(0.2, Miner.ALL),
                new Loss.MarginRanking(0.2, Miner.ALL));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void learnsClassesItNeverSaw(Loss loss) {
        Teaching.Taught taught = taught(recipe(loss, 300, 3e-3), Duration.ofMinutes(5));
        assertThat(taught.history()).hasSize(6);
        double best = taught.history().stream()
                .mapToDouble(point -> point.judged().chosenBy().value())
                .max()
                .orElseThrow();
        assertThat(best).as("%s, untrained %s", loss.name(), untrained()).isGreaterThan(1.3 * untrained());
    }

    /** MAP@R of the same encoder before teaching, on the same held-out classes. */
    private static double untrained() {
        List<Content> pictures = new ArrayList<>();
        for (int sample : VALIDATION) {
            pictures.add(new Content.Pixels(SIDE, SIDE, 1, pictures().rasters().get(sample)));
        }
        int[] labels = IntStream.of(VALIDATION).map(i -> i / PER_CLASS).toArray();
        EncoderParts parts = EncoderParts.of(
                ARCHITECTURE, Weights.untrained(ARCHITECTURE, 1), pictures().preparation(), Distance.COSINE);
        try (Encoder encoder = parts.open(1);
                Workers workers = Workers.of(1)) {
            return Retrieval.leaveOneOut(encoder.encode(pictures), labels, workers)
                    .mapAtR();
        }
    }

    @Test
    void sameRecipeGivesTheSameSpaceTwice() {
        Recipe recipe = recipe(new Loss.SupervisedContrastive(0.1), 30, 2e-3);
        assertThat(space(taught(recipe, Duration.ofMinutes(5))))
                .isEqualTo(space(taught(recipe, Duration.ofMinutes(5))));
    }

    @Test
    void shorterRunForLackOfTimeIsTheRunThatStepsGive() {
        // So many validations that some fall into the steps that are begun anew.
        Recipe asked = recipe(new Loss.SupervisedContrastive(0.1), 100_000, 2e-3, 5_000);
        AtomicInteger fitting = new AtomicInteger();
        Teaching.Taught cut = (Teaching.Taught) teach(asked, Duration.ofSeconds(30), new Observer() {
            @Override
            public void step(int step, int total, double l, Lesson.@Nullable Judged j, double v, double p) {
                // Slow while the steps are counted, so that the time holds well afterwards.
                if (total == 100_000) {
                    LockSupport.parkNanos(100_000_000);
                }
            }

            @Override
            public void cut(int planned, int fits) {
                fitting.set(fits);
            }
        });
        assertThat(fitting.get()).isBetween(50, 99_999);
        assertThat(cut.steps()).isEqualTo(fitting.get());
        Teaching.Taught asSteps = taught(asked.withSteps(fitting.get()), Duration.ofMinutes(5));
        assertThat(space(cut)).isEqualTo(space(asSteps));
        assertThat(cut.history()).isEqualTo(asSteps.history());
    }

    @Test
    void timeIsKeptEvenWhereTheMachineSlowsDown() {
        AtomicInteger ended = new AtomicInteger();
        long began = System.nanoTime();
        Teaching.Taught taught = (Teaching.Taught) teach(
                recipe(new Loss.SupervisedContrastive(0.1), 100_000, 2e-3), Duration.ofSeconds(4), new Observer() {
                    @Override
                    public void step(int step, int total, double l, Lesson.@Nullable Judged j, double v, double p) {
                        // Slower from here on than when the steps were counted.
                        if (total < 100_000) {
                            LockSupport.parkNanos(60_000_000);
                        }
                    }

                    @Override
                    public void outOfTime(int step, int total) {
                        ended.set(step);
                    }
                });
        assertThat(taught.stopped()).isTrue();
        assertThat(taught.steps()).isEqualTo(ended.get()).isPositive();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
    }

    @Test
    void stoppingKeepsTheBestSoFar() {
        AtomicInteger steps = new AtomicInteger();
        try (Workers workers = Workers.of(1);
                Trainer trainer = new Trainer(
                        set(),
                        ARCHITECTURE,
                        recipe(new Loss.SupervisedContrastive(0.1), 500, 2e-3),
                        device,
                        workers,
                        new Observer() {
                            @Override
                            public void step(
                                    int step, int total, double l, Lesson.@Nullable Judged j, double v, double p) {
                                steps.set(step);
                            }
                        })) {
            Teaching.Taught taught = (Teaching.Taught) trainer.teach(Duration.ofMinutes(5), () -> steps.get() >= 7);
            assertThat(taught.stopped()).isTrue();
            assertThat(taught.steps()).isEqualTo(7);
            assertThat(taught.history()).isNotEmpty();
        }
    }

    @Test
    void stoppedRunGoesOnAsIfItNeverStopped(@TempDir Path folder) {
        Recipe recipe = recipe(new Loss.SupervisedContrastive(0.1), 40, 2e-3);
        Path file = folder.resolve("checkpoint");
        AtomicInteger steps = new AtomicInteger();
        Observer counting = new Observer() {
            @Override
            public void step(int step, int total, double l, Lesson.@Nullable Judged j, double v, double p) {
                steps.set(step);
            }
        };
        try (Workers workers = Workers.of(1)) {
            try (Trainer trainer = new Trainer(set(), ARCHITECTURE, recipe, device, workers, counting)) {
                Runs kept = new Runs("this run", file, false);
                assertThat(((Teaching.Taught) trainer.teach(Duration.ofMinutes(5), () -> steps.get() >= 17, kept))
                                .stopped())
                        .isTrue();
            }
            try (Trainer trainer = new Trainer(set(), ARCHITECTURE, recipe, device, workers, counting)) {
                Teaching.Taught resumed = (Teaching.Taught)
                        trainer.teach(Duration.ofMinutes(5), () -> false, new Runs("this run", file, true));
                Teaching.Taught whole = taught(recipe, Duration.ofMinutes(5));
                assertThat(space(resumed)).isEqualTo(space(whole));
                assertThat(resumed.history()).isEqualTo(whole.history());
                // Speed is of the steps taken here, not of those taken before.
                assertThat(resumed.figures().steps()).isEqualTo(23);
                assertThat(resumed.figures().waitingShare()).isBetween(0.0, 1.0);
            }
            try (Trainer trainer = new Trainer(set(), ARCHITECTURE, recipe, device, workers, counting)) {
                Runs other = new Runs("another run", file, true);
                assertThatThrownBy(() -> trainer.teach(Duration.ofMinutes(5), () -> false, other))
                        .isInstanceOf(Refusal.class)
                        .hasMessageContaining("another run");
            }
        }
    }

    @Test
    void stoppedBeforeItsFirstStepKeepsNothing(@TempDir Path folder) {
        Path file = folder.resolve("checkpoint");
        try (Workers workers = Workers.of(1);
                Trainer trainer = new Trainer(
                        set(),
                        ARCHITECTURE,
                        recipe(new Loss.SupervisedContrastive(0.1), 40, 2e-3),
                        device,
                        workers,
                        Observer.SILENT)) {
            Teaching.Taught taught = (Teaching.Taught)
                    trainer.teach(Duration.ofMinutes(5), () -> true, new Runs("this run", file, false));
            assertThat(taught.stopped()).isTrue();
            assertThat(taught.history()).isEmpty();
            assertThat(file).doesNotExist();
        }
    }

    @Test
    @Timeout(60)
    void anErrorWhilePreparingBatchesEndsTheRun() {
        List<byte[]> broken = new AbstractList<>() {
            @Override
            public byte[] get(int sample) {
                throw new LinkageError("no such code");
            }

            @Override
            public int size() {
                return CLASSES * PER_CLASS;
            }
        };
        TrainingSet unreadable =
                new TrainingSet(new Samples.Pictures(broken, 1, pictures().preparation()), set().lesson());
        try (Workers workers = Workers.of(1);
                Trainer trainer = new Trainer(
                        unreadable,
                        ARCHITECTURE,
                        recipe(new Loss.SupervisedContrastive(0.1), 40, 2e-3),
                        device,
                        workers,
                        Observer.SILENT)) {
            assertThatThrownBy(() -> trainer.teach(Duration.ofMinutes(5), () -> false))
                    .hasMessageContaining("no such code");
        }
    }

    @Test
    void collapseIsSaidAndNotSealed() {
        // Only pulling, never pushing: all embeddings fall together.
        Teaching teaching =
                teach(recipe(new Loss.Contrastive(0, 0), 400, 1e-2), Duration.ofMinutes(5), Observer.SILENT);
        assertThat(teaching).isInstanceOf(Teaching.Collapsed.class);
        assertThat(((Teaching.Collapsed) teaching).advice()).contains("far margin");
    }

    private static String space(Teaching.Taught taught) {
        return EncoderParts.of(ARCHITECTURE, taught.best(), pictures().preparation(), Distance.COSINE)
                .space()
                .id();
    }

    private static Teaching.Taught taught(Recipe recipe, Duration within) {
        return (Teaching.Taught) teach(recipe, within, Observer.SILENT);
    }

    private static Teaching teach(Recipe recipe, Duration within, Observer observer) {
        try (Workers workers = Workers.of(2);
                Trainer trainer = new Trainer(set(), ARCHITECTURE, recipe, device, workers, observer)) {
            return trainer.teach(within, () -> false);
        }
    }

    private static Recipe recipe(Loss loss, int steps, double learningRate) {
        return recipe(loss, steps, learningRate, 6);
    }

    private static Recipe recipe(Loss loss, int steps, double learningRate, int validations) {
        Augmentation augmentation = new Augmentation(5, 0.05, 0, 0.03, 0, 0, 0);
        return new Recipe(
                loss,
                Distance.COSINE,
                new Batching.PerClass(8, 4),
                steps,
                learningRate,
                1e-2,
                5,
                0.05,
                validations,
                augmentation,
                0,
                1);
    }

    private static TrainingSet set() {
        int[] labels =
                IntStream.range(0, CLASSES * PER_CLASS).map(i -> i / PER_CLASS).toArray();
        return new TrainingSet(
                pictures(),
                new Lesson.Classes(labels, IntStream.range(0, VALIDATION[0]).toArray(), VALIDATION));
    }

    private static Samples.Pictures pictures() {
        List<byte[]> rasters = new ArrayList<>();
        for (int i = 0; i < CLASSES * PER_CLASS; i++) {
            rasters.add(picture(i / PER_CLASS, i % PER_CLASS));
        }
        PicturePreparation preparation = new PicturePreparation(
                new PictureShape(SIDE, SIDE, 1, PictureShape.Fit.PAD), List.of(0.7f), List.of(0.3f));
        return new Samples.Pictures(rasters, 1, preparation);
    }

    private static byte[] picture(int c, int s) {
        Keyed shape = Keyed.of(41, c);
        Keyed noise = Keyed.of(42, c, s);
        byte[] raster = new byte[SIDE * SIDE];
        for (int i = 0; i < raster.length; i++) {
            raster[i] = (byte) (230 + noise.nextInt(20));
        }
        int dx = noise.nextInt(3) - 1;
        int dy = noise.nextInt(3) - 1;
        for (int box = 0; box < 3; box++) {
            int left = 2 + shape.nextInt(9);
            int top = 2 + shape.nextInt(9);
            int wide = 1 + shape.nextInt(4);
            int high = 1 + shape.nextInt(4);
            for (int y = top; y < top + high; y++) {
                for (int x = left; x < left + wide; x++) {
                    raster[Math.floorMod(y + dy, SIDE) * SIDE + Math.floorMod(x + dx, SIDE)] = (byte) noise.nextInt(40);
                }
            }
        }
        return raster;
    }
}
