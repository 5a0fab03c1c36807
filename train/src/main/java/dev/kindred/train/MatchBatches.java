package dev.kindred.train;

import dev.kindred.train.loss.Tuples;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Anchors, then their positives, then a few hard negatives of each; what belongs to an anchor is spared. */
final class MatchBatches implements Batches {
    /** Below this a step has too few others to choose among. */
    private static final int FEWEST = 8;
    /** Hard negatives of one match in a step; those of a match with more take turns by epoch. */
    private static final int HARD = 4;

    private final Lesson.Matches lesson;
    private final Epochs epochs;

    MatchBatches(Lesson.Matches lesson, Batching batching, long seed) {
        if (!(batching instanceof Batching.Tuples tuples)) {
            throw new IllegalArgumentException("matches are not drawn as " + batching);
        }
        this.lesson = lesson;
        this.epochs = new Epochs(lesson.train(), tuples.count(), Math.min(FEWEST, tuples.count()), seed);
    }

    @Override
    public Chosen batch(int step) {
        int[] matches = epochs.step(step);
        int epoch = step / epochs.stepsPerEpoch();
        int n = matches.length;
        List<Integer> samples = new ArrayList<>();
        for (int match : matches) {
            samples.add(lesson.anchor()[match]);
        }
        for (int match : matches) {
            samples.add(lesson.positive()[match]);
        }
        for (int match : matches) {
            int[] hard = lesson.hard()[match];
            for (int i = 0; i < Math.min(HARD, hard.length); i++) {
                samples.add(hard[(int) (((long) epoch * HARD + i) % hard.length)]);
            }
        }
        int[] rows = samples.stream().mapToInt(Integer::intValue).toArray();
        boolean[][] spared = new boolean[n][rows.length - n];
        for (int a = 0; a < n; a++) {
            for (int c = 0; c < rows.length - n; c++) {
                spared[a][c] = c != a && lesson.spares(rows[a], rows[n + c]);
            }
        }
        return Chosen.of(
                rows,
                new Tuples.Matches(
                        IntStream.range(0, n).toArray(),
                        IntStream.range(n, 2 * n).toArray(),
                        IntStream.range(2 * n, rows.length).toArray(),
                        spared));
    }

    @Override
    public int most() {
        return (2 + HARD) * epochs.most();
    }

    @Override
    public int stepsPerEpoch() {
        return epochs.stepsPerEpoch();
    }
}
