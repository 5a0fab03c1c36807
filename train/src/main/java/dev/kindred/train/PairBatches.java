package dev.kindred.train;

import dev.kindred.train.loss.Loss;
import dev.kindred.train.loss.Tuples;
import java.util.stream.IntStream;

/** Given pairs: left samples first, then the right ones. */
final class PairBatches implements Batches {
    /** Below this a step has too few pairs to tell an order from. */
    private static final int FEWEST = 8;

    private final Lesson.Pairs lesson;
    private final Epochs epochs;
    private final boolean ordered;

    PairBatches(Lesson.Pairs lesson, Loss loss, Batching batching, long seed) {
        if (!(batching instanceof Batching.Tuples tuples)) {
            throw new IllegalArgumentException("pairs are not drawn as " + batching);
        }
        this.lesson = lesson;
        this.ordered = loss instanceof Loss.CoSent;
        this.epochs = new Epochs(lesson.train(), tuples.count(), Math.min(FEWEST, tuples.count()), seed);
    }

    @Override
    public Chosen batch(int step) {
        int[] pairs = epochs.step(step);
        int n = pairs.length;
        int[] samples = new int[2 * n];
        double[] grades = new double[n];
        boolean[] same = new boolean[n];
        for (int i = 0; i < n; i++) {
            samples[i] = lesson.left()[pairs[i]];
            samples[n + i] = lesson.right()[pairs[i]];
            grades[i] = lesson.grades()[pairs[i]];
            same[i] = grades[i] > 0;
        }
        int[] left = IntStream.range(0, n).toArray();
        int[] right = IntStream.range(n, 2 * n).toArray();
        return Chosen.of(
                samples, ordered ? new Tuples.Graded(left, right, grades) : new Tuples.Pairs(left, right, same));
    }

    @Override
    public int most() {
        return 2 * epochs.most();
    }

    @Override
    public int stepsPerEpoch() {
        return epochs.stepsPerEpoch();
    }
}
