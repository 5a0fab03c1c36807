package dev.kindred.index;

import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.index.TrialResult.Build;
import dev.kindred.index.TrialResult.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds an index of every engine from the same vectors, asks all the same queries, and says which engine to take: recall against reading
 * all rows by effort, latency, processor time, memory, disk.
 *
 * <p>A pilot of some thousand vectors tells how long all would take; where that is longer than there is, as many are drawn as are not.
 */
public final class EngineTrial {
    private static final int PILOT = 10_000;
    /** Of the time, for building. */
    private static final double BUILDING = 0.6;

    private final Plan plan;
    private final Path folder;
    private final Progress progress;
    private final long begun = System.nanoTime();

    /**
     * @param k neighbours a query asks for, 1 to the number of rows
     * @param target recall that the engine is chosen for, above 0 and at most 1
     * @param time that all of it may take, nearly kept
     * @param threads that build; queries are timed on one
     * @param engines the rows file first
     */
    public record Plan(int k, double target, Duration time, int threads, long seed, List<TrialEngine> engines) {
        public Plan {
            engines = List.copyOf(engines);
            if (engines.isEmpty() || engines.getFirst().engine() != null) {
                throw new IllegalArgumentException("a trial begins with the rows file");
            }
            Effort.TargetRecall wanted = new Effort.TargetRecall(target);
            target = wanted.recall();
            if (k < 1 || k > Query.MAX_K) {
                throw new Refusal("k is " + k, "-k", "ask for 1 to " + Query.MAX_K + " neighbours");
            }
            if (time.isNegative() || time.isZero()) {
                throw new Refusal("there is no time for it", "--minutes", "give some minutes, e.g. 5");
            }
        }
    }

    private EngineTrial(Plan plan, Path folder, Progress progress) {
        this.plan = plan;
        this.folder = folder;
        this.progress = progress;
    }

    /**
     * @param folder an empty one, whose contents the caller deletes afterwards
     * @throws Refusal where a vector cannot be indexed, k is more than there are rows, or the disk has no room
     */
    public static TrialResult run(TrialSet set, Plan plan, Path folder, Progress progress) throws IOException {
        if (plan.k() > set.count()) {
            throw new Refusal(
                    "k is " + plan.k() + ", and " + set.count() + " vectors are indexed", "-k", "ask for fewer");
        }
        set.require();
        return new EngineTrial(plan, folder, progress).run(set);
    }

    private TrialResult run(TrialSet given) throws IOException {
        TrialSet set = fitting(given);
        requireRoom(set);
        List<Path> folders = new ArrayList<>();
        List<Build> builds = new ArrayList<>();
        for (TrialEngine engine : plan.engines()) {
            Path own = folder.resolve("engine-" + folders.size());
            builds.add(build(engine, set, own));
            folders.add(own);
        }
        long until = begun + plan.time().toNanos();
        try (TrialSearches searches = TrialSearches.open(set, folders, plan, until, progress)) {
            List<TrialSearches.Curve> curves = searches.measure();
            List<Figures> figures = new ArrayList<>();
            for (int i = 0; i < curves.size(); i++) {
                figures.add(new Figures(
                        plan.engines().get(i),
                        builds.get(i),
                        curves.get(i).memory(),
                        curves.get(i).points()));
            }
            return new TrialResult(
                    set,
                    searches.themselves(),
                    searches.timedQueries(),
                    searches.rounds(),
                    figures,
                    TrialChoice.of(figures, plan.target(), set.count(), set.isWhole() ? set.count() : set.total()));
        }
    }

    /** As many rows as can be built in the time. The pilot also warms up what builds, so that none pays for being the first. */
    private TrialSet fitting(TrialSet set) throws IOException {
        TrialSet pilot = set.limited(PILOT, plan.seed());
        requireRoom(pilot);
        double seconds = 0;
        for (TrialEngine engine : plan.engines()) {
            Path own = folder.resolve("pilot-" + plan.engines().indexOf(engine));
            seconds += build(engine, pilot, own).seconds();
        }
        if (set.count() <= 2 * PILOT) {
            return set;
        }
        double left = plan.time().toNanos() / 1e9 - (System.nanoTime() - begun) / 1e9;
        return set.limited(rowsIn(BUILDING * left, seconds, PILOT, set.count()), plan.seed());
    }

    /**
     * How many rows can be built in a time, where putting one in takes as long as the logarithm of their number.
     *
     * @param pilotSeconds what {@code pilot} rows took
     * @return from {@code pilot} to {@code most}
     */
    static int rowsIn(double seconds, double pilotSeconds, int pilot, int most) {
        double each = pilotSeconds / (pilot * Math.log(pilot));
        int low = pilot;
        int high = Math.max(pilot, most);
        while (low < high) {
            int middle = low + (high - low + 1) / 2;
            if (each * middle * Math.log(middle) <= seconds) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private Build build(TrialEngine engine, TrialSet set, Path own) throws IOException {
        long from = System.nanoTime();
        double cpu = Footprint.processCpuSeconds();
        engine.build(
                set,
                own,
                plan.threads(),
                (what, done, total, note) -> progress.at("building " + engine.name(), done, total, note));
        return new Build((System.nanoTime() - from) / 1e9, Footprint.processCpuSeconds() - cpu, Footprint.bytes(own));
    }

    private void requireRoom(TrialSet set) throws IOException {
        long needed = plan.engines().stream()
                .mapToLong(engine -> engine.roomFor(set.count(), set.space().dimension()))
                .sum();
        requireRoom(needed, Files.getFileStore(folder).getUsableSpace(), folder);
    }

    static void requireRoom(long needed, long usable, Path folder) {
        if (usable < needed) {
            throw new Refusal(
                    "the indexes that are compared may take %,d MB, and there is room for %,d MB"
                            .formatted(needed / 1_000_000, usable / 1_000_000),
                    folder.toString(),
                    "free some, name another --home, or fewer --rows");
        }
    }
}
