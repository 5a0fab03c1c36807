package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.core.Hashes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How good what {@code ./kindred train} makes with defaults alone is on classes it never saw: Omniglot, emoji, faces. */
public final class OmniglotBench {
    private static final String ABOUT = """
        Teaches with defaults alone and measures on unseen classes: Omniglot's published 20-way one-shot task and 4,000
        drawn trials; emoji across hands; faces. The raw-pixel nearest neighbour checks the published task itself.
        Takes at most an hour; --goals adds seeds.\
        """;

    /** Teaching on more people is begun only before this, so that the whole stays within an hour. */
    private static final double LAST_START_MINUTES = 58;

    private final BenchRun run;

    private OmniglotBench(BenchRun run) {
        this.run = run;
    }

    public static void main(String[] arguments) {
        BenchRun.main("omniglot", ABOUT, arguments, run -> new OmniglotBench(run).rows());
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        rows.add(Row.of(
                "raw-pixel nearest neighbour on the published one-shot task",
                "%",
                harness(),
                Row.Bound.NEAR,
                21.7,
                null));
        omniglot(rows);
        rows.add(unseen("emoji", "emoji, unseen hexcodes across hands: Recall@1", run.goals() ? 3 : 1));
        rows.add(unseen("faces-orl", "ORL faces, unseen people: Recall@1", run.goals() ? 5 : 3));
        return rows;
    }

    private @Nullable Double harness() {
        JsonObject cell = run.ledger().cell("raw pixels", () -> {
            JsonObject json = new JsonObject();
            json.addProperty("accuracy", RawPixels.accuracy(run.data().resolve("omniglot")));
            return json;
        });
        return cell.has("accuracy") ? (Double) cell.get("accuracy").getAsDouble() : null;
    }

    private void omniglot(List<Row> rows) {
        Path folder = run.data().resolve("omniglot");
        List<Double> published = new ArrayList<>();
        List<Double> drawn = new ArrayList<>();
        List<Double> seconds = new ArrayList<>();
        for (long seed = 1; seed <= (run.goals() ? 3 : 1); seed++) {
            Optional<Taught> taught = teach("omniglot", seed, folder.resolve("images_background.zip"));
            if (taught.isEmpty()) {
                continue;
            }
            seconds.add(taught.get().json().get("wallSeconds").getAsDouble());
            accuracy(
                            "published one-shot, seed " + seed,
                            taught.get(),
                            folder,
                            "--episodes",
                            folder.resolve("episodes.csv").toString())
                    .ifPresent(published::add);
            accuracy(
                            "4,000 drawn trials, seed " + seed,
                            taught.get(),
                            folder.resolve("images_evaluation.zip"),
                            "--way",
                            "20",
                            "--trials",
                            run.smoke() ? "40" : "4000",
                            "--seed",
                            "1")
                    .ifPresent(drawn::add);
        }
        rows.add(row(
                "Omniglot, the published within-alphabet 20-way one-shot task",
                "%",
                published,
                Row.Bound.AT_LEAST,
                90.0,
                95.5));
        rows.add(row(
                "the same bundle, 4,000 drawn within-alphabet 20-way trials",
                "%",
                drawn,
                Row.Bound.AT_LEAST,
                80.0,
                88.0));
        rows.add(row(
                "teaching Omniglot with defaults, start to sealed file",
                "s",
                seconds,
                Row.Bound.AT_MOST,
                1200.0,
                null));
    }

    private static Row row(
            String what, String unit, List<Double> values, Row.Bound bound, double floor, @Nullable Double goal) {
        if (values.isEmpty()) {
            return Row.of(what, unit, null, bound, floor, goal);
        }
        Row row = Row.of(what, unit, Spread.of(values).median(), bound, floor, goal);
        return values.size() > 1 ? row.with(Spread.of(values)) : row;
    }

    private OptionalDouble accuracy(String cell, Taught taught, Path data, String... options) {
        List<String> words =
                new ArrayList<>(List.of("evaluate", taught.bundle().toString(), data.toString(), "--task", "oneshot"));
        words.addAll(List.of(options));
        return measured(cell, taught, words)
                .map(json -> OptionalDouble.of(100 * json.get("accuracy").getAsDouble()))
                .orElse(OptionalDouble.empty());
    }

    /** Recall@1 on classes never taught, over several divisions; the floor is the better of the two baselines. */
    private Row unseen(String set, String what, int seeds) {
        List<Double> recall = new ArrayList<>();
        List<Double> pixels = new ArrayList<>();
        List<Double> untrained = new ArrayList<>();
        double longest = 0;
        for (long seed = 1; seed <= seeds; seed++) {
            if (seed > 1 && !run.goals() && run.minutes() + longest > LAST_START_MINUTES) {
                break;
            }
            double from = run.minutes();
            if (!Files.isDirectory(run.data().resolve(set))) {
                System.err.println("bench: there is no " + run.data().resolve(set));
                break;
            }
            Divided divided = divided(set, seed);
            Optional<Taught> taught = teach(set, seed, divided.taught());
            long division = seed;
            taught.flatMap(t -> measured(
                            set + " unseen, seed " + division,
                            t,
                            List.of(
                                    "evaluate",
                                    t.bundle().toString(),
                                    divided.unseen().toString(),
                                    "--task",
                                    "retrieval")))
                    .ifPresent(json -> {
                        recall.add(recallAt1(json));
                        JsonObject baselines = json.getAsJsonObject("baselines");
                        pixels.add(recallAt1(baselines.getAsJsonObject("pixels")));
                        untrained.add(recallAt1(baselines.getAsJsonObject("untrained")));
                    });
            longest = Math.max(longest, run.minutes() - from);
        }
        if (recall.isEmpty()) {
            // Without a measurement there is no baseline either; any recall is above zero.
            return Row.of(what, "%", null, Row.Bound.ABOVE, 0.0, null);
        }
        double beside = Spread.of(pixels).median();
        double before = Spread.of(untrained).median();
        double better = Math.max(beside, before);
        Row row = Row.of(what, "%", Spread.of(recall).median(), Row.Bound.ABOVE, better, Math.min(100, 2 * better))
                .with("pixels", Row.rounded(beside))
                .with("untrained", Row.rounded(before));
        return recall.size() > 1 ? row.with(Spread.of(recall)) : row;
    }

    private static double recallAt1(JsonObject json) {
        return 100 * json.getAsJsonObject("recall").get("1").getAsDouble();
    }

    private Divided divided(String set, long seed) {
        Path folder = run.data().resolve(set);
        Path tables = run.results().resolve("tables").resolve(set);
        if (set.equals("faces-orl")) {
            return Divided.of(
                    List.of(folder.resolve("orl_faces.zip")), Pattern.compile("/(s\\d+)/"), 10, 0.2, seed, tables);
        }
        // Fluent's flat and colour emoji are near twins: one hand, so the flat ones stay out.
        List<Path> hands = Stream.of("emojitwo", "fluent-color", "fluent-highcontrast", "noto", "openmoji", "twemoji")
                .map(hand -> folder.resolve(hand + ".zip"))
                .toList();
        return Divided.of(hands, Pattern.compile("([0-9A-F-]+)\\.png"), 2, 0.2, seed, tables);
    }

    /** A bundle and what {@code train --json} said of it. */
    private record Taught(Path bundle, JsonObject json) {}

    private Optional<Taught> teach(String set, long seed, Path data) {
        Path bundle =
                run.results().resolve("bundles").resolve(set + "-" + seed + (run.smoke() ? ".smoke" : "") + ".kindred");
        JsonObject json = run.ledger().cell("teaching " + set + ", seed " + seed, kept -> isThere(kept, bundle), () -> {
            List<String> words = new ArrayList<>(List.of("train", data.toString(), "--out", bundle.toString()));
            // Seed 1 is the default, and not saying so keeps to "with defaults alone".
            if (seed != 1) {
                words.addAll(List.of("--seed", String.valueOf(seed)));
            }
            if (run.smoke()) {
                words.addAll(List.of("--steps", "12"));
            }
            JsonObject said =
                    run.kindred(run.home(), words.toArray(String[]::new)).orElseGet(JsonObject::new);
            if (said.has("bundle")) {
                said.addProperty("sha256", sha256(bundle));
            }
            return said;
        });
        return json.has("sha256") ? Optional.of(new Taught(bundle, json)) : Optional.empty();
    }

    /** Evaluates, once for each content of the bundle; empty where it failed. */
    private Optional<JsonObject> measured(String name, Taught taught, List<String> words) {
        String cell = name + " of " + taught.json().get("sha256").getAsString().substring(0, 12);
        JsonObject json = run.ledger()
                .cell(
                        cell,
                        kept -> kept.has("task"),
                        () -> run.kindred(run.home(), words.toArray(String[]::new))
                                .orElseGet(JsonObject::new));
        return json.has("task") ? Optional.of(json) : Optional.empty();
    }

    private static boolean isThere(JsonObject kept, Path bundle) {
        return kept.has("sha256")
                && Files.exists(bundle)
                && sha256(bundle).equals(kept.get("sha256").getAsString());
    }

    private static String sha256(Path file) {
        try {
            return Hashes.sha256Hex(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
