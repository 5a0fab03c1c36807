package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.index.Effort;
import dev.kindred.index.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Kindred's graph beside hnswlib's, in a process of its own: {@code GraphTimes build ROOT SET FOLDER THREADS} makes both of a set's
 * folder, and exact indexes, and says what that took ({@link #PARTS} makes one alone); {@code GraphTimes search ROOT SET FOLDER ROUNDS
 * RECALL…} compares them at equal recall.
 */
final class GraphTimes {
    static final int M = 16;
    static final int EF_CONSTRUCTION = 200;
    static final Engine ENGINE = new Engine.Graph(M, EF_CONSTRUCTION, 8_192);
    /** The same by codes of a byte a value. */
    static final Engine CODED = ENGINE.with(Engine.Codes.INT8);

    static final String HNSWLIB = "hnswlib";

    /** What is compared, each to be made alone. */
    static final List<String> PARTS = List.of("graph", "graph-int8", HNSWLIB);

    private static final Duration LIMIT = Duration.ofHours(2);

    private final Path root;
    private final SearchSet set;
    private final Path sets;
    private final Path folder;

    private GraphTimes(Path root, Path sets, Path folder) {
        this.root = root;
        this.sets = sets;
        this.folder = folder;
        this.set = IndexSets.open(sets);
    }

    public static void main(String[] words) {
        GraphTimes times = new GraphTimes(Path.of(words[1]), Path.of(words[2]), Path.of(words[3]));
        int number = Integer.parseInt(words[4]);
        JsonObject json = switch (words[0]) {
            case "build" -> times.build(number, true, PARTS);
            case "graph", "graph-int8", HNSWLIB -> times.build(number, false, List.of(words[0]));
            default ->
                times.search(
                        number,
                        List.of(words).subList(5, words.length).stream()
                                .map(Double::valueOf)
                                .toList());
        };
        System.out.println(json);
        System.out.flush();
        Runtime.getRuntime().exit(0);
    }

    /** One after the other. Without the graph Kindred's figures are those of an exact index of the same items: the rest is the graph's. */
    private JsonObject build(int threads, boolean exact, List<String> parts) {
        JsonObject json = new JsonObject();
        json.addProperty("n", set.n());
        json.addProperty("threads", threads);
        if (exact) {
            json.add("withoutGraph", ours(Engine.exact(), folder.resolve("exact"), threads));
            ours(Engine.exact().with(Engine.Codes.INT8), folder.resolve("exact-int8"), threads);
        }
        for (String part : parts) {
            switch (part) {
                case "graph" -> json.add("ours", ours(ENGINE, folder.resolve(part), threads));
                case "graph-int8" -> json.add("coded", ours(CODED, folder.resolve(part), threads));
                default -> json.add(HNSWLIB, theirs(threads));
            }
        }
        return json;
    }

    /** Where hnswlib's graph of a set is kept. */
    static Path theirs(Path set) {
        return set.resolve("hnswlib-%d-%d.index".formatted(M, EF_CONSTRUCTION));
    }

    private JsonObject theirs(int threads) {
        try {
            Files.deleteIfExists(theirs(sets));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (Peer peer = peer(threads)) {
            JsonObject json = new JsonObject();
            json.addProperty("cpuSeconds", peer.built().get("buildCpuSeconds").getAsDouble());
            json.addProperty("seconds", peer.built().get("buildWallSeconds").getAsDouble());
            return json;
        }
    }

    private Peer peer(int threads) {
        return Peer.hnswlib(root, set, sets, new Peer.Graph(M, EF_CONSTRUCTION, threads), LIMIT);
    }

    private JsonObject ours(Engine engine, Path into, int threads) {
        double cpu = OurIndex.processCpuSeconds();
        long from = System.nanoTime();
        JsonObject json = new JsonObject();
        try (OurIndex index = OurIndex.build(set, into, engine, threads)) {
            json.addProperty("cpuSeconds", OurIndex.processCpuSeconds() - cpu);
            json.addProperty("seconds", (System.nanoTime() - from) / 1e9);
            json.addProperty("bytes", index.generation().stats().fileBytes());
        }
        return json;
    }

    private JsonObject search(int rounds, List<Double> recalls) {
        JsonObject json = new JsonObject();
        json.addProperty("n", set.n());
        json.addProperty("queries", set.q());
        try (OurIndex index = OurIndex.open(set, folder.resolve("graph"), 1);
                OurIndex codes = OurIndex.open(set, folder.resolve("graph-int8"), 1);
                Peer peer = peer(2)) {
            json.addProperty("instructions", peer.built().get("instructions").getAsString());
            EffortCurve ours = new EffortCurve(ef -> index.search(new Effort.Ef(ef)));
            EffortCurve coded = new EffortCurve(ef -> codes.search(new Effort.Ef(ef)));
            EffortCurve theirs = new EffortCurve(ef -> pass(peer.search(ef, LIMIT)));
            for (double recall : recalls) {
                json.add("at " + recall, compared(ours, theirs, recall, rounds));
                json.add("coded at " + recall, compared(coded, theirs, recall, rounds));
            }
            json.add("ours", ours.json());
            json.add("coded", coded.json());
            json.add("hnswlib", theirs.json());
        }
        return json;
    }

    private static OurIndex.Pass pass(JsonObject said) {
        return new OurIndex.Pass(
                said.get("recall").getAsDouble(),
                said.get("cpuSeconds").getAsDouble(),
                said.get("p50Micros").getAsDouble());
    }

    /** Rounds of one after the other, each beginning in turn; finding the efforts has warmed both up. */
    private JsonObject compared(EffortCurve ours, EffortCurve theirs, double recall, int rounds) {
        int ourEf = ours.reaching(recall);
        int theirEf = theirs.reaching(recall);
        List<Double> ratios = new ArrayList<>();
        List<Double> ourRates = new ArrayList<>();
        List<Double> theirRates = new ArrayList<>();
        List<Double> ourMicros = new ArrayList<>();
        List<Double> theirMicros = new ArrayList<>();
        ours.pass(ourEf);
        theirs.pass(theirEf);
        for (int round = 0; round < rounds; round++) {
            OurIndex.Pass mine = null;
            OurIndex.Pass other = null;
            for (int turn = 0; turn < 2; turn++) {
                if ((round + turn) % 2 == 0) {
                    mine = ours.pass(ourEf);
                } else {
                    other = theirs.pass(theirEf);
                }
            }
            if (mine != null && other != null) {
                ratios.add(other.cpuSeconds() / mine.cpuSeconds());
                ourRates.add(set.q() / mine.cpuSeconds());
                theirRates.add(set.q() / other.cpuSeconds());
                ourMicros.add(mine.p50Micros());
                theirMicros.add(other.p50Micros());
            }
        }
        JsonObject json = new JsonObject();
        json.addProperty("ef", ourEf);
        json.addProperty("hnswlibEf", theirEf);
        json.addProperty("recall", ours.recall(ourEf));
        json.addProperty("hnswlibRecall", theirs.recall(theirEf));
        json.add("ratios", Spread.array(ratios));
        json.add("queriesPerCpuSecond", Spread.array(ourRates));
        json.add("hnswlibQueriesPerCpuSecond", Spread.array(theirRates));
        json.add("p50Micros", Spread.array(ourMicros));
        json.add("hnswlibP50Micros", Spread.array(theirMicros));
        return json;
    }
}
