package dev.kindred.bench;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of the table, made of what the cells hold; what a cell lacks is not measured. */
final class TextRows {
    private static final String[] NDCG = {"ndcg10"};
    private static final String[] MAP = {"map"};
    private static final String[] RECALL = {"recall", "1"};

    private final int seeds;
    private final List<Row> rows = new ArrayList<>();

    /** @param seeds that teaching is measured with; of fewer nothing is said */
    TextRows(int seeds) {
        this.seeds = seeds;
    }

    List<Row> all() {
        return rows;
    }

    void sts(JsonObject equal, JsonObject before, List<JsonObject> after) {
        // Told as what is missing from 1: four digits of a cosine near 1 say nothing.
        rows.add(Row.of(
                "imported MiniLM against langchain4j's embedding of it: most that a cosine lacks of 1, STS-B test's"
                        + " sentences",
                "",
                TextBench.at(equal, "leastCosine").map(c -> 1 - c).orElse(null),
                Row.Bound.AT_MOST,
                0.0001,
                null));
        Double imported = percent(TextBench.at(before, "spearman"));
        rows.add(Row.of("STS-B test, Spearman × 100: imported", "", imported, Row.Bound.AT_LEAST, 81.8, 82.0));
        rows.add(spread(
                "STS-B test, Spearman × 100: after teaching on its train part",
                "",
                imported == null ? List.of() : percents(complete(after), "spearman"),
                Row.Bound.ABOVE,
                imported == null ? 0.0 : imported,
                84.0,
                Map.of()));
    }

    void int8(JsonObject before, JsonObject less, JsonObject cosine) {
        Double whole = percent(TextBench.at(before, "spearman"));
        Double small = percent(TextBench.at(less, "spearman"));
        rows.add(Row.of(
                "int8 against float: Spearman × 100 lost on STS-B test",
                "points",
                whole == null || small == null ? null : (Double) (whole - small),
                Row.Bound.AT_MOST,
                0.5,
                0.1));
        rows.add(Row.of(
                "int8 against float: mean cosine of the sentences of STS-B test",
                "cosine",
                TextBench.at(cosine, "meanCosine").orElse(null),
                Row.Bound.AT_LEAST,
                0.98,
                0.99));
    }

    void speed(JsonObject whole, JsonObject small) {
        rows.add(ratios("2,000 sentences of banking77, sentences a second against langchain4j: float", whole, 1.1));
        rows.add(ratios("the same, int8 against its quantised model", small, 0.9));
    }

    private static Row ratios(String what, JsonObject cell, double floor) {
        List<Double> values = cell.has("ratios") ? Spread.values(cell.getAsJsonArray("ratios")) : List.of();
        return spread(what, "×", values, Row.Bound.AT_LEAST, floor, 1.5, Map.of());
    }

    void intents(String set, double goal, @Nullable Double unknownGoal, JsonObject cell) {
        Map<String, Double> beside = new LinkedHashMap<>();
        List<Double> ours = shares(cell, "ours");
        put(beside, "logistic regression", median(shares(cell, "logistic")));
        put(beside, "nearest centroid", median(shares(cell, "centroid")));
        rows.add(spread(set + ", 10 a class: accuracy", "%", ours, Row.Bound.AT_LEAST, null, 100 * goal, beside));
        rows.add(Row.of(
                set
                        + ", 10 a class: accuracy above the better baseline, lower end of the paired interval over"
                        + " seeds and texts",
                "points",
                percent(TextBench.at(cell, "low")),
                Row.Bound.AT_LEAST,
                -0.5,
                null));
        if (unknownGoal != null) {
            Map<String, Double> others = new LinkedHashMap<>();
            Double logistic = median(shares(cell, "logisticUnknown"));
            Double centroid = median(shares(cell, "centroidUnknown"));
            put(others, "logistic regression", logistic);
            put(others, "nearest centroid", centroid);
            put(others, "of test's known rejected", median(shares(cell, "oursLost")));
            put(others, "by logistic regression", median(shares(cell, "logisticLost")));
            put(others, "by nearest centroid", median(shares(cell, "centroidLost")));
            boolean measured = logistic != null && centroid != null;
            double baselines = logistic != null && centroid != null ? Math.max(logistic, centroid) : 0;
            rows.add(spread(
                    set + ": out of scope found, by the threshold that rejects 5% of the known of validation",
                    "%",
                    measured ? shares(cell, "oursUnknown") : List.of(),
                    baselines >= 60 ? Row.Bound.ABOVE : Row.Bound.AT_LEAST,
                    Math.max(60, baselines),
                    100 * unknownGoal,
                    others));
        }
    }

    void stackfaq(List<JsonObject> runs) {
        ranked("stackfaq, taught on its paraphrases: Recall@1", runs, RECALL, true);
        ranked("stackfaq, taught on its paraphrases: MAP", runs, MAP, true);
        ranked("stackfaq, taught on its paraphrases: nDCG@10", runs, NDCG, true);
    }

    void cranfield(List<JsonObject> runs) {
        ranked("cranfield, taught on titles and texts: Recall@1", runs, RECALL, false);
        ranked("cranfield, taught on titles and texts: MAP", runs, MAP, false);
        ranked("cranfield, taught on titles and texts: nDCG@10", runs, NDCG, false);
        hybrid("cranfield, with words (hybrid): Recall@1", runs, RECALL);
        hybrid("cranfield, with words (hybrid): MAP", runs, MAP);
        hybrid("cranfield, with words (hybrid): nDCG@10", runs, NDCG);
    }

    /** @param aboveWords whether it must be above BM25 and the untaught; else not below the untaught */
    private void ranked(String what, List<JsonObject> runs, String[] figure, boolean aboveWords) {
        Map<String, Double> beside = new LinkedHashMap<>();
        for (String name : List.of("bm25", "untaught", "hybrid")) {
            put(beside, name, median(percents(runs, in(name, figure))));
        }
        Double untaught = beside.get("untaught");
        Double words = beside.get("bm25");
        if (untaught == null || words == null) {
            rows.add(Row.of(what, "%", null, aboveWords ? Row.Bound.ABOVE : Row.Bound.AT_LEAST, 0.0, null));
            return;
        }
        rows.add(spread(
                what,
                "%",
                percents(complete(runs), figure),
                aboveWords ? Row.Bound.ABOVE : Row.Bound.AT_LEAST,
                aboveWords ? Math.max(untaught, words) : untaught,
                null,
                beside));
    }

    private void hybrid(String what, List<JsonObject> runs, String[] figure) {
        Map<String, Double> beside = new LinkedHashMap<>();
        put(beside, "bm25", median(percents(runs, in("bm25", figure))));
        put(beside, "taught alone", median(percents(runs, figure)));
        boolean measured = beside.size() == 2;
        rows.add(spread(
                what,
                "%",
                measured ? percents(complete(runs), in("hybrid", figure)) : List.of(),
                Row.Bound.ABOVE,
                beside.values().stream().max(Double::compare).orElse(0.0),
                null,
                beside));
    }

    /** All seeds that were asked for, or none: a median of those that went well would flatter. */
    private List<JsonObject> complete(List<JsonObject> measured) {
        return measured.size() == seeds ? measured : List.of();
    }

    private static String[] in(String baseline, String[] figure) {
        List<String> path = new ArrayList<>(List.of("baselines", baseline));
        path.addAll(Arrays.asList(figure));
        return path.toArray(String[]::new);
    }

    void matching(String set, double goal, List<JsonObject> runs) {
        Double untaught = median(percents(runs, "baselines", "untaught", "bestF1", "value"));
        Map<String, Double> beside = new LinkedHashMap<>();
        put(beside, "untaught at its best threshold", untaught);
        rows.add(spread(
                set + ": F1, ten points above the untaught at its best threshold",
                "%",
                untaught == null ? List.of() : percents(complete(runs), "f1", "value"),
                Row.Bound.AT_LEAST,
                untaught == null ? 0.0 : untaught + 10,
                goal,
                beside));
    }

    void classes(JsonObject cell) {
        Map<String, Double> beside = new LinkedHashMap<>();
        TextBench.at(cell, "high").ifPresent(v -> beside.put("19 of 20 below", v));
        TextBench.at(cell, "longest").ifPresent(v -> beside.put("longest", v));
        rows.add(Row.of(
                        "adding a class of ten examples to 10,000 classes, median",
                        "ms",
                        TextBench.at(cell, "median").orElse(null),
                        Row.Bound.BELOW,
                        20.0,
                        5.0)
                .beside(beside));
    }

    void memory(JsonObject cell) {
        rows.add(Row.of(
                "encoding 100,000 sentences: most memory of the process",
                "MiB",
                TextBench.at(cell, "mostMiB").orElse(null),
                Row.Bound.BELOW,
                1536.0,
                null));
        Optional<Double> early = TextBench.at(cell, "secondQuarterMiB");
        Optional<Double> late = TextBench.at(cell, "lastQuarterMiB");
        rows.add(Row.of(
                "the same: memory in the last quarter against the second",
                "×",
                early.isPresent() && late.isPresent() ? (Double) (late.get() / early.get()) : null,
                Row.Bound.AT_MOST,
                1.05,
                null));
    }

    private static Row spread(
            String what,
            String unit,
            List<Double> values,
            Row.Bound bound,
            @Nullable Double floor,
            @Nullable Double goal,
            Map<String, Double> beside) {
        if (values.isEmpty()) {
            return Row.of(what, unit, null, bound, floor, goal);
        }
        Row row = Row.of(what, unit, Spread.of(values).median(), bound, floor, goal)
                .beside(beside);
        return values.size() > 1 ? row.with(Spread.of(values)) : row;
    }

    private static void put(Map<String, Double> to, String name, @Nullable Double value) {
        if (value != null) {
            to.put(name, value);
        }
    }

    private static @Nullable Double median(List<Double> values) {
        return values.isEmpty() ? null : (Double) Spread.of(values).median();
    }

    private static @Nullable Double percent(Optional<Double> share) {
        return share.map(v -> 100 * v).orElse(null);
    }

    private static List<Double> percents(List<JsonObject> cells, String... path) {
        return cells.stream()
                .map(cell -> percent(TextBench.at(cell, path)))
                .filter(Objects::nonNull)
                .toList();
    }

    private static List<Double> shares(JsonObject cell, String name) {
        return cell.has(name)
                ? cell.getAsJsonArray(name).asList().stream()
                        .map(v -> 100 * v.getAsDouble())
                        .toList()
                : List.of();
    }
}
