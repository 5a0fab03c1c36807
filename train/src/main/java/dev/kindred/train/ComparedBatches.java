package dev.kindred.train;

import java.util.stream.IntStream;

/** Pairs to be compared, in a new order every epoch, with 1 for the same and 0 for different. */
final class ComparedBatches implements Batches {
    private static final int FEWEST = 8;

    private final Lesson.Compared lesson;
    private final Epochs epochs;

    ComparedBatches(Lesson.Compared lesson, Batching batching, long seed) {
        if (!(batching instanceof Batching.Tuples tuples)) {
            throw new IllegalArgumentException("pairs are not drawn as " + batching);
        }
        this.lesson = lesson;
        int[] taught = IntStream.range(0, lesson.taught()).toArray();
        this.epochs = new Epochs(taught, tuples.count(), Math.min(FEWEST, tuples.count()), seed);
    }

    @Override
    public Chosen batch(int step) {
        int[] pairs = epochs.step(step);
        int[] labels =
                IntStream.of(pairs).map(p -> lesson.pairs().same()[p] ? 1 : 0).toArray();
        return new Chosen(pairs, labels, null);
    }

    @Override
    public int most() {
        return epochs.most();
    }

    @Override
    public int stepsPerEpoch() {
        return epochs.stepsPerEpoch();
    }
}
