package dev.kindred.index;

import dev.kindred.core.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An engine as people ask for it.
 *
 * @param name in tables, e.g. {@code graph}
 * @param options of {@code index build} that make it
 * @param engine null for the rows file
 */
public record TrialEngine(
        String name, String options, @Nullable Engine engine) {
    private static final String OWNER = "a trial of engines";

    /** The rows file, which others are held against. */
    static final TrialEngine ROWS = new TrialEngine("rows", "--engine rows", null);

    /** What is tried, the simplest first: of those that do as well, the first is chosen. */
    public static List<TrialEngine> usual() {
        return List.of(
                ROWS,
                new TrialEngine("exact", "--engine exact", Engine.exact()),
                new TrialEngine(
                        "exact int8",
                        "--engine exact --codes int8",
                        Engine.exact().with(Engine.Codes.INT8)),
                new TrialEngine("graph", "--engine graph", Engine.graph()),
                new TrialEngine(
                        "graph int8",
                        "--engine graph --codes int8",
                        Engine.graph().with(Engine.Codes.INT8)),
                new TrialEngine("graph 32", "--engine graph --links 32 --beam 200", new Engine.Graph(32, 200, 8_192)));
    }

    /** Whether every search reads all rows, so that its time grows as they do. */
    public boolean readsAll() {
        return !(engine instanceof Engine.Graph);
    }

    /** Fills an index in a folder of its own, made durable, as {@code index build} does. */
    void build(TrialSet set, Path folder, int threads, Progress progress) throws IOException {
        Files.createDirectories(folder);
        if (engine == null) {
            ExactIndex.build(folder, set.space(), set.items(), progress).close();
            return;
        }
        try (Generation generation = Generation.create(folder, set.space(), engine, OWNER, threads)) {
            generation.load(set.items(), set.count(), progress);
        }
    }

    static EmbeddedIndex open(Path folder) {
        return EmbeddedIndex.open(folder, OWNER, 1);
    }

    /** An upper bound of what building takes on disk: items and view, and a second view while graphs are joined. */
    long roomFor(int count, int dimension) {
        long vector = 4L * dimension;
        return engine == null ? count * (vector + 192) : count * (5 * vector + 768);
    }
}
