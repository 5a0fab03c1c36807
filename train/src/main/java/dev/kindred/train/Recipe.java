package dev.kindred.train;

import dev.kindred.core.Distance;
import dev.kindred.train.loss.Loss;

/**
 * Everything that decides a run besides the data.
 *
 * @param loss what wrong means
 * @param distance how embeddings are compared
 * @param classesPerBatch P of a P×K batch
 * @param samplesPerClass K of a P×K batch
 * @param steps batches to learn from
 * @param learningRate the highest, after warm-up
 * @param weightDecay AdamW's
 * @param clip largest global norm of the gradient
 * @param warmup share of the steps in which the learning rate rises
 * @param validations how often validation is measured over the run
 * @param seed of everything that is drawn
 */
public record Recipe(
        Loss loss,
        Distance distance,
        int classesPerBatch,
        int samplesPerClass,
        int steps,
        double learningRate,
        double weightDecay,
        double clip,
        double warmup,
        int validations,
        Augmentation augmentation,
        long seed) {

    public Recipe {
        if (classesPerBatch < 2 || samplesPerClass < 2 || steps < 1 || validations < 1) {
            throw new IllegalArgumentException("a batch of %d×%d, %d steps, %d validations"
                    .formatted(classesPerBatch, samplesPerClass, steps, validations));
        }
    }

    public int batch() {
        return classesPerBatch * samplesPerClass;
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
                classesPerBatch,
                samplesPerClass,
                fewer,
                learningRate,
                weightDecay,
                clip,
                warmup,
                validations,
                augmentation,
                seed);
    }
}
