package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.GivenPairs;
import dev.kindred.core.metric.LabelledPairs;
import dev.kindred.core.metric.Verification;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.evaluate.Baseline;
import dev.kindred.evaluate.Calibrator;
import dev.kindred.train.HeldPairs;
import dev.kindred.train.Lesson;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What validation says of same and different: of classes over all pairs, of given pairs over them, of matches over each anchor with all
 * that is searched. Grades tell no same from different, so they decide nothing. With a comparator all of it is of its scores.
 *
 * @param pairs null where there are none, or none of both kinds
 */
record HeadDecision(
        @Nullable Verification pairs,
        @Nullable Decision decision,
        @Nullable JsonObject baseline) {

    /** By the space's own score. */
    static HeadDecision of(Lesson lesson, Embeddings validation, long seed, Workers workers) {
        if (lesson instanceof Lesson.Pairs given && given.graded()) {
            return new HeadDecision(null, null, null);
        }
        return of(
                validation,
                () -> lesson instanceof Lesson.Classes classes
                        ? Verification.measure(validation, labels(classes), seed, workers)
                        : measured(lesson, validation, plain(validation), seed, workers));
    }

    /** By a comparator. */
    static HeadDecision of(
            Lesson lesson, Embeddings validation, LearnedDistance comparator, long seed, Workers workers) {
        return of(
                validation,
                () -> measured(lesson, validation, pairs -> comparator.scores(validation, pairs), seed, workers));
    }

    private static HeadDecision of(Embeddings validation, Supplier<Verification> measuring) {
        try {
            Verification pairs = measuring.get();
            return new HeadDecision(
                    pairs,
                    Calibrator.decision(pairs),
                    Baseline.of(validation, pairs).json());
        } catch (Refusal noPairsOfBothKinds) {
            return new HeadDecision(null, null, null);
        }
    }

    /** Of pairs of rows. */
    private interface Scores {
        double[] of(LabelledPairs pairs);
    }

    private static Scores plain(Embeddings validation) {
        return pairs -> {
            double[] scores = new double[pairs.size()];
            Arrays.setAll(scores, p -> validation.score(pairs.left()[p], pairs.right()[p]));
            return scores;
        };
    }

    private static int[] labels(Lesson.Classes classes) {
        return Arrays.stream(classes.validation())
                .map(sample -> classes.labels()[sample])
                .toArray();
    }

    private static Verification measured(
            Lesson lesson, Embeddings validation, Scores scores, long seed, Workers workers) {
        int[] samples = lesson.validation();
        int[] rows = new int[1 + Arrays.stream(samples).max().orElse(0)];
        for (int row = 0; row < samples.length; row++) {
            rows[samples[row]] = row;
        }
        LabelledPairs pairs = HeldPairs.of(lesson, seed).numbered(rows);
        // Samples of one class stand or fall together: what is drawn anew is classes where there are some.
        int[] units = lesson instanceof Lesson.Classes classes
                ? labels(classes)
                : IntStream.range(0, validation.count()).toArray();
        return GivenPairs.of(pairs, scores.of(pairs), units)
                .verification(validation.count(), Verification.TARGETS, seed, workers);
    }
}
