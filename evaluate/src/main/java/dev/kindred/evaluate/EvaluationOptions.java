package dev.kindred.evaluate;

import dev.kindred.core.Refusal;
import dev.kindred.data.Examples;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How to evaluate.
 *
 * @param task what is measured; null for what the shape of the data asks for, see {@link Task#usual}
 * @param way candidates a one-shot trial, at least 2
 * @param trials one-shot trials to draw, at least 1
 * @param acrossParents whether the candidates of a trial may come from different parents (alphabets); otherwise they share one
 * @param episodes a table of trials to take instead of drawing them, or null
 * @param by an attribute to tabulate by, or null; {@code label} and {@code parent} are always known
 * @param seed of drawn trials and of the bootstrap
 * @param strict whether the first bad sample ends it
 * @param baselines whether others are measured too: raw pixels and the untrained encoder, the untaught encoder and words
 * @param validation labelled pairs that choose the threshold of F1, or null
 */
public record EvaluationOptions(
        @Nullable Task task,
        int way,
        int trials,
        boolean acrossParents,
        @Nullable Path episodes,
        @Nullable String by,
        long seed,
        boolean strict,
        boolean baselines,
        @Nullable Path validation) {

    /** What is measured. */
    public enum Task {
        RETRIEVAL,
        VERIFY,
        STS,
        ONESHOT;

        /** The name in options and JSON: {@code retrieval}, {@code verify}, {@code sts}, {@code oneshot}. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Graded pairs: sts. Pairs that are the same and pairs that are not: verify. All else: retrieval. */
        static Task usual(Examples examples) {
            return switch (examples) {
                case Examples.Pairs pairs when pairs.graded() -> STS;
                case Examples.Pairs pairs when pairs.lowest() < pairs.highest() -> VERIFY;
                default -> RETRIEVAL;
            };
        }

        public static Task ofWireName(String name) {
            return Arrays.stream(values())
                    .filter(task -> task.wireName().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new Refusal(
                            "no task is named '" + name + "'",
                            "--task",
                            "there are "
                                    + Arrays.stream(values())
                                            .map(Task::wireName)
                                            .collect(Collectors.joining(", "))));
        }
    }

    /** 20 ways, 1,000 trials within parents, seed 0, with baselines. */
    public static EvaluationOptions of(@Nullable Task task) {
        return new EvaluationOptions(task, 20, 1_000, false, null, null, 0, false, true, null);
    }

    public EvaluationOptions withTrials(int way, int trials, boolean acrossParents) {
        return new EvaluationOptions(
                task, way, trials, acrossParents, episodes, by, seed, strict, baselines, validation);
    }

    public EvaluationOptions withEpisodes(@Nullable Path csv) {
        return new EvaluationOptions(task, way, trials, acrossParents, csv, by, seed, strict, baselines, validation);
    }

    public EvaluationOptions withBy(@Nullable String attribute) {
        return new EvaluationOptions(
                task, way, trials, acrossParents, episodes, attribute, seed, strict, baselines, validation);
    }

    public EvaluationOptions withBaselines(boolean measured) {
        return new EvaluationOptions(
                task, way, trials, acrossParents, episodes, by, seed, strict, measured, validation);
    }

    public EvaluationOptions withValidation(@Nullable Path pairs) {
        return new EvaluationOptions(task, way, trials, acrossParents, episodes, by, seed, strict, baselines, pairs);
    }
}
