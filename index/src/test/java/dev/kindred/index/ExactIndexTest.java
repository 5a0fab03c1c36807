package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExactIndexTest extends VectorIndexContract {
    @TempDir
    Path dir;

    private int made;

    @Override
    VectorIndex empty(Space space) {
        return ExactIndex.create(dir.resolve("index" + made++), space);
    }

    private static Stream<Item> items(int count, int d, long seed) {
        return IntStream.range(0, count)
                .mapToObj(
                        i -> new Item("item" + i, vector(Keyed.of(seed, i), d), Map.of("i", Value.of((long) i)), null));
    }

    private Path file() {
        return dir.resolve(ExactIndex.FILE);
    }

    @Test
    void whatWasBuiltIsOpenedAgain() {
        Space space = space(19, Distance.COSINE);
        ExactIndex.build(dir, space, items(777, 19, 1), Progress.SILENT).close();
        try (ExactIndex index = ExactIndex.open(dir)) {
            assertThat(index.info().space()).isEqualTo(space);
            assertThat(index.info().count()).isEqualTo(777);
            assertThat(index.check()).isEmpty();
            assertThat(index.stats().vectorBytes()).isEqualTo(777 * 128);
            for (int i = 0; i < 777; i += 50) {
                Found found = index.search(Query.of(space, vector(Keyed.of(1, i), 19), 1));
                assertThat(found.neighbors().getFirst().id()).isEqualTo("item" + i);
                assertThat(found.neighbors().getFirst().score()).isCloseTo(1, within(1e-6));
            }
        }
        assertThat(dir.toFile().list()).containsExactlyInAnyOrder(ExactIndex.FILE, "writer.lock");
    }

    /** A folder may come from somebody else, with links where the writer's own files stand. */
    @Test
    void nothingIsWrittenThroughLinksInTheFolder() throws IOException {
        Space space = space(5, Distance.COSINE);
        Path inside = dir.resolve("given");
        ExactIndex.build(inside, space, items(3, 5, 1), Progress.SILENT).close();
        Path precious = Files.writeString(dir.resolve("precious"), "mine");
        Files.createSymbolicLink(inside.resolve("writer.txt"), precious);
        try (ExactIndex index = ExactIndex.open(inside)) {
            index.write(List.of(new Change.Delete("item1")), Visibility.SEARCHABLE);
        }
        assertThat(precious).hasContent("mine");
        Files.delete(inside.resolve("writer.lock"));
        Files.createSymbolicLink(inside.resolve("writer.lock"), dir.resolve("made"));
        try (ExactIndex index = ExactIndex.open(inside)) {
            assertThatThrownBy(() -> index.write(List.of(new Change.Delete("item2")), Visibility.SEARCHABLE))
                    .isInstanceOf(Refusal.class);
        }
        assertThat(dir.resolve("made")).doesNotExist();
    }

    private static Offset<Double> within(double tolerance) {
        return Offset.offset(tolerance);
    }

    /** More than a spool keeps in memory, with sources, so that the files beside are used. */
    @Test
    void bulkBuildsSpillToDiskAndCleanUp() {
        Space space = space(300, Distance.L2);
        byte[] source = new byte[2000];
        Arrays.fill(source, (byte) 7);
        Stream<Item> items =
                IntStream.range(0, 6000).mapToObj(i -> new Item("x" + i, vector(Keyed.of(i), 300), Map.of(), source));
        try (ExactIndex index = ExactIndex.build(dir, space, items, Progress.SILENT)) {
            assertThat(index.info().count()).isEqualTo(6000);
            assertThat(index.get("x5999").orElseThrow().source()).isEqualTo(source);
            assertThat(index.get("x3001").orElseThrow().vector()).isEqualTo(vector(Keyed.of(3001), 300));
            assertThat(index.check()).isEmpty();
        }
        assertThat(dir.toFile().list()).containsExactlyInAnyOrder(ExactIndex.FILE, "writer.lock");
    }

    @Test
    void aFailedBuildLeavesWhatStoodThere() throws IOException {
        Space space = space(2, Distance.L2);
        ExactIndex.build(dir, space, Stream.of(Item.of("old", 1, 2)), Progress.SILENT)
                .close();
        byte[] before = Files.readAllBytes(file());
        assertThatThrownBy(() -> ExactIndex.build(
                        dir,
                        space,
                        Stream.of(Item.of("twice", 1, 2), Item.of("b", 1, 2), Item.of("twice", 3, 4)),
                        Progress.SILENT))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.line()).contains("twice"));
        assertThatThrownBy(() -> ExactIndex.create(dir, space)).isInstanceOf(Refusal.class);
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
        assertThat(dir.toFile().list()).containsExactlyInAnyOrder(ExactIndex.FILE, "writer.lock");
    }

    @ParameterizedTest
    @EnumSource(Distance.class)
    void threadsAndBatchesChangeNoBitOfAnAnswer(Distance distance) {
        Space space = space(33, distance);
        try (ExactIndex index = ExactIndex.build(dir, space, items(1501, 33, 3), Progress.SILENT);
                Workers workers = Workers.of(3)) {
            List<Query> queries = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Query query = Query.of(space, vector(Keyed.of(99, i), 33), 1 + i * 7);
                queries.add(i % 3 == 0 ? query.filter(Filter.Range.below("i", Value.of(700L))) : query);
            }
            queries.add(queries.get(1).filter(new Filter.Ids(Set.of("item3", "item1400"))));
            List<Found> alone = queries.stream().map(index::search).toList();
            assertThat(index.search(queries, workers)).isEqualTo(alone);
            assertThat(queries.stream().map(q -> index.search(q, workers)).toList())
                    .isEqualTo(alone);
        }
    }

    @Test
    void aChangedByteAnywhereIsRefusedByName() throws IOException {
        Space space = space(3, Distance.COSINE);
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            items.add(new Item(
                    "item" + i, vector(Keyed.of(i), 3), Map.of("name", Value.of("n" + i)), new byte[] {1, 2, 3}));
        }
        ExactIndex.build(dir, space, items.stream(), Progress.SILENT).close();
        byte[] good = Files.readAllBytes(file());
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= (byte) (1 << (at % 8));
            Files.write(file(), bad);
            requireRefused("byte " + at);
        }
        for (int length = 0; length < good.length; length++) {
            Files.write(file(), Arrays.copyOf(good, length));
            requireRefused("length " + length);
        }
        Files.write(file(), Arrays.copyOf(good, good.length + 1));
        requireRefused("a byte after the end");
        Files.write(file(), good);
        ExactIndex.open(dir).close();
    }

    private void requireRefused(String what) {
        assertThatThrownBy(() -> ExactIndex.open(dir).close()).as(what).isInstanceOfSatisfying(Refusal.class, r -> {
            assertThat(r.where()).contains(ExactIndex.FILE);
            assertThat(r.hint()).isNotEmpty();
        });
    }

    @Test
    void damageUnderAnOpenIndexIsFoundByCheck() throws IOException {
        Space space = space(3, Distance.L2);
        try (ExactIndex index = ExactIndex.build(dir, space, items(50, 3, 1), Progress.SILENT)) {
            byte[] bytes = Files.readAllBytes(file());
            try (var channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(new byte[] {(byte) ~bytes[1100]}), 1100);
            }
            assertThat(index.check())
                    .singleElement()
                    .satisfies(f -> assertThat(f.where()).contains(ExactIndex.FILE));
            Files.delete(file());
            assertThat(index.check()).isNotEmpty();
        }
    }

    /** Files too large to be checked when opened: damage is met before the damaged rows are used. */
    @Test
    void rowsOfLargeFilesAreCheckedBeforeTheirFirstUse() throws IOException {
        Space space = space(250, Distance.L2);
        ExactIndex.build(dir, space, items(4000, 250, 1), Progress.SILENT).close();
        byte[] bytes = Files.readAllBytes(file());
        bytes[2 << 20] ^= 1;
        Files.write(file(), bytes);
        requireRefused("checked when opened");
        Snapshot snapshot = Snapshot.open(file(), 0);
        Scan scan = new Scan(View.of(snapshot), Query.of(space, new float[250], 5));
        scan.run(0, 1000);
        assertThat(snapshot.item(100).id()).isEqualTo("item100");
        assertThatThrownBy(() -> scan.run(0, 4000)).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> snapshot.item(2100)).isInstanceOf(Refusal.class);
        assertThat(Inspection.of(snapshot, file())).hasSize(1);
        snapshot.release();
    }

    @Test
    void whatAKilledWriterLeftIsSweptByTheNext() throws IOException {
        Files.createFile(dir.resolve(".vectors.rows123.part"));
        Files.createFile(dir.resolve(".rows456.spool"));
        Files.createFile(dir.resolve("bundle.kindred"));
        ExactIndex.create(dir, space(2, Distance.L2)).close();
        assertThat(dir.toFile().list()).containsExactlyInAnyOrder(ExactIndex.FILE, "writer.lock", "bundle.kindred");
    }

    /** Checksums hold, yet what they hold is a lie: lengths must be bounded all the same. */
    @Test
    void aDeceitfulFileIsRefusedOrAtLeastHarmless() throws IOException {
        Space space = space(3, Distance.L2);
        ExactIndex.build(dir, space, items(40, 3, 1), Progress.SILENT).close();
        byte[] good = Files.readAllBytes(file());
        Keyed random = Keyed.of(11);
        int refused = 0;
        for (int round = 0; round < 800; round++) {
            byte[] bad = good.clone();
            int at = round % 2 == 0 ? 12 + random.nextInt(600) : 1024 + random.nextInt(good.length - 1024 - 8);
            if (random.nextInt(2) == 0) {
                ByteBuffer.wrap(bad)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(at, random.nextLong() >> random.nextInt(64));
            } else {
                bad[at] = (byte) random.nextInt(256);
            }
            seal(bad);
            Files.write(file(), bad);
            try (ExactIndex index = ExactIndex.open(dir)) {
                index.search(
                        Query.of(index.info().space(), new float[index.info().dimension()], 50));
                index.check();
                index.get("item7");
            } catch (Refusal e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(150);
    }

    /** Makes the checksums of a small file hold again. */
    private static void seal(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(1020, crc(file, 0, 1020));
        bytes.putInt(file.length - 8, crc(file, 0, file.length - 8));
        bytes.putInt(file.length - 4, crc(file, file.length - 8, 4));
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    @Test
    void aNewerFormatIsNamed() throws IOException {
        Space space = space(3, Distance.L2);
        ExactIndex.build(dir, space, items(4, 3, 1), Progress.SILENT).close();
        byte[] bytes = Files.readAllBytes(file());
        bytes[8] = 2;
        seal(bytes);
        Files.write(file(), bytes);
        assertThatThrownBy(() -> ExactIndex.open(dir))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.line()).contains("newer").contains("2"));
        assertThatThrownBy(() -> ExactIndex.open(dir.resolve("nowhere"))).isInstanceOf(Refusal.class);
    }

    @Test
    void aSecondWriterIsToldWhoHoldsIt() {
        Space space = space(2, Distance.L2);
        ExactIndex.build(dir, space, Stream.of(Item.of("a", 1, 2)), Progress.SILENT)
                .close();
        List<Change> change = List.of(new Change.Put(Item.of("b", 3, 4)));
        try (ExactIndex server = ExactIndex.open(dir, "http://localhost:8080");
                ExactIndex reader = ExactIndex.open(dir)) {
            server.write(change, Visibility.SEARCHABLE);
            assertThat(reader.info().count()).isEqualTo(1);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> reader.write(change, Visibility.SEARCHABLE))
                        .isInstanceOfSatisfying(
                                Refusal.class,
                                r -> assertThat(r.line())
                                        .contains("http://localhost:8080")
                                        .contains("" + ProcessHandle.current().pid()));
            }
            server.close();
            // The second one goes on from what the first wrote.
            Receipt receipt = reader.write(List.of(new Change.Put(Item.of("c", 5, 6))), Visibility.SEARCHABLE);
            assertThat(receipt.sequence()).isEqualTo(3);
            assertThat(reader.info().count()).isEqualTo(3);
        }
    }

    @Test
    void anotherProcessIsToldWhoHoldsIt() throws IOException, InterruptedException {
        Space space = space(2, Distance.L2);
        try (ExactIndex held = ExactIndex.build(dir, space, Stream.of(Item.of("a", 1, 2)), Progress.SILENT)) {
            assertThat(held.info().count()).isEqualTo(1);
            Process other = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--add-modules",
                            "jdk.incubator.vector",
                            "-cp",
                            System.getProperty("java.class.path"),
                            SecondWriter.class.getName(),
                            dir.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(other.waitFor()).as(said).isEqualTo(2);
            assertThat(said).contains("process " + ProcessHandle.current().pid());
        }
    }

    /** Run apart: tries to write, says the refusal, exits 2. */
    static final class SecondWriter {
        public static void main(String[] args) {
            try (ExactIndex index = ExactIndex.open(Path.of(args[0]))) {
                index.write(List.of(new Change.Put(Item.of("b", 3, 4))), Visibility.SEARCHABLE);
            } catch (Refusal e) {
                System.out.println(e.line());
                System.exit(2);
            }
        }
    }

    @Test
    void closingWaitsForNobodyAndBreaksNobody() {
        Space space = space(4, Distance.L2);
        ExactIndex index = ExactIndex.build(dir, space, items(300, 4, 2), Progress.SILENT);
        Items items = index.scan(100);
        index.close();
        index.close();
        assertThat(items.stream()).hasSize(200);
        items.close();
        items.close();
        assertThatThrownBy(() -> index.search(Query.of(space, new float[4], 1)))
                .isInstanceOf(IllegalStateException.class);
    }

    /** Memory of a search must not grow with the rows it reads. */
    @Test
    void searchingDoesNotAllocatePerRow() {
        Space space = space(16, Distance.COSINE);
        try (ExactIndex small = ExactIndex.build(dir.resolve("s"), space, items(1000, 16, 1), Progress.SILENT);
                ExactIndex large = ExactIndex.build(dir.resolve("l"), space, items(60_000, 16, 1), Progress.SILENT)) {
            Query query = Query.of(space, vector(Keyed.of(5), 16), 10);
            // Warm until the compiler keeps vectors in registers; before that each one is an object.
            assertThat(settled(large, query)).isLessThan(100_000);
            assertThat(settled(small, query)).isLessThan(100_000);
        }
    }

    /** Bytes of one search once compiled code runs; a busy machine compiles late. */
    private static long settled(ExactIndex index, Query query) {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        long bytes = Long.MAX_VALUE;
        while (bytes >= 100_000 && System.nanoTime() < deadline) {
            bytes = allocated(index, query);
        }
        return bytes;
    }

    private static long allocated(ExactIndex index, Query query) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        index.search(query);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
