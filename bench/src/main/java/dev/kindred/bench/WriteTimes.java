package dev.kindred.bench;

import com.google.gson.JsonObject;
import dev.kindred.core.Progress;
import dev.kindred.index.Change;
import dev.kindred.index.Engine;
import dev.kindred.index.Visibility;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Durable writes, in a process of its own: {@code WriteTimes single SET FOLDER ROUNDS MILLISECONDS} for one writer and sixteen beside the
 * disk's own rate of appending 4 KiB and waiting for it; {@code WriteTimes bulk SET FOLDER} for many items at once.
 */
final class WriteTimes {
    private static final int WRITERS = 16;
    private static final int BATCH = 1_024;

    private WriteTimes() {}

    public static void main(String[] words) throws IOException {
        SearchSet set = IndexSets.open(Path.of(words[1]));
        Path folder = Path.of(words[2]);
        JsonObject json = words[0].equals("single")
                ? single(set, folder, Integer.parseInt(words[3]), Long.parseLong(words[4]) * 1_000_000)
                : bulk(set, folder);
        OurIndex.delete(folder);
        System.out.println(json);
        System.out.flush();
        Runtime.getRuntime().exit(0);
    }

    /** Rates a second. The first round only warms up. */
    private static JsonObject single(SearchSet set, Path folder, int rounds, long nanos) throws IOException {
        List<Double> disk = new ArrayList<>();
        List<Double> one = new ArrayList<>();
        List<Double> many = new ArrayList<>();
        try (OurIndex index = OurIndex.create(set, folder, Engine.graph(), 2);
                FileChannel file = FileChannel.open(
                        folder.resolve("appended"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            AtomicInteger next = new AtomicInteger();
            ByteBuffer page = ByteBuffer.allocateDirect(4_096);
            for (int round = -1; round < rounds; round++) {
                // Each stands first, second and last in turn: what one leaves behind, a merge say, falls on all alike.
                for (int place = 0; place < 3; place++) {
                    List<Double> rates = List.of(disk, one, many).get(Math.floorMod(round + place, 3));
                    double rate = rates == disk
                            ? rate(1, nanos, () -> appended(file, page))
                            : rate(rates == one ? 1 : WRITERS, nanos, () -> written(index, set, next));
                    if (round >= 0) {
                        rates.add(rate);
                    }
                }
            }
        }
        JsonObject json = new JsonObject();
        json.add("disk", Spread.array(disk));
        json.add("one", Spread.array(one));
        json.add("many", Spread.array(many));
        return json;
    }

    private static boolean appended(FileChannel file, ByteBuffer page) {
        try {
            page.clear();
            file.write(page, file.size());
            file.force(false);
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean written(OurIndex index, SearchSet set, AtomicInteger next) {
        int row = next.getAndIncrement() % set.n();
        index.generation().write(List.of(new Change.Put(OurIndex.item(set, row))), Visibility.ACKNOWLEDGED);
        return true;
    }

    /** How often a second all threads together do it. */
    private static double rate(int threads, long nanos, BooleanSupplier once) {
        AtomicInteger count = new AtomicInteger();
        long from = System.nanoTime();
        List<Thread> all = IntStream.range(0, threads)
                .mapToObj(i -> Thread.ofPlatform().start(() -> {
                    while (System.nanoTime() - from < nanos && once.getAsBoolean()) {
                        count.incrementAndGet();
                    }
                }))
                .toList();
        for (Thread thread : all) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while writing", e);
            }
        }
        return count.get() / ((System.nanoTime() - from) / 1e9);
    }

    /** Items a second: written in batches and found by an exact search; and loaded, up to one graph of all. */
    private static JsonObject bulk(SearchSet set, Path folder) {
        JsonObject json = new JsonObject();
        json.addProperty("n", set.n());
        try (OurIndex index = OurIndex.create(set, folder, Engine.exact(), 2)) {
            long from = System.nanoTime();
            for (int start = 0; start < set.n(); start += BATCH) {
                int end = Math.min(set.n(), start + BATCH);
                List<Change> batch = IntStream.range(start, end)
                        .<Change>mapToObj(row -> new Change.Put(OurIndex.item(set, row)))
                        .toList();
                index.generation().write(batch, end == set.n() ? Visibility.SEARCHABLE : Visibility.ACKNOWLEDGED);
            }
            json.addProperty("exactPerSecond", set.n() / ((System.nanoTime() - from) / 1e9));
            json.addProperty("found", index.generation().info().count());
        }
        try (OurIndex index = OurIndex.create(set, folder, Engine.graph(), 2)) {
            long from = System.nanoTime();
            index.generation()
                    .load(
                            IntStream.range(0, set.n()).mapToObj(row -> OurIndex.item(set, row)),
                            set.n(),
                            Progress.SILENT);
            json.addProperty("graphPerSecond", set.n() / ((System.nanoTime() - from) / 1e9));
        }
        return json;
    }
}
