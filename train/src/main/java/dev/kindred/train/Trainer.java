package dev.kindred.train;

import ai.djl.Device;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.EmbeddingStatistics;
import dev.kindred.core.metric.Retrieval;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Parameter;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Probes;
import dev.kindred.encode.Sealing;
import dev.kindred.encode.Weights;
import dev.kindred.train.loss.Batch;
import dev.kindred.train.loss.Loss;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
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
    private double bestMapAtR = -1;
    private double recall = Double.NaN;

    public Trainer(
            TrainingSet set,
            Architecture architecture,
            Recipe recipe,
            Device device,
            Workers workers,
            Observer observer) {
        this.set = set;
        this.asked = recipe;
        this.workers = workers;
        this.observer = observer;
        this.start = Weights.untrained(architecture, recipe.seed());
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
                        continue;
                    }
                }
                if (due(run.step, recipe)) {
                    run.validate();
                    if (collapsed()) {
                        return new Teaching.Collapsed(
                                run.step, history.getLast().variance(), advice(recipe), List.copyOf(history));
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
            network.restore(best);
            return new Teaching.Taught(
                    best,
                    bestStep,
                    run.step,
                    recipe.steps(),
                    stopped,
                    probes(),
                    List.copyOf(history),
                    run.figures(seconds));
        } finally {
            run.feed.close();
        }
    }

    /** Back to where the run began. */
    private void forget() {
        network.restore(start);
        history.clear();
        best = start;
        bestStep = 0;
        bestMapAtR = -1;
        recall = Double.NaN;
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
                bestMapAtR = from.bestMapAtR();
                history.addAll(from.history());
                pace.sum = from.lossSum();
                pace.count = from.lossCount();
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
                    bestMapAtR,
                    pace.sum,
                    pace.count,
                    history);
        }

        void step() {
            long from = System.nanoTime();
            Feed.Prepared batch = feed.next(step);
            double loss = network.step(batch.values(), recipe.batch(), e -> slope(e, batch.samples()), gradients);
            double norm = optimiser.step(network.learned(), gradients, recipe.learningRate(step), decayed);
            step++;
            stepping += System.nanoTime() - from;
            if (!Double.isFinite(norm) || !Double.isFinite(loss)) {
                throw new Refusal(
                        "the loss stopped being a number at step " + step,
                        "train",
                        "lower the learning rate, or look for pictures that are all of one level");
            }
            pace.step(loss, recipe.batch());
            observer.step(step, recipe.steps(), pace.loss, recall, pace.variance, pace.rate());
        }

        /** Of this run's own steps: not those of a run it goes on with, nor those that only sounded how many would fit. */
        Teaching.Figures figures(double seconds) {
            int taken = step - firstStep;
            double inSteps = Math.max(1, stepping) / 1e9;
            return new Teaching.Figures(
                    taken, (double) taken * recipe.batch() / inSteps, feed.waited() / 1e9 / inSteps, seconds);
        }

        private Network.Slope slope(float[] embeddings, int[] samples) {
            int d = network.architecture().dimension();
            pace.variance = variance(embeddings, samples.length, d);
            Loss.Result result = recipe.loss().of(Batch.of(embeddings, labels(samples), d, recipe.distance()));
            return new Network.Slope(result.value(), result.gradient());
        }

        void validate() {
            Trainer.this.validate(step, pace.sinceValidation(), recipe.learningRate(step - 1));
        }
    }

    private void validate(int step, double loss, double learningRate) {
        Embeddings embeddings = embedValidation();
        Retrieval retrieval = Retrieval.leaveOneOut(embeddings, labels(set.validation()), workers);
        recall = retrieval.recall(1);
        double variance = EmbeddingStatistics.of(embeddings).variance();
        Teaching.Point point = new Teaching.Point(step, loss, recall, retrieval.mapAtR(), variance, learningRate);
        history.add(point);
        if (point.mapAtR() > bestMapAtR) {
            bestMapAtR = point.mapAtR();
            best = network.weights();
            bestStep = step;
        }
        observer.validated(point);
    }

    private int[] labels(int[] samples) {
        int[] labels = new int[samples.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = set.labels()[samples[i]];
        }
        return labels;
    }

    private Embeddings embedValidation() {
        List<byte[]> rasters = new ArrayList<>();
        for (int sample : set.validation()) {
            rasters.add(TrainingSet.reduce(
                    set.rasters().get(sample), set.preparation().shape(), set.oversampling()));
        }
        int d = network.architecture().dimension();
        Space space =
                Space.external("in-training", d, asked.distance() == Distance.COSINE ? Distance.COSINE : Distance.L2);
        return new Embeddings(space, rasters.size(), embed(rasters));
    }

    private float[] embed(List<byte[]> rasters) {
        int d = network.architecture().dimension();
        int size = set.preparation().size();
        float[][] table = set.preparation().table();
        float[] embeddings = new float[rasters.size() * d];
        FloatBuffer values = ByteBuffer.allocateDirect(VALIDATION_BATCH * size * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        for (int from = 0; from < rasters.size(); from += VALIDATION_BATCH) {
            int n = Math.min(VALIDATION_BATCH, rasters.size() - from);
            values.clear();
            for (int i = 0; i < n; i++) {
                PicturePreparation.interleaved(rasters.get(from + i), 0, size, table, values, i * size);
            }
            float[] part = network.embed(values.limit(n * size), n);
            System.arraycopy(part, 0, embeddings, from * d, part.length);
        }
        return embeddings;
    }

    private Probes probes() {
        return Sealing.probe(set.preparation(), this::embed);
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

    private static String advice(Recipe recipe) {
        return switch (recipe.loss()) {
            case Loss.Triplet t ->
                "triplets over the hardest negatives often collapse early: use --miner semi-hard, --loss supcon, a"
                        + " lower learning rate or a longer warm-up";
            case Loss.MarginRanking r ->
                "the margin is met by shrinking all distances: use --loss supcon or a lower learning rate";
            case Loss.Contrastive c -> "pulling outweighs pushing: raise the far margin, or use --loss supcon";
            case Loss.CoSent c -> "the grades may be noise, or the learning rate too high: halve the learning rate";
            case Loss.MultipleNegatives n ->
                "pairs may be noise, or the learning rate too high: check that pairs belong together, halve the"
                        + " learning rate";
            case Loss.SupervisedContrastive s ->
                "labels may be noise, or the learning rate too high: check that pictures of one class look alike,"
                        + " halve the learning rate";
        };
    }

    /** Loss and speed as they run. */
    private static final class Pace {
        private double loss = Double.NaN;
        private double variance;
        private double sum;
        private int count;
        private double perPicture = Double.NaN;
        private long last = System.nanoTime();

        void step(double now, int pictures) {
            loss = Double.isNaN(loss) ? now : 0.95 * loss + 0.05 * now;
            sum += now;
            count++;
            long clock = System.nanoTime();
            double each = (clock - last) / 1e9 / pictures;
            last = clock;
            perPicture = Double.isNaN(perPicture) ? each : 0.95 * perPicture + 0.05 * each;
        }

        double rate() {
            return 1 / perPicture;
        }

        double sinceValidation() {
            double mean = count == 0 ? Double.NaN : sum / count;
            sum = 0;
            count = 0;
            return mean;
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
