package dev.kindred.train;

import dev.kindred.core.Distance;
import dev.kindred.encode.Architecture;
import dev.kindred.train.loss.Loss;

/**
 * What is taught where nothing is said: chosen by sizes, counts and channels alone, never by knowing a data set.
 *
 * @param oversampling of the teaching rasters
 */
public record Plan(Architecture architecture, int oversampling, Recipe recipe) {
    static final int FILTERS = 64;
    private static final int DIMENSION = 64;
    private static final double LEARNING_RATE = 2e-3;
    static final double TEMPERATURE = 0.1;

    /** Pictures taught on, over all repetitions: enough to converge, and within minutes on two cores. */
    private static final int EPOCHS = 70;

    private static final int FEWEST_PICTURES = 250_000;
    private static final int MOST_PICTURES = 1_200_000;
    private static final int BATCH = 128;

    /** Teaching rasters in memory stay below this. */
    private static final long MOST_BYTES = 1L << 30;

    /**
     * @param width median width of the pictures
     * @param height median height
     * @param grey whether all are grey
     * @param count teaching pictures
     * @param classes teaching classes of two pictures or more
     */
    public static Plan of(int width, int height, boolean grey, int count, int classes, long seed) {
        int channels = grey ? 1 : 3;
        int side = side(Math.min(width, height));
        long fine = 4L * side * side * channels * count;
        int oversampling = Math.min(width, height) >= 2 * side && fine <= MOST_BYTES ? 2 : 1;
        int perClass = count / Math.max(1, classes) >= 4 ? 4 : 2;
        int classesPerBatch = Math.max(2, Math.min(classes, BATCH / perClass));
        int batch = classesPerBatch * perClass;
        long pictures = Math.clamp((long) EPOCHS * count, FEWEST_PICTURES, MOST_PICTURES);
        Recipe recipe = new Recipe(
                new Loss.SupervisedContrastive(TEMPERATURE),
                Distance.COSINE,
                new Batching.PerClass(classesPerBatch, perClass),
                (int) Math.max(1, pictures / batch),
                LEARNING_RATE,
                1e-2,
                5,
                0.05,
                20,
                Augmentation.GENTLE,
                0,
                seed);
        return new Plan(Architecture.conv4(channels, side, FILTERS, DIMENSION), oversampling, recipe);
    }

    /** Multiples of 16 fit four halvings; small pictures keep their size, larger ones lose what a few strokes do not need. */
    private static int side(int shorter) {
        return shorter <= 24 ? 16 : 32;
    }
}
