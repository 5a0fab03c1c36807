package dev.kindred.bench;

import ai.djl.Device;
import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Workers;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Weights;
import dev.kindred.media.PictureShape;
import dev.kindred.train.Augmentation;
import dev.kindred.train.Batching;
import dev.kindred.train.Lesson;
import dev.kindred.train.Observer;
import dev.kindred.train.Recipe;
import dev.kindred.train.Samples;
import dev.kindred.train.Teaching;
import dev.kindred.train.Torch;
import dev.kindred.train.Trainer;
import dev.kindred.train.TrainingSet;
import dev.kindred.train.loss.Loss;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Times steps of conv4 at 28 × 28 in batches of 64 × 2 in a process of its own: {@code pairs N} alternates Kindred's trainer and the bare
 * DJL step, {@code kindred N} and {@code djl N} take N steps of one of them.
 *
 * <p>Kindred's step is all of it: batches drawn and augmented on the feed's thread, forward, loss, backward, clipping, AdamW.
 */
final class StepTimes {
    private static final int SIDE = 28;
    private static final int OVERSAMPLING = 2;
    private static final int CLASSES = 320;
    private static final int UNSEEN_CLASSES = 16;
    private static final int PER_CLASS = 8;
    private static final int PAIRS_PER_BATCH = 64;
    private static final double TEMPERATURE = 0.1;
    private static final double LEARNING_RATE = 2e-3;
    private static final long SEED = 1;

    /** Steps after each change of sides that are not counted: what the feed prepared ahead is used up, caches are warm. */
    private static final int SETTLING = 6;

    private static final int COUNTED = 20;

    /** The same where a process begins: also what the JVM and the engine have to warm up. */
    private static final int BEGINNING = 20;

    private final Architecture architecture = Architecture.conv4(1, SIDE, 64, 64);
    private final Device device;
    private final int threads;

    private StepTimes(int threads) {
        this.threads = threads;
        this.device = Torch.start(threads, "cpu");
    }

    public static void main(String[] arguments) {
        StepTimes times = new StepTimes(Runtime.getRuntime().availableProcessors());
        int count = Integer.parseInt(arguments[1]);
        JsonObject json = switch (arguments[0]) {
            case "pairs" -> times.pairs(count);
            case "kindred" -> times.kindred(count);
            case "djl" -> times.djl(count);
            default -> throw new IllegalArgumentException(arguments[0]);
        };
        System.out.println(json);
        System.out.flush();
        Runtime.getRuntime().exit(0);
    }

    private JsonObject pairs(int pairs) {
        int round = SETTLING + COUNTED;
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        try (BareStep bare = bare()) {
            requireSameGraph(bare);
            // The first round of each only warms up.
            teach((pairs + 1) * round, new Observer() {
                private long begun;

                @Override
                public void step(
                        int step, int total, double loss, Lesson.@Nullable Judged j, double variance, double rate) {
                    int within = step % round;
                    if (within == SETTLING) {
                        begun = System.nanoTime();
                    } else if (within == 0) {
                        double own = milliseconds(begun, COUNTED);
                        double peer = steps(bare, SETTLING, COUNTED);
                        if (step > round) {
                            ours.add(own);
                            theirs.add(peer);
                        }
                    }
                }
            });
        }
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < ours.size(); i++) {
            ratios.add(ours.get(i) / theirs.get(i));
        }
        JsonObject json = new JsonObject();
        json.addProperty("threads", threads);
        json.add("kindredMilliseconds", Spread.array(ours));
        json.add("djlMilliseconds", Spread.array(theirs));
        json.add("ratios", Spread.array(ratios));
        return json;
    }

    private JsonObject kindred(int steps) {
        List<Double> each = new ArrayList<>();
        Teaching.Taught taught = teach(BEGINNING + steps, new Observer() {
            private long last = System.nanoTime();

            @Override
            public void step(
                    int step, int total, double loss, Lesson.@Nullable Judged j, double variance, double rate) {
                long now = System.nanoTime();
                if (step > BEGINNING) {
                    each.add((now - last) / 1e6);
                }
                last = now;
            }
        });
        JsonObject json = new JsonObject();
        json.addProperty(
                "milliseconds",
                each.stream().mapToDouble(Double::doubleValue).average().orElseThrow());
        json.addProperty("waitingShare", taught.figures().waitingShare());
        json.addProperty("picturesPerSecond", taught.figures().samplesPerSecond());
        return json;
    }

    private JsonObject djl(int steps) {
        try (BareStep bare = bare()) {
            JsonObject json = new JsonObject();
            json.addProperty("milliseconds", steps(bare, BEGINNING, steps));
            return json;
        }
    }

    private static double steps(BareStep bare, int settling, int counted) {
        for (int i = 0; i < settling; i++) {
            bare.step();
        }
        long begun = System.nanoTime();
        double sum = 0;
        for (int i = 0; i < counted; i++) {
            sum += bare.step();
        }
        double each = milliseconds(begun, counted);
        if (!Double.isFinite(sum)) {
            throw new IllegalStateException("the peer's loss is no number");
        }
        return each;
    }

    private static double milliseconds(long begun, int steps) {
        return (System.nanoTime() - begun) / 1e6 / steps;
    }

    private Teaching.Taught teach(int steps, Observer observer) {
        Recipe recipe = new Recipe(
                new Loss.SupervisedContrastive(TEMPERATURE),
                Distance.COSINE,
                new Batching.PerClass(PAIRS_PER_BATCH, 2),
                steps,
                LEARNING_RATE,
                1e-2,
                5,
                0.05,
                1,
                Augmentation.GENTLE,
                0,
                SEED);
        try (Workers workers = Workers.of(threads);
                Trainer trainer = new Trainer(set(), architecture, recipe, device, workers, observer)) {
            return switch (trainer.teach(Duration.ofDays(1), () -> false)) {
                case Teaching.Taught taught -> taught;
                case Teaching.Collapsed collapsed -> throw new IllegalStateException(collapsed.advice());
            };
        }
    }

    private BareStep bare() {
        Keyed random = Keyed.of(SEED, 2);
        float[] batch = new float[2 * PAIRS_PER_BATCH * SIDE * SIDE];
        for (int i = 0; i < batch.length; i++) {
            batch[i] = level(random.nextInt(256));
        }
        Weights weights = Weights.untrained(architecture, SEED);
        return new BareStep(architecture, weights, batch, 2 * PAIRS_PER_BATCH, TEMPERATURE, LEARNING_RATE, device);
    }

    private static float level(int level) {
        return (level / 255f - 0.5f) / 0.25f;
    }

    private static PicturePreparation preparation() {
        return new PicturePreparation(
                new PictureShape(SIDE, SIDE, 1, PictureShape.Fit.PAD), List.of(0.5f), List.of(0.25f));
    }

    /** Both sides make the same of the same picture, or comparing their speed means nothing. */
    private void requireSameGraph(BareStep bare) {
        Keyed random = Keyed.of(SEED, 2);
        List<Content> pictures = new ArrayList<>();
        for (int i = 0; i < 2 * PAIRS_PER_BATCH; i++) {
            byte[] levels = new byte[SIDE * SIDE];
            for (int k = 0; k < levels.length; k++) {
                levels[k] = (byte) random.nextInt(256);
            }
            pictures.add(new Content.Pixels(SIDE, SIDE, 1, levels));
        }
        Weights weights = Weights.untrained(architecture, SEED);
        float[] theirs = bare.embeddings();
        try (Encoder encoder = EncoderParts.of(architecture, weights, preparation(), Distance.COSINE)
                .open(1)) {
            float[] ours = encoder.encode(pictures).values();
            double farthest = 0;
            for (int i = 0; i < ours.length; i++) {
                farthest = Math.max(farthest, Math.abs(ours[i] - theirs[i]));
            }
            if (!(farthest < 1e-4)) {
                throw new IllegalStateException("DJL's graph is another: embeddings differ by " + farthest);
            }
        }
    }

    /** Drawn strokes, a class a set of strokes: content does not matter to the clock, its amount does. */
    private TrainingSet set() {
        int fine = SIDE * OVERSAMPLING;
        int n = CLASSES * PER_CLASS;
        List<byte[]> rasters = new ArrayList<>(n);
        int[] labels = new int[n];
        for (int sample = 0; sample < n; sample++) {
            labels[sample] = sample / PER_CLASS;
            Keyed random = Keyed.of(SEED, labels[sample]);
            byte[] raster = new byte[fine * fine];
            Arrays.fill(raster, (byte) 255);
            for (int stroke = 0; stroke < 4; stroke++) {
                int x = 8 + random.nextInt(fine - 24);
                int y = 8 + random.nextInt(fine - 24);
                boolean across = random.nextInt(2) == 0;
                for (int k = 0; k < 48; k++) {
                    int at = (y + (across ? k % 3 : k / 3)) * fine + x + (across ? k / 3 : k % 3);
                    raster[at] = 0;
                }
            }
            rasters.add(raster);
        }
        int first = n - UNSEEN_CLASSES * PER_CLASS;
        int[] all = new int[n];
        Arrays.setAll(all, i -> i);
        return new TrainingSet(
                new Samples.Pictures(rasters, OVERSAMPLING, preparation()),
                new Lesson.Classes(labels, Arrays.copyOf(all, first), Arrays.copyOfRange(all, first, n)));
    }
}
