package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.bench.load.Bare;
import dev.kindred.bench.load.BareHttp;
import dev.kindred.bench.load.Cores;
import dev.kindred.bench.load.Oip;
import dev.kindred.bench.load.ServerProcess;
import dev.kindred.cli.load.Mix;
import dev.kindred.cli.load.Shot;
import dev.kindred.cli.load.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** The server on one core, its load on another, and what it does in process on the server's core, by turns. */
public final class LoadBench {
    private static final String ABOUT = """
        Pins a server to one core and its load to another, and measures saturated throughput beside the bare encoder and
        the bare index on the server's core, added latency, P99 at 60% of saturation, the first embedding after a start,
        half an hour at 80% (an hour with --goals), and five times more than it can do. Needs two cores, taskset
        (util-linux), and all-MiniLM-L6-v2, which is imported once. The server remembers no embeddings meanwhile. Takes
        an hour and a half on a quiet machine.\
        """;

    /** Texts of one call. */
    private static final int BATCH = 32;

    private static final int CALLERS = 16;
    private static final int LEAST_EF = 64;
    private static final int MOST_EF = 1_000;
    private static final int BATCH_CALLERS = 4;

    private final BenchRun run;
    private final LoadSetting setting;
    private final LoadRows rows = new LoadRows();
    private final int rounds;
    private final LoadRuns runs;
    private boolean pinned;

    private LoadBench(BenchRun run) {
        this.run = run;
        this.setting = new LoadSetting(run);
        this.rounds = run.smoke() ? 1 : 5;
        this.runs = new LoadRuns(run.smoke());
    }

    public static void main(String[] arguments) {
        BenchRun.main("load", ABOUT, arguments, run -> new LoadBench(run).rows());
    }

    private List<Row> rows() {
        rows.embedding(cell("saturated embed", this::embedding));
        rows.searching(cell("saturated search", this::searching), setting.rows());
        rows.added(
                cell(
                        "added, conv4",
                        () -> added(
                                setting.pictures(),
                                setting.pictureShots(),
                                "pictures",
                                setting.pictures().resolve("bundle.kindred").toString(),
                                setting.drawingFiles().toString())),
                cell(
                        "added, MiniLM",
                        () -> added(
                                setting.texts(),
                                setting.textShots(),
                                "texts",
                                setting.minilm().toString(),
                                setting.textFile().toString(),
                                "1")),
                cell(
                        "added, search",
                        () -> added(
                                setting.pictures(),
                                setting.searchShots(),
                                "search",
                                setting.searchedAlone().toString(),
                                setting.queries().toString())));
        rows.tail("embed, conv4", 50, cell("p99, conv4", () -> tail(setting.pictures(), setting.pictureShots())));
        rows.tail(
                "embed, MiniLM, short texts",
                50,
                cell("p99, MiniLM", () -> tail(setting.texts(), setting.textShots())));
        rows.tail(
                "search in %,d × 128".formatted(setting.rows()),
                30,
                cell("p99, search", () -> tail(setting.pictures(), setting.searchShots())));
        rows.start(cell("start", this::starts));
        rows.overload(cell("overload", this::overload));
        int minutes = run.goals() ? 60 : 30;
        rows.soak(minutes, cell("soak, " + minutes + " minutes", () -> soak(minutes)));
        return rows.all();
    }

    /** One that fails leaves the others, whatever it failed by, and its rows say why they are empty. */
    private JsonObject cell(String name, Supplier<JsonObject> measure) {
        AtomicReference<String> why = new AtomicReference<>();
        JsonObject json = run.ledger().cell(name, () -> {
            try {
                return measure.get();
            } catch (RuntimeException | Error e) {
                String said = e.getMessage() == null ? e.toString() : e.getMessage();
                why.set(said);
                throw new IllegalStateException(said, e);
            }
        });
        if (why.get() != null) {
            json.addProperty(LoadRows.WHY, why.get());
        }
        return json;
    }

    /** What is served and asked is made on all cores; from then on this process keeps to its own. */
    private void pin() {
        if (!pinned) {
            for (Runnable make : List.<Runnable>of(
                    setting::pictures,
                    setting::searchedAlone,
                    setting::texts,
                    setting::small,
                    setting::textFile,
                    setting::drawingFiles)) {
                try {
                    make.run();
                } catch (RuntimeException e) {
                    // Who needs it fails by it; the others need not.
                    System.err.println("bench: " + e);
                }
            }
            Cores.takeLoads();
            pinned = true;
        }
    }

    private ServerProcess serve(Path index) {
        pin();
        return ServerProcess.serve(run.root(), home(), index);
    }

    private Path home() {
        return run.results().resolve("load.home");
    }

    private static Target target(ServerProcess server, boolean http2) {
        return Target.open(server.url(), http2, null, Target.Trust.USUAL);
    }

    private JsonObject embedding() {
        List<List<String>> batches = setting.batches(BATCH);
        try (ServerProcess server = serve(setting.texts());
                Target target = target(server, true);
                Bare bare = Bare.start(
                        run.root(),
                        "texts",
                        setting.minilm().toString(),
                        setting.textFile().toString(),
                        String.valueOf(BATCH))) {
            if (!Oip.isSpoken(target, batches.getFirst(), LoadSetting.TEXT_DIMENSION)) {
                throw new IllegalStateException("the server does not speak the Open Inference Protocol over gRPC");
            }
            List<Shot> shots = batches.stream().map(Oip::shot).toList();
            return runs.saturated(target, shots, BATCH_CALLERS, BATCH, bare, rounds, 10);
        }
    }

    /** As hard as is usual; where that finds too little, both try harder. */
    private JsonObject searching() {
        try (ServerProcess server = serve(setting.pictures());
                Target target = target(server, false)) {
            int[] truth = setting.searched().truth();
            List<Shot> shots = setting.searchShots();
            double recall = LoadRuns.recall(target, shots, truth);
            OptionalInt ef = OptionalInt.empty();
            for (int more = LEAST_EF; recall < LoadRows.LEAST_RECALL && more <= MOST_EF; more += more / 4) {
                ef = OptionalInt.of(more);
                shots = setting.searchShots(ef);
                recall = LoadRuns.recall(target, shots, truth);
            }
            List<String> words = new ArrayList<>(List.of(
                    "search",
                    setting.searchedAlone().toString(),
                    setting.queries().toString()));
            ef.ifPresent(candidates -> words.add(String.valueOf(candidates)));
            try (Bare bare = Bare.start(run.root(), words.toArray(String[]::new))) {
                JsonObject json = runs.saturated(target, shots, CALLERS, 1, bare, 4 * rounds, 3);
                json.addProperty("recall", recall);
                return json;
            }
        }
    }

    private JsonObject added(Path index, List<Shot> shots, String... bareWords) {
        try (ServerProcess server = serve(index);
                Target target = target(server, false);
                Bare bare = Bare.start(run.root(), bareWords)) {
            return runs.added(target, shots, bare, rounds);
        }
    }

    private JsonObject tail(Path index, List<Shot> shots) {
        try (ServerProcess server = serve(index);
                Target target = target(server, false)) {
            return runs.tail(target, shots, CALLERS, run.smoke() ? 1 : 6);
        }
    }

    /** By turns; the first start of each is thrown away: it fills the system's cache and makes what the launcher keeps. */
    private JsonObject starts() {
        pin();
        Path small = setting.small();
        byte[] png = setting.drawings().getFirst();
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = -1; round < rounds; round++) {
            double bare = BareHttp.secondsToFirst(run.root(), home());
            double kindred;
            try (ServerProcess server = ServerProcess.embedding(run.root(), home(), small, png)) {
                kindred = server.secondsToFirst();
            }
            if (round >= 0) {
                ours.add(kindred);
                theirs.add(bare);
                ratios.add(kindred / bare);
            }
        }
        JsonObject json = new JsonObject();
        json.add("ratios", Spread.array(ratios));
        json.add("oursSeconds", Spread.array(ours));
        json.add("bareSeconds", Spread.array(theirs));
        return json;
    }

    private JsonObject overload() {
        try (ServerProcess server = serve(setting.texts());
                Target target = target(server, false)) {
            return runs.overload(target, setting.textShots(), CALLERS, rounds);
        }
    }

    private JsonObject soak(int minutes) {
        Mix mix = Mix.of(
                new Mix.Kind("embed", 50, setting.pictureShots()),
                new Mix.Kind("search", 45, setting.searchShots()),
                new Mix.Kind("verify", 5, verifying()));
        try (ServerProcess server = serve(setting.pictures());
                Target target = target(server, false)) {
            return runs.soak(server, target, mix, CALLERS, run.smoke() ? 0.3 : minutes);
        }
    }

    private static List<Shot> verifying() {
        List<Shot> shots = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            shots.add(Shot.json(
                    "/v1/verify", "{\"left\":{\"id\":\"%d\"},\"right\":{\"id\":\"%d\"}}".formatted(i, i + 64)));
        }
        return shots;
    }
}
