package dev.kindred.bench;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Kindred's speed beside its peers', in alternating pairs: the training step, embedding, and the start of a short command. */
public final class TrainBench {
    private static final String ABOUT = """
        A training step of conv4 beside the bare DJL step, waiting for data, embedding beside ONNX Runtime alone, and
        bundle show beside java -version. Run it on a quiet machine. --goals adds the step beside bare DJL and, where
        python3 has torch, beside PyTorch, each in a process of its own as people run it.\
        """;

    private static final Pattern ALLOCATOR = Pattern.compile("export (MALLOC_\\w+)=\\$\\{\\w+:-(\\d+)}");

    private final BenchRun run;
    private final int pairs;
    private final int steps;

    private TrainBench(BenchRun run) {
        this.run = run;
        this.pairs = run.smoke() ? 1 : 11;
        this.steps = run.smoke() ? 10 : 200;
    }

    public static void main(String[] arguments) {
        BenchRun.main("train", ABOUT, arguments, run -> new TrainBench(run).rows());
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        JsonObject step = run.ledger().cell("step pairs", () -> steps(allocator(), "pairs", pairs));
        rows.add(ratio(
                "a training step of conv4 against the bare DJL step, one process",
                step,
                "ratios",
                Row.Bound.AT_MOST,
                1.10,
                0.5));
        JsonObject alone = run.ledger().cell("waiting", () -> steps(allocator(), "kindred", steps));
        rows.add(Row.of(
                "share of a step spent waiting for data",
                "%",
                alone.has("waitingShare")
                        ? (Double) (100 * alone.get("waitingShare").getAsDouble())
                        : null,
                Row.Bound.BELOW,
                5.0,
                null));
        if (run.goals()) {
            asPeopleRunIt(rows);
        }
        JsonObject embed = run.ledger().cell("embedding", this::embedding);
        rows.add(ratio(
                "embed of decoded content against a bare ONNX Runtime session",
                embed,
                "decoded",
                Row.Bound.AT_LEAST,
                0.90,
                0.97));
        rows.add(
                ratio("embed from files against decoding and session", embed, "files", Row.Bound.AT_LEAST, 0.85, 0.95));
        rows.add(bundleShow());
        return rows;
    }

    /** @param cell the measurement that holds the pairs' ratios under this name; without them the row is not measured */
    private static Row ratio(
            String what,
            JsonObject cell,
            String ratios,
            Row.Bound bound,
            @Nullable Double floor,
            @Nullable Double goal) {
        if (!cell.has(ratios) || cell.getAsJsonArray(ratios).isEmpty()) {
            return Row.of(what, "×", null, bound, floor, goal);
        }
        Spread spread = Spread.of(Spread.values(cell.getAsJsonArray(ratios)));
        return Row.of(what, "×", spread.median(), bound, floor, goal).with(spread);
    }

    private JsonObject steps(Map<String, String> environment, String side, int count) {
        Map<String, String> all = new LinkedHashMap<>(environment);
        all.put("OPT_OUT_TRACKING", "true");
        List<String> options = List.of(
                "-Dai.djl.offline=true",
                "-DDJL_CACHE_DIR=" + run.home().resolve("native").resolve("djl"));
        return run.java(StepTimes.class, all, options, side, String.valueOf(count));
    }

    /** The allocator's settings that the launcher gives to {@code train}, read where they stand. */
    private Map<String, String> allocator() {
        try {
            Map<String, String> settings = new LinkedHashMap<>();
            Matcher found = ALLOCATOR.matcher(Files.readString(run.root().resolve("kindred")));
            while (found.find()) {
                settings.put(found.group(1), found.group(2));
            }
            return settings;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Each in a process of its own and as it comes: Kindred with its launcher's settings, the peers with the system's. */
    private void asPeopleRunIt(List<Row> rows) {
        Optional<String> python = python();
        JsonObject own = run.ledger().cell("own processes, with PyTorch " + python.isPresent(), () -> {
            List<Double> djl = new ArrayList<>();
            List<Double> torch = new ArrayList<>();
            for (int round = 0; round < (run.smoke() ? 1 : 9); round++) {
                double ours = milliseconds(steps(allocator(), "kindred", steps / 2));
                djl.add(ours / milliseconds(steps(Map.of(), "djl", steps / 2)));
                python.ifPresent(p -> torch.add(ours / pytorch(p)));
            }
            JsonObject json = new JsonObject();
            json.add("djl", Spread.array(djl));
            json.add("torch", Spread.array(torch));
            return json;
        });
        rows.add(ratio(
                "a training step against the bare DJL step, each in its own process",
                own,
                "djl",
                Row.Bound.AT_MOST,
                null,
                0.5));
        rows.add(ratio(
                "a training step against Python's PyTorch, each in its own process",
                own,
                "torch",
                Row.Bound.BELOW,
                null,
                1.0));
    }

    private static double milliseconds(JsonObject json) {
        return json.get("milliseconds").getAsDouble();
    }

    private double pytorch(String python) {
        String script =
                run.root().resolve("bench/src/main/python/conv4_step.py").toString();
        String threads = String.valueOf(Runtime.getRuntime().availableProcessors());
        List<String> command = List.of(python, script, threads, "20", String.valueOf(steps / 2));
        return milliseconds(
                JsonParser.parseString(Shell.lines(run.root(), command).getLast())
                        .getAsJsonObject());
    }

    /** A Python that has PyTorch: Debian's before any other. */
    private Optional<String> python() {
        for (String python : List.of("/usr/bin/python3", "python3")) {
            try {
                Shell.Ended tried = Shell.run(
                        run.root(),
                        List.of(
                                python,
                                "-c",
                                "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"),
                        Map.of());
                if (tried.exitCode() == 0) {
                    return Optional.of(python);
                }
            } catch (UncheckedIOException e) {
                // No such program: the next.
            }
        }
        return Optional.empty();
    }

    private JsonObject embedding() {
        return run.java(
                EmbedTimes.class,
                Map.of(),
                List.of(),
                run.data().resolve("omniglot").resolve("images_evaluation.zip").toString(),
                run.results().resolve("pictures").toString(),
                run.smoke() ? "64" : "4096",
                String.valueOf(pairs));
    }

    private Row bundleShow() {
        String what = "bundle show of the demo's bundle against java -version";
        Optional<Path> bundle = demoBundle();
        if (bundle.isEmpty()) {
            return Row.of(what, "×", null, Row.Bound.AT_MOST, 5.0, 3.0);
        }
        JsonObject cell = run.ledger().cell("bundle show", () -> {
            List<String> show = List.of(
                    run.root().resolve("kindred").toString(),
                    "bundle",
                    "show",
                    bundle.get().toString());
            String java = BenchRun.javaHome().resolve("bin").resolve("java").toString();
            List<String> version = List.of("sh", "-c", "exec \"$0\" -version 2>/dev/null", java);
            List<Double> ours = new ArrayList<>();
            List<Double> theirs = new ArrayList<>();
            List<Double> ratios = new ArrayList<>();
            for (int i = -2; i < pairs; i++) {
                double shown = ended(show);
                double said = ended(version);
                if (i >= 0) {
                    ours.add(shown);
                    theirs.add(said);
                    ratios.add(shown / said);
                }
            }
            JsonObject json = new JsonObject();
            json.add("kindredSeconds", Spread.array(ours));
            json.add("javaSeconds", Spread.array(theirs));
            json.add("ratios", Spread.array(ratios));
            return json;
        });
        return ratio(what, cell, "ratios", Row.Bound.AT_MOST, 5.0, 3.0);
    }

    private double ended(List<String> command) {
        Shell.Ended ended =
                Shell.run(run.root(), command, Map.of("KINDRED_HOME", run.home().toString()));
        if (ended.exitCode() != 0) {
            throw new IllegalStateException(String.join(" ", command) + " ended with " + ended.exitCode());
        }
        return ended.seconds();
    }

    /** The one that bench/demo left, else a quick one: both are of one architecture and size. */
    private Optional<Path> demoBundle() {
        Path whole = DemoBench.bundle(run, false);
        if (Files.exists(whole)) {
            return Optional.of(whole);
        }
        DemoBench.demo(run, true);
        return Optional.of(DemoBench.bundle(run, true)).filter(Files::exists);
    }
}
