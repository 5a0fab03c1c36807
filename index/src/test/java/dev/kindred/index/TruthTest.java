package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The items in SQLite, against plain maps. */
class TruthTest {
    private static final Space SPACE = VectorIndexContract.space(5, Distance.COSINE);

    @TempDir
    Path folder;

    private Truth truth;

    @BeforeEach
    void create() {
        truth = Truth.create(folder, SPACE, "a test");
    }

    @AfterEach
    void close() {
        truth.close();
    }

    private void reopen() {
        truth.close();
        truth = Truth.open(folder, "a test");
    }

    private static Item item(String id, Keyed random) {
        byte[] source = random.nextInt(2) == 0 ? null : new byte[random.nextInt(20_000)];
        if (source != null) {
            Arrays.fill(source, (byte) random.nextInt(256));
        }
        return new Item(id, VectorIndexContract.vector(random, 5), Map.of("n", Value.of(random.nextInt(9))), source);
    }

    /** Puts, replacements and deletions at random, also of one id within a write; opened again now and then. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void holdsWhatAMapHolds(long seed) {
        Keyed random = Keyed.of(seed, 0x7247);
        Map<String, Item> items = new HashMap<>();
        TreeMap<Long, String> order = new TreeMap<>();
        Map<String, Long> numbers = new HashMap<>();
        long last = 0;
        Map<String, Item> view = new HashMap<>();
        long viewed = 0;
        for (int round = 0; round < 60; round++) {
            List<Change> changes = new ArrayList<>();
            for (int i = random.nextInt(8); i >= 0; i--) {
                String id = "é\0" + random.nextInt(12);
                last++;
                Long before = numbers.remove(id);
                if (before != null) {
                    order.remove(before);
                }
                if (random.nextInt(3) == 0) {
                    changes.add(new Change.Delete(id));
                    items.remove(id);
                } else {
                    Item item = item(id, random);
                    changes.add(new Change.Put(item));
                    items.put(id, item);
                    numbers.put(id, last);
                    order.put(last, id);
                }
            }
            assertThat(truth.write(changes)).isEqualTo(last);
            if (random.nextInt(7) == 0) {
                reopen();
            }
            assertThat(truth.lastSequence()).isEqualTo(last);
            assertThat(truth.count()).isEqualTo(items.size());
            if (random.nextInt(3) == 0) {
                viewed = follow(view, viewed);
                assertSame(view, items);
                truth.forget(viewed);
            }
        }
        assertThat(truth.check()).isEmpty();
        for (int i = 0; i < 12; i++) {
            String id = "é\0" + i;
            Optional<Item> there = truth.get(id);
            assertThat(there.isPresent()).isEqualTo(items.containsKey(id));
            there.ifPresent(item -> assertEqual(item, items.get(id)));
        }
        long middle = last / 2;
        try (Items scanned = truth.scan(middle)) {
            Map<Long, String> found = new TreeMap<>();
            scanned.forEach(
                    written -> found.put(written.sequence(), written.item().id()));
            assertThat(found).isEqualTo(order.tailMap(middle, false));
        }
    }

    /** A writer that was killed while it made the file leaves nothing that stands in the way. */
    @Test
    void whatWasCutOffWhileItWasMadeIsMadeAnew() throws IOException, SQLException {
        Path other = folder.resolve("other");
        Files.createDirectories(other);
        Files.write(other.resolve("." + Truth.FILE + ".part"), new byte[100]);
        try (Truth made = Truth.create(other, SPACE, "a test")) {
            assertThat(made.count()).isZero();
            assertThat(made.check()).isEmpty();
        }
        try (Connection connection = TruthFile.reading(other.resolve(Truth.FILE))) {
            assertThat(TruthFile.number(connection, "PRAGMA page_size")).isEqualTo(8192);
        }
        assertThat(other.resolve("." + Truth.FILE + ".part")).doesNotExist();
    }

    /** As a view catches up: a few changes at a time. */
    private long follow(Map<String, Item> view, long viewed) {
        while (true) {
            List<Truth.Numbered> changes = truth.changes(viewed, 3).changes();
            if (changes.isEmpty()) {
                return viewed;
            }
            for (Truth.Numbered numbered : changes) {
                assertThat(numbered.sequence()).isGreaterThan(viewed);
                viewed = numbered.sequence();
                switch (numbered.change()) {
                    case Change.Put(Item item) -> view.put(item.id(), item);
                    case Change.Delete(String id) -> view.remove(id);
                }
            }
        }
    }

    private static void assertSame(Map<String, Item> view, Map<String, Item> items) {
        assertThat(view.keySet()).isEqualTo(items.keySet());
        view.forEach((id, item) -> assertEqual(item, items.get(id)));
    }

    private static void assertEqual(Item one, Item other) {
        assertThat(one.id()).isEqualTo(other.id());
        assertThat(one.vector()).containsExactly(other.vector());
        assertThat(one.payload()).isEqualTo(other.payload());
        assertThat(one.source()).isEqualTo(other.source());
    }

    @Test
    void manyWritersShareTheirWaitsForTheDisk() throws InterruptedException {
        Map<Long, String> numbers = new ConcurrentHashMap<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 16; t++) {
            int writer = t;
            threads.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 40; i++) {
                    String id = writer + "/" + i;
                    numbers.put(truth.write(List.of(new Change.Put(Item.of(id, 1, 2, 3, 4, i)))), id);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(numbers).hasSize(640);
        assertThat(truth.lastSequence()).isEqualTo(640);
        assertThat(truth.commits()).isLessThan(640);
        try (Items scanned = truth.scan(0)) {
            scanned.forEach(written -> assertThat(written.item().id()).isEqualTo(numbers.get(written.sequence())));
        }
    }

    @Test
    void aScanIsOfItsMoment() {
        truth.write(List.of(new Change.Put(Item.of("a", 1, 0, 0, 0, 0)), new Change.Put(Item.of("b", 0, 1, 0, 0, 0))));
        try (Items scanned = truth.scan(0)) {
            assertThat(scanned.iterator().next().item().id()).isEqualTo("a");
            truth.write(List.of(new Change.Delete("b"), new Change.Put(Item.of("c", 0, 0, 1, 0, 0))));
            assertThat(scanned.stream().map(each -> each.item().id())).containsExactly("b");
        }
        try (Items scanned = truth.scan(0)) {
            assertThat(scanned.stream().map(each -> each.item().id())).containsExactly("a", "c");
        }
    }

    @Test
    void whatIsRefusedIsRefusedWhole() {
        assertThatThrownBy(() -> truth.write(List.of(
                        new Change.Put(Item.of("good", 1, 2, 3, 4, 5)), new Change.Put(Item.of("short", 1, 2)))))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.line()).contains("short"));
        Item large =
                new Item("large", new float[] {1, 2, 3, 4, 5}, Map.of("text", Value.of("x".repeat(1 << 20))), null);
        assertThatThrownBy(() -> truth.write(List.of(new Change.Put(large))))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("more than 1 MiB");
        assertThat(truth.count()).isZero();
        assertThat(truth.lastSequence()).isZero();
        assertThat(truth.write(List.of(new Change.Delete("nothing")))).isEqualTo(1);
        assertThat(truth.changes(0, 10).changes()).isEmpty();
    }

    @Test
    void aSecondWriterIsToldWhoTheFirstIs() {
        assertThatThrownBy(() -> Truth.open(folder, "another"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("is being written by a test");
        assertThatThrownBy(() -> Truth.create(folder, SPACE, "another"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("there are items already");
        assertThatThrownBy(() -> Truth.open(folder.resolve("none"), "another"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("holds no items");
    }

    @Test
    void aFileOfSomethingElseIsNotOpened() throws IOException {
        truth.close();
        Files.writeString(folder.resolve(Truth.FILE), "no database at all, but long enough to look at it".repeat(50));
        assertThatThrownBy(() -> Truth.open(folder, "a test"))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.line()).contains(Truth.FILE));
        Files.delete(folder.resolve(Truth.FILE));
        truth = Truth.create(folder, SPACE, "a test");
    }

    /** As on a full disk: SQLite is allowed no more pages. */
    @Test
    void whereThereIsNoRoomNothingIsWrittenAndLaterAllIs() throws Exception {
        Path file = folder.resolve("full.db");
        TruthFile.create(file, SPACE);
        Connection connection = TruthFile.writing(file);
        limit(connection, 24);
        TruthWriter writer = new TruthWriter(connection, file);
        long held = 0;
        Refusal full = null;
        while (full == null) {
            try {
                held = writer.write(List.of(new Change.Put(large("a" + held)), new Change.Put(large("b" + held))));
            } catch (Refusal e) {
                full = e;
            }
        }
        assertThat(full.line()).contains("full.db").contains("no room").contains("nothing of it was written");
        assertThat(held).isPositive();
        assertThat(writer.lastSequence()).isEqualTo(held);
        assertThat(TruthFile.number(connection, "SELECT count(*) FROM item")).isEqualTo(held);
        limit(connection, 1_000);
        assertThat(writer.write(List.of(new Change.Put(large("room"))))).isEqualTo(held + 1);
        writer.close();
        try (Connection reading = TruthFile.reading(file)) {
            assertThat(TruthFile.check(reading, SPACE, file)).isEmpty();
            assertThat(TruthFile.number(reading, "SELECT count(*) FROM item")).isEqualTo(held + 1);
        }
    }

    private static Item large(String id) {
        return new Item(id, new float[] {1, 2, 3, 4, 5}, Map.of(), new byte[20_000]);
    }

    private static void limit(Connection connection, int pages) throws SQLException {
        TruthFile.execute(connection, "PRAGMA max_page_count = " + pages);
    }

    /** A bit within a vector, which SQLite itself would not miss. */
    @Test
    void aFlippedBitIsFound() throws IOException {
        float[] told = {12345.678f, 1, 2, 3, 4};
        truth.write(List.of(new Change.Put(Item.of("a", 9, 8, 7, 6, 5)), new Change.Put(Item.of("b", told))));
        truth.close();
        Path file = folder.resolve(Truth.FILE);
        byte[] bytes = Files.readAllBytes(file);
        int at = place(bytes, TruthFile.bytes(told));
        try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
            damaged.seek(at + 4);
            damaged.write(bytes[at + 4] ^ 1);
        }
        truth = Truth.open(folder, "a test");
        assertThat(truth.check())
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.toString()).contains(Truth.FILE).contains("sequence number 2"));
        assertThat(truth.get("a")).isPresent();
        assertThatThrownBy(() -> truth.get("b")).isInstanceOf(Refusal.class).hasMessageContaining("damaged");
    }

    private static int place(byte[] in, byte[] what) {
        String text = new String(in, StandardCharsets.ISO_8859_1);
        int at = text.indexOf(new String(what, StandardCharsets.ISO_8859_1));
        assertThat(at).isPositive();
        return at;
    }

    /** What SQLite itself says of its waiting, and the waits counted. */
    @Test
    void relaxedWritesWaitForNoDiskAndADurableOneForAll() throws SQLException {
        truth.close();
        Path file = folder.resolve(Truth.FILE);
        Connection connection = TruthFile.writing(file);
        try (TruthWriter writer = new TruthWriter(connection, file)) {
            writer.write(List.of(new Change.Put(large("a"))), true, true);
            writer.write(List.of(new Change.Put(large("b"))), true, true);
            assertThat(writer.commits()).isZero();
            assertThat(TruthFile.number(connection, "PRAGMA synchronous")).isEqualTo(1);
            writer.write(List.of(new Change.Put(large("c"))));
            assertThat(writer.commits()).isEqualTo(1);
            assertThat(TruthFile.number(connection, "PRAGMA synchronous")).isEqualTo(2);
            writer.write(List.of(new Change.Put(large("d"))), true, true);
            writer.sync();
            assertThat(TruthFile.number(connection, "PRAGMA synchronous")).isEqualTo(2);
            assertThat(writer.commits()).isEqualTo(2);
            assertThat(writer.lastSequence()).isEqualTo(5);
            writer.write(List.of(new Change.Put(large("e"))), true, true);
            writer.alone(alone ->
                    assertThat(TruthFile.number(alone, "PRAGMA synchronous")).isEqualTo(2));
        }
        reopen();
        assertThat(truth.count()).isEqualTo(5);
    }
}
