package dev.kindred.bench;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The embedded index beside hnswlib and FAISS: search, building, scanning, memory, filters, opening, writing. */
public final class IndexBench {
    private static final String ABOUT = """
        Builds Kindred's index and hnswlib's of fashion-mnist and of clustered vectors, and compares searches at equal
        recall, building, the exact scan, memory, filters, opening, durable writes and what churn does. Needs g++ and
        the packages libhnswlib-dev and python3-faiss. Takes at most an hour on a quiet machine.\
        """;

    private static final int MILLION = 1_000_000;
    /** A million's rows beside the graph that is being built of them. */
    private static final String HEAP = "-Xmx6g";

    private final BenchRun run;
    private final IndexRows rows = new IndexRows();
    private final int rounds;
    private final int queries;

    private IndexBench(BenchRun run) {
        this.run = run;
        this.rounds = run.smoke() ? 1 : 5;
        this.queries = run.smoke() ? 100 : 1_000;
    }

    public static void main(String[] arguments) {
        BenchRun.main("index", ABOUT, arguments, run -> new IndexBench(run).rows());
    }

    private List<Row> rows() {
        Set fashion = set(IndexSets.FASHION, 60_000);
        Set clustered = set(IndexSets.CLUSTERED, 100_000);
        for (Set set : List.of(fashion, clustered)) {
            rows.search(set.name(), searched(set));
        }
        for (Set set : List.of(fashion, clustered)) {
            rows.build(set.name(), built(set));
        }
        for (Set set : List.of(fashion, clustered)) {
            rows.scan(set.name(), scanned(set));
        }
        rows.memory("exact", memory(clustered, "exact"));
        rows.memory("graph", memory(clustered, "graph"));
        for (Set set : List.of(fashion, clustered)) {
            rows.coded(set.name(), set == fashion ? 0.4 : 0.5, memory(set, "graph-int8"));
        }
        rows.filters(ofBuilt(
                "filters",
                clustered,
                () -> run.java(
                        FilterTimes.class,
                        Map.of(),
                        List.of(HEAP),
                        clustered.folder().toString(),
                        clustered.ours("graph"),
                        String.valueOf(rounds))));
        rows.opening("exact", opening());
        rows.writes(
                cell(
                        "writes",
                        () -> run.java(
                                WriteTimes.class,
                                Map.of(),
                                List.of(HEAP),
                                "single",
                                clustered.folder().toString(),
                                scratch("writes"),
                                String.valueOf(rounds),
                                run.smoke() ? "200" : "2000")),
                cell(
                        "bulk",
                        () -> run.java(
                                WriteTimes.class,
                                Map.of(),
                                List.of(HEAP),
                                "bulk",
                                clustered.folder().toString(),
                                scratch("bulk"))));
        rows.churn(cell(
                "churn",
                () -> run.java(
                        ChurnRecall.class,
                        Map.of(),
                        List.of(HEAP),
                        run.smoke() ? "10000" : "50000",
                        String.valueOf(queries),
                        scratch("churn"))));
        List<Row> grown = new ArrayList<>(growth(IndexSets.CLUSTERED, GrowthPlot.DENSER));
        if (run.goals()) {
            Set million = set(IndexSets.CLUSTERED, MILLION);
            for (String engine : List.of("graph", "graph-int8")) {
                rows.opening(
                        engine,
                        ofBuilt(
                                "opening " + engine,
                                million,
                                () -> opened(String.valueOf(MILLION), million.ours(engine), engine)));
            }
        }
        grown.addAll(growth(IndexSets.CLASSES, GrowthPlot.WIDER));
        List<Row> all = new ArrayList<>(rows.all());
        all.addAll(grown);
        return all;
    }

    /** From 10,000 to a million, which takes long to build: that is of the goals. */
    private List<Row> growth(String name, String how) {
        GrowthRows growth = new GrowthRows(how);
        for (int n : GrowthPlot.SIZES) {
            if (n == MILLION && !run.goals()) {
                continue;
            }
            // At this size one is the other.
            Set set = set(n == 100_000 ? IndexSets.CLUSTERED : name, n);
            growth.add(n, built(set), searched(set), memory(set, "graph"), memory(set, "graph-int8"));
        }
        return growth.all(MILLION);
    }

    /** A set's name and folder; Kindred's indexes of it lie beside. */
    private record Set(String name, Path folder) {
        String ours(String engine) {
            return folder.resolveSibling(folder.getFileName() + "-ours")
                    .resolve(engine)
                    .toString();
        }

        String ours() {
            return folder.resolveSibling(folder.getFileName() + "-ours").toString();
        }
    }

    private Path folder() {
        return run.results().resolve(run.smoke() ? "index.smoke" : "index");
    }

    private String scratch(String name) {
        return folder().resolve("scratch").resolve(name).toString();
    }

    private JsonObject cell(String name, Supplier<JsonObject> measure) {
        return run.ledger().cell(name, measure);
    }

    private Set set(String name, int n) {
        int rows = run.smoke() ? n / 10 : n;
        Path folder = folder().resolve(name + "-" + rows);
        run.ledger()
                .cell(
                        "set " + name + " " + rows,
                        kept -> IndexSets.isKept(folder),
                        () -> IndexSets.make(name, rows, queries, run.data(), folder));
        return new Set(name + ", " + "%,d".formatted(rows), folder);
    }

    private JsonObject built(Set set) {
        return run.ledger()
                .cell(
                        "build " + set.name(),
                        kept -> Files.exists(Path.of(set.ours("graph"))),
                        () -> run.java(
                                GraphTimes.class,
                                Map.of(),
                                List.of(HEAP),
                                "build",
                                run.root().toString(),
                                set.folder().toString(),
                                set.ours(),
                                "2"));
    }

    /** Measured where the set's indexes are built, which they are first. */
    private JsonObject ofBuilt(String name, Set set, Supplier<JsonObject> measure) {
        return run.ledger().cell(name, () -> {
            if (!Files.exists(Path.of(set.ours("graph"))) && built(set).isEmpty()) {
                return new JsonObject();
            }
            return measure.get();
        });
    }

    private JsonObject searched(Set set) {
        return ofBuilt(
                "search " + set.name(),
                set,
                () -> run.java(
                        GraphTimes.class,
                        Map.of(),
                        List.of(HEAP),
                        "search",
                        run.root().toString(),
                        set.folder().toString(),
                        set.ours(),
                        String.valueOf(rounds),
                        "0.95",
                        "0.99"));
    }

    private JsonObject scanned(Set set) {
        return ofBuilt(
                "scan " + set.name(),
                set,
                () -> run.java(
                        ScanTimes.class,
                        Map.of(),
                        List.of(HEAP),
                        run.root().toString(),
                        set.folder().toString(),
                        set.ours(),
                        run.smoke() ? "5" : "30",
                        String.valueOf(rounds)));
    }

    private JsonObject memory(Set set, String engine) {
        return ofBuilt(
                "memory " + engine + " " + set.name(),
                set,
                () -> run.java(
                        IndexMemory.class,
                        Map.of(),
                        List.of(HEAP),
                        set.folder().toString(),
                        set.ours(engine),
                        engine.equals("exact") ? "0" : "200"));
    }

    /** The large exact index; one with a graph is that of the growth, which is of the goals. */
    private JsonObject opening() {
        String n = run.smoke() ? "20000" : String.valueOf(MILLION);
        String folder = folder().resolve("opening-exact-" + n).toString();
        JsonObject built = run.ledger()
                .cell(
                        "build for opening exact",
                        kept -> Files.exists(Path.of(folder)),
                        () -> run.java(OpeningTimes.class, Map.of(), List.of(HEAP), "build", n, folder));
        return built.isEmpty() ? built : cell("opening exact", () -> opened(n, folder, "exact"));
    }

    /** In one JVM after another. */
    private JsonObject opened(String n, String folder, String engine) {
        List<Double> seconds = new ArrayList<>();
        List<Double> slower = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            JsonObject said = run.java(OpeningTimes.class, Map.of(), List.of(HEAP), "open", n, folder, engine, "200");
            seconds.add(said.get("firstAnswerSeconds").getAsDouble());
            slower.add(
                    Spread.of(Spread.values(said.getAsJsonArray("earlyMicros"))).median()
                            / Spread.of(Spread.values(said.getAsJsonArray("warmMicros")))
                                    .median());
        }
        JsonObject json = new JsonObject();
        json.addProperty("n", Integer.valueOf(n));
        json.add("seconds", Spread.array(seconds));
        json.add("ratios", Spread.array(slower));
        return json;
    }

    static Optional<List<Double>> values(JsonObject json, String name) {
        return json.has(name) ? Optional.of(Spread.values(json.getAsJsonArray(name))) : Optional.empty();
    }
}
