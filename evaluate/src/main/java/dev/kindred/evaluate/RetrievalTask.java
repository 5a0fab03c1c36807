package dev.kindred.evaluate;

import com.google.gson.JsonObject;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.Exclusion;
import dev.kindred.core.metric.Retrieval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Nearest-neighbour search among the samples: each asks for others of its class. */
public final class RetrievalTask {
    private RetrievalTask() {}

    /** The row of a table by attribute: the queries that have the value, against the whole gallery. */
    record ByValue(String value, int queries, Map<String, Double> recallAt1, double recallAt10, double mapAtR) {}

    /**
     * @param exclusion which rows could not answer which
     * @param by the attribute of the table, or null
     * @param byValue empty without it
     */
    public record Result(
            Samples samples,
            Exclusion exclusion,
            Retrieval encoder,
            Map<String, Retrieval> baselines,
            @Nullable String by,
            List<ByValue> byValue) {

        /** As DESIGN §4: {@code {"task","recall":{"1","5","10"},"mapAtR","baselines":{"pixels":{…},"untrained":{…}}}} and more; with a
         * comparator {@code "reranked"} holds the same figures of the first 100 in its order. */
        public JsonObject json() {
            JsonObject json = new JsonObject();
            json.addProperty("task", "retrieval");
            addFigures(json, encoder);
            json.addProperty("queries", encoder.asked());
            json.addProperty("gallery", samples.size());
            json.addProperty("classes", samples.classesPresent());
            JsonObject beside = new JsonObject();
            baselines.forEach((name, retrieval) -> {
                JsonObject figures = new JsonObject();
                addFigures(figures, retrieval);
                (name.equals(Views.RERANKED) ? json : beside).add(name, figures);
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
                figures.addProperty("queries", row.queries());
                JsonObject recall = new JsonObject();
                FigureJson.addFinite(recall, "1", row.recallAt1().getOrDefault("encoder", Double.NaN));
                FigureJson.addFinite(recall, "10", row.recallAt10());
                figures.add("recall", recall);
                FigureJson.addFinite(figures, "mapAtR", row.mapAtR());
                values.add(row.value(), figures);
            }
            JsonObject json = new JsonObject();
            json.addProperty("attribute", attribute);
            json.add("values", values);
            return json;
        }

        private static void addFigures(JsonObject json, Retrieval retrieval) {
            JsonObject recall = new JsonObject();
            JsonObject precision = new JsonObject();
            JsonObject intervals = new JsonObject();
            for (int k : Retrieval.RANKS) {
                recall.addProperty(String.valueOf(k), retrieval.recall(k));
                precision.addProperty(String.valueOf(k), retrieval.precision(k));
                FigureJson.addInterval(intervals, String.valueOf(k), retrieval.recallMeasure(k));
            }
            json.add("recall", recall);
            json.addProperty("mapAtR", retrieval.mapAtR());
            json.add("precision", precision);
            json.addProperty("rPrecision", retrieval.rPrecision());
            if (!intervals.isEmpty()) {
                json.add("recallInterval", intervals);
            }
            FigureJson.addInterval(json, "mapAtRInterval", retrieval.mapAtRMeasure());
        }

        /** Every view by name, the encoder first. */
        Map<String, Retrieval> views() {
            Map<String, Retrieval> views = new LinkedHashMap<>();
            views.put("encoder", encoder);
            views.putAll(baselines);
            return views;
        }

        /** For people, a table and its interval. */
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            lines.add(String.format(
                    Locale.ROOT,
                    "retrieval: %,d queries of %,d classes, each against all others",
                    encoder.asked(),
                    samples.classesPresent()));
            lines.add("%-20s %9s %9s %9s %9s".formatted("", "recall@1", "recall@5", "recall@10", "MAP@R"));
            views().forEach((name, r) -> lines.add(String.format(
                    Locale.ROOT,
                    "%-20s %8.1f%% %8.1f%% %8.1f%% %8.1f%%",
                    Views.spoken(name),
                    100 * r.recall(1),
                    100 * r.recall(5),
                    100 * r.recall(10),
                    100 * r.mapAtR())));
            Spoken.interval("recall@1", encoder.recallMeasure(1)).ifPresent(lines::add);
            if (by != null) {
                lines.add("");
                lines.add("%-28s %8s %9s %9s %9s".formatted("by " + by, "queries", "recall@1", "recall@10", "MAP@R"));
                for (ByValue row : byValue) {
                    lines.add(String.format(
                            Locale.ROOT,
                            "%-28s %8d %8.1f%% %8.1f%% %8.1f%%",
                            row.value(),
                            row.queries(),
                            100 * row.recallAt1().getOrDefault("encoder", Double.NaN),
                            100 * row.recallAt10(),
                            100 * row.mapAtR()));
                }
            }
            return lines;
        }
    }

    /** Leave one out. */
    public static Result run(Samples samples, Views views, @Nullable String by, long seed, Workers workers) {
        return run(samples, views, Map.of(), Exclusion.SELF, by, seed, workers);
    }

    /**
     * @param others baselines already measured on the same samples, by name
     * @param exclusion which rows may not answer which, their own row among them
     * @param seed of the bootstrap
     */
    public static Result run(
            Samples samples,
            Views views,
            Map<String, Retrieval> others,
            Exclusion exclusion,
            @Nullable String by,
            long seed,
            Workers workers) {
        List<String> values = by == null ? List.of() : samples.values(by);
        Retrieval encoder = retrieval(samples, views.encoder(), exclusion, seed, workers);
        Map<String, Retrieval> baselines = new LinkedHashMap<>();
        views.baselines()
                .forEach((name, view) -> baselines.put(name, retrieval(samples, view, exclusion, seed, workers)));
        baselines.putAll(others);
        List<ByValue> byValue = new ArrayList<>();
        if (by != null) {
            for (String value : values) {
                IntPredicate chosen = row -> value.equals(samples.value(row, by));
                int queries = 0;
                for (int row = 0; row < samples.size(); row++) {
                    queries += encoder.wasAsked(row) && chosen.test(row) ? 1 : 0;
                }
                if (queries == 0) {
                    continue;
                }
                Map<String, Double> recall = new LinkedHashMap<>();
                recall.put("encoder", encoder.recall(1, chosen));
                baselines.forEach((name, retrieval) -> recall.put(name, retrieval.recall(1, chosen)));
                byValue.add(new ByValue(value, queries, recall, encoder.recall(10, chosen), encoder.mapAtR(chosen)));
            }
        }
        return new Result(samples, exclusion, encoder, baselines, by, byValue);
    }

    private static Retrieval retrieval(
            Samples samples, Embeddings view, Exclusion exclusion, long seed, Workers workers) {
        return Retrieval.measure(view, samples.labels(), view, samples.labels(), exclusion, seed, workers);
    }
}
