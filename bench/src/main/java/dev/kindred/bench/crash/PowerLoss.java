package dev.kindred.bench.crash;

import com.google.gson.JsonObject;
import dev.kindred.core.Keyed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The loss of power at random moments: a writer runs under {@code powerloss.c}, which records every call that changes its files; then the
 * disk is rebuilt as it would stand after a loss of power between two of those calls ({@link Disk}), and what the store holds there is
 * judged. A history's first writer begins with an empty folder, each later one with what a loss of power left.
 */
public final class PowerLoss {
    private static final int SESSIONS = 3;
    /** Enough that the write-ahead log is taken into the database and begun anew several times. */
    private static final int WRITES = 400;
    /** Losses of power while a new store is made; they count for themselves. */
    private static final int MAKING = 20;

    private final Launch launch;
    private final Path recorder;
    private final StoreKind kind;
    private final Path work;
    private final long seed;
    private final Tally tally;
    private final Tally liar;
    private int unmade;
    private int stuck;
    private long calls;
    private long syncs;

    private PowerLoss(Launch launch, Path recorder, StoreKind kind, Path work, long seed) {
        this.launch = launch;
        this.recorder = recorder;
        this.kind = kind;
        this.work = work;
        this.seed = seed;
        boolean kept = kind == StoreKind.TRUTH || kind == StoreKind.GENERATION;
        this.tally = new Tally(kept);
        this.liar = new Tally(kind == StoreKind.GENERATION);
    }

    /** Compiles the recorder. */
    public static Path recorder(Path source, Path folder) {
        Path library = Folders.emptied(folder).resolve("powerloss.so");
        ProcessBuilder compiler = new ProcessBuilder(
                        "gcc",
                        "-O2",
                        "-shared",
                        "-fPIC",
                        "-o",
                        library.toString(),
                        source.toString(),
                        "-ldl",
                        "-lpthread")
                .inheritIO();
        try {
            if (Launch.ended(compiler.start()) != 0) {
                throw new IllegalStateException("gcc does not compile " + source);
            }
        } catch (IOException e) {
            throw new IllegalStateException("compiling " + source + " needs gcc on Linux", e);
        }
        return library;
    }

    /**
     * One history.
     *
     * @param work a folder for the files, emptied before
     * @param writers that go on from one another
     * @param points losses of power in what each did
     */
    public static JsonObject history(
            Launch launch, Path recorder, StoreKind kind, Path work, long seed, int writers, int points) {
        return new PowerLoss(launch, recorder, kind, Folders.emptied(work), seed).run(writers, points);
    }

    private JsonObject run(int writers, int points) {
        Path start = Folders.emptied(work.resolve("start"));
        Held before = new Held(0, List.of(), List.of());
        long number = 1;
        for (int i = 0; i < writers; i++) {
            List<Call> recorded = recorded(start, number, i);
            Disk disk = new Disk(start, path -> true);
            Disk lying = new Disk(start, path -> !kind.isControlled(path));
            Held now = before;
            int at = 0;
            int round = 0;
            for (int point : points(recorded, points, i == 0, Keyed.of(seed, i, 1))) {
                for (; at < point; at++) {
                    disk.apply(recorded.get(at));
                    lying.apply(recorded.get(at));
                }
                Keyed random = Keyed.of(seed, i, 2, round);
                now = judged(disk, before, random, tally, now);
                // Its losses are many; a few are enough.
                if (round++ % 5 == 0) {
                    judged(lying, before, random, liar, before);
                }
            }
            for (; at < recorded.size(); at++) {
                disk.apply(recorded.get(at));
            }
            number = Told.of(disk.told()).writes().stream()
                    .mapToLong(write -> write.deed().number() + 1)
                    .reduce(number, Math::max);
            // The next goes on from the last image, which the judge has not touched: it judges a copy.
            start = Folders.copied(work.resolve("image"), work.resolve("start"));
            before = now;
        }
        JsonObject json = tally.json();
        json.addProperty("unmade", unmade);
        json.addProperty("stuck", stuck);
        json.addProperty("calls", calls);
        json.addProperty("syncs", syncs);
        json.add("liar", liar.json());
        return json;
    }

    /** What a writer that goes on from a folder does. The folder itself is left alone. */
    private List<Call> recorded(Path start, long number, int writer) {
        Path folder = Folders.copied(start, work.resolve("recorded"));
        Path log = work.resolve("calls.log");
        Process process = launch.writer(
                Map.of(
                        "LD_PRELOAD",
                        recorder.toString(),
                        "POWERLOSS_FOLDER",
                        folder.toString(),
                        "POWERLOSS_LOG",
                        log.toString()),
                kind.name(),
                folder.toString(),
                String.valueOf(Keyed.of(seed, writer).nextLong()),
                String.valueOf(number),
                String.valueOf(SESSIONS),
                String.valueOf(WRITES));
        if (Launch.ended(process) != 0) {
            throw new IllegalStateException("a writer under the recorder did not end well");
        }
        List<Call> recorded = Call.read(log);
        calls += recorded.size();
        syncs += recorded.stream().filter(Call.SyncEnd.class::isInstance).count();
        try {
            requireRecorded(recorded, start, folder);
            Files.delete(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return recorded;
    }

    /** With its power kept, the disk of the calls has what the real one has: nothing was done unseen. */
    private void requireRecorded(List<Call> recorded, Path start, Path folder) throws IOException {
        Disk disk = new Disk(start, path -> true);
        recorded.forEach(disk::apply);
        Path kept = Folders.emptied(work.resolve("kept"));
        disk.keep(kept);
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString();
                if (!Disk.isOffDisk(name)
                        && (!Files.exists(kept.resolve(name)) || Files.mismatch(file, kept.resolve(name)) >= 0)) {
                    throw new IllegalStateException("the calls recorded do not make " + name);
                }
            }
        }
        if (recorded.stream().noneMatch(Call.Write.class::isInstance)) {
            throw new IllegalStateException("nothing was recorded");
        }
    }

    /**
     * Half anywhere; half where most is at stake: just after something was told or just before a sync ends. Of a new store some more while it
     * is made.
     */
    private static SortedSet<Integer> points(List<Call> recorded, int count, boolean making, Keyed random) {
        List<Integer> telling = new ArrayList<>();
        int made = 0;
        for (int i = 0; i < recorded.size(); i++) {
            switch (recorded.get(i)) {
                case Call.Write write
                when Told.isAnswer(write.bytes()) -> {
                    telling.add(i + 1);
                    made = made == 0 ? i : made;
                }
                case Call.SyncEnd end -> telling.add(i);
                default -> {}
            }
        }
        int first = making ? made + 1 : 0;
        telling.removeIf(point -> point < first);
        TreeSet<Integer> points = new TreeSet<>();
        while (points.size() < Math.min(count, recorded.size() / 2)) {
            points.add(
                    random.nextInt(2) == 0
                            ? first + random.nextInt(recorded.size() + 1 - first)
                            : telling.get(random.nextInt(telling.size())));
        }
        for (int i = 0; making && i < MAKING; i++) {
            points.add(random.nextInt(made));
        }
        return points;
    }

    /** @return what the store holds, or {@code otherwise} where it cannot be opened */
    private Held judged(Disk disk, Held before, Keyed random, Tally count, Held otherwise) {
        Path image = Folders.emptied(work.resolve(count == tally ? "image" : "lie"));
        disk.lose(random, image);
        Told told = Told.of(disk.told());
        Path copy = Folders.copied(image, work.resolve("judged"));
        if (!told.opened() && before.sequence() == 0) {
            if (count == tally) {
                unmade++;
                stuck += makes(copy) ? 0 : 1;
            }
            return otherwise;
        }
        try (Store store = kind.open(copy)) {
            Held held = store.read();
            count.add(told, Judge.faults(before, told, held), held);
            return held;
        } catch (RuntimeException e) {
            count.add(told, List.of(new Fault(Fault.Kind.UNOPENED, String.valueOf(e))));
            return otherwise;
        }
    }

    /** Whether a store can be opened, or else made, where making it was cut off: nobody was told yet that there is one. */
    private boolean makes(Path folder) {
        return sound(folder, kind::open) || sound(folder, kind::create);
    }

    private static boolean sound(Path folder, Function<Path, Store> opening) {
        try (Store store = opening.apply(folder)) {
            return store.read().findings().isEmpty();
        } catch (RuntimeException e) {
            return false;
        }
    }
}
