package dev.kindred.evaluate;

import dev.kindred.core.Refusal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How to evaluate.
 *
 * @param way candidates a one-shot trial, at least 2
 * @param trials one-shot trials to draw, at least 1
 * @param acrossParents whether the candidates of a trial may come from different parents (alphabets); otherwise they share one
 * @param episodes a table of trials to take instead of drawing them, or null
 * @param by an attribute to tabulate by, or null; {@code label} and {@code parent} are always known
 * @param seed of drawn trials and of the bootstrap
 * @param strict whether the first bad sample ends it
 * @param baselines whether raw pixels and the untrained encoder are measured too
 */
public record EvaluationOptions(
        Task task,
        int way,
        int trials,
        boolean acrossParents,
        @Nullable Path episodes,
        @Nullable String by,
        long seed,
        boolean strict,
        boolean baselines) {

    /** What is measured. */
    public enum Task {
        RETRIEVAL,
        VERIFY,
        ONESHOT;

        /** The name in options and JSON: {@code retrieval}, {@code verify}, {@code oneshot}. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
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
    public static EvaluationOptions of(Task task) {
        return new EvaluationOptions(task, 20, 1_000, false, null, null, 0, false, true);
    }

    public EvaluationOptions withTrials(int way, int trials, boolean acrossParents) {
        return new EvaluationOptions(task, way, trials, acrossParents, episodes, by, seed, strict, baselines);
    }

    public EvaluationOptions withEpisodes(@Nullable Path csv) {
        return new EvaluationOptions(task, way, trials, acrossParents, csv, by, seed, strict, baselines);
    }

    public EvaluationOptions withBy(@Nullable String attribute) {
        return new EvaluationOptions(task, way, trials, acrossParents, episodes, attribute, seed, strict, baselines);
    }

    public EvaluationOptions withBaselines(boolean measured) {
        return new EvaluationOptions(task, way, trials, acrossParents, episodes, by, seed, strict, measured);
    }
}
