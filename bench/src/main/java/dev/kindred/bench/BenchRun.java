package dev.kindred.bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What every bench shares: its options, its ledger, how it starts Kindred, and its last line. */
final class BenchRun {
    /** A smoke run: everything is cut to a few steps and nothing counts as measured. */
    private static final String SMOKE = "KINDRED_BENCH_SMOKE";

    private final String name;
    private final boolean goals;
    private final boolean docs;
    private final boolean smoke;
    private final Path data;
    private final Surroundings surroundings;
    private final Ledger ledger;
    private final long began = System.nanoTime();

    private BenchRun(
            String name,
            boolean goals,
            boolean docs,
            boolean fresh,
            @Nullable String only,
            Path data,
            Surroundings surroundings) {
        this.name = name;
        this.goals = goals;
        this.docs = docs;
        this.smoke = System.getenv(SMOKE) != null;
        this.data = data;
        this.surroundings = surroundings;
        this.ledger =
                new Ledger(results().resolve(name + (smoke ? ".smoke" : "") + ".jsonl"), surroundings, fresh, only);
    }

    /** Reads the options, measures, and prints the summary as the last line. */
    static void main(String name, String about, String[] arguments, Function<BenchRun, List<Row>> measure) {
        boolean goals = false;
        boolean docs = false;
        boolean fresh = false;
        Path data = null;
        String only = null;
        List<String> words = new ArrayList<>(List.of(arguments));
        while (!words.isEmpty()) {
            String word = words.removeFirst();
            switch (word) {
                case "--help", "-h" -> {
                    System.out.print(help(name, about));
                    return;
                }
                case "--goals" -> goals = true;
                case "--docs" -> docs = true;
                case "--fresh" -> fresh = true;
                case "--only" -> only = words.isEmpty() ? null : words.removeFirst();
                case "--data" -> data = words.isEmpty() ? null : Path.of(words.removeFirst());
                default -> {
                    System.err.println("bench: unknown option " + word + " (bench/" + name + " --help)");
                    System.exit(2);
                }
            }
        }
        Surroundings surroundings = Surroundings.here();
        Path sets = data == null ? surroundings.root().resolve("../shared/data").normalize() : data.toAbsolutePath();
        BenchRun run = new BenchRun(name, goals, docs, fresh, only, sets, surroundings);
        run.tell(measure.apply(run));
    }

    private static String help(String name, String about) {
        return """
            Usage: bench/%s [OPTIONS]
            %s

            Cells already measured for the same sources on the same machine are taken from bench/results/%s.jsonl, so a
            run that was cut off goes on. The last line of standard output is one JSON object: "numbers" has a row for
            each line of the table with what was measured, floor and goal; "short" names the floors not reached.

              --goals     Also measure what only goals need; may take longer than an hour.
              --docs      Write the summary into docs/benchmarks/ and the tables of docs/benchmarks.md from it.
              --fresh     Measure all cells again.
              --only TEXT Measure only cells whose name has this in it; the others are taken from before or stay empty.
              --data DIR  Folder of the data sets. Default: ../shared/data beside the working copy.
              -h, --help  Show this help.
            """.formatted(name, about.strip(), name);
    }

    boolean goals() {
        return goals;
    }

    boolean smoke() {
        return smoke;
    }

    Path root() {
        return surroundings.root();
    }

    /** The folder of data sets. */
    Path data() {
        return data;
    }

    Path results() {
        return root().resolve("bench").resolve("results");
    }

    Ledger ledger() {
        return ledger;
    }

    double minutes() {
        return (System.nanoTime() - began) / 60e9;
    }

    /** A home of the bench's own, so that nothing of the person's is read or changed. */
    Path home() {
        return results().resolve("home");
    }

    /** {@code ./kindred} with these words and {@code --json}: its object; empty where it did not end with 0. */
    Optional<JsonObject> kindred(Path home, String... words) {
        List<String> command = new ArrayList<>(List.of(root().resolve("kindred").toString()));
        command.addAll(List.of(words));
        command.add("--json");
        System.err.println("bench: ./kindred " + String.join(" ", command.subList(1, command.size())));
        Shell.Ended ended = Shell.run(root(), command, Map.of("KINDRED_HOME", home.toString()));
        if (ended.exitCode() != 0) {
            System.err.println("bench: ended with " + ended.exitCode() + " " + ended.last());
            return Optional.empty();
        }
        JsonObject json = JsonParser.parseString(ended.last()).getAsJsonObject();
        json.addProperty("wallSeconds", ended.seconds());
        return Optional.of(json);
    }

    /** A main class of this module in a JVM of its own: the object on its last line. */
    JsonObject java(Class<?> main, Map<String, String> environment, List<String> options, String... words) {
        return java(main.getName(), environment, options, words);
    }

    /** @param main by name: one of the peers, which are compiled only where there are benches to run */
    JsonObject java(String main, Map<String, String> environment, List<String> options, String... words) {
        List<String> command = new ArrayList<>(List.of(
                javaHome().resolve("bin").resolve("java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules",
                "jdk.incubator.vector",
                "-Djava.awt.headless=true"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(List.of(words));
        Shell.Ended ended = Shell.run(root(), command, environment);
        if (ended.exitCode() != 0) {
            throw new IllegalStateException(main + " ended with " + ended.exitCode());
        }
        try {
            return JsonParser.parseString(ended.last()).getAsJsonObject();
        } catch (JsonParseException e) {
            throw new IllegalStateException(main + " said " + ended.last(), e);
        }
    }

    static Path javaHome() {
        return Path.of(System.getProperty("java.home"));
    }

    private void tell(List<Row> rows) {
        List<Row> counted = smoke ? rows.stream().map(Row::asTrial).toList() : rows;
        JsonArray numbers = new JsonArray();
        counted.forEach(row -> numbers.add(row.json()));
        JsonArray lacking = new JsonArray();
        counted.stream().filter(Row::isShort).forEach(row -> lacking.add(row.what()));
        JsonObject summary = new JsonObject();
        summary.addProperty("bench", name);
        summary.addProperty("command", "bench/" + name + (goals ? " --goals" : ""));
        summary.addProperty("commit", surroundings.commit());
        summary.addProperty("machine", surroundings.machine());
        summary.add("numbers", numbers);
        summary.add("short", lacking);
        if (docs && smoke) {
            System.err.println("bench: a smoke run writes no docs");
        } else if (docs) {
            BenchmarksPage.write(root(), name, summary);
        }
        System.out.println(summary);
        System.out.flush();
        // Libraries' idle threads must not hold the shell.
        Runtime.getRuntime().exit(0);
    }
}
