package dev.kindred.train;

import ai.djl.Device;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.CharacterPreparation;
import dev.kindred.encode.PairFeatures;
import dev.kindred.encode.Parameter;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Weights;
import dev.kindred.train.loss.Batch;
import dev.kindred.train.loss.Loss;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Teaches one encoder. What each step does follows from recipe and data alone; time only guards: if the first steps show that the rest
 * will not fit, the count is cut once, before the schedule that depends on it starts to matter.
 */
public final class Trainer implements AutoCloseable {
    /** Steps after which the time guard looks. */
    private static final int SOUNDING = 50;
    /** Of these, the first are slower than all others. */
    private static final int WARMING = 10;
    /** Of the time allowed, kept back for validation and sealing. */
    private static final double RESERVE = 0.12;
    /** The machine may have become slower since: at the latest with this much left, the best so far is kept. */
    private static final double LAST_RESERVE = 0.04;
    /** Below this total variance, at two validations running, unit-length embeddings are all but one point: cosines above 0.99. */
    private static final double COLLAPSED_VARIANCE = 1e-2;

    private static final int VALIDATION_BATCH = 128;

    private final TrainingSet set;
    private final Recipe asked;
    private final Workers workers;
    private final Observer observer;
    private final Network network;
    private final Set<String> decayed;

    private final Weights start;
    private final List<Teaching.Point> history = new ArrayList<>();
    private Weights best;
    private int bestStep;
    private double bestScore = Double.NEGATIVE_INFINITY;
    private Lesson.@Nullable Judged judged;

    /** Teaches an encoder from nothing. */
    public Trainer(
            TrainingSet set,
            Architecture architecture,
            Recipe recipe,
            Device device,
            Workers workers,
            Observer observer) {
        this(set, architecture, Weights.untrained(architecture, recipe.seed()), recipe, device, workers, observer);
    }

    /** @param start the weights before the first step */
    public Trainer(
            TrainingSet set,
            Architecture architecture,
            Weights start,
            Recipe recipe,
            Device device,
            Workers workers,
            Observer observer) {
        this.set = set;
        this.asked = recipe;
        this.workers = workers;
        this.observer = observer;
        this.start = start;
        this.best = start;
        this.network = new Network(architecture, best, device);
        this.decayed = architecture.parameters().stream()
                .filter(p -> p.role() == Parameter.Role.WEIGHT)
                .map(Parameter::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Runs to the last step, to the moment {@code stop} says so, or to collapse.
     *
     * @param within the time the whole run may take
     */
    public Teaching teach(Duration within, BooleanSupplier stop) {
        return teach(within, stop, Runs.NOT_KEPT);
    }

    /**
     * {@link #teach(Duration, BooleanSupplier)}, keeping the run where it can be gone on with, and going on with it where it was stopped.
     */
    public Teaching teach(Duration within, BooleanSupplier stop, Runs runs) {
        long began = System.nanoTime();
        long warm = began;
        Recipe recipe = asked;
        Checkpoint from = runs.stopped(network.architecture());
        if (from != null) {
            recipe = recipe.withSteps(from.steps());
        }
        Run run = new Run(recipe, from);
        try {
            run.begin();
            while (run.step < recipe.steps() && !stop.getAsBoolean()) {
                if (System.nanoTime() - began > within.toNanos() * (1 - LAST_RESERVE)) {
                    observer.outOfTime(run.step, recipe.steps());
                    break;
                }
                run.step();
                if (run.step == WARMING) {
                    warm = System.nanoTime();
                }
                if (run.step == SOUNDING && recipe == asked && from == null) {
                    int fits = fitting(began, warm, within);
                    if (fits < recipe.steps()) {
                        // Begun anew, so that the shorter run is the one that --steps would give.
                        observer.cut(recipe.steps(), fits);
                        recipe = recipe.withSteps(fits);
                        run.feed.close();
                        forget();
                        run = new Run(recipe, null);
                        run.begin();
                        continue;
                    }
                }
                if (due(run.step, recipe)) {
                    run.validate();
                    if (collapsed()) {
                        return new Teaching.Collapsed(
                                run.step, history.getLast().variance(), Advice.of(recipe.loss()), List.copyOf(history));
                    }
                    runs.keep(run.checkpoint(runs.name()));
                }
            }
            boolean stopped = run.step < recipe.steps();
            if (stopped && run.step > 0) {
                runs.keep(run.checkpoint(runs.name()));
                if (history.isEmpty() || history.getLast().step() < run.step) {
                    run.validate();
                }
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            Restraint restraint = restrained();
            network.restore(restraint.weights());
            return new Teaching.Taught(
                    restraint, bestStep, run.step, recipe.steps(), stopped, List.copyOf(history), run.figures(seconds));
        } finally {
            run.feed.close();
        }
    }

    private Restraint restrained() {
        Lesson.@Nullable Judged whole = history.stream()
                .filter(point -> point.step() == bestStep)
                .findFirst()
                .map(Teaching.Point::judged)
                .orElse(null);
        if (whole == null
                || bestStep == 0
                || !(set.lesson() instanceof Lesson.Matches matches)
                || !(set.samples() instanceof Samples.Features)) {
            return Restraint.none(best, whole);
        }
        return Restraint.of(
                network.architecture(),
                best,
                whole,
                history.getFirst().judged().chosenBy().value(),
                matches,
                weights -> {
                    network.restore(weights);
                    return embedValidation();
                },
                workers);
    }

    /** Back to where the run began. */
    private void forget() {
        network.restore(start);
        history.clear();
        best = start;
        bestStep = 0;
        bestScore = Double.NEGATIVE_INFINITY;
        judged = null;
    }

    /** Whether the recipe's validations, spread evenly and the last at the last step, have one after this step. */
    private static boolean due(int step, Recipe recipe) {
        long validations = recipe.validations();
        return step * validations / recipe.steps() > (step - 1) * validations / recipe.steps();
    }

    private boolean collapsed() {
        int n = history.size();
        return n >= 2
                && history.get(n - 1).variance() < COLLAPSED_VARIANCE
                && history.get(n - 2).variance() < COLLAPSED_VARIANCE;
    }

    /** @param warm when the first steps, which load and compile, were over */
    private static int fitting(long began, long warm, Duration within) {
        double perStep = (System.nanoTime() - warm) / 1e9 / (SOUNDING - WARMING);
        double left = within.toNanos() / 1e9 * (1 - RESERVE) - (System.nanoTime() - began) / 1e9;
        return Math.max(SOUNDING, (int) (left / perStep));
    }

    /** One recipe from its first step on. */
    private final class Run {
        private final Recipe recipe;
        private final AdamW optimiser;
        private final Map<String, float[]> gradients = new LinkedHashMap<>();
        private final Pace pace = new Pace();
        private final Feed feed;
        private final int firstStep;
        /** Time that the steps themselves took, without the validations between them. */
        private long stepping;
        /** Rows of all batches. */
        private long taught;

        private int step;

        Run(Recipe recipe, @Nullable Checkpoint from) {
            this.recipe = recipe;
            this.optimiser = new AdamW(network.learned(), recipe.weightDecay(), recipe.clip());
            network.learned().forEach((name, values) -> gradients.put(name, new float[values.length]));
            if (from != null) {
                network.restore(from.weights());
                optimiser.restore(from.optimiser());
                step = from.step();
                best = from.best();
                bestStep = from.bestStep();
                bestScore = from.bestScore();
                history.addAll(from.history());
                pace.restore(from.lossSum(), from.lossCount());
            }
            this.firstStep = step;
            this.feed = new Feed(set, recipe, step);
        }

        Checkpoint checkpoint(String name) {
            return new Checkpoint(
                    name,
                    recipe.steps(),
                    step,
                    network.weights(),
                    optimiser.state(),
                    best,
                    bestStep,
                    bestScore,
                    pace.sum(),
                    pace.count(),
                    history);
        }

        /** A head that was not taught yet is the frozen encoder itself: it is one of those that the best is chosen among. */
        void begin() {
            if (step == 0 && !(set.samples() instanceof Samples.Pictures)) {
                Trainer.this.validate(0, Double.NaN, 0);
            }
        }

        void step() {
            long from = System.nanoTime();
            Feed.Prepared batch = feed.next(step);
            int n = batch.chosen().samples().length;
            double loss = network.step(batch.values(), n, e -> slope(e, batch.chosen()), gradients);
            double norm = optimiser.step(network.learned(), gradients, recipe.learningRate(step), decayed);
            step++;
            taught += n;
            stepping += System.nanoTime() - from;
            if (!Double.isFinite(norm) || !Double.isFinite(loss)) {
                throw new Refusal(
                        "the loss stopped being a number at step " + step,
                        "train",
                        "lower the learning rate, or look for samples that are all alike");
            }
            pace.step(loss, n);
            observer.step(step, recipe.steps(), pace.loss(), judged, pace.variance, pace.rate());
        }

        Teaching.Figures figures(double seconds) {
            int taken = step - firstStep;
            double inSteps = Math.max(1, stepping) / 1e9;
            return new Teaching.Figures(taken, taught / inSteps, feed.waited() / 1e9 / inSteps, seconds);
        }

        private Network.Slope slope(float[] embeddings, Batches.Chosen chosen) {
            int d = network.architecture().dimension();
            pace.variance = variance(embeddings, chosen.samples().length, d);
            Batch batch = Batch.of(embeddings, chosen.labels(), d, recipe.distance());
            Loss.Result result = recipe.loss().of(batch, chosen.tuples());
            return new Network.Slope(result.value(), result.gradient());
        }

        void validate() {
            Trainer.this.validate(step, pace.sinceValidation(), recipe.learningRate(step - 1));
        }
    }

    private void validate(int step, double loss, double learningRate) {
        Embeddings embeddings = embedValidation();
        Lesson.Judged now = set.lesson().judge(embeddings, workers);
        judged = now;
        double variance = variance(embeddings.values(), embeddings.count(), embeddings.dimension());
        Teaching.Point point = new Teaching.Point(step, loss, now, variance, learningRate);
        history.add(point);
        if (now.chosenBy().value() > bestScore) {
            bestScore = now.chosenBy().value();
            best = network.weights();
            bestStep = step;
        }
        observer.validated(point);
    }

    private Embeddings embedValidation() {
        int d = network.architecture().dimension();
        int[] samples = set.lesson().validation();
        float[] values = switch (set.samples()) {
            case Samples.Pictures pictures ->
                pictures(Arrays.stream(samples)
                        .mapToObj(sample -> pictures.reduced(pictures.rasters().get(sample)))
                        .toList());
            case Samples.Characters texts ->
                characters(Arrays.stream(samples)
                        .mapToObj(sample -> texts.texts().get(sample))
                        .toList());
            case Samples.Features features ->
                embed(samples.length, features.dimension(), (i, to, at) -> features.put(samples[i], to, at));
            case Samples.Compared pairs ->
                embed(samples.length, pairs.size(), (i, to, at) -> to.put(at, pairs.row(samples[i])));
        };
        Distance distance = asked.distance() == Distance.COSINE ? Distance.COSINE : Distance.L2;
        return new Embeddings(Space.external("in-training", d, distance), samples.length, values);
    }

    /**
     * What the network makes of prepared rasters, as it is now: after {@link #teach}, with the best weights.
     *
     * @return {@code [n, d]}, row after row
     */
    public float[] pictures(List<byte[]> rasters) {
        if (!(set.samples() instanceof Samples.Pictures pictures)) {
            throw new IllegalStateException("this network takes no pictures");
        }
        PicturePreparation preparation = pictures.preparation();
        int size = preparation.size();
        float[][] table = preparation.table();
        return embed(
                rasters.size(),
                size,
                (i, to, at) -> PicturePreparation.interleaved(rasters.get(i), 0, size, table, to, at));
    }

    /**
     * The same of texts.
     *
     * @param texts the bytes that the preparation reads of each
     */
    public float[] characters(List<byte[]> texts) {
        if (!(set.samples() instanceof Samples.Characters known)) {
            throw new IllegalStateException("this network takes no texts");
        }
        CharacterPreparation preparation = known.preparation();
        return embed(texts.size(), preparation.size(), (i, to, at) -> preparation.interleaved(texts.get(i), to, at));
    }

    /**
     * The same of what a frozen encoder gave.
     *
     * @param frozen {@code [n, dimension]}, row after row
     */
    public float[] features(float[] frozen) {
        Samples.Features features =
                Samples.Features.of(network.architecture().input().size(), frozen);
        return embed(features.count(), features.dimension(), features::put);
    }

    /**
     * The logits of pairs of embeddings.
     *
     * @param left {@code [n, d]} of what a frozen encoder gave, row after row; {@code right} likewise
     * @return one a pair
     */
    public float[] logits(float[] left, float[] right) {
        if (!(set.samples() instanceof Samples.Compared pairs)) {
            throw new IllegalStateException("this network compares nothing");
        }
        PairFeatures form = pairs.form();
        int d = form.dimension();
        float[] seen = new float[form.size()];
        return embed(left.length / d, form.size(), (i, to, at) -> {
            form.put(left, i * d, right, i * d, seen, 0);
            to.put(at, seen);
        });
    }

    private interface Row {
        /** @param at where the row's first value goes */
        void put(int row, FloatBuffer to, int at);
    }

    private float[] embed(int n, int size, Row rows) {
        int d = network.architecture().dimension();
        float[] embeddings = new float[Math.multiplyExact(n, d)];
        FloatBuffer values = ByteBuffer.allocateDirect(VALIDATION_BATCH * size * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        for (int from = 0; from < n; from += VALIDATION_BATCH) {
            int count = Math.min(VALIDATION_BATCH, n - from);
            values.clear();
            for (int i = 0; i < count; i++) {
                rows.put(from + i, values, i * size);
            }
            float[] part = network.embed(values.limit(count * size), count);
            System.arraycopy(part, 0, embeddings, from * d, part.length);
        }
        return embeddings;
    }

    private static double variance(float[] embeddings, int n, int d) {
        double total = 0;
        for (int k = 0; k < d; k++) {
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < n; i++) {
                double v = embeddings[i * d + k];
                sum += v;
                squares += v * v;
            }
            total += squares / n - sum / n * (sum / n);
        }
        return total;
    }

    @Override
    public void close() {
        network.close();
    }
}
