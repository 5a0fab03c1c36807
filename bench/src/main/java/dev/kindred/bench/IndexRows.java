package dev.kindred.bench;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The rows of the index's table, made of what the cells hold; what a cell lacks is not measured. */
final class IndexRows {
    private final List<Row> rows = new ArrayList<>();

    List<Row> all() {
        return rows;
    }

    void search(String set, JsonObject cell) {
        search(set, cell, "", "");
        search(set, cell, "coded ", ", by int8 codes and then the rows");
    }

    private void search(String set, JsonObject cell, String kind, String how) {
        for (double recall : List.of(0.95, 0.99)) {
            String name = kind + "at " + recall;
            JsonObject at = cell.has(name) ? cell.getAsJsonObject(name) : new JsonObject();
            Map<String, Double> beside = new LinkedHashMap<>();
            put(beside, "queries a CPU second", median(at, "queriesPerCpuSecond"));
            put(beside, "of hnswlib", median(at, "hnswlibQueriesPerCpuSecond"));
            put(beside, "ef", at(at, "ef"));
            put(beside, "ef of hnswlib", at(at, "hnswlibEf"));
            put(beside, "recall", at(at, "recall"));
            put(beside, "recall of hnswlib", at(at, "hnswlibRecall"));
            put(beside, "p50, µs", median(at, "p50Micros"));
            put(beside, "p50 of hnswlib, µs", median(at, "hnswlibP50Micros"));
            rows.add(spread(
                    "search, " + set + how + ": queries a CPU second against hnswlib, both at Recall@10 " + recall,
                    "×",
                    IndexBench.values(at, "ratios").orElse(List.of()),
                    Row.Bound.AT_LEAST,
                    kind.isEmpty() ? (Double) (recall < 0.97 ? 0.5 : 0.6) : null,
                    1.3,
                    beside));
        }
    }

    void build(String set, JsonObject cell) {
        Double theirs = at(cell, "hnswlib", "cpuSeconds");
        Double ours = at(cell, "ours", "cpuSeconds");
        Double rest = at(cell, "withoutGraph", "cpuSeconds");
        Map<String, Double> beside = new LinkedHashMap<>();
        put(beside, "CPU seconds", ours);
        put(beside, "of hnswlib", theirs);
        put(beside, "without the graph", rest);
        if (ours != null && rest != null && theirs != null) {
            beside.put("the graph alone, ×", (ours - rest) / theirs);
        }
        rows.add(Row.of(
                        "build, " + set + ", 2 threads: CPU against hnswlib, ours made durable",
                        "×",
                        ours == null || theirs == null ? null : (Double) (ours / theirs),
                        Row.Bound.AT_MOST,
                        4.0,
                        1.5)
                .beside(beside));
    }

    void scan(String set, JsonObject cell) {
        List<Double> ours = IndexBench.values(cell, "ours").orElse(List.of());
        Double median = median(cell, "ours");
        Double bytes = at(cell, "bytes");
        Double queries = at(cell, "queries");
        Map<String, Double> beside = new LinkedHashMap<>();
        if (bytes != null && queries != null && median != null) {
            beside.put("GB a CPU second", bytes * queries / median / 1e9);
        }
        rows.add(spread(
                "exact scan, " + set + ", one query: share of streaming the same bytes",
                "×",
                ratios(IndexBench.values(cell, "stream").orElse(List.of()), ours),
                Row.Bound.AT_LEAST,
                0.6,
                null,
                beside));
        Map<String, Double> scan = new LinkedHashMap<>();
        List<Double> fair = ratios(IndexBench.values(cell, "hnswlib").orElse(List.of()), ours);
        if (!fair.isEmpty()) {
            scan.put("against hnswlib's scan", Spread.of(fair).median());
        }
        rows.add(spread(
                "exact scan, " + set + ", one query: against FAISS Flat as Debian builds it",
                "×",
                ratios(IndexBench.values(cell, "faiss").orElse(List.of()), ours),
                Row.Bound.AT_LEAST,
                1.0,
                null,
                scan));
        rows.add(spread(
                "exact scan, " + set + ", one query, by int8 codes and then the rows: against FAISS Flat",
                "×",
                ratios(
                        IndexBench.values(cell, "faiss").orElse(List.of()),
                        IndexBench.values(cell, "coded").orElse(List.of())),
                Row.Bound.AT_LEAST,
                null,
                3.0,
                Map.of()));
    }

    void memory(String engine, JsonObject cell) {
        boolean exact = engine.equals("exact");
        memory(engine + ", clustered", cell, exact ? 1.1 : 1.4, exact ? 1.05 : 1.3);
    }

    /** Only where it finds enough. */
    void coded(String set, double floor, JsonObject cell) {
        Double recall = at(cell, "recall");
        memory("graph by int8 codes, " + set, recall == null || recall >= 0.95 ? cell : new JsonObject(), floor, 0.25);
    }

    private void memory(String what, JsonObject cell, double floor, double goal) {
        Map<String, Double> beside = new LinkedHashMap<>();
        put(beside, "heap, bytes", at(cell, "heapBytes"));
        put(beside, "mapped and resident, bytes", at(cell, "mappedBytes"));
        put(beside, "process, MiB", at(cell, "processMiB"));
        put(beside, "recall", at(cell, "recall"));
        rows.add(Row.of(
                        "memory, " + what + ": heap and mapped files against the vectors",
                        "×",
                        memory(cell),
                        Row.Bound.AT_MOST,
                        floor,
                        goal)
                .beside(beside));
    }

    static @Nullable Double memory(JsonObject cell) {
        Double heap = at(cell, "heapBytes");
        Double mapped = at(cell, "mappedBytes");
        Double raw = at(cell, "rawBytes");
        return heap == null || mapped == null || raw == null ? null : (Double) ((heap + mapped) / raw);
    }

    void filters(JsonObject cell) {
        for (int passing : FilterTimes.PASSING) {
            String name = FilterTimes.name(passing);
            JsonObject of = cell.has(name) ? cell.getAsJsonObject(name) : new JsonObject();
            rows.add(Row.of(
                    "filter keeping " + name + ": Recall@10 at the effort that finds 0.99 without",
                    "",
                    at(of, "recall"),
                    Row.Bound.AT_LEAST,
                    0.95,
                    null));
            Map<String, Double> beside = new LinkedHashMap<>();
            put(beside, "first use, µs", at(of, "firstMicros"));
            rows.add(spread(
                    "filter keeping " + name + ": CPU against no filter",
                    "×",
                    IndexBench.values(of, "ratios").orElse(List.of()),
                    Row.Bound.AT_MOST,
                    4.0,
                    null,
                    beside));
        }
    }

    void opening(String engine, JsonObject cell) {
        rows.add(spread(
                "opening 1,000,000 × 128 (" + engine + ") in a fresh JVM, to the first answer",
                "s",
                IndexBench.values(cell, "seconds").orElse(List.of()),
                Row.Bound.AT_MOST,
                3.0,
                null,
                Map.of()));
        rows.add(spread(
                "the first searches after opening (" + engine + ") against warm ones",
                "×",
                IndexBench.values(cell, "ratios").orElse(List.of()),
                Row.Bound.AT_MOST,
                2.0,
                null,
                Map.of()));
    }

    void writes(JsonObject single, JsonObject bulk) {
        List<Double> disk = IndexBench.values(single, "disk").orElse(List.of());
        List<Double> one = IndexBench.values(single, "one").orElse(List.of());
        List<Double> many = IndexBench.values(single, "many").orElse(List.of());
        Map<String, Double> beside = new LinkedHashMap<>();
        put(beside, "disk, a second", median(single, "disk"));
        put(beside, "one writer, a second", median(single, "one"));
        put(beside, "16 writers, a second", median(single, "many"));
        rows.add(spread(
                "durable writes, one writer: against appending 4 KiB and waiting for the disk",
                "×",
                ratios(one, disk),
                Row.Bound.AT_LEAST,
                0.5,
                null,
                beside));
        rows.add(spread(
                "durable writes, 16 writers against one",
                "×",
                ratios(many, one),
                Row.Bound.AT_LEAST,
                3.0,
                null,
                Map.of()));
        rows.add(Row.of(
                "bulk load at 128 dimensions, searchable exactly",
                "a second",
                at(bulk, "exactPerSecond"),
                Row.Bound.AT_LEAST,
                5_000.0,
                null));
        rows.add(Row.of(
                "bulk load at 128 dimensions, until one graph holds all",
                "a second",
                at(bulk, "graphPerSecond"),
                Row.Bound.AT_LEAST,
                1_200.0,
                null));
    }

    void churn(JsonObject cell) {
        Double fresh = at(cell, "freshRecall");
        Double after = at(cell, "recall");
        rows.add(Row.of(
                "a fifth deleted and a fifth changed under load: Recall@10 against a fresh build",
                "points",
                fresh == null || after == null ? null : (Double) (100 * (after - fresh)),
                Row.Bound.AT_LEAST,
                -1.0,
                null));
    }

    private static List<Double> ratios(List<Double> above, List<Double> below) {
        return IntStream.range(0, Math.min(above.size(), below.size()))
                .mapToObj(i -> above.get(i) / below.get(i))
                .toList();
    }

    static Row spread(
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
        Spread spread = Spread.of(values);
        return Row.of(what, unit, spread.median(), bound, floor, goal)
                .with(spread)
                .beside(beside);
    }

    static @Nullable Double median(JsonObject json, String name) {
        Optional<List<Double>> values = IndexBench.values(json, name);
        return values.isEmpty() || values.get().isEmpty()
                ? null
                : (Double) Spread.of(values.get()).median();
    }

    static @Nullable Double at(JsonObject json, String... path) {
        return TextBench.at(json, path).orElse(null);
    }

    static void put(Map<String, Double> map, String name, @Nullable Double value) {
        if (value != null) {
            map.put(name, value);
        }
    }
}
