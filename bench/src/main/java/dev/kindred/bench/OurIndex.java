package dev.kindred.bench;

import dev.kindred.core.Progress;
import dev.kindred.core.Space;
import dev.kindred.index.Effort;
import dev.kindred.index.Engine;
import dev.kindred.index.Filter;
import dev.kindred.index.Footprint;
import dev.kindred.index.Found;
import dev.kindred.index.Generation;
import dev.kindred.index.Item;
import dev.kindred.index.Neighbor;
import dev.kindred.index.Query;
import dev.kindred.index.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Kindred's index of a set, asked as a {@link Peer} is: all queries one after another on the calling thread, ten neighbours each. */
final class OurIndex implements AutoCloseable {
    /** A payload's field, whole, 0 to {@link #BUCKETS}, that has nothing to do with where a row lies. */
    static final String BUCKET = "bucket";

    static final int BUCKETS = 1_000;

    private static final String OWNER = "bench";

    private final SearchSet set;
    private final Generation generation;
    private final List<Query> queries;

    private OurIndex(SearchSet set, Generation generation) {
        this.set = set;
        this.generation = generation;
        this.queries = IntStream.range(0, set.q())
                .mapToObj(i -> Query.of(space(set), vector(set.queries(), i, set.dimension()), ExactNeighbors.K))
                .toList();
    }

    /** All queries once. */
    record Pass(double recall, double cpuSeconds, double p50Micros) {}

    static Space space(SearchSet set) {
        return Space.external(OWNER, set.dimension(), set.distance());
    }

    static float[] vector(float[] rows, int row, int dimension) {
        return Arrays.copyOfRange(rows, row * dimension, (row + 1) * dimension);
    }

    static Item item(SearchSet set, int row) {
        return item(row, vector(set.rows(), row, set.dimension()));
    }

    static Item item(int row, float[] vector) {
        return Item.of(Integer.toString(row), vector, Map.of(BUCKET, Value.of((long) row % BUCKETS)));
    }

    /** Begins an empty one in a folder, whatever was there. */
    static OurIndex create(SearchSet set, Path folder, Engine engine, int threads) {
        delete(folder);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new OurIndex(set, Generation.create(folder, space(set), engine, OWNER, threads));
    }

    /** All rows of the set, durable, compacted to one segment. */
    static OurIndex build(SearchSet set, Path folder, Engine engine, int threads) {
        OurIndex index = create(set, folder, engine, threads);
        index.generation.load(IntStream.range(0, set.n()).mapToObj(row -> item(set, row)), set.n(), Progress.SILENT);
        return index;
    }

    static OurIndex open(SearchSet set, Path folder, int threads) {
        return new OurIndex(set, Generation.open(folder, OWNER, threads));
    }

    Generation generation() {
        return generation;
    }

    List<Query> queries() {
        return queries;
    }

    Pass search(Effort effort) {
        return search(effort, Filter.everything(), set.truth());
    }

    /** @param truth ten rows for each query */
    Pass search(Effort effort, Filter filter, int[] truth) {
        List<Query> asked =
                queries.stream().map(q -> q.effort(effort).filter(filter)).toList();
        List<Found> found = new ArrayList<>(asked.size());
        double[] micros = new double[asked.size()];
        double cpu = cpuSeconds();
        for (int i = 0; i < micros.length; i++) {
            long from = System.nanoTime();
            found.add(generation.search(asked.get(i)));
            micros[i] = (System.nanoTime() - from) / 1e3;
        }
        cpu = cpuSeconds() - cpu;
        Arrays.sort(micros);
        return new Pass(recall(found, truth), cpu, micros[micros.length / 2]);
    }

    private static double recall(List<Found> found, int[] truth) {
        int k = ExactNeighbors.K;
        long hits = 0;
        for (int i = 0; i < found.size(); i++) {
            for (Neighbor neighbor : found.get(i).neighbors()) {
                int row = Integer.parseInt(neighbor.id());
                hits += IntStream.range(i * k, (i + 1) * k)
                        .filter(at -> truth[at] == row)
                        .count();
            }
        }
        return (double) hits / truth.length;
    }

    /** What the calling thread has had of a processor. */
    static double cpuSeconds() {
        return Footprint.threadCpuSeconds();
    }

    /** What all threads of this process have had, the collector's and the compiler's among them. */
    static double processCpuSeconds() {
        return Footprint.processCpuSeconds();
    }

    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        generation.close();
    }
}
