package dev.kindred.bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kindred.bench.Row.Bound;
import dev.kindred.bench.fuzz.Fault;
import dev.kindred.bench.fuzz.FuzzServer;
import dev.kindred.core.Progress;
import dev.kindred.fuzz.Case;
import dev.kindred.fuzz.Endurance;
import dev.kindred.fuzz.Exchange;
import dev.kindred.fuzz.Exchanges;
import dev.kindred.fuzz.Finding;
import dev.kindred.fuzz.Fuzz;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Spoiled requests of every route, and a protocol spoken badly: none may be answered by a fault. */
public final class FuzzBench {
    private static final String ABOUT = """
        Sends spoiled requests of every route to a server of a home with keys: JSON by its structure, bytes, pictures,
        addresses, headers, HTTP/1.1 and HTTP/2 frames, gRPC's frames and messages; all made of one seed. None may give a
        code of 500 or more (or what gRPC says in its place; but for a deadline that the request set), hang, show a stack
        trace, or leave something on the heap. As they should be, all are answered before and after, and of each route
        some spoiled ones are read whole. Prints the codes reached by route. Each of four faults that are put in on purpose
        must be found, and nothing where there is none. A case that finds something is kept in bench/results/fuzz/:
        bench/fuzz --replay FILE sends it again, alone.\
        """;

    private static final long SEED = 6;
    private static final int FLOOR = 30_000;
    private static final int GOAL = 1_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** Where a hang is put in. */
    private static final Duration SHORT_PATIENCE = Duration.ofSeconds(2);
    /** With keys, metrics are at the admin port alone. */
    private static final Set<String> UNANSWERED = Set.of("GET /metrics");

    /** What a server that waits 20 s for a request may take to end who drips. */
    private static final Duration ENDURED = Duration.ofSeconds(75);

    /** More than this on the heap, once they are gone, is a leak. */
    private static final long MOST_KEPT = 64L << 20;

    private final BenchRun run;

    private FuzzBench(BenchRun run) {
        this.run = run;
    }

    public static void main(String[] arguments) {
        if (arguments.length == 2 && arguments[0].equals("--replay")) {
            replay(Path.of(arguments[1]));
            return;
        }
        BenchRun.main("fuzz", ABOUT, arguments, run -> new FuzzBench(run).rows());
    }

    private static void replay(Path file) {
        Case kept = Case.read(file);
        try (FuzzServer server = FuzzServer.start(temporary(), Fault.NONE)) {
            List<Finding> findings = Fuzz.replay(kept.showing(server.held().key()), server.port(), PATIENCE);
            System.out.println(findings.isEmpty() ? "nothing was found" : "found:");
            findings.forEach(System.out::println);
            Runtime.getRuntime().exit(findings.isEmpty() ? 0 : 1);
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("kindred-fuzz");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path folder() {
        return run.results().resolve("fuzz");
    }

    private List<Row> rows() {
        int mutations = run.smoke() ? 3_000 : run.goals() ? GOAL : FLOOR;
        JsonObject sound = run.ledger().cell("%,d mutations".formatted(mutations), () -> mutated(mutations));
        JsonObject worn = run.ledger().cell("endurance", this::endured);
        List<Row> rows = new ArrayList<>();
        Optional<Double> sent = TextBench.at(sound, "sent");
        Map<String, Double> ended = TextBench.at(sound, "unanswered")
                .map(count -> Map.of("whose connection was ended without a reply", count))
                .orElse(Map.of());
        rows.add(Row.of("mutations sent", "", sent.orElse(null), Bound.AT_LEAST, (double) FLOOR, (double) GOAL)
                .beside(ended));
        for (Finding.Kind kind : Finding.Kind.values()) {
            rows.add(Row.of(
                    said(kind),
                    "",
                    TextBench.at(sound, "findings", kind.name()).orElse(null),
                    Bound.AT_MOST,
                    0.0,
                    0.0));
        }
        rows.set(1, rows.get(1).beside(deadlines(sound)));
        rows.add(Row.of(
                "faults that the server told of itself",
                "",
                TextBench.at(sound, "faults").orElse(null),
                Bound.AT_MOST,
                0.0,
                0.0));
        rows.add(Row.of(
                "clients that wear it out and are not ended",
                "",
                TextBench.at(worn, "failed").orElse(null),
                Bound.AT_MOST,
                0.0,
                0.0));
        JsonObject control = run.ledger().cell("no fault, as impatient", this::control);
        rows.add(Row.of(
                "found with the patience of the hang, and no fault",
                "",
                TextBench.at(control, "found").orElse(null),
                Bound.AT_MOST,
                0.0,
                0.0));
        for (Fault fault : List.of(Fault.ERROR, Fault.MARKED, Fault.LEAK, Fault.HANG)) {
            JsonObject seeded = run.ledger().cell("fault " + fault, () -> seeded(fault));
            rows.add(Row.of(
                    "the fault put in is found: " + fault.name().toLowerCase(java.util.Locale.ROOT),
                    "",
                    TextBench.at(seeded, "found").orElse(null),
                    Bound.AT_LEAST,
                    1.0,
                    1.0));
        }
        return rows;
    }

    private static Map<String, Double> deadlines(JsonObject sound) {
        return TextBench.at(sound, "deadlines")
                .map(count -> Map.of("over a deadline that the request set", count))
                .orElse(Map.of());
    }

    private static String said(Finding.Kind kind) {
        return switch (kind) {
            case SERVER_ERROR -> "answers of 500 or more";
            case HANG -> "answers that did not come in time";
            case TRACE -> "answers with a stack trace";
            case SHAPE -> "errors that are no problem document";
            case GROWTH -> "heaps that grow";
            case WOUND -> "sound requests answered otherwise afterwards";
            case BLIND -> "routes that nothing was reached of";
        };
    }

    private JsonObject mutated(int mutations) {
        return fuzzed(Fault.NONE, mutations, PATIENCE, Set.of());
    }

    /** What is found where a hang is, without one: on a home's server, and on one like those that are broken. */
    private JsonObject control() {
        JsonObject json = new JsonObject();
        double found = 0;
        for (Fault none : List.of(Fault.NONE, Fault.SOUND)) {
            // The second has fewer routes, of which that is no finding.
            Set<Finding.Kind> until = none == Fault.SOUND ? Set.of(Finding.Kind.values()) : Set.of();
            JsonObject told = fuzzed(none, seededMutations(), SHORT_PATIENCE, until);
            for (JsonElement count : told.getAsJsonObject("findings").asMap().values()) {
                found += count.getAsDouble();
            }
            json.add(none.name(), told.get("findings"));
        }
        json.addProperty("found", found);
        return json;
    }

    private int seededMutations() {
        return run.smoke() ? 2_000 : 6_000;
    }

    private JsonObject fuzzed(Fault fault, int mutations, Duration patience, Set<Finding.Kind> until) {
        try (FuzzServer server = FuzzServer.start(folder(), fault)) {
            List<Exchange> valid = Exchanges.of(server.port(), server.held());
            Fuzz.Plan plan = new Fuzz.Plan(
                    server.port(),
                    server.metricsPort(),
                    mutations,
                    SEED,
                    16,
                    patience,
                    fault == Fault.HANG ? null : server::heap,
                    fault == Fault.NONE ? folder() : null,
                    until,
                    UNANSWERED,
                    server::arm);
            Fuzz.Verdict verdict = Fuzz.run(plan, valid, Exchanges.sound(server.held()), told());
            if (fault == Fault.NONE) {
                print(verdict);
            }
            JsonObject json = json(verdict);
            json.addProperty("faults", server.faults());
            return json;
        }
    }

    private static void print(Fuzz.Verdict verdict) {
        System.err.println();
        verdict.table().lines().forEach(System.err::println);
        System.err.println();
        verdict.reached().lines().forEach(System.err::println);
        System.err.println();
        verdict.never().forEach(route -> System.err.println("bench: never answered well: " + route));
        verdict.findings().forEach(finding -> System.err.println("bench: " + finding));
    }

    /** A line every few seconds. */
    private static Progress told() {
        AtomicLong last = new AtomicLong(System.nanoTime());
        return (what, done, total, note) -> {
            long now = System.nanoTime();
            long before = last.get();
            if (now - before > 5_000_000_000L && last.compareAndSet(before, now)) {
                System.err.println("bench: " + what + " " + done + " of " + total + ", " + note);
            }
        };
    }

    private static JsonObject json(Fuzz.Verdict verdict) {
        JsonObject json = new JsonObject();
        json.addProperty("sent", verdict.sent());
        json.addProperty("seed", SEED);
        json.addProperty("routes", verdict.reached().routes().size());
        json.addProperty("unanswered", verdict.unanswered());
        json.addProperty("deadlines", verdict.deadlines());
        json.addProperty("slowestMillis", verdict.slowestMillis());
        JsonObject findings = new JsonObject();
        Arrays.stream(Finding.Kind.values())
                .forEach(kind -> findings.addProperty(
                        kind.name(),
                        verdict.findings().stream()
                                .filter(finding -> finding.kind() == kind)
                                .count()));
        json.add("findings", findings);
        JsonObject families = new JsonObject();
        verdict.families().forEach(families::addProperty);
        json.add("families", families);
        JsonArray heap = new JsonArray();
        verdict.heap().forEach(heap::add);
        json.add("heap", heap);
        json.add("table", verdict.table().json());
        json.add("reached", verdict.reached().json());
        return json;
    }

    /** Found is what the fault makes, and nothing else: where it throws, the server has to have told of it too. */
    private JsonObject seeded(Fault fault) {
        Duration patience = fault == Fault.HANG ? SHORT_PATIENCE : PATIENCE;
        Finding.Kind kind = switch (fault) {
            case LEAK -> Finding.Kind.GROWTH;
            case HANG -> Finding.Kind.HANG;
            default -> Finding.Kind.SERVER_ERROR;
        };
        JsonObject told = fuzzed(fault, seededMutations(), patience, Set.of(kind));
        JsonObject findings = told.getAsJsonObject("findings");
        boolean alone = findings.get(kind.name()).getAsLong() > 0
                && findings.entrySet().stream()
                        .allMatch(each -> each.getKey().equals(kind.name())
                                || each.getValue().getAsLong() == 0);
        boolean throwing = kind == Finding.Kind.SERVER_ERROR;
        JsonObject json = new JsonObject();
        json.addProperty("found", alone && (!throwing || told.get("faults").getAsInt() > 0) ? 1 : 0);
        json.add("findings", told.get("findings"));
        json.add("faults", told.get("faults"));
        json.add("heap", told.get("heap"));
        return json;
    }

    private JsonObject endured() {
        try (FuzzServer server = FuzzServer.start(folder(), Fault.NONE)) {
            long before = server.heap();
            List<Endurance.Trial> trials =
                    Endurance.run(server.port(), server.held().key(), run.smoke() ? Duration.ofSeconds(70) : ENDURED);
            long after = server.heap();
            JsonObject json = new JsonObject();
            long kept = Math.max(0, after - before);
            json.addProperty(
                    "failed",
                    (kept > MOST_KEPT ? 1 : 0)
                            + trials.stream().filter(trial -> !trial.ok()).count());
            json.addProperty("heapBefore", before);
            json.addProperty("heapAfter", after);
            for (Endurance.Trial trial : trials) {
                System.err.printf(
                        "bench: %s: %s after %.1f s%s%n",
                        trial.name(), trial.what(), trial.seconds(), trial.ok() ? "" : " (too late)");
                json.addProperty(trial.name(), trial.what());
            }
            return json;
        }
    }
}
