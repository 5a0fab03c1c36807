package dev.kindred.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The demo as a new user meets it: with an empty home, by the clock on the wall. */
public final class DemoBench {
    private static final String ABOUT = """
        Runs ./kindred demo --once, and --quick, with an empty KINDRED_HOME and takes what they print: Recall@1 and @10 on
        unseen names, 20-way trials, Recall@10 on the unseen family, wall time.\
        """;

    private final BenchRun run;

    private DemoBench(BenchRun run) {
        this.run = run;
    }

    public static void main(String[] arguments) {
        BenchRun.main("demo", ABOUT, arguments, run -> new DemoBench(run).rows());
    }

    /** Where the demo's bundle is kept for {@code bench/train}, once it was measured. */
    static Path bundle(BenchRun run, boolean quick) {
        return run.results().resolve("bundles").resolve(quick ? "demo-quick.kindred" : "demo.kindred");
    }

    private List<Row> rows() {
        JsonObject quick = demo(run, true);
        // A smoke run takes the quick demo for the whole one.
        JsonObject full = run.smoke() ? quick : demo(run, false);
        Double better = better(full);
        List<Row> rows = new ArrayList<>();
        Row first = Row.of(
                "demo, unseen names across families: Recall@1",
                "%",
                percent(full, "unseenNames", "recall", "1"),
                Row.Bound.AT_LEAST,
                better == null ? 5 : better + 5,
                50.0);
        Double pixels = percent(full, "baselines", "pixels", "recall", "1");
        Double untrained = percent(full, "baselines", "untrained", "recall", "1");
        rows.add(
                pixels == null || untrained == null
                        ? first
                        : first.with("pixels", Row.rounded(pixels)).with("untrained", Row.rounded(untrained)));
        rows.add(Row.of(
                "the same: Recall@10",
                "%",
                percent(full, "unseenNames", "recall", "10"),
                Row.Bound.AT_LEAST,
                62.0,
                75.0));
        Double twentyWay = percent(full, "unseenNames", "twentyWay");
        rows.add(Row.of(
                "the same: 20-way within one other family",
                "%",
                twentyWay == null ? percent(full, "twentyWay") : twentyWay,
                Row.Bound.AT_LEAST,
                68.0,
                80.0));
        rows.add(Row.of(
                "demo, unseen family: Recall@10",
                "%",
                percent(full, "unseenFamily", "recall", "10"),
                Row.Bound.AT_LEAST,
                50.0,
                60.0));
        rows.add(Row.of("demo --once, wall time", "s", number(full, "wallSeconds"), Row.Bound.AT_MOST, 300.0, null));
        rows.add(Row.of(
                "demo --quick --once, wall time", "s", number(quick, "wallSeconds"), Row.Bound.BELOW, 60.0, null));
        return rows;
    }

    /** What the demo printed; an empty object where it failed. */
    static JsonObject demo(BenchRun run, boolean quick) {
        Path kept = bundle(run, quick);
        return run.ledger()
                .cell(quick ? "demo --quick" : "demo", json -> json.has("unseenNames") && Files.exists(kept), () -> {
                    Path home = run.results().resolve(quick ? "demo-quick-home" : "demo-home");
                    empty(home);
                    Optional<JsonObject> said = quick
                            ? run.kindred(home, "demo", "--quick", "--once")
                            : run.kindred(home, "demo", "--once");
                    found(home).filter(bundle -> said.isPresent()).ifPresent(bundle -> copy(bundle, kept));
                    empty(home);
                    return said.orElseGet(JsonObject::new);
                });
    }

    private static Optional<Path> found(Path home) {
        if (!Files.isDirectory(home)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.walk(home)) {
            return files.filter(file -> file.toString().endsWith(".kindred") && Files.isRegularFile(file))
                    .min(Comparator.comparing((Path file) -> !file.endsWith("demo/icons.kindred")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path bundle, Path kept) {
        try {
            Files.createDirectories(kept.toAbsolutePath().getParent());
            Files.copy(bundle, kept, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void empty(Path home) {
        if (!Files.exists(home)) {
            return;
        }
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable Double better(JsonObject demo) {
        Double pixels = percent(demo, "baselines", "pixels", "recall", "1");
        Double untrained = percent(demo, "baselines", "untrained", "recall", "1");
        return pixels == null || untrained == null ? null : (Double) Math.max(pixels, untrained);
    }

    private static @Nullable Double percent(JsonObject json, String... path) {
        Double share = number(json, path);
        return share == null ? null : (Double) (100 * share);
    }

    private static @Nullable Double number(JsonObject json, String... path) {
        JsonElement at = json;
        for (String name : path) {
            if (!at.isJsonObject() || !at.getAsJsonObject().has(name)) {
                return null;
            }
            at = at.getAsJsonObject().get(name);
        }
        return at.isJsonPrimitive() ? (Double) at.getAsDouble() : null;
    }
}
