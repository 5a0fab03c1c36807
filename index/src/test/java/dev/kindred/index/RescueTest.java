package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Distance;
import dev.kindred.core.Hashes;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damage of every kind against what was written. Which pages an item has is told by a mark of its own, which its payload has once and its
 * source throughout, looked for in the file's bytes.
 */
class RescueTest {
    private static final Space SPACE = VectorIndexContract.space(6, Distance.L2);
    private static final int PAGE = 8_192;
    private static final Pattern MARK = Pattern.compile("#\\d{7}");

    @TempDir
    static Path dir;

    private static Path sound;
    /** Of the same, as a writer that was killed leaves it: half of it in the write-ahead log. */
    private static Path killed;

    private static final Map<String, Item> LIVE = new HashMap<>();
    private static final Set<String> DELETED = new TreeSet<>();
    private static int marks;
    private static int staleMarks;

    @TempDir
    Path out;

    private static String mark() {
        return "#%07d".formatted(++marks);
    }

    private static Item item(int i, Keyed random) {
        String mark = mark();
        byte[] source = null;
        if (random.nextInt(3) > 0) {
            int repeats = 1 + random.nextInt(random.nextInt(4) == 0 ? 3_000 : 60);
            source = mark.repeat(repeats).getBytes(StandardCharsets.US_ASCII);
        }
        return new Item(
                "item" + i,
                VectorIndexContract.vector(random, 6),
                Map.of("mark", Value.of(mark), "i", Value.of((long) i)),
                source);
    }

    private static void put(Generation generation, List<Item> items) {
        generation.write(VectorIndexContract.puts(items), Visibility.SEARCHABLE);
        items.forEach(item -> {
            LIVE.put(item.id(), item);
            DELETED.remove(item.id());
        });
    }

    @BeforeAll
    static void someHundredItemsOfWhichManyWereReplacedOrDeleted() throws IOException, SQLException {
        LIVE.clear();
        DELETED.clear();
        Keyed random = Keyed.of(5, 0x5e5c);
        sound = dir.resolve("sound");
        killed = dir.resolve("killed");
        try (Generation generation = Generation.create(sound, SPACE, new Engine.Graph(8, 50, 100), "a test", 1)) {
            List<Item> first = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                first.add(item(i, random));
            }
            first.forEach(item -> LIVE.put(item.id(), item));
            generation.load(first.stream(), 600, Progress.SILENT);
            try (Connection other = TruthFile.writing(sound.resolve(Truth.FILE))) {
                TruthFile.execute(other, "PRAGMA wal_checkpoint(PASSIVE)");
            }
            for (int round = 0; round < 12; round++) {
                List<Change> gone = new ArrayList<>();
                List<Item> again = new ArrayList<>();
                for (int i = 0; i < 25; i++) {
                    // Runs, so that whole pages are given up too.
                    String id = "item" + (round * 50 + i);
                    gone.add(new Change.Delete(id));
                    LIVE.remove(id);
                    DELETED.add(id);
                    if (i < 8) {
                        again.add(item(random.nextInt(800), random));
                    }
                }
                generation.write(gone, Visibility.SEARCHABLE);
                put(generation, again.stream().distinct().toList());
            }
            Files.writeString(sound.resolve("bundle.kindred"), "a bundle");
            GenerationTest.copy(sound, killed);
            GenerationTest.delete(killed.resolve(Generation.VIEW));
        }
        Files.delete(killed.resolve(WriterLock.OWNER));
        GenerationTest.copy(sound.resolve(Generation.VIEW), killed.resolve(Generation.VIEW));
        assertThat(Files.size(killed.resolve(Truth.FILE))).isGreaterThan(1_000_000);
        assertThat(Files.size(killed.resolve("items.db-wal"))).isGreaterThan(100_000);
        assertThat(sound.resolve("items.db-wal")).doesNotExist();
    }

    private static Map<String, BitSet> pagesByMark(byte[] file) {
        Map<String, BitSet> pages = new HashMap<>();
        for (int page = 0; page < file.length / PAGE; page++) {
            Matcher marks = MARK.matcher(new String(file, page * PAGE, PAGE, StandardCharsets.ISO_8859_1));
            while (marks.find()) {
                pages.computeIfAbsent(marks.group(), mark -> new BitSet()).set(page);
            }
        }
        return pages;
    }

    private static String mark(Item item) {
        return ((Value.Text) item.payload().get("mark")).value();
    }

    /** Zeroes pages or flips bits, of the roots and the first page too, and gives the pages that were hit, from 0. */
    private static BitSet damage(byte[] file, Keyed random) {
        int pages = file.length / PAGE;
        BitSet hit = new BitSet();
        int zeroed = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(12);
        int flipped = zeroed == 0 || random.nextInt(2) == 0 ? 1 + random.nextInt(40) : 0;
        for (int i = 0; i < zeroed; i++) {
            int page = random.nextInt(3) == 0 ? random.nextInt(8) : random.nextInt(pages);
            Arrays.fill(file, page * PAGE, (page + 1) * PAGE, (byte) 0);
            hit.set(page);
        }
        for (int i = 0; i < flipped; i++) {
            int page = random.nextInt(4) == 0 ? random.nextInt(8) : random.nextInt(pages);
            // Headers and pointers as often as contents.
            int at = page * PAGE + random.nextInt(random.nextInt(2) == 0 ? 64 : PAGE);
            file[at] ^= (byte) (1 << random.nextInt(8));
            hit.set(page);
        }
        return hit;
    }

    private static TreeMap<String, String> bytes(Path folder) throws IOException {
        TreeMap<String, String> bytes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes.put(folder.relativize(file).toString(), Hashes.sha256Hex(Files.readAllBytes(file)));
            }
        }
        return bytes;
    }

    /** What is there afterwards, each item held against what was written. */
    private Set<String> requireEqual(Path folder, Rescued rescued) {
        Set<String> there = new TreeSet<>();
        try (Truth truth = Truth.open(folder, "a test");
                Items items = truth.scan(0)) {
            assertThat(truth.check()).isEmpty();
            for (Items.Written written : items) {
                Item item = written.item();
                there.add(item.id());
                Item expected = LIVE.get(item.id());
                assertThat(expected)
                        .as(item.id() + (DELETED.contains(item.id()) ? " was deleted" : ""))
                        .isNotNull();
                assertThat(item.vector()).isEqualTo(expected.vector());
                assertThat(item.payload()).isEqualTo(expected.payload());
                assertThat(item.source()).isEqualTo(rescued.fromView().contains(item.id()) ? null : expected.source());
            }
        }
        assertThat(there).hasSize((int) rescued.count());
        return there;
    }

    @ParameterizedTest
    @ValueSource(strings = {"sound", "killed"})
    void whateverIsDamagedAllThatIsNotIsSaved(String which) throws IOException {
        Path from = dir.resolve(which);
        byte[] file = Files.readAllBytes(from.resolve(Truth.FILE));
        Map<String, BitSet> pages = pagesByMark(file);
        long viewed = 0;
        long vanished = 0;
        long lost = 0;
        for (int seed = 0; seed < 30; seed++) {
            Keyed random = Keyed.of(seed, which.length());
            Path damaged = out.resolve("damaged" + seed);
            GenerationTest.copy(from, damaged);
            byte[] bytes = file.clone();
            BitSet hit = damage(bytes, random);
            Files.write(damaged.resolve(Truth.FILE), bytes);
            boolean view = seed % 3 > 0;
            if (!view) {
                GenerationTest.delete(damaged.resolve(Generation.VIEW));
            }
            TreeMap<String, String> before = bytes(damaged);
            Path to = out.resolve("new" + seed);
            Rescued rescued = GenerationFolder.rescue(damaged, to, List.of(), d -> SPACE, "a test");
            assertThat(bytes(damaged)).isEqualTo(before);
            Set<String> there = requireEqual(to, rescued);
            assertThat(there).as("seed " + seed).doesNotContainAnyElementsOf(DELETED);
            Set<String> whole = new TreeSet<>(there);
            whole.removeAll(rescued.fromView());
            // Without a view, and with the free pages unknown, what the tree and the index have lost cannot be told
            // from
            // what was deleted.
            if (view || !hit.get(0)) {
                Set<String> untouched = new TreeSet<>();
                LIVE.forEach((id, item) -> {
                    if (!pages.getOrDefault(mark(item), new BitSet()).intersects(hit)) {
                        untouched.add(id);
                    }
                });
                assertThat(whole).as("seed " + seed + ", pages " + hit).containsAll(untouched);
            }
            if (view) {
                Set<String> all = new TreeSet<>(there);
                all.addAll(rescued.lost());
                assertThat(all).as("seed " + seed).isEqualTo(new TreeSet<>(LIVE.keySet()));
            }
            Set<String> told = new TreeSet<>(there);
            told.addAll(rescued.lost());
            if (!told.containsAll(LIVE.keySet())) {
                vanished++;
                assertThat(rescued.unnamed() && !rescued.isWhole())
                        .as("seed " + seed)
                        .isTrue();
            }
            viewed += rescued.fromView().size();
            lost += rescued.lost().size();
            GenerationTest.delete(damaged);
            GenerationTest.delete(to);
        }
        // It was damage that mattered.
        assertThat(vanished).isGreaterThan(which.equals("sound") ? 0 : -1);
        assertThat(viewed).isGreaterThan(50);
        assertThat(lost).isGreaterThan(which.equals("sound") ? 10 : 0);
    }

    /** What lies behind damage in the log is told of, and what the view knows of it counts: also that it was deleted. */
    @Test
    void aDamagedLogBringsNothingBack() throws IOException {
        for (int seed = 0; seed < 6; seed++) {
            Path damaged = out.resolve("log" + seed);
            GenerationTest.copy(killed, damaged);
            Path log = damaged.resolve("items.db-wal");
            byte[] bytes = Files.readAllBytes(log);
            bytes[seed == 0 ? 3 : Keyed.of(seed, 1).nextInt(bytes.length - 300_000)] ^= 4;
            Files.write(log, bytes);
            Path to = out.resolve("of" + seed);
            Rescued rescued = GenerationFolder.rescue(damaged, to, List.of(), null, "a test");
            assertThat(rescued.logDamaged()).isTrue();
            assertThat(rescued.isWhole()).isFalse();
            Set<String> there = requireEqual(to, rescued);
            there.addAll(rescued.lost());
            assertThat(there).as("seed " + seed).isEqualTo(new TreeSet<>(LIVE.keySet()));
        }
    }

    private Path damaged(Path from, String name) throws IOException {
        Path damaged = out.resolve(name);
        GenerationTest.copy(from, damaged);
        return damaged;
    }

    private static void zero(Path file, IntPredicate pages) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        for (int page = 1; page <= bytes.length / PAGE; page++) {
            if (pages.test(page)) {
                Arrays.fill(bytes, (page - 1) * PAGE, page * PAGE, (byte) 0);
            }
        }
        Files.write(file, bytes);
    }

    private static Rescued rescue(Path damaged) {
        return GenerationFolder.rescue(
                damaged, damaged.resolveSibling(damaged.getFileName() + ".to"), List.of(), d -> SPACE, "a test");
    }

    /** Pages, from 1, of a mark of any item. */
    private static BitSet marked(Path folder) throws IOException {
        BitSet marked = new BitSet();
        pagesByMark(Files.readAllBytes(folder.resolve(Truth.FILE)))
                .values()
                .forEach(pages -> pages.stream().forEach(page -> marked.set(page + 1)));
        return marked;
    }

    @Test
    void whereAllItemsAreLostTheViewHasThem() throws IOException {
        Path damaged = damaged(sound, "empty");
        BitSet marked = marked(damaged);
        zero(damaged.resolve(Truth.FILE), page -> page == 3 || marked.get(page));
        Rescued rescued = rescue(damaged);
        assertThat(rescued.read()).isZero();
        assertThat(new TreeSet<>(rescued.fromView())).isEqualTo(new TreeSet<>(LIVE.keySet()));
        requireEqual(out.resolve("empty.to"), rescued);
    }

    /** As on a bad sector: the file ends before its mapping does. */
    @Test
    void aViewWhoseMappedPagesCannotBeReadIsDamaged() throws IOException {
        Path folder = damaged(sound, "sector").resolve(Generation.VIEW);
        try (RescuedView view = Objects.requireNonNull(RescuedView.open(folder));
                Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.write(file, new byte[0]);
            }
            assertThatThrownBy(() -> view.item(view.rows().firstEntry().getValue()))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aDamagedSettingIsLeftOut() throws IOException {
        Path damaged = damaged(sound, "setting");
        try (Truth truth = Truth.open(damaged, "a test")) {
            truth.set(Generation.MERGE_SHARE, "0x5");
            truth.set(Tuning.SETTING, "1 2");
        }
        rescue(damaged);
        try (Truth truth = Truth.open(out.resolve("setting.to"), "a test")) {
            assertThat(truth.setting(Generation.MERGE_SHARE)).isEmpty();
            assertThat(truth.setting(Tuning.SETTING)).isEmpty();
            assertThat(truth.setting(Generation.ENGINE)).contains("graph 8 50 100");
        }
        try (Generation generation = Generation.open(damaged, "a test", 1)) {
            assertThat(generation.mergeShare()).isEqualTo(Generation.USUAL_MERGE_SHARE);
        }
    }

    @Test
    void aLogThatTheDiskDoesNotGiveIsDamaged() throws IOException {
        FileChannel log = FileChannel.open(killed.resolve("items.db-wal"));
        log.close();
        try (DamagedPages pages = new DamagedPages(FileChannel.open(killed.resolve(Truth.FILE)), log)) {
            assertThat(pages.logDamaged()).isTrue();
            assertThat(DamagedItems.read(pages).items()).isNotEmpty();
        }
    }

    /** A file of five pages, the second a leaf of one row: these bytes, then zeros. */
    private DamagedTree.@Nullable Row row(String name, int overflowAt, int... bytes) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(5 * PAGE);
        file.put(PAGE, (byte) 0x0D).putShort(PAGE + 3, (short) 1).putShort(PAGE + 8, (short) 200);
        for (int i = 0; i < bytes.length; i++) {
            file.put(PAGE + 200 + i, (byte) bytes[i]);
        }
        file.putInt(PAGE + 200 + overflowAt, 3);
        // The page behind it goes on in itself.
        file.putInt(2 * PAGE, 3);
        Path made = out.resolve(name);
        Files.write(made, file.array());
        try (DamagedPages pages = new DamagedPages(FileChannel.open(made), null)) {
            return DamagedTree.of(pages, 2).row(0);
        }
    }

    @Test
    void aCraftedRowIsNone() throws IOException {
        // 100 bytes, all of which are the header, of columns that are null.
        assertThat(row("nulls", 4_000, 100, 1, 100)).isNull();
        assertThat(row("two", 4_000, 3, 1, 3)).isNotNull();
        // 30,000 bytes of one blob, which lie in the same page again and again.
        assertThat(row("again", 4 + 5_436, 0x81, 0xEA, 0x30, 1, 4, 0x83, 0xD4, 0x64))
                .isNull();
    }

    /** Of a log of one frame, whose checksums hold, that says how many pages there are. */
    @Test
    void aCraftedLogMakesNoPages() throws IOException {
        ByteBuffer log = ByteBuffer.allocate(32 + 24 + PAGE).order(ByteOrder.LITTLE_ENDIAN);
        log.putInt(0, Integer.reverseBytes(0x377f0682)).putInt(8, Integer.reverseBytes(PAGE));
        int[] sum = summed(log, 0, 24, new int[2]);
        log.putInt(24, Integer.reverseBytes(sum[0])).putInt(28, Integer.reverseBytes(sum[1]));
        log.putInt(32, Integer.reverseBytes(1)).putInt(36, Integer.reverseBytes(Integer.MAX_VALUE));
        summed(log, 56, PAGE, summed(log, 32, 8, sum));
        log.putInt(48, Integer.reverseBytes(sum[0])).putInt(52, Integer.reverseBytes(sum[1]));
        Path file = out.resolve("made");
        Files.write(file, new byte[3 * PAGE]);
        Files.write(out.resolve("made-wal"), log.array());
        try (DamagedPages pages = DamagedPages.open(file)) {
            assertThat(pages.logDamaged()).isFalse();
            assertThat(pages.count()).isEqualTo(4);
        }
    }

    private static int[] summed(ByteBuffer log, int from, int length, int[] sum) {
        for (int at = from; at < from + length; at += 8) {
            sum[0] += log.getInt(at) + sum[1];
            sum[1] += log.getInt(at + 4) + sum[0];
        }
        return sum;
    }

    @Test
    void whatNothingNamesIsSaidToBeMissing() throws IOException {
        Path half = damaged(sound, "half");
        GenerationTest.delete(half.resolve(Generation.VIEW));
        byte[] bytes = Files.readAllBytes(half.resolve(Truth.FILE));
        Files.write(half.resolve(Truth.FILE), Arrays.copyOf(bytes, bytes.length / PAGE / 2 * PAGE));
        Path leaf = damaged(sound, "leaf");
        GenerationTest.delete(leaf.resolve(Generation.VIEW));
        int last = marked(leaf).length() - 1;
        zero(leaf.resolve(Truth.FILE), page -> page == 4 || page == last);
        for (Path damaged : List.of(half, leaf)) {
            Rescued rescued = rescue(damaged);
            assertThat(rescued.count()).isLessThan(LIVE.size());
            assertThat(rescued.unnamed()).isTrue();
            assertThat(rescued.isWhole()).isFalse();
            assertThat(rescued.json(0).get("someMayBeLostUnnamed").getAsBoolean())
                    .isTrue();
        }
        // With the ids all are named.
        GenerationTest.delete(leaf);
        GenerationTest.copy(sound, leaf);
        GenerationTest.delete(leaf.resolve(Generation.VIEW));
        zero(leaf.resolve(Truth.FILE), page -> page == last);
        GenerationTest.delete(out.resolve("leaf.to"));
        assertThat(rescue(leaf).unnamed()).isFalse();
    }

    /** Two hundred items in a view, then thirty written anew and fifty deleted that it does not know of. */
    private Path behind() throws IOException {
        Path folder = out.resolve("behind");
        staleMarks = marks;
        Keyed random = Keyed.of(8, 8);
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            items.add(item(i, random));
        }
        try (Generation generation = Generation.create(folder, SPACE, Engine.exact(), "a test", 1)) {
            generation.load(items.stream(), 200, Progress.SILENT);
        }
        try (Truth truth = Truth.open(folder, "a test")) {
            List<Change> changes = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                changes.add(new Change.Put(item(i, random)));
            }
            for (int i = 150; i < 200; i++) {
                changes.add(new Change.Delete("item" + i));
            }
            truth.write(changes);
        }
        return folder;
    }

    @Test
    void anOldVersionIsNeverTakenForTheLast() throws IOException {
        Path folder = behind();
        // All items: what the view has of the thirty is old, and what it has of the fifty gone.
        BitSet marked = marked(folder);
        zero(folder.resolve(Truth.FILE), marked::get);
        Rescued rescued = rescue(folder);
        assertThat(rescued.older()).hasSize(30).contains("item0", "item29");
        assertThat(rescued.fromView()).hasSize(120).doesNotContain("item0");
        assertThat(rescued.isWhole()).isFalse();
        // The ids too: which are old nobody knows.
        zero(folder.resolve(Truth.FILE), page -> page == 4);
        GenerationTest.delete(out.resolve("behind.to"));
        assertThat(rescue(folder).older()).hasSize(150);
    }

    /** A leaf as it was before, that nothing names, and the view that is behind with it. */
    @Test
    void anOldRowThatTheViewAloneVouchesForIsOlder() throws IOException {
        Path folder = behind();
        Path file = folder.resolve(Truth.FILE);
        BitSet marked = marked(folder);
        byte[] stale = staleLeaf();
        zero(file, page -> page == 1 || marked.get(page));
        Files.write(file, stale, StandardOpenOption.APPEND);
        Rescued rescued = rescue(folder);
        assertThat(rescued.older()).hasSize(30).contains("item0");
        assertThat(rescued.count()).isEqualTo(150);
    }

    /** The first leaf of the items that {@link #behind} began with. */
    private byte[] staleLeaf() throws IOException {
        Keyed random = Keyed.of(8, 8);
        int before = marks;
        marks = staleMarks;
        Path folder = out.resolve("stale");
        try (Truth truth = Truth.create(folder, SPACE, "a test")) {
            List<Change> changes = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                changes.add(new Change.Put(item(i, random)));
            }
            truth.write(changes);
        }
        marks = before;
        try (DamagedPages pages = DamagedPages.open(folder.resolve(Truth.FILE))) {
            DamagedItems.Place place =
                    DamagedItems.read(pages).items().firstEntry().getValue().getFirst();
            assertThat(place.id()).isEqualTo("item0");
            return pages.page(place.page());
        }
    }

    @Test
    void whatWasDeletedAndForgottenStaysGone() throws IOException {
        Path folder = behind();
        try (Truth truth = Truth.open(folder, "a test")) {
            truth.forget(truth.lastSequence());
        }
        BitSet marked = marked(folder);
        zero(folder.resolve(Truth.FILE), marked::get);
        Rescued rescued = rescue(folder);
        assertThat(rescued.fromView()).hasSize(120).doesNotContain("item150");
        assertThat(rescued.older()).hasSize(30);
        assertThat(rescued.lost()).hasSize(50).contains("item150", "item199");
    }

    @Test
    void whatBelongsToItAndCannotBeReadIsTold() {
        Path to = out.resolve("to");
        Rescued rescued = GenerationFolder.rescue(sound, to, List.of(sound.resolve("no.kindred")), null, "a test");
        assertThat(rescued.notCopied()).containsExactly("no.kindred");
        assertThat(rescued.isWhole()).isFalse();
        assertThat(rescued.read()).isEqualTo(LIVE.size());
    }

    /** Asked for the space, which comes between the reading and the writing. */
    @Test
    void nobodyWritesThereMeanwhileAndNothingStandsInItsPlaceBeforeItIsWhole() throws IOException {
        Path damaged = damaged(sound, "held");
        Path to = out.resolve("to");
        GenerationFolder.rescue(
                damaged,
                to,
                List.of(),
                dimension -> {
                    assertThatThrownBy(() -> Truth.open(damaged, "another").close())
                            .isInstanceOf(Refusal.class)
                            .hasMessageContaining("is being written");
                    return SPACE;
                },
                "a test");
        Truth.open(damaged, "another").close();
        // Where the disk is full, the place stays free and nothing is left beside it.
        assertThatThrownBy(() -> NewFolder.make(out.resolve("new"), part -> {
                    Files.writeString(part.resolve("half"), "half");
                    assertThat(out.resolve("new")).doesNotExist();
                    throw new IOException("no room");
                }))
                .hasMessage("no room");
        try (Stream<Path> left = Files.list(out)) {
            assertThat(left.map(path -> String.valueOf(path.getFileName()))).containsExactlyInAnyOrder("held", "to");
        }
    }

    @Test
    void settingsAndWhatBelongsToItAreKeptAndTheListIsBeside() throws IOException {
        Path to = out.resolve("to");
        Rescued rescued = GenerationFolder.rescue(sound, to, List.of(sound.resolve("bundle.kindred")), null, "a test");
        assertThat(rescued.isWhole()).isTrue();
        assertThat(rescued.read()).isEqualTo(LIVE.size());
        assertThat(to.resolve("bundle.kindred")).hasContent("a bundle");
        assertThat(to.resolve(Rescued.FILE)).content().contains("\"lostIds\":[]");
        try (Generation generation = Generation.open(to, "a test", 1)) {
            assertThat(generation.info().engine()).isEqualTo("graph");
            assertThat(generation.check()).isEmpty();
        }
    }

    @Test
    void whatCannotBeSavedIsRefused() throws IOException {
        Path damaged = out.resolve("damaged");
        GenerationTest.copy(sound, damaged);
        try (Generation held = Generation.open(damaged, "the night shift", 1)) {
            assertThat(held.info().count()).isEqualTo(LIVE.size());
            assertRefused(damaged, "the night shift");
        }
        byte[] bytes = Files.readAllBytes(damaged.resolve(Truth.FILE));
        Arrays.fill(bytes, 0, 2 * PAGE, (byte) 0);
        Files.write(damaged.resolve(Truth.FILE), bytes);
        assertRefused(damaged, "of which space");
        GenerationTest.delete(damaged.resolve(Generation.VIEW));
        Files.writeString(damaged.resolve(Truth.FILE), "something else".repeat(3_000));
        assertRefused(damaged, "nothing of Kindred's");
        Files.delete(damaged.resolve(Truth.FILE));
        assertRefused(damaged, "holds no items");
        assertThat(out.resolve("to")).doesNotExist();
    }

    private void assertRefused(Path damaged, String what) {
        assertThatThrownBy(() -> GenerationFolder.rescue(damaged, out.resolve("to"), List.of(), null, "a test"))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.line()).contains(what));
    }
}
