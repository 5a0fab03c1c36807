package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.index.Effort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One query at a time against all rows, in a process of its own: {@code ScanTimes ROOT SET FOLDER QUERIES ROUNDS}. Beside Kindred's exact
 * search of {@code FOLDER/exact} stand the scans of hnswlib and FAISS and a loop that only adds up the bytes of the same mapped file; each
 * is told in CPU seconds of one thread.
 */
final class ScanTimes {
    private static final Duration LIMIT = Duration.ofHours(1);
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    /** Steps of the streaming loop at a time. */
    private static final int PIECE = 1 << 16;

    /** Keeps the sums from being left out. */
    private static volatile long sum;

    private ScanTimes() {}

    public static void main(String[] words) throws IOException {
        Path root = Path.of(words[0]);
        Path folder = Path.of(words[2]);
        SearchSet set = IndexSets.asking(IndexSets.open(Path.of(words[1])), Integer.parseInt(words[3]));
        Path asking = folder.resolve("asking");
        set.write(asking);
        JsonObject json = new JsonObject();
        try (OurIndex index = OurIndex.open(set, folder.resolve("exact"), 1);
                OurIndex codes = OurIndex.open(set, folder.resolve("exact-int8"), 1);
                Arena arena = Arena.ofConfined();
                Closing scan = new Closing(peer("hnswlib", () -> Peer.scan(root, set, asking, LIMIT)));
                Closing flat = new Closing(peer("faiss", () -> Peer.flat(root, set, asking, LIMIT)))) {
            long bytes = 4L * set.n() * set.dimension();
            MemorySegment file = vectors(folder.resolve("exact"), arena);
            Map<String, DoubleSupplier> sides = new LinkedHashMap<>();
            sides.put("ours", () -> index.search(Effort.exact()).cpuSeconds());
            sides.put("coded", () -> codes.search(Effort.exact()).cpuSeconds());
            sides.put("stream", () -> streamed(file, bytes, set.q()));
            scan.peer().ifPresent(p -> sides.put("hnswlib", () -> seconds(p)));
            flat.peer().ifPresent(p -> sides.put("faiss", () -> seconds(p)));
            json.addProperty("bytes", bytes);
            json.addProperty("queries", set.q());
            json.addProperty("recall", index.search(Effort.exact()).recall());
            json.addProperty("codedRecall", codes.search(Effort.exact()).recall());
            measure(sides, Integer.parseInt(words[4])).forEach((name, values) -> json.add(name, Spread.array(values)));
        }
        System.out.println(json);
        System.out.flush();
        Runtime.getRuntime().exit(0);
    }

    /** A peer that may be missing, closed with the rest. */
    private record Closing(Optional<Peer> peer) implements AutoCloseable {
        @Override
        public void close() {
            peer.ifPresent(Peer::close);
        }
    }

    private static Optional<Peer> peer(String name, Supplier<Peer> start) {
        try {
            return Optional.of(start.get());
        } catch (Peer.Missing e) {
            System.err.println("bench: without " + name + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    /** CPU seconds of rounds of all; every other round goes the other way round. The first two rounds only warm up. */
    static Map<String, List<Double>> measure(Map<String, DoubleSupplier> sides, int rounds) {
        Map<String, List<Double>> seconds = new LinkedHashMap<>();
        sides.keySet().forEach(name -> seconds.put(name, new ArrayList<>()));
        List<String> order = new ArrayList<>(sides.keySet());
        for (int round = -2; round < rounds; round++) {
            for (String name : order) {
                DoubleSupplier side = sides.get(name);
                List<Double> values = seconds.get(name);
                if (side == null || values == null) {
                    throw new IllegalStateException(name);
                }
                double value = side.getAsDouble();
                if (round >= 0) {
                    values.add(value);
                }
            }
            Collections.reverse(order);
        }
        return seconds;
    }

    private static double seconds(Peer peer) {
        return peer.search(1, LIMIT).get("cpuSeconds").getAsDouble();
    }

    /** The file that holds the rows: the view's largest. */
    private static MemorySegment vectors(Path generation, Arena arena) throws IOException {
        try (Stream<Path> files = Files.list(generation.resolve("view"))) {
            Path file = files.filter(each -> each.toString().endsWith(".vec"))
                    .max(Comparator.comparingLong(ScanTimes::size))
                    .orElseThrow();
            try (FileChannel channel = FileChannel.open(file)) {
                return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            }
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the machine reads best: all bytes one after another, or four quarters of them side by side. */
    private static double streamed(MemorySegment file, long bytes, int times) {
        double apart = streamed(file, bytes, 4, times);
        return Math.min(apart, streamed(file, bytes, 1, times));
    }

    private static double streamed(MemorySegment file, long bytes, int streams, int times) {
        double cpu = OurIndex.cpuSeconds();
        for (int i = 0; i < times; i++) {
            sum += stream(file, bytes, streams);
        }
        return OurIndex.cpuSeconds() - cpu;
    }

    /** Adds the bytes up, four vectors at once, of one place or of four. */
    private static long stream(MemorySegment file, long bytes, int streams) {
        int step = LONGS.vectorByteSize();
        long quarter = bytes / (4L * step) * step;
        long apart = streams == 1 ? step : quarter;
        long stride = streams == 1 ? 4L * step : step;
        long all = 0;
        for (long done = 0; done < quarter / step; done += PIECE) {
            int count = (int) Math.min(PIECE, quarter / step - done);
            all += piece(file, done * stride, count, (int) stride, apart);
        }
        return all;
    }

    private static long piece(MemorySegment file, long from, int count, int stride, long apart) {
        LongVector a = LongVector.zero(LONGS);
        LongVector b = a;
        LongVector c = a;
        LongVector d = a;
        for (int i = 0; i < count; i++) {
            long at = from + (long) i * stride;
            a = a.add(LongVector.fromMemorySegment(LONGS, file, at, ByteOrder.LITTLE_ENDIAN));
            b = b.add(LongVector.fromMemorySegment(LONGS, file, at + apart, ByteOrder.LITTLE_ENDIAN));
            c = c.add(LongVector.fromMemorySegment(LONGS, file, at + 2 * apart, ByteOrder.LITTLE_ENDIAN));
            d = d.add(LongVector.fromMemorySegment(LONGS, file, at + 3 * apart, ByteOrder.LITTLE_ENDIAN));
        }
        return a.add(b).add(c).add(d).reduceLanes(VectorOperators.ADD);
    }
}
