package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Space;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A view is read before the first search. */
class WarmingTest {
    private static final int D = 256;
    private static final int COUNT = 3_000;
    private static final Space SPACE = new Space("made here", D, Distance.L2);
    private static final Engine GRAPH = new Engine.Graph(16, 20, 1_000);

    @TempDir
    Path dir;

    private static List<Change> puts() {
        return IntStream.range(0, COUNT)
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

    /** What this process has in memory of mapped files whose names end so, in bytes. */
    private static long mapped(Path folder, String ending) throws IOException {
        long bytes = 0;
        boolean within = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                within = line.contains(folder.toString()) && line.endsWith(ending);
            } else if (within && line.startsWith("Rss:")) {
                bytes += 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return bytes;
    }

    @Test
    void rowsAndGraphAreInMemoryAfterwards() throws Exception {
        assumeTrue(Files.isReadable(Path.of("/proc/self/smaps")));
        Path folder = dir.resolve("view");
        try (Truth truth = Truth.create(dir, SPACE, "a test");
                ExecutorService pool = Executors.newFixedThreadPool(1)) {
            truth.write(puts());
            LuceneView.Building building = new LuceneView.Building(pool, 1, new Pace(1, 1));
            try (LuceneView view = LuceneView.open(folder, truth, GRAPH, building)) {
                view.apply(truth.changes(0, COUNT + 1).changes());
                view.holds(truth.lastSequence());
                view.compact();
                view.commit();
            }
            try (LuceneView view = LuceneView.open(folder, truth, GRAPH, building)) {
                ViewReader reader = view.reader();
                long rows = 4L * D * COUNT;
                assertThat(mapped(folder, ".vec")).isLessThan(rows / 2);
                long graph = size(folder, ".vex");
                assertThat(graph).isPositive();
                try (Warming warming = new Warming(folder, () -> retained(reader), Long.MAX_VALUE)) {
                    assertThat(warming.warmth()).isEqualTo(Warmth.COLD);
                    warming.begin();
                    await(warming);
                    assertThat(warming.warmth()).isEqualTo(Warmth.WARM);
                }
                assertThat(mapped(folder, ".vec")).isGreaterThanOrEqualTo(rows);
                assertThat(mapped(folder, ".vex")).isGreaterThan(graph * 9 / 10);
                try (Warming warming = new Warming(folder, () -> retained(reader), rows / 2)) {
                    warming.begin();
                    await(warming);
                    assertThat(warming.warmth()).isEqualTo(Warmth.TOO_LARGE);
                }
                reader.release();
                assertThat(reader.retain()).isFalse();
            }
        }
    }

    private static ViewReader retained(ViewReader reader) {
        assertThat(reader.retain()).isTrue();
        return reader;
    }

    private static void await(Warming warming) throws InterruptedException {
        while (warming.warmth() == Warmth.WARMING) {
            Thread.sleep(1);
        }
    }

    private static long size(Path folder, String ending) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    @Test
    void closingEndsIt() throws InterruptedException {
        Generation generation = Generation.create(dir.resolve("g"), SPACE, Engine.exact(), "a test", 1);
        try (generation) {
            generation.write(puts(), Visibility.SEARCHABLE);
            assertThat(generation.warmth()).isEqualTo(Warmth.COLD);
            generation.warm();
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("kindred-warming"));
        try (Generation again = Generation.open(dir.resolve("g"), "a test", 1)) {
            again.warm();
            while (again.warmth() == Warmth.WARMING) {
                Thread.sleep(1);
            }
            assertThat(again.warmth()).isEqualTo(Warmth.WARM);
        }
    }
}
