package dev.kindred.train;

import dev.kindred.train.loss.Tuples;
import org.jspecify.annotations.Nullable;

/** Which samples a step sees: a function of the seed and the step alone. Safe for many threads. */
interface Batches {

    /**
     * @param samples one a row of the batch; a sample may stand in several
     * @param labels the class of each row; all alike where the tuples say what belongs together
     * @param tuples null for a loss that finds its own
     */
    record Chosen(int[] samples, int[] labels, @Nullable Tuples tuples) {
        static Chosen of(int[] samples, Tuples tuples) {
            return new Chosen(samples, new int[samples.length], tuples);
        }
    }

    Chosen batch(int step);

    /** The most rows of any batch. */
    int most();

    int stepsPerEpoch();
}
