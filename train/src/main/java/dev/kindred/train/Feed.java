package dev.kindred.train;

import dev.kindred.core.Keyed;
import dev.kindred.data.PkBatches;
import dev.kindred.encode.PicturePreparation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Prepares the batches of coming steps on a thread of its own while the engine works on the present one. Which samples and how they are
 * augmented follows from the step; the thread only decides when. A few buffers go round, so memory is flat.
 */
final class Feed implements AutoCloseable {
    private static final int AHEAD = 3;

    private final TrainingSet set;
    private final Recipe recipe;
    private final PkBatches batches;
    private final int stepsPerEpoch;
    private final float[][] table;
    private final BlockingQueue<Ready> ready = new ArrayBlockingQueue<>(AHEAD);
    private final BlockingQueue<FloatBuffer> free = new ArrayBlockingQueue<>(AHEAD + 1);
    private final Thread thread;
    private volatile boolean closed;
    private long waited;

    /** @param failure not null where preparing failed; then there is no batch */
    private record Ready(
            int step,
            int[] samples,
            FloatBuffer values,
            @Nullable Throwable failure) {}

    /** One batch: who is in it and {@code [n, h, w, c]} prepared values, which are the feed's again at the next call. */
    record Prepared(int[] samples, FloatBuffer values) {}

    private @Nullable FloatBuffer lent;

    Feed(TrainingSet set, Recipe recipe, int firstStep) {
        this.set = set;
        this.recipe = recipe;
        int[] labels = new int[set.train().length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = set.labels()[set.train()[i]];
        }
        this.batches = new PkBatches(labels, recipe.classesPerBatch(), recipe.samplesPerClass(), recipe.seed());
        if (batches.size() != recipe.batch()) {
            throw new IllegalArgumentException(
                    "batches of " + recipe.classesPerBatch() + " classes, there are only " + batches.classes());
        }
        this.stepsPerEpoch = batches.stepsPerEpoch();
        this.table = set.preparation().table();
        for (int i = 0; i <= AHEAD; i++) {
            free.add(ByteBuffer.allocateDirect(
                            Float.BYTES * recipe.batch() * set.preparation().size())
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer());
        }
        this.thread = Thread.ofPlatform().daemon().name("kindred-feed").start(() -> prepareAll(firstStep));
    }

    /** The batch of the next step; nanoseconds spent waiting for it add to {@link #waited()}. */
    Prepared next(int step) {
        if (lent != null) {
            free.add(lent);
            lent = null;
        }
        long from = System.nanoTime();
        try {
            Ready batch = ready.take();
            waited += System.nanoTime() - from;
            switch (batch.failure()) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Throwable e -> throw new IllegalStateException("a batch could not be prepared: " + e, e);
            }
            if (batch.step() != step) {
                throw new IllegalStateException("batch of step " + batch.step() + " at step " + step);
            }
            lent = batch.values();
            return new Prepared(batch.samples(), batch.values().rewind());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a batch", e);
        }
    }

    long waited() {
        return waited;
    }

    private void prepareAll(int firstStep) {
        try {
            for (int step = firstStep; step < recipe.steps() && !closed; step++) {
                FloatBuffer values = free.take();
                ready.put(prepare(step, values));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Ready prepare(int step, FloatBuffer values) {
        try {
            int[] rows = batches.batch(step);
            int[] samples = new int[rows.length];
            var shape = set.preparation().shape();
            int size = set.preparation().size();
            int fine = set.oversampling();
            for (int i = 0; i < rows.length; i++) {
                int sample = set.train()[rows[i]];
                samples[i] = sample;
                // A sample may stand in a batch twice where its class is small; its place keeps the copies apart.
                Keyed draws = Keyed.of(recipe.seed(), step / stepsPerEpoch, sample, step % stepsPerEpoch, i);
                byte[] drawn = recipe.augmentation()
                        .apply(
                                set.rasters().get(sample),
                                shape.width() * fine,
                                shape.height() * fine,
                                shape.channels(),
                                fine,
                                draws);
                PicturePreparation.interleaved(
                        TrainingSet.reduce(drawn, shape, fine), 0, size, table, values, i * size);
            }
            return new Ready(step, samples, values, null);
        } catch (RuntimeException | Error e) {
            // An error as well: the thread would end without a word, and the engine wait for ever.
            return new Ready(step, new int[0], values, e);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
