package dev.kindred.evaluate;

import com.google.gson.JsonObject;
import dev.kindred.core.metric.PairedBootstrap;
import dev.kindred.core.metric.RankFigure;
import dev.kindred.core.metric.RankedRetrieval;
import dev.kindred.core.metric.Rankings;
import dev.kindred.core.metric.Relevance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Queries against a corpus, judged by graded relevance (qrels). */
public final class RankedTask {
    private static final List<RankFigure> SHOWN = List.of(
            RankFigure.NDCG_10,
            RankFigure.AVERAGE_PRECISION,
            RankFigure.RECIPROCAL_RANK,
            RankFigure.RECALL_1,
            RankFigure.RECALL_10);

    private RankedTask() {}

    /**
     * @param relevance of rows of queries and documents
     * @param found what the encoder found
     * @param baselines by name: {@code bm25}, {@code untaught}, {@code hybrid}
     * @param seed of the intervals
     */
    public record Result(
            Relevance relevance,
            Rankings found,
            RankedRetrieval encoder,
            Map<String, RankedRetrieval> baselines,
            long seed) {

        /** Every view by name, the encoder first. */
        Map<String, RankedRetrieval> views() {
            Map<String, RankedRetrieval> views = new LinkedHashMap<>();
            views.put("encoder", encoder);
            views.putAll(baselines);
            return views;
        }

        /**
         * {@code {"task","recall":{"1","5","10","100"},"success":{"1","5","10"},"ndcg10","map","mrr","baselines":{"bm25":{…},…}}}. Recall@k
         * is the share of a query's relevant documents among the first k, success@k whether there is any. A baseline also says how much
         * better the encoder is on the same queries, with the 95% interval of a paired bootstrap.
         */
        public JsonObject json() {
            JsonObject json = new JsonObject();
            json.addProperty("task", "retrieval");
            addFigures(json, encoder);
            json.addProperty("queries", encoder.asked());
            json.addProperty("corpus", relevance.documents());
            JsonObject beside = new JsonObject();
            baselines.forEach((name, baseline) -> {
                JsonObject figures = new JsonObject();
                addFigures(figures, baseline);
                JsonObject better = new JsonObject();
                addDifference(better, "ndcg10", RankFigure.NDCG_10, baseline);
                addDifference(better, "map", RankFigure.AVERAGE_PRECISION, baseline);
                figures.add("encoderBetterBy", better);
                (name.equals(Views.RERANKED) ? json : beside).add(name, figures);
            });
            json.add("baselines", beside);
            return json;
        }

        private void addDifference(JsonObject to, String name, RankFigure figure, RankedRetrieval baseline) {
            PairedBootstrap compared = PairedBootstrap.of(encoder.asked(figure), baseline.asked(figure), seed);
            to.addProperty(name, compared.difference());
            to.add(name + "Interval", FigureJson.interval(compared.interval()));
        }

        private static void addFigures(JsonObject json, RankedRetrieval measured) {
            JsonObject recall = new JsonObject();
            recall.addProperty("1", measured.value(RankFigure.RECALL_1));
            recall.addProperty("5", measured.value(RankFigure.RECALL_5));
            recall.addProperty("10", measured.value(RankFigure.RECALL_10));
            recall.addProperty("100", measured.value(RankFigure.RECALL_100));
            json.add("recall", recall);
            JsonObject success = new JsonObject();
            success.addProperty("1", measured.value(RankFigure.SUCCESS_1));
            success.addProperty("5", measured.value(RankFigure.SUCCESS_5));
            success.addProperty("10", measured.value(RankFigure.SUCCESS_10));
            json.add("success", success);
            addMeasure(json, "ndcg10", measured, RankFigure.NDCG_10);
            addMeasure(json, "map", measured, RankFigure.AVERAGE_PRECISION);
            addMeasure(json, "mrr", measured, RankFigure.RECIPROCAL_RANK);
        }

        private static void addMeasure(JsonObject json, String name, RankedRetrieval measured, RankFigure figure) {
            json.addProperty(name, measured.value(figure));
            FigureJson.addInterval(json, name + "Interval", measured.measure(figure));
        }

        /** For people, a table and the encoder's interval. */
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            lines.add(String.format(
                    Locale.ROOT,
                    "retrieval: %,d queries against %,d documents",
                    encoder.asked(),
                    relevance.documents()));
            StringBuilder head = new StringBuilder("%-20s".formatted(""));
            SHOWN.forEach(figure -> head.append(" %9s".formatted(figure.spoken())));
            lines.add(head.toString());
            views().forEach((name, measured) -> {
                StringBuilder row = new StringBuilder("%-20s".formatted(Views.spoken(name)));
                SHOWN.forEach(
                        figure -> row.append(String.format(Locale.ROOT, " %8.1f%%", 100 * measured.value(figure))));
                lines.add(row.toString());
            });
            Spoken.interval("nDCG@10", encoder.measure(RankFigure.NDCG_10), "queries")
                    .ifPresent(lines::add);
            baselines.forEach((name, baseline) -> {
                PairedBootstrap compared =
                        PairedBootstrap.of(encoder.asked(RankFigure.NDCG_10), baseline.asked(RankFigure.NDCG_10), seed);
                lines.add(String.format(
                        Locale.ROOT,
                        "nDCG@10 beside %s: %+.1f points (95%%: %s)",
                        Views.spoken(name),
                        100 * compared.difference(),
                        Spoken.range(compared.interval())));
            });
            return lines;
        }
    }

    /**
     * @param found what the encoder found
     * @param baselines what others found for the same queries, by name
     * @param seed of the intervals
     */
    public static Result run(Relevance relevance, Rankings found, Map<String, Rankings> baselines, long seed) {
        RankedRetrieval encoder = RankedRetrieval.measure(found, relevance, seed);
        Map<String, RankedRetrieval> measured = new LinkedHashMap<>();
        baselines.forEach((name, rankings) -> measured.put(name, RankedRetrieval.measure(rankings, relevance, seed)));
        return new Result(relevance, found, encoder, measured, seed);
    }
}
