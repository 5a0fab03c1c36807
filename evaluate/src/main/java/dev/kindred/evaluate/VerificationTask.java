package dev.kindred.evaluate;

import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Threshold;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.GivenPairs;
import dev.kindred.core.metric.LabelledPairs;
import dev.kindred.core.metric.Reliability;
import dev.kindred.core.metric.ScoreCounts;
import dev.kindred.core.metric.Verification;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.report.Html;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Same or different over all pairs of different samples. Threshold and calibration are those that were chosen on validation classes and
 * sealed; here they only meet the data.
 */
public final class VerificationTask {
    /** The false-match rates that JSON names. */
    private static final List<Double> SHOWN = List.of(0.01, 0.001);

    private VerificationTask() {}

    /** The pairs within one value of an attribute; what could not be measured is null. */
    record ByValue(
            String value, int samples, @Nullable Verification verification, ScoreCounts.@Nullable Point atSealed) {}

    /**
     * @param decision what was sealed, or null
     * @param by the attribute of the table, or null
     * @param drawn whether the pairs are some of all, since a comparator cannot judge very many; of each kind by chance alone
     */
    public record Result(
            Samples samples,
            Verification encoder,
            Map<String, Verification> baselines,
            @Nullable Decision decision,
            @Nullable String by,
            List<ByValue> byValue,
            boolean drawn) {

        /** The threshold sealed for the default rate, if any. */
        public Optional<Threshold> sealedThreshold() {
            return decision == null ? Optional.empty() : decision.usualThreshold();
        }

        /** What the sealed threshold does on these pairs. */
        public Optional<ScoreCounts.Point> atSealed() {
            return sealedThreshold().map(threshold -> encoder.counts().at(threshold.threshold()));
        }

        /** How well the sealed probabilities hold on these pairs. */
        public Optional<Reliability> reliability() {
            return Optional.ofNullable(decision).map(d -> Reliability.of(encoder.counts(), d.calibration()));
        }

        Map<String, Verification> views() {
            Map<String, Verification> views = new LinkedHashMap<>();
            views.put("encoder", encoder);
            views.putAll(baselines);
            return views;
        }

        /** As DESIGN §4: {@code {"task","auroc","eer","fnmrAtFmr":{"0.01","0.001"},"threshold"}} and more; a refused rate is not there. */
        public JsonObject json() {
            JsonObject json = new JsonObject();
            json.addProperty("task", "verify");
            addFigures(json, encoder);
            sealedThreshold().ifPresent(threshold -> {
                json.addProperty("threshold", threshold.threshold());
                json.addProperty("targetFmr", threshold.targetFmr());
            });
            atSealed().ifPresent(point -> {
                JsonObject at = new JsonObject();
                at.addProperty("fmr", point.fmr());
                at.addProperty("fnmr", point.fnmr());
                json.add("atThreshold", at);
            });
            reliability().ifPresent(r -> json.addProperty("ece", r.expectedCalibrationError()));
            JsonObject pairs = new JsonObject();
            pairs.addProperty("same", encoder.counts().samePairs());
            pairs.addProperty("different", encoder.counts().differentPairs());
            pairs.addProperty("exact", encoder.counts().binWidth() == 0 && !drawn);
            if (drawn) {
                pairs.addProperty("drawn", true);
            }
            json.add("pairs", pairs);
            JsonObject beside = new JsonObject();
            baselines.forEach((name, verification) -> {
                JsonObject figures = new JsonObject();
                addFigures(figures, verification);
                beside.add(name, figures);
            });
            json.add("baselines", beside);
            if (by != null) {
                json.add("by", byJson(by));
            }
            return json;
        }

        private JsonObject byJson(String attribute) {
            JsonObject values = new JsonObject();
            for (ByValue row : byValue) {
                JsonObject figures = new JsonObject();
                figures.addProperty("samples", row.samples());
                Verification verification = row.verification();
                if (verification != null) {
                    addFigures(figures, verification);
                }
                values.add(row.value(), figures);
            }
            JsonObject json = new JsonObject();
            json.addProperty("attribute", attribute);
            json.add("values", values);
            return json;
        }

        private static void addFigures(JsonObject json, Verification verification) {
            json.addProperty("auroc", verification.auroc().value());
            FigureJson.addInterval(json, "aurocInterval", verification.auroc());
            json.addProperty("eer", verification.eer().value());
            FigureJson.addInterval(json, "eerInterval", verification.eer());
            JsonObject fnmr = new JsonObject();
            JsonObject intervals = new JsonObject();
            for (double rate : SHOWN) {
                verification.at(rate).ifPresent(at -> {
                    fnmr.addProperty(FigureJson.key(rate), at.fnmr().value());
                    FigureJson.addInterval(intervals, FigureJson.key(rate), at.fnmr());
                });
            }
            json.add("fnmrAtFmr", fnmr);
            json.add("fnmrAtFmrInterval", intervals);
            JsonObject refused = new JsonObject();
            verification.refused().stream()
                    .filter(r -> SHOWN.contains(r.targetFmr()))
                    .forEach(r -> refused.addProperty(FigureJson.key(r.targetFmr()), r.reason()));
            if (!refused.isEmpty()) {
                json.add("refused", refused);
            }
        }

        /** For people, a table, what was refused, and how the sealed threshold and probabilities hold. */
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            lines.add(String.format(
                    Locale.ROOT,
                    "verify: %,d same and %,d different pairs%s of %,d samples, %,d classes",
                    encoder.counts().samePairs(),
                    encoder.counts().differentPairs(),
                    drawn ? ", drawn of all pairs" : "",
                    encoder.samples(),
                    encoder.classes()));
            lines.addAll(figures("classes"));
            return lines;
        }

        /**
         * The same without the line that says what was measured.
         *
         * @param drawn what the bootstrap draws anew
         */
        List<String> figures(String drawn) {
            List<String> lines = new ArrayList<>();
            lines.add("%-20s %8s %8s %14s %16s".formatted("", "AUROC", "EER", "FNMR@FMR 1%", "FNMR@FMR 0.1%"));
            views().forEach((name, v) -> lines.add(String.format(
                    Locale.ROOT,
                    "%-20s %8.4f %7.2f%% %14s %16s",
                    Views.spoken(name),
                    v.auroc().value(),
                    100 * v.eer().value(),
                    fnmr(v, 0.01),
                    fnmr(v, 0.001))));
            Spoken.interval("EER", encoder.eer(), drawn).ifPresent(lines::add);
            encoder.at(0.01)
                    .flatMap(at -> Spoken.interval("FNMR at FMR 1%", at.fnmr(), drawn))
                    .ifPresent(lines::add);
            encoder.refused().stream()
                    .filter(r -> SHOWN.contains(r.targetFmr()))
                    .forEach(r ->
                            lines.add("FMR %s is not shown: %s".formatted(Html.percent(r.targetFmr()), r.reason())));
            atSealed()
                    .ifPresent(point -> lines.add(String.format(
                            Locale.ROOT,
                            "the sealed threshold %.4f (made for FMR %s) gives FMR %s and FNMR %s here",
                            point.threshold(),
                            Html.percent(sealedThreshold().orElseThrow().targetFmr()),
                            Html.percent(point.fmr()),
                            Html.percent(point.fnmr()))));
            reliability()
                    .ifPresent(r -> lines.add("expected calibration error of the sealed probabilities: "
                            + Html.percent(r.expectedCalibrationError())));
            for (ByValue row : byValue) {
                Verification v = row.verification();
                lines.add(String.format(
                        Locale.ROOT,
                        "%s=%s: %,d samples%s",
                        by,
                        row.value(),
                        row.samples(),
                        v == null
                                ? ", too few pairs"
                                : String.format(
                                        Locale.ROOT,
                                        ", AUROC %.4f, EER %s",
                                        v.auroc().value(),
                                        Html.percent(v.eer().value()))));
            }
            return lines;
        }
    }

    static String fnmr(Verification verification, double fmr) {
        return verification.at(fmr).map(at -> Html.percent(at.fnmr().value())).orElse("too few pairs");
    }

    /** By the space's own score. */
    public static Result run(
            Samples samples,
            Views views,
            @Nullable Decision decision,
            @Nullable String by,
            long seed,
            Workers workers) {
        return run(samples, views, null, decision, by, seed, workers);
    }

    /**
     * @param comparator what judges pairs, with the space's own score beside as the baseline {@code embedding}; null where that judges
     * @param decision of the comparator's scores where there is one
     * @param seed of the bootstrap, and of the pairs a comparator judges where there are very many
     */
    public static Result run(
            Samples samples,
            Views views,
            @Nullable LearnedDistance comparator,
            @Nullable Decision decision,
            @Nullable String by,
            long seed,
            Workers workers) {
        List<String> values = by == null ? List.of() : samples.values(by);
        Judging judging = comparator == null
                ? (view, labels) -> Verification.measure(view, labels, seed, workers)
                : (view, labels) -> compared(comparator, view, labels, seed, workers);
        Verification encoder = judging.of(views.encoder(), samples.labels());
        long all = encoder.samples() * (encoder.samples() - 1L) / 2;
        boolean drawn = encoder.counts().samePairs() + encoder.counts().differentPairs() < all;
        Map<String, Verification> baselines = new LinkedHashMap<>();
        if (comparator != null) {
            baselines.put(Views.EMBEDDING, alone(views.encoder(), samples.labels(), drawn, seed, workers));
        }
        views.baselines()
                .forEach((name, view) ->
                        baselines.put(name, Verification.measure(view, samples.labels(), seed, workers)));
        List<ByValue> byValue = new ArrayList<>();
        if (by != null) {
            for (String value : values) {
                byValue.add(within(samples, views.encoder(), decision, by, value, judging));
            }
        }
        return new Result(samples, encoder, baselines, decision, by, byValue, drawn);
    }

    private interface Judging {
        Verification of(Embeddings view, int[] labels);
    }

    private static Verification compared(
            LearnedDistance comparator, Embeddings view, int[] labels, long seed, Workers workers) {
        LabelledPairs pairs = LabelledPairs.all(labels, seed);
        return measured(pairs, comparator.scores(view, pairs), labels, seed, workers);
    }

    /** The embeddings beside a comparator: on the very pairs that it judged. */
    private static Verification alone(Embeddings view, int[] labels, boolean drawn, long seed, Workers workers) {
        if (!drawn) {
            return Verification.measure(view, labels, seed, workers);
        }
        LabelledPairs pairs = LabelledPairs.all(labels, seed);
        double[] scores = new double[pairs.size()];
        Arrays.setAll(scores, p -> view.score(pairs.left()[p], pairs.right()[p]));
        return measured(pairs, scores, labels, seed, workers);
    }

    private static Verification measured(
            LabelledPairs pairs, double[] scores, int[] labels, long seed, Workers workers) {
        return GivenPairs.of(pairs, scores, labels)
                .verification(
                        (int) Arrays.stream(labels).filter(label -> label >= 0).count(),
                        Verification.TARGETS,
                        seed,
                        workers);
    }

    private static ByValue within(
            Samples samples, Embeddings view, @Nullable Decision decision, String by, String value, Judging judging) {
        int[] rows = samples.rowsWith(by, value);
        int[] labels = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            labels[i] = samples.labels()[rows[i]];
        }
        try {
            Verification verification = judging.of(view.select(rows), labels);
            ScoreCounts.Point point = decision == null
                    ? null
                    : decision.usualThreshold()
                            .map(t -> verification.counts().at(t.threshold()))
                            .orElse(null);
            return new ByValue(value, rows.length, verification, point);
        } catch (Refusal noPairs) {
            return new ByValue(value, rows.length, null, null);
        }
    }
}
