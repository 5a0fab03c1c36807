package dev.kindred.train;

import dev.kindred.core.Keyed;
import dev.kindred.encode.CharacterPreparation;
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
    private final Batches batches;
    private final int stepsPerEpoch;
    private final BlockingQueue<Ready> ready = new ArrayBlockingQueue<>(AHEAD);
    private final BlockingQueue<FloatBuffer> free = new ArrayBlockingQueue<>(AHEAD + 1);
    private final Thread thread;
    private volatile boolean closed;
    private long waited;

    /** @param failure not null where preparing failed; then there is no batch */
    private record Ready(
            int step,
            Batches.@Nullable Chosen chosen,
            FloatBuffer values,
            @Nullable Throwable failure) {}

    /** One batch: who is in it and its prepared values, row after row, which are the feed's again at the next call. */
    record Prepared(Batches.Chosen chosen, FloatBuffer values) {}

    private @Nullable FloatBuffer lent;

    Feed(TrainingSet set, Recipe recipe, int firstStep) {
        this.set = set;
        this.recipe = recipe;
        this.batches = set.lesson().batches(recipe.loss(), recipe.batching(), recipe.seed());
        this.stepsPerEpoch = batches.stepsPerEpoch();
        for (int i = 0; i <= AHEAD; i++) {
            free.add(ByteBuffer.allocateDirect(
                            Float.BYTES * batches.most() * set.samples().size())
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
            Batches.Chosen chosen = batch.chosen();
            if (chosen == null) {
                throw failed(batch.failure());
            }
            if (batch.step() != step) {
                throw new IllegalStateException("batch of step " + batch.step() + " at step " + step);
            }
            lent = batch.values();
            int values = chosen.samples().length * set.samples().size();
            return new Prepared(chosen, batch.values().rewind().limit(values));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a batch", e);
        }
    }

    private static RuntimeException failed(@Nullable Throwable cause) {
        return cause instanceof RuntimeException unchecked
                ? unchecked
                : new IllegalStateException("a batch could not be prepared: " + cause, cause);
    }

    long waited() {
        return waited;
    }

    private void prepareAll(int firstStep) {
        try {
            for (int step = firstStep; step < recipe.steps() && !closed; step++) {
                FloatBuffer values = free.take().clear();
                ready.put(prepare(step, values));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Ready prepare(int step, FloatBuffer values) {
        try {
            Batches.Chosen chosen = batches.batch(step);
            int size = set.samples().size();
            for (int i = 0; i < chosen.samples().length; i++) {
                int sample = chosen.samples()[i];
                // A sample may stand in a batch twice, as where its class is small; its place keeps the copies apart.
                Keyed draws = Keyed.of(recipe.seed(), step / stepsPerEpoch, sample, step % stepsPerEpoch, i);
                switch (set.samples()) {
                    case Samples.Pictures pictures -> picture(pictures, sample, draws, values, i * size);
                    case Samples.Characters texts -> characters(texts, sample, draws, values, i * size);
                    case Samples.Features features ->
                        values.put(i * size, seen(features.row(sample), features.dimension(), draws));
                    // The plain score is always seen: without it a comparator forgets what it began from.
                    case Samples.Compared pairs ->
                        values.put(
                                i * size, seen(pairs.row(sample), pairs.form().score(), draws));
                }
            }
            return new Ready(step, chosen, values, null);
        } catch (RuntimeException | Error e) {
            // An error as well: the thread would end without a word, and the engine wait for ever.
            return new Ready(step, null, values, e);
        }
    }

    private void picture(Samples.Pictures pictures, int sample, Keyed draws, FloatBuffer values, int at) {
        PicturePreparation preparation = pictures.preparation();
        int fine = pictures.oversampling();
        byte[] drawn = recipe.augmentation()
                .apply(
                        pictures.rasters().get(sample),
                        preparation.shape().width() * fine,
                        preparation.shape().height() * fine,
                        preparation.shape().channels(),
                        fine,
                        draws);
        PicturePreparation.interleaved(pictures.reduced(drawn), 0, preparation.size(), preparation.table(), values, at);
    }

    /** Characters that a step does not see stand as places after the end do. */
    private void characters(Samples.Characters texts, int sample, Keyed draws, FloatBuffer values, int at) {
        byte[] text = texts.texts().get(sample);
        texts.preparation().interleaved(text, values, at);
        for (int i = 0; i < text.length; i++) {
            if (recipe.dropout() > 0 && draws.nextDouble() < recipe.dropout()) {
                values.put(at + i * CharacterPreparation.CHANNELS + (text[i] & 0xff), 0);
            }
        }
    }

    /** The share of the first values that a step does not see is zero, the others grow by as much. */
    private float[] seen(float[] row, int first, Keyed draws) {
        if (recipe.dropout() > 0) {
            float grown = (float) (1 / (1 - recipe.dropout()));
            for (int i = 0; i < first; i++) {
                row[i] = draws.nextDouble() < recipe.dropout() ? 0 : row[i] * grown;
            }
        }
        return row;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
