package dev.kindred.bench;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of how latency, memory and building grow with the number of vectors, at one recall. */
final class GrowthRows {
    static final String FLOAT = "float";
    static final String INT8 = "int8 codes";
    static final String HNSWLIB = "hnswlib";
    private static final String UNIT = "µs";
    /** A row's name: how it grows, how many, by what. */
    private static final String NAME = "%s, %,d, %s: median latency at Recall@10 0.95";

    private final GrowthPlot.Of of;
    private final List<Row> rows = new ArrayList<>();
    private final List<Integer> sizes = new ArrayList<>();
    private final List<JsonObject> searches = new ArrayList<>();

    GrowthRows(GrowthPlot.Of of) {
        this.of = of;
    }

    static String name(GrowthPlot.Of of, int n, String kind) {
        return String.format(Locale.ROOT, NAME, of.name(), n, kind);
    }

    /** One size; the cells in the order in which they are to be measured. */
    void add(int n, JsonObject built, JsonObject searched, JsonObject memory, JsonObject codedMemory) {
        sizes.add(n);
        searches.add(searched);
        row(n, FLOAT, built, "ours", memory);
        row(n, INT8, built, "coded", codedMemory);
        row(n, HNSWLIB, built, "hnswlib", new JsonObject());
    }

    private void row(int n, String kind, JsonObject built, String builtBy, JsonObject memory) {
        JsonObject at = at(searches.getLast(), kind);
        Map<String, Double> beside = new LinkedHashMap<>();
        IndexRows.put(beside, "ef", IndexRows.at(at, kind.equals(HNSWLIB) ? "hnswlibEf" : "ef"));
        IndexRows.put(beside, "build, CPU seconds", IndexRows.at(built, builtBy, "cpuSeconds"));
        IndexRows.put(beside, "memory against the vectors, ×", IndexRows.memory(memory));
        IndexRows.put(beside, "files, bytes", IndexRows.at(built, builtBy, "bytes"));
        rows.add(IndexRows.spread(
                name(of, n, kind),
                UNIT,
                IndexBench.values(at, micros(kind)).orElse(List.of()),
                Row.Bound.AT_MOST,
                null,
                null,
                beside));
    }

    private static JsonObject at(JsonObject search, String kind) {
        String name = kind.equals(INT8) ? "coded at 0.95" : "at 0.95";
        return search.has(name) ? search.getAsJsonObject(name) : new JsonObject();
    }

    private static String micros(String kind) {
        return kind.equals(HNSWLIB) ? "hnswlibP50Micros" : "p50Micros";
    }

    /**
     * All rows, and from the smallest of at least two sizes to the largest the exponents of n.
     *
     * @param floor of the exponents; null for none
     */
    List<Row> all(@Nullable Double floor) {
        List<Row> all = new ArrayList<>(rows);
        Map<String, Double> theirs = new LinkedHashMap<>();
        IndexRows.put(theirs, HNSWLIB, exponent(HNSWLIB));
        for (String kind : List.of(FLOAT, INT8)) {
            all.add(Row.of(
                            String.format(
                                    Locale.ROOT,
                                    "%s, %,d to %,d, %s: latency at Recall@10 0.95, as n to the power of",
                                    of.name(),
                                    sizes.getFirst(),
                                    sizes.getLast(),
                                    kind),
                            "",
                            exponent(kind),
                            Row.Bound.AT_MOST,
                            floor,
                            null)
                    .beside(theirs));
        }
        return all;
    }

    private @Nullable Double exponent(String kind) {
        Double before = IndexRows.median(at(searches.getFirst(), kind), micros(kind));
        Double after = IndexRows.median(at(searches.getLast(), kind), micros(kind));
        return before == null || after == null
                ? null
                : (Double) (Math.log(after / before) / Math.log((double) sizes.getLast() / sizes.getFirst()));
    }
}
