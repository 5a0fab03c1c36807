package dev.kindred.train;

import dev.kindred.data.PkBatches;
import dev.kindred.train.loss.Loss;
import dev.kindred.train.loss.Tuples;

/** P classes of K samples; for multiple negatives, neighbours of one class are anchor and positive and the rest of it is spared. */
final class ClassBatches implements Batches {
    private final Lesson.Classes lesson;
    private final PkBatches batches;
    private final boolean matched;

    ClassBatches(Lesson.Classes lesson, Loss loss, Batching batching, long seed) {
        if (!(batching instanceof Batching.PerClass perClass)) {
            throw new IllegalArgumentException("classes are drawn by classes, not as " + batching);
        }
        this.lesson = lesson;
        this.matched = loss instanceof Loss.MultipleNegatives;
        this.batches = new PkBatches(
                Judging.chosen(lesson.labels(), lesson.train()), perClass.classes(), perClass.samples(), seed);
        if (batches.p() != perClass.classes()) {
            throw new IllegalArgumentException(
                    "batches of " + perClass.classes() + " classes, there are only " + batches.classes());
        }
    }

    @Override
    public Chosen batch(int step) {
        int[] samples = Judging.chosen(lesson.train(), batches.batch(step));
        int[] labels = Judging.chosen(lesson.labels(), samples);
        return new Chosen(samples, labels, matched ? matches(labels) : null);
    }

    private Tuples.Matches matches(int[] labels) {
        int n = batches.p() * (batches.k() / 2);
        int[] anchor = new int[n];
        int[] positive = new int[n];
        int at = 0;
        for (int c = 0; c < batches.p(); c++) {
            for (int j = 0; j + 1 < batches.k(); j += 2) {
                anchor[at] = c * batches.k() + j;
                positive[at++] = c * batches.k() + j + 1;
            }
        }
        boolean[][] spared = new boolean[n][n];
        for (int a = 0; a < n; a++) {
            for (int p = 0; p < n; p++) {
                spared[a][p] = a != p && labels[anchor[a]] == labels[positive[p]];
            }
        }
        return new Tuples.Matches(anchor, positive, new int[0], spared);
    }

    @Override
    public int most() {
        return batches.size();
    }

    @Override
    public int stepsPerEpoch() {
        return batches.stepsPerEpoch();
    }
}
