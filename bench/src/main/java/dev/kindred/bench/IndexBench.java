package dev.kindred.bench;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The embedded index beside hnswlib and FAISS: search, building, scanning, memory, filters, opening, writing. */
public final class IndexBench {
    private static final String ABOUT = """
        Builds Kindred's index and hnswlib's of fashion-mnist and of clustered vectors, and compares searches at equal
        recall, building, the exact scan, memory, filters, opening, durable writes and what churn does. Needs g++ and
        the packages libhnswlib-dev and python3-faiss. Takes at most an hour on a quiet machine.\
        """;

    private static final int MILLION = 1_000_000;

    private final BenchRun run;
    private final SetCells cells;
    private final IndexRows rows = new IndexRows();

    private IndexBench(BenchRun run) {
        this.run = run;
        this.cells = new SetCells(run, "index", List.of("build"));
    }

    public static void main(String[] arguments) {
        BenchRun.main("index", ABOUT, arguments, run -> new IndexBench(run).rows());
    }

    private List<Row> rows() {
        SetCells.Set fashion = cells.set(IndexSets.FASHION, 60_000);
        SetCells.Set clustered = cells.set(IndexSets.CLUSTERED, 100_000);
        for (SetCells.Set set : List.of(fashion, clustered)) {
            rows.search(set.name(), cells.searched(set));
        }
        for (SetCells.Set set : List.of(fashion, clustered)) {
            rows.build(set.name(), cells.built(set));
        }
        for (SetCells.Set set : List.of(fashion, clustered)) {
            rows.scan(set.name(), cells.scanned(set));
        }
        rows.memory("exact", cells.memory(clustered, "exact"));
        rows.memory("graph", cells.memory(clustered, "graph"));
        for (SetCells.Set set : List.of(fashion, clustered)) {
            rows.coded(set.name(), set == fashion ? 0.4 : 0.5, cells.memory(set, "graph-int8"));
        }
        rows.filters(cells.ofBuilt(
                "filters",
                clustered,
                () -> cells.java(
                        FilterTimes.class,
                        clustered.folder().toString(),
                        clustered.ours("graph"),
                        String.valueOf(cells.rounds()))));
        rows.opening("exact", opening());
        rows.writes(
                cells.cell(
                        "writes",
                        () -> cells.java(
                                WriteTimes.class,
                                "single",
                                clustered.folder().toString(),
                                cells.scratch("writes"),
                                String.valueOf(cells.rounds()),
                                run.smoke() ? "200" : "2000")),
                cells.cell(
                        "bulk",
                        () -> cells.java(
                                WriteTimes.class, "bulk", clustered.folder().toString(), cells.scratch("bulk"))));
        rows.churn(cells.cell(
                "churn",
                () -> cells.java(
                        ChurnRecall.class,
                        run.smoke() ? "10000" : "50000",
                        String.valueOf(cells.queries()),
                        cells.scratch("churn"))));
        return rows.all();
    }

    /** The large exact index; {@code bench/growth} opens one with a graph. */
    private JsonObject opening() {
        String n = run.smoke() ? "20000" : String.valueOf(MILLION);
        String folder = cells.folder().resolve("opening-exact-" + n).toString();
        JsonObject built = run.ledger()
                .cell(
                        "build for opening exact",
                        kept -> Files.exists(Path.of(folder)),
                        () -> cells.java(OpeningTimes.class, "build", n, folder));
        return built.isEmpty() ? built : cells.cell("opening exact", () -> cells.opened(n, folder, "exact"));
    }

    static Optional<List<Double>> values(JsonObject json, String name) {
        return json.has(name) ? Optional.of(Spread.values(json.getAsJsonArray(name))) : Optional.empty();
    }
}
