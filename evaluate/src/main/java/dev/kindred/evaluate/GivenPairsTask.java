package dev.kindred.evaluate;

import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Threshold;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.F1;
import dev.kindred.core.metric.GivenPairs;
import dev.kindred.core.metric.Measure;
import dev.kindred.core.metric.PairResampling;
import dev.kindred.core.metric.Verification;
import dev.kindred.report.Html;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Same or different over pairs that were given with their answers, and F1 of those called the same. The threshold of F1 is chosen on
 * validation pairs where some are given, else it is the bundle's sealed one; what would be best on the pairs themselves stands beside it
 * as what it is, a bound that no one can know beforehand.
 */
public final class GivenPairsTask {
    private GivenPairsTask() {}

    /**
     * Pairs as rows, with their answers and what every view says.
     *
     * @param same one a pair
     * @param scores by view, the one named {@code encoder} first, one a pair
     */
    public record Answered(int[] left, int[] right, boolean[] same, Map<String, double[]> scores) {}

    /**
     * F1 of one view.
     *
     * @param chosen at the threshold chosen elsewhere; null where none was
     * @param threshold that one
     * @param best the highest on these very pairs
     */
    record Found(@Nullable Measure chosen, @Nullable Double threshold, F1 best) {}

    /**
     * @param told AUROC, equal error, misses at false-match rates
     * @param found F1 by view, the encoder first
     * @param chosenOn {@code validation}, {@code sealed}, or empty where no threshold was
     */
    public record Result(Answered pairs, VerificationTask.Result told, Map<String, Found> found, String chosenOn) {

        /**
         * As {@link VerificationTask.Result#json}, with {@code "f1":{"value","interval"?,"threshold","chosenOn"}} where a threshold was
         * chosen, and {@code "bestF1":{"value","threshold"}}, also for each baseline.
         */
        public JsonObject json() {
            JsonObject json = told.json();
            found.forEach((name, f1) -> add(
                    name.equals("encoder")
                            ? json
                            : json.getAsJsonObject("baselines").getAsJsonObject(name),
                    f1));
            return json;
        }

        private void add(JsonObject to, Found f1) {
            if (f1.chosen() != null && f1.threshold() != null) {
                JsonObject chosen = new JsonObject();
                chosen.addProperty("value", f1.chosen().value());
                FigureJson.addInterval(chosen, "interval", f1.chosen());
                chosen.addProperty("threshold", f1.threshold());
                chosen.addProperty("chosenOn", chosenOn);
                to.add("f1", chosen);
            }
            JsonObject best = new JsonObject();
            best.addProperty("value", f1.best().value());
            best.addProperty("threshold", f1.best().threshold());
            to.add("bestF1", best);
        }

        /** For people. */
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            lines.add(String.format(
                    Locale.ROOT,
                    "verify: %,d same and %,d different pairs, as given, of %,d samples",
                    told.encoder().counts().samePairs(),
                    told.encoder().counts().differentPairs(),
                    told.encoder().samples()));
            lines.addAll(told.figures("groups of pairs"));
            lines.add("%-20s %8s %10s %22s"
                    .formatted(
                            "",
                            "F1",
                            "threshold",
                            chosenOn.isEmpty() ? "best on these pairs" : "best on these: bound"));
            found.forEach((name, f1) -> lines.add(String.format(
                    Locale.ROOT,
                    "%-20s %8s %10s %22s",
                    Views.spoken(name),
                    Optional.ofNullable(f1.chosen())
                            .map(m -> Html.percent(m.value()))
                            .orElse("–"),
                    Optional.ofNullable(f1.threshold())
                            .map(t -> String.format(Locale.ROOT, "%.4f", t))
                            .orElse("–"),
                    Html.percent(f1.best().value()))));
            lines.add(
                    switch (chosenOn) {
                        case "validation" -> "thresholds of F1 were chosen on the validation pairs";
                        case "sealed" -> "the threshold of F1 is the sealed one; --validation PAIRS chooses one for F1";
                        default -> "no threshold was chosen: give --validation PAIRS, and F1 is measured at theirs";
                    });
            return lines;
        }
    }

    /**
     * @param samples rows that the pairs are of
     * @param validation pairs that choose the threshold of F1, scored by the same views; or null
     * @param decision what was sealed, or null
     * @param seed of the intervals
     */
    public static Result run(
            Samples samples,
            Answered pairs,
            @Nullable Answered validation,
            @Nullable Decision decision,
            long seed,
            Workers workers) {
        PairResampling resampling = PairResampling.of(samples.size(), pairs.left(), pairs.right());
        Map<String, Verification> told = new LinkedHashMap<>();
        Map<String, Found> found = new LinkedHashMap<>();
        Optional<Threshold> sealed = Optional.ofNullable(decision).flatMap(Decision::usualThreshold);
        pairs.scores().forEach((name, scores) -> {
            GivenPairs given = GivenPairs.of(scores, pairs.same(), resampling);
            told.put(name, given.verification(samples.size(), Verification.TARGETS, seed, workers));
            Double threshold = null;
            if (validation != null) {
                threshold = F1.best(counted(validation, name).counts()).threshold();
            } else if (name.equals("encoder") && sealed.isPresent()) {
                threshold = sealed.get().threshold();
            }
            Measure chosen = threshold == null ? null : given.f1(threshold, seed, workers);
            found.put(name, new Found(chosen, threshold, F1.best(given.counts())));
        });
        Verification encoder = Objects.requireNonNull(told.remove("encoder"));
        return new Result(
                pairs,
                new VerificationTask.Result(samples, encoder, told, decision, null, List.of(), false),
                found,
                validation != null ? "validation" : sealed.isPresent() ? "sealed" : "");
    }

    private static GivenPairs counted(Answered pairs, String view) {
        double[] scores = Objects.requireNonNull(pairs.scores().get(view));
        int rows = 1
                + IntStream.concat(IntStream.of(pairs.left()), IntStream.of(pairs.right()))
                        .max()
                        .orElseThrow();
        return GivenPairs.of(scores, pairs.same(), PairResampling.of(rows, pairs.left(), pairs.right()));
    }
}
