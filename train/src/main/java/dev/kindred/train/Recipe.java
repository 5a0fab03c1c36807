package dev.kindred.train;

import dev.kindred.core.Distance;
import dev.kindred.train.loss.Loss;

/**
 * Everything that decides a run besides the data.
 *
 * @param loss what wrong means
 * @param distance how embeddings are compared
 * @param batching how much one step sees
 * @param steps batches to learn from
 * @param learningRate the highest, after warm-up
 * @param weightDecay AdamW's
 * @param clip largest global norm of the gradient
 * @param warmup share of the steps in which the learning rate rises
 * @param validations how often validation is measured over the run
 * @param augmentation of pictures
 * @param dropout share of a frozen feature's values, or of a text's characters, that a step does not see, in [0, 1)
 * @param seed of everything that is drawn
 */
public record Recipe(
        Loss loss,
        Distance distance,
        Batching batching,
        int steps,
        double learningRate,
        double weightDecay,
        double clip,
        double warmup,
        int validations,
        Augmentation augmentation,
        double dropout,
        long seed) {

    public Recipe {
        if (steps < 1 || validations < 1 || !(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException(
                    "%d steps, %d validations, dropout %s".formatted(steps, validations, dropout));
        }
    }

    /** Linear warm-up, then half a cosine down to nothing (Loshchilov, Hutter 2017). */
    double learningRate(int step) {
        double rising = Math.max(1, warmup * steps);
        if (step < rising) {
            return learningRate * (step + 1) / rising;
        }
        double done = (step - rising) / Math.max(1, steps - rising);
        return learningRate * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done)));
    }

    /** The same but for the number of steps. */
    public Recipe withSteps(int fewer) {
        return new Recipe(
                loss,
                distance,
                batching,
                fewer,
                learningRate,
                weightDecay,
                clip,
                warmup,
                validations,
                augmentation,
                dropout,
                seed);
    }
}
