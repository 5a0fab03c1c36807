package dev.kindred.bench;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What the benches of indexes measure of a set: each a cell of its own, in a process of its own. */
final class SetCells {
    /** A million's rows beside the graph that is being built of them. */
    private static final String HEAP = "-Xmx6g";

    private final BenchRun run;
    private final String bench;
    private final List<String> built;
    private final int rounds;
    private final int queries;

    /**
     * @param bench whose results hold the sets
     * @param built of each set, as {@link GraphTimes} has it: {@code build}, or its parts, each a cell of its own
     */
    SetCells(BenchRun run, String bench, List<String> built) {
        this.run = run;
        this.bench = bench;
        this.built = built;
        this.rounds = run.smoke() ? 1 : 5;
        this.queries = run.smoke() ? 100 : 1_000;
    }

    int rounds() {
        return rounds;
    }

    int queries() {
        return queries;
    }

    /** A set's name and folder; Kindred's indexes of it lie beside. */
    record Set(String name, Path folder) {
        String ours(String engine) {
            return folder.resolveSibling(folder.getFileName() + "-ours")
                    .resolve(engine)
                    .toString();
        }

        String ours() {
            return folder.resolveSibling(folder.getFileName() + "-ours").toString();
        }
    }

    Path folder() {
        return run.results().resolve(run.smoke() ? bench + ".smoke" : bench);
    }

    String scratch(String name) {
        return folder().resolve("scratch").resolve(name).toString();
    }

    JsonObject cell(String name, Supplier<JsonObject> measure) {
        return run.ledger().cell(name, measure);
    }

    Set set(String name, int n) {
        int rows = run.smoke() ? n / 10 : n;
        Path folder = folder().resolve(name + "-" + rows);
        run.ledger()
                .cell(
                        "set " + name + " " + rows,
                        kept -> IndexSets.isKept(folder),
                        () -> IndexSets.make(name, rows, queries, run.data(), folder));
        return new Set(name + ", " + "%,d".formatted(rows), folder);
    }

    JsonObject built(Set set) {
        JsonObject all = new JsonObject();
        for (String part : built) {
            JsonObject json = run.ledger()
                    .cell(
                            (part.equals("build") ? part : "build " + part) + " " + set.name(),
                            kept -> Files.exists(made(set, part)),
                            () -> java(
                                    GraphTimes.class,
                                    part,
                                    run.root().toString(),
                                    set.folder().toString(),
                                    set.ours(),
                                    "2"));
            if (json.isEmpty()) {
                return json;
            }
            json.entrySet().forEach(figure -> all.add(figure.getKey(), figure.getValue()));
        }
        return all;
    }

    private static Path made(Set set, String part) {
        return switch (part) {
            case "build" -> Path.of(set.ours("graph"));
            case GraphTimes.HNSWLIB -> GraphTimes.theirs(set.folder());
            default -> Path.of(set.ours(part));
        };
    }

    /** A measuring process of its own. */
    JsonObject java(Class<?> main, String... words) {
        return run.java(main, Map.of(), List.of(HEAP), words);
    }

    /** Measured where the set's indexes are built, which they are first. */
    JsonObject ofBuilt(String name, Set set, Supplier<JsonObject> measure) {
        return run.ledger().cell(name, () -> {
            if (!built.stream().allMatch(part -> Files.exists(made(set, part)))
                    && built(set).isEmpty()) {
                return new JsonObject();
            }
            return measure.get();
        });
    }

    JsonObject searched(Set set) {
        return ofBuilt(
                "search " + set.name(),
                set,
                () -> java(
                        GraphTimes.class,
                        "search",
                        run.root().toString(),
                        set.folder().toString(),
                        set.ours(),
                        String.valueOf(rounds),
                        "0.95",
                        "0.99"));
    }

    JsonObject scanned(Set set) {
        return ofBuilt(
                "scan " + set.name(),
                set,
                () -> java(
                        ScanTimes.class,
                        run.root().toString(),
                        set.folder().toString(),
                        set.ours(),
                        run.smoke() ? "5" : "30",
                        String.valueOf(rounds)));
    }

    JsonObject memory(Set set, String engine) {
        return ofBuilt(
                "memory " + engine + " " + set.name(),
                set,
                () -> java(
                        IndexMemory.class,
                        set.folder().toString(),
                        set.ours(engine),
                        engine.equals("exact") ? "0" : "200"));
    }

    /** In one JVM after another. */
    JsonObject opened(String n, String folder, String engine) {
        List<Double> seconds = new ArrayList<>();
        List<Double> slower = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            JsonObject said = java(OpeningTimes.class, "open", n, folder, engine, "200");
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
}
