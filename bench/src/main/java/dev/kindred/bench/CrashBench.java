package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.bench.crash.Folders;
import dev.kindred.bench.crash.Killing;
import dev.kindred.bench.crash.Launch;
import dev.kindred.bench.crash.PowerLoss;
import dev.kindred.bench.crash.StoreKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an index acknowledged is there after kill -9 and after the loss of power. */
public final class CrashBench {
    private static final String ABOUT = """
        Lets a process that writes to an index's items die, and judges what is left: by kill -9 at random moments, round after
        round over one folder, and by the loss of power, for which every call that changes a file is recorded and the disk
        rebuilt as it would stand between two of them. Controls that acknowledge too early have to lose something. Linux
        with gcc; a few minutes.\
        """;

    private static final long SEED = 0x6B696C6C;
    private static final int KILLS = 100;
    private static final int WRITERS = 3;
    private static final int POINTS = 100;

    private final BenchRun run;
    private final Path folder;
    private final List<Row> rows = new ArrayList<>();
    private @Nullable Launch launch;
    private @Nullable Path recorder;

    private CrashBench(BenchRun run) {
        this.run = run;
        this.folder = run.results().resolve("crash");
    }

    public static void main(String[] arguments) {
        BenchRun.main("crash", ABOUT, arguments, run -> new CrashBench(run).rows());
    }

    private List<Row> rows() {
        killed();
        powerless();
        powerlessViews();
        controls();
        return rows;
    }

    private void killed() {
        Path here = folder.resolve("killed");
        List<JsonObject> cells = new ArrayList<>();
        for (int i = 0; i < (run.smoke() ? 1 : run.goals() ? 20 : 2); i++) {
            int part = i;
            cells.add(run.ledger().cell("kill -9, part " + (i + 1), () -> {
                if (part == 0) {
                    Folders.emptied(here);
                }
                return Killing.rounds(launch(), StoreKind.TRUTH, here, SEED + part, run.smoke() ? 5 : KILLS);
            }));
        }
        Double all = sum(cells, "rounds");
        rows.add(counted("kill -9: rounds over one folder", all, 200, 2000)
                .with("acknowledged", whole(cells, "acknowledged"))
                .with("whileOpening", whole(cells, "whileOpening")));
        rows.add(none("kill -9: rounds in which an acknowledged write was lost or a deletion undone", cells, "lost"));
        rows.add(none(
                "kill -9: rounds with half a write, damage, numbers that do not rise, or no clean opening",
                cells,
                "half",
                "damaged",
                "disorder",
                "unopened"));
        Double writing = sum(cells, "whileWriting");
        rows.add(Row.of(
                "kills while a write was begun and not acknowledged",
                "%",
                all == null || writing == null ? null : Double.valueOf(100 * writing / all),
                Row.Bound.AT_LEAST,
                50.0,
                null));
    }

    private void powerless() {
        List<JsonObject> cells = new ArrayList<>();
        for (int i = 0; i < (run.smoke() || !run.goals() ? 1 : 17); i++) {
            int history = i;
            cells.add(run.ledger()
                    .cell(
                            "loss of power, history " + (i + 1),
                            () -> power(StoreKind.TRUTH, SEED + history, WRITERS, POINTS)));
        }
        rows.add(counted("loss of power: rounds", sum(cells, "rounds"), 300, 5000)
                .with("calls", whole(cells, "calls"))
                .with("syncs", whole(cells, "syncs")));
        rows.add(none(
                "loss of power: rounds in which an acknowledged write was lost or a deletion undone", cells, "lost"));
        rows.add(none(
                "loss of power: rounds with half a write, damage, numbers that do not rise, or no opening",
                cells,
                "half",
                "damaged",
                "disorder",
                "unopened"));
        rows.add(Row.of(
                        "loss of power while a new one is made: rounds after which it can be neither opened nor made",
                        "",
                        sum(cells, "stuck"),
                        Row.Bound.AT_MOST,
                        0.0,
                        0.0)
                .with("rounds", whole(cells, "unmade")));
        List<JsonObject> liars = cells.stream()
                .filter(cell -> cell.has("liar"))
                .map(cell -> cell.getAsJsonObject("liar"))
                .toList();
        rows.add(some("control, the same on a disk that ignores syncs", liars, "faulty"));
    }

    private void powerlessViews() {
        List<JsonObject> cells = new ArrayList<>();
        for (int i = 0; i < (run.smoke() || !run.goals() ? 1 : 17); i++) {
            int history = i;
            cells.add(run.ledger()
                    .cell(
                            "loss of power, view, history " + (i + 1),
                            () -> power(StoreKind.GENERATION, SEED + history, WRITERS, POINTS)));
        }
        rows.add(counted("loss of power, items and view: rounds", sum(cells, "rounds"), 300, 5000)
                .with("calls", whole(cells, "calls"))
                .with("syncs", whole(cells, "syncs")));
        rows.add(none(
                "loss of power, items and view: rounds in which a search found other than the items, or any fault as"
                        + " above",
                cells,
                "faulty"));
        rows.add(Row.of(
                "loss of power, items and view: rounds after which the view was damaged and had to be made anew",
                "",
                sum(cells, "anew"),
                Row.Bound.AT_MOST,
                0.0,
                0.0));
        List<JsonObject> liars = cells.stream()
                .filter(cell -> cell.has("liar"))
                .map(cell -> cell.getAsJsonObject("liar"))
                .toList();
        rows.add(some("control, the view's syncs ignored: rounds in which it was found damaged", liars, "anew"));
        rows.add(none("control, the view's syncs ignored: rounds with such a search or fault", liars, "faulty"));
    }

    private void controls() {
        int points = run.smoke() ? 10 : 60;
        JsonObject off = run.ledger().cell("control OFF", () -> power(StoreKind.OFF, SEED, 1, points));
        rows.add(some("control, synchronous=OFF: rounds with a loss or damage", List.of(off), "faulty"));
        JsonObject normal = run.ledger().cell("control NORMAL", () -> power(StoreKind.NORMAL, SEED, 1, points));
        rows.add(some(
                "control, synchronous=NORMAL: rounds in which an acknowledged write was lost",
                List.of(normal),
                "lost"));
        JsonObject apart = run.ledger().cell("control APART", () -> {
            Path here = Folders.emptied(folder.resolve("apart"));
            return Killing.rounds(launch(), StoreKind.APART, here, SEED, run.smoke() ? 5 : 40);
        });
        rows.add(
                some("control, kill -9 of one transaction a change: rounds with half a write", List.of(apart), "half"));
    }

    private JsonObject power(StoreKind kind, long seed, int writers, int points) {
        boolean trial = run.smoke() && (kind == StoreKind.TRUTH || kind == StoreKind.GENERATION);
        return PowerLoss.history(
                launch(), recorder(), kind, folder.resolve("power"), seed, trial ? 1 : writers, trial ? 20 : points);
    }

    private Launch launch() {
        if (launch == null) {
            launch = Launch.in(folder.resolve("launch"));
        }
        return launch;
    }

    private Path recorder() {
        if (recorder == null) {
            Path source = run.root().resolve("bench/src/main/c/powerloss.c");
            recorder = PowerLoss.recorder(source, folder.resolve("recorder"));
        }
        return recorder;
    }

    private static Row counted(String what, @Nullable Double rounds, double floor, double goal) {
        return Row.of(what, "", rounds, Row.Bound.AT_LEAST, floor, goal);
    }

    private static Row none(String what, List<JsonObject> cells, String... kinds) {
        return Row.of(what, "", sum(cells, kinds), Row.Bound.AT_MOST, 0.0, null);
    }

    private static Row some(String what, List<JsonObject> cells, String kind) {
        return Row.of(what, "", sum(cells, kind), Row.Bound.ABOVE, 0.0, null).with("rounds", whole(cells, "rounds"));
    }

    /** Null where a cell is lacking. */
    private static @Nullable Double sum(List<JsonObject> cells, String... names) {
        if (cells.isEmpty() || cells.stream().anyMatch(JsonObject::isEmpty)) {
            return null;
        }
        double sum = 0;
        for (JsonObject cell : cells) {
            for (String name : names) {
                sum += cell.get(name).getAsDouble();
            }
        }
        return sum;
    }

    private static long whole(List<JsonObject> cells, String name) {
        return cells.stream()
                .filter(cell -> cell.has(name))
                .mapToLong(cell -> cell.get(name).getAsLong())
                .sum();
    }
}
