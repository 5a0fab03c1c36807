package dev.kindred.evaluate;

import com.google.gson.JsonObject;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.Measure;
import dev.kindred.core.metric.PairResampling;
import dev.kindred.core.metric.PairedBootstrap;
import dev.kindred.core.metric.RankCorrelation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Graded pairs: do scores put them in the order that people did? Spearman's rank correlation, as STS is always told by. */
public final class StsTask {
    private StsTask() {}

    /**
     * Pairs as rows, with what people said of each and what every view says.
     *
     * @param grades higher for what is more alike, of any range
     * @param scores by view, the one named {@code encoder} first, one a pair
     */
    public record Graded(int[] left, int[] right, double[] grades, Map<String, double[]> scores) {}

    /**
     * @param encoder Spearman's coefficient, in [-1, 1], its interval by drawing pairs anew
     * @param baselines the same of each other view
     * @param better how much higher the encoder's is than each baseline's on the same draws; without one where there is too little to draw
     */
    public record Result(
            Graded pairs, Measure encoder, Map<String, Measure> baselines, Map<String, PairedBootstrap> better) {

        /** {@code {"task":"sts","spearman","spearmanInterval","pairs","grades":[low,high],"baselines":{"untaught":{"spearman"},…}}}. */
        public JsonObject json() {
            JsonObject json = new JsonObject();
            json.addProperty("task", "sts");
            json.addProperty("spearman", encoder.value());
            FigureJson.addInterval(json, "spearmanInterval", encoder);
            json.addProperty("pairs", pairs.grades().length);
            JsonObject beside = new JsonObject();
            baselines.forEach((name, measure) -> {
                JsonObject figures = new JsonObject();
                figures.addProperty("spearman", measure.value());
                FigureJson.addInterval(figures, "spearmanInterval", measure);
                PairedBootstrap compared = better.get(name);
                if (compared != null) {
                    JsonObject by = new JsonObject();
                    by.addProperty("spearman", compared.difference());
                    by.add("spearmanInterval", FigureJson.interval(compared.interval()));
                    figures.add("encoderBetterBy", by);
                }
                beside.add(name, figures);
            });
            json.add("baselines", beside);
            return json;
        }

        /** For people. */
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            lines.add(String.format(Locale.ROOT, "sts: %,d graded pairs", pairs.grades().length));
            lines.add("%-20s %9s   %s".formatted("", "Spearman", "95% interval"));
            lines.add(line("encoder", encoder));
            baselines.forEach((name, measure) -> lines.add(line(name, measure)));
            better.forEach((name, compared) -> lines.add(String.format(
                    Locale.ROOT,
                    "beside %s: %+.2f points (95%%: %+.2f to %+.2f)",
                    Views.spoken(name),
                    100 * compared.difference(),
                    100 * compared.interval().low(),
                    100 * compared.interval().high())));
            return lines;
        }

        private static String line(String name, Measure measure) {
            String interval = Optional.ofNullable(measure.interval())
                    .map(i -> String.format(Locale.ROOT, "%.2f to %.2f", 100 * i.low(), 100 * i.high()))
                    .orElse("–");
            return String.format(Locale.ROOT, "%-20s %9.2f   %s", Views.spoken(name), 100 * measure.value(), interval);
        }
    }

    /**
     * @param samples rows that the pairs are of
     * @param seed of the intervals
     * @throws dev.kindred.core.Refusal where all grades are equal, or all scores of a view
     */
    public static Result run(int samples, Graded pairs, long seed, Workers workers) {
        PairResampling resampling = PairResampling.of(samples, pairs.left(), pairs.right());
        Map<String, RankCorrelation> correlations = new LinkedHashMap<>();
        pairs.scores().forEach((name, scores) -> correlations.put(name, RankCorrelation.of(scores, pairs.grades())));
        Map<String, Measure> measures = new LinkedHashMap<>();
        Map<String, PairedBootstrap> better = new LinkedHashMap<>();
        RankCorrelation encoder = java.util.Objects.requireNonNull(correlations.get("encoder"));
        correlations.forEach((name, correlation) -> {
            measures.put(
                    name,
                    new Measure(correlation.spearman(), resampling.interval(correlation::spearman, seed, workers)));
            if (correlation != encoder) {
                @Nullable
                PairedBootstrap compared = resampling.paired(
                        times -> encoder.spearman(times) - correlation.spearman(times), seed, workers);
                if (compared != null) {
                    better.put(name, compared);
                }
            }
        });
        Measure own = java.util.Objects.requireNonNull(measures.remove("encoder"));
        return new Result(pairs, own, measures, better);
    }
}
