package dev.kindred.train;

import dev.kindred.core.Distance;
import dev.kindred.core.Refusal;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.CharacterPreparation;
import java.util.Arrays;

/** How texts teach an encoder from nothing where nothing is said: by their number and their lengths in bytes alone. */
public record CharacterPlan(CharacterPreparation preparation, Architecture architecture, Recipe recipe) {
    private static final int SHORTEST = 16;
    private static final int LONGEST = 256;
    private static final int FILTERS = 64;
    private static final int DIMENSION = 128;
    private static final int EPOCHS = 60;
    private static final int FEWEST_STEPS = 400;
    private static final int MOST_STEPS = 4_000;
    /** Texts longer than all but this share lose their end. */
    private static final double WHOLE = 0.98;

    /** How many bytes of a text are read: enough for nearly all, in steps of 16. */
    public static CharacterPreparation preparation(int[] lengths) {
        int[] rising = lengths.clone();
        Arrays.sort(rising);
        int usual = rising.length == 0 ? SHORTEST : rising[(int) (WHOLE * (rising.length - 1))];
        return new CharacterPreparation(Math.clamp((usual + 15) / 16 * 16, SHORTEST, LONGEST));
    }

    /** @param options whose encoder is {@code chars}, {@code chars:<width>} or {@code chars:<width>:<embedding>} */
    public static CharacterPlan of(CharacterPreparation preparation, Lesson lesson, Options options, long seed) {
        String[] words =
                options.encoder() == null ? new String[0] : options.encoder().split(":", -1);
        if (words.length > 3) {
            throw new Refusal(
                    "there is no encoder '" + options.encoder() + "'",
                    "--encoder",
                    "use chars, chars:<width> or chars:<width>:<embedding>");
        }
        if (options.augment() != null) {
            throw new Refusal("only pictures are augmented", "--augment", "leave it out");
        }
        // Widths in eights are what the engine is fast, and sound, at.
        int filters = words.length > 1 ? (Options.number(words[1], 8, 1024) + 7) / 8 * 8 : FILTERS;
        int dimension = words.length > 2 ? Options.number(words[2], 2, 4096) : DIMENSION;
        Batching batching = HeadPlan.batching(lesson);
        int batch = HeadPlan.size(batching);
        Recipe planned = new Recipe(
                HeadPlan.loss(lesson),
                Distance.COSINE,
                batching,
                Math.clamp((long) EPOCHS * lesson.size() / batch, FEWEST_STEPS, MOST_STEPS),
                2e-3,
                1e-2,
                5,
                0.05,
                20,
                Augmentation.NONE,
                0.05,
                seed);
        Architecture architecture = Architecture.characters(preparation.extent(), filters, dimension);
        return new CharacterPlan(preparation, architecture, options.in(planned));
    }
}
