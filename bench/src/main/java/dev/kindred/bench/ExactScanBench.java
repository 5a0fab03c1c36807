package dev.kindred.bench;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Found;
import dev.kindred.index.Item;
import dev.kindred.index.Query;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How near the exact scan comes to the memory's own speed: bytes of rows a second of one search on one thread, beside a loop that only
 * adds up the same mapped bytes. The figures to compare are {@code search:bytes} and {@code stream:bytes} of one run.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Xmx1g"})
@SuppressWarnings({"NullAway.Init", "MustBeClosedChecker"}) // JMH's setup comes before every use, its tear-down after
public class ExactScanBench {
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final int BATCH = 64;

    @Param({"64", "128", "784"})
    public int dimension;

    @Param({"COSINE", "L2"})
    public Distance distance;

    /** Bytes of rows; far more than the caches hold. */
    @Param({"402653184"})
    public long rowBytes;

    private Path dir;
    private ExactIndex index;
    private Query query;
    private List<Query> batch;
    private Workers one;
    private Arena arena;
    private MemorySegment file;

    /** Rows read, in bytes. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Read {
        public long bytes;
    }

    @Setup
    public void build() throws IOException {
        dir = Files.createTempDirectory("kindred-bench");
        Space space = Space.external("bench", dimension, distance);
        int count = (int) (rowBytes / ((dimension + 15) / 16 * 64));
        index = ExactIndex.build(
                dir, space, IntStream.range(0, count).mapToObj(i -> Item.of("i" + i, vector(i))), Progress.SILENT);
        query = Query.of(space, vector(-1), 10);
        batch = IntStream.range(0, BATCH)
                .mapToObj(i -> Query.of(space, vector(-2 - i), 10))
                .toList();
        one = Workers.of(1);
        arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(dir.resolve(ExactIndex.FILE))) {
            file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    private float[] vector(int seed) {
        Keyed random = Keyed.of(seed);
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) random.uniform(-1, 1);
        }
        return vector;
    }

    /** One query, its ten nearest, one thread. */
    @Benchmark
    public Found search(Read read) {
        read.bytes += rowBytes;
        return index.search(query);
    }

    /** 64 queries that share their passes over the rows, one thread; bytes count once for each query. */
    @Benchmark
    public List<Found> batch(Read read) {
        read.bytes += rowBytes * BATCH;
        return index.search(batch, one);
    }

    /** The peer: adds up the mapped bytes, four vectors at once. */
    @Benchmark
    public long stream(Read read) {
        read.bytes += rowBytes;
        int step = LONGS.vectorByteSize();
        LongVector a = LongVector.zero(LONGS);
        LongVector b = a;
        LongVector c = a;
        LongVector d = a;
        for (long at = 0; at + 4L * step <= rowBytes; at += 4L * step) {
            a = a.add(LongVector.fromMemorySegment(LONGS, file, at, ByteOrder.LITTLE_ENDIAN));
            b = b.add(LongVector.fromMemorySegment(LONGS, file, at + step, ByteOrder.LITTLE_ENDIAN));
            c = c.add(LongVector.fromMemorySegment(LONGS, file, at + 2L * step, ByteOrder.LITTLE_ENDIAN));
            d = d.add(LongVector.fromMemorySegment(LONGS, file, at + 3L * step, ByteOrder.LITTLE_ENDIAN));
        }
        return a.add(b).add(c).add(d).reduceLanes(VectorOperators.ADD);
    }

    @TearDown
    public void remove() throws IOException {
        index.close();
        one.close();
        arena.close();
        try (Stream<Path> files = Files.walk(dir)) {
            files.sorted(Comparator.reverseOrder()).forEach(ExactScanBench::delete);
        }
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
