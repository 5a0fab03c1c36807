package dev.kindred.train;

import dev.kindred.core.Refusal;
import dev.kindred.train.loss.Loss;
import dev.kindred.train.loss.Tuples;
import java.util.stream.IntStream;

/** Given triplets: anchors, then positives, then one given negative of each. */
final class TripletBatches implements Batches {
    private final Lesson.Matches lesson;
    private final Epochs epochs;

    TripletBatches(Lesson.Matches lesson, Loss loss, Batching batching, long seed) {
        if (!(batching instanceof Batching.Tuples tuples)) {
            throw new IllegalArgumentException("triplets are not drawn as " + batching);
        }
        this.lesson = lesson;
        int[] whole = IntStream.of(lesson.train())
                .filter(match -> lesson.hard()[match].length > 0)
                .toArray();
        if (whole.length == 0) {
            throw new Refusal(
                    "the loss " + loss.name() + " needs a negative for an anchor, and none is given",
                    "--loss",
                    "use multiple-negatives, whose negatives are the positives of others");
        }
        this.epochs = new Epochs(whole, tuples.count(), 1, seed);
    }

    @Override
    public Chosen batch(int step) {
        int[] matches = epochs.step(step);
        int epoch = step / epochs.stepsPerEpoch();
        int n = matches.length;
        int[] samples = new int[3 * n];
        for (int i = 0; i < n; i++) {
            int[] hard = lesson.hard()[matches[i]];
            samples[i] = lesson.anchor()[matches[i]];
            samples[n + i] = lesson.positive()[matches[i]];
            samples[2 * n + i] = hard[epoch % hard.length];
        }
        return Chosen.of(
                samples,
                new Tuples.Triplets(
                        IntStream.range(0, n).toArray(),
                        IntStream.range(n, 2 * n).toArray(),
                        IntStream.range(2 * n, 3 * n).toArray()));
    }

    @Override
    public int most() {
        return 3 * epochs.most();
    }

    @Override
    public int stepsPerEpoch() {
        return epochs.stepsPerEpoch();
    }
}
