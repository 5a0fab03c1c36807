package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What merging in the background takes, and what is told of it where somebody waits. */
class MergePaceTest {
    private static final int D = 32;
    private static final Space SPACE = new Space("made here", D, Distance.L2);
    private static final Engine.Graph GRAPH = new Engine.Graph(16, 100, 1_000);

    @TempDir
    Path dir;

    private static List<Change> puts(int count) {
        return IntStream.range(0, count)
                .<Change>mapToObj(i -> {
                    Keyed random = Keyed.of(7, i);
                    float[] vector = new float[D];
                    for (int j = 0; j < D; j++) {
                        vector[j] = (float) random.nextGaussian();
                    }
                    return new Change.Put(new Item("i" + i, vector, Map.of(), null));
                })
                .toList();
    }

    private Generation create() {
        return Generation.create(dir.resolve("a"), SPACE, GRAPH, "a test", 2);
    }

    /** Nanoseconds that threads which merge have computed so far. */
    private static long merged() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("kindred-graph-")
                    || thread.getName().contains("Lucene Merge Thread")) {
                sum += Math.max(0, threads.getThreadCpuTime(thread.threadId()));
            }
        }
        return sum;
    }

    /** Cores taken while so long. */
    private static double cores(long millis) throws InterruptedException {
        long before = merged();
        long from = System.nanoTime();
        Thread.sleep(millis);
        return (double) (merged() - before) / (System.nanoTime() - from);
    }

    @Test
    void mergesInTheBackgroundTakeTheirShareOfTheCoresAndNoMore() throws InterruptedException {
        try (Generation generation = create()) {
            generation.mergeShare(0.05);
            // One segment, whose graph takes some seconds.
            generation.write(puts(15_000), Visibility.SEARCHABLE);
            while (merged() == 0) {
                Thread.sleep(5);
            }
            double bound = cores(2_000);
            assertThat(bound).isBetween(0.02, 0.05 * 2 + 0.03);
            generation.mergeShare(1);
            Thread.sleep(50);
            assertThat(cores(500)).isGreaterThan(1.5 * bound);
            generation.mergeShare(0.25);
        }
        try (Generation generation = Generation.open(dir.resolve("a"), "a test", 2)) {
            assertThat(generation.mergeShare()).isEqualTo(0.25);
            assertThatThrownBy(() -> generation.mergeShare(0)).isInstanceOf(Refusal.class);
            assertThatThrownBy(() -> generation.mergeShare(Double.NaN)).isInstanceOf(Refusal.class);
        }
    }

    /** A writer that the disk woke would wait for a core else. */
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux has a niceness for each thread")
    void aMergeInTheBackgroundGivesWayOnItsOwnThread() throws Exception {
        int usual = NicenessTest.niceness(Path.of("/proc/thread-self"));
        try (Generation generation = create()) {
            generation.mergeShare(0.05);
            generation.write(puts(15_000), Visibility.SEARCHABLE);
            while (merged() == 0) {
                Thread.sleep(5);
            }
            List<Integer> merging = new ArrayList<>();
            try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
                for (Path thread : threads) {
                    if (Files.readString(thread.resolve("comm")).startsWith("Lucene Merge")) {
                        merging.add(NicenessTest.niceness(thread));
                    }
                }
            }
            assertThat(merging).isNotEmpty().containsOnly(Math.min(19, usual + Niceness.MORE));
        }
    }

    /** At this pace the graph would take minutes, and at full speed seconds. */
    @Test
    void closingGivesAGraphUnderWayUp() throws InterruptedException {
        Generation generation = create();
        generation.mergeShare(0.01);
        generation.write(puts(15_000), Visibility.SEARCHABLE);
        while (merged() == 0) {
            Thread.sleep(5);
        }
        long from = System.nanoTime();
        generation.close();
        assertThat(System.nanoTime() - from).isLessThan(1_500_000_000L);
        try (Generation again = Generation.open(dir.resolve("a"), "a test", 2)) {
            assertThat(again.info().count()).isEqualTo(15_000);
        }
    }

    /** Every row of a new graph is counted once, whoever puts it in. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void rowsOfAGraphAreCounted(int threads) throws IOException {
        int count = 1_537;
        try (Truth truth = Truth.create(dir, SPACE, "a test");
                ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            truth.write(puts(count));
            LuceneView.Building building = new LuceneView.Building(pool, threads, new Pace(1, threads));
            try (LuceneView view = LuceneView.open(dir.resolve("view"), truth, GRAPH, building)) {
                view.apply(truth.changes(0, count + 1).changes());
                view.flush();
                assertThat(building.rows().done()).isZero();
                view.compact();
                assertThat(building.rows().done()).isEqualTo(count);
            }
        }
    }

    private record Told(String what, long done, long total) {}

    @Test
    void whoWaitsIsToldHowFarItIs() {
        int count = 6_000;
        try (Generation generation = create()) {
            // What is waited for does not keep to this.
            generation.mergeShare(0.01);
            generation.write(puts(count), Visibility.SEARCHABLE);
            List<Told> compacting = new ArrayList<>();
            generation.compact((what, done, total, note) -> compacting.add(new Told(what, done, total)));
            requireRising(compacting, "building the graph", count);
            List<Told> rebuilding = new ArrayList<>();
            generation.rebuild((what, done, total, note) -> rebuilding.add(new Told(what, done, total)));
            requireRising(rebuilding, "building the graph", count);
            requireRising(rebuilding, "reading the items", count);
            assertThat(generation.check()).isEmpty();
        }
    }

    private static void requireRising(List<Told> all, String what, int total) {
        List<Told> told = all.stream().filter(one -> one.what().equals(what)).toList();
        assertThat(told).extracting(Told::done).isSorted();
        assertThat(told).allMatch(one -> one.total() == total);
        assertThat(told.getLast().done()).isEqualTo(total);
        assertThat(told).anyMatch(one -> one.done() > 0 && one.done() < total);
    }

    /** Ctrl-C comes as an exception of the telling. */
    @Test
    void whoeverStopsListeningLeavesAllAsItWas() {
        try (Generation generation = create()) {
            generation.write(puts(6_000), Visibility.SEARCHABLE);
            Found before = generation.search(Query.of(SPACE, vector(), 20).effort(Effort.exact()));
            assertThatThrownBy(() -> generation.rebuild((what, done, total, note) -> {
                        if (what.equals("building the graph")) {
                            throw new CancellationException("stop");
                        }
                    }))
                    .isInstanceOf(CancellationException.class);
            assertThat(dir.resolve("a").resolve("view.next")).doesNotExist();
            assertThat(generation
                            .search(Query.of(SPACE, vector(), 20).effort(Effort.exact()))
                            .neighbors())
                    .isEqualTo(before.neighbors());
            assertThat(generation.check()).isEmpty();
        }
    }

    private static float[] vector() {
        float[] vector = new float[D];
        vector[3] = 1;
        return vector;
    }
}
