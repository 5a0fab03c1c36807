package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a generation is handed and should not have been, and what is done to its files behind its back. */
class GenerationBadInputTest {
    private static final Space SPACE = VectorIndexContract.space(6, Distance.L2);
    private static final int COUNT = 100;

    @TempDir
    Path dir;

    private Path folder;
    private final List<Path> mounted = new ArrayList<>();

    @BeforeEach
    void aHundredItems() {
        folder = dir.resolve("a");
        fill(folder);
    }

    private static void fill(Path folder) {
        try (Generation generation = Generation.create(folder, SPACE, Engine.exact(), "a test", 1)) {
            generation.load(IntStream.range(0, COUNT).mapToObj(GenerationBadInputTest::item), COUNT, Progress.SILENT);
        }
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        for (Path each : mounted.reversed()) {
            run("umount", each.toString());
        }
    }

    private static Item item(int i) {
        return new Item(
                "item" + i, VectorIndexContract.vector(Keyed.of(1, i), 6), Map.of("i", Value.of((long) i)), null);
    }

    private Generation open() {
        return Generation.open(folder, "a test", 1);
    }

    private static Query query() {
        return Query.of(SPACE, new float[6], 10_000);
    }

    private static Set<String> found(Generation generation) {
        return generation.search(query()).neighbors().stream().map(Neighbor::id).collect(Collectors.toSet());
    }

    private static void put(Generation generation, Item item) {
        generation.write(List.of(new Change.Put(item)), Visibility.SEARCHABLE);
    }

    private static void refused(ThrowingCallable what, String... words) {
        assertThatThrownBy(what)
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.line()).contains(words));
    }

    @Test
    void largePayloadsAreTakenUpToTheirBoundAndRefusedByNameAboveIt() {
        try (Generation generation = open()) {
            Value most = Value.of("x".repeat((1 << 20) - 100));
            put(generation, new Item("large", new float[6], Map.of("t", most), null));
            assertThat(generation
                            .search(query().filter(new Filter.Equals("t", most)))
                            .neighbors())
                    .extracting(Neighbor::id)
                    .containsExactly("large");
            Map<String, Value> tenMegabytes = Map.of("t", Value.of("x".repeat(10_000_000)));
            refused(
                    () -> put(generation, new Item("larger", new float[6], tenMegabytes, null)),
                    "item 'larger'",
                    "more than 1 MiB");
            assertThat(generation.get("larger")).isEmpty();
            assertThat(generation.check()).isEmpty();
        }
    }

    /** By id and by value, in a view and without one. */
    @Test
    void aFilterMayListAHundredThousand() {
        Set<String> ids = new HashSet<>();
        List<Value> values = new ArrayList<>();
        for (int i = 50; i < 100_050; i++) {
            ids.add("item" + i);
            values.add(Value.of((long) i));
        }
        Set<String> expected =
                IntStream.range(50, COUNT).mapToObj(i -> "item" + i).collect(Collectors.toSet());
        try (Generation generation = open()) {
            for (Filter filter : List.of(new Filter.Ids(ids), new Filter.In("i", values))) {
                Query asked = query().filter(filter);
                long begun = System.nanoTime();
                List<Neighbor> viewed = generation.search(asked).neighbors();
                assertThat(System.nanoTime() - begun).isLessThan(5_000_000_000L);
                assertThat(viewed).extracting(Neighbor::id).containsExactlyInAnyOrderElementsOf(expected);
                assertThat(TruthSearch.search(generation.truth(), asked).neighbors())
                        .isEqualTo(viewed);
            }
        }
    }

    @Test
    void unreasonableCountsAreRefused() {
        for (int k : new int[] {0, -1, 10_000_000}) {
            refused(() -> Query.of(SPACE, new float[6], k), "k is " + k, "1 to 100000");
        }
    }

    @Test
    void anItemsFileThatIsNoneIsRefusedAndLeftAlone() throws IOException, SQLException {
        Path items = folder.resolve(Truth.FILE);
        Path kept = Files.move(items, dir.resolve("kept"));
        Files.createDirectory(items);
        refused(this::open, folder.toString());
        Files.delete(items);
        Files.createFile(items);
        refused(this::open, Truth.FILE, "no file of items");
        assertThat(items).isEmptyFile();
        Files.delete(items);
        refused(this::open, "holds no items");
        Files.move(kept, items);
        try (Connection connection = TruthFile.writing(items)) {
            TruthFile.execute(connection, "PRAGMA user_version = " + (TruthFile.FORMAT + 1));
        }
        refused(this::open, Truth.FILE, "format 2", "newer Kindred");
        try (Connection connection = TruthFile.reading(items)) {
            TruthFile.execute(connection, "PRAGMA query_only = OFF");
            assertThat(TruthFile.number(connection, "SELECT count(*) FROM item"))
                    .isEqualTo(COUNT);
        }
        // Whatever was refused let go of the folder.
        EmbeddedIndex.hold(folder, "another").close();
    }

    @ParameterizedTest
    @ValueSource(strings = {Truth.FILE, Truth.FILE + "-wal"})
    void itemsTakenAwayWhileTheyAreOpenAreNotWrittenTo(String file) throws IOException {
        try (Generation generation = open()) {
            put(generation, item(COUNT));
            Path away = Files.move(folder.resolve(file), dir.resolve("away"));
            refused(() -> put(generation, item(COUNT + 1)), Truth.FILE, "taken away", "put it back");
            assertThat(found(generation)).hasSize(COUNT + 1);
            Files.move(away, folder.resolve(file));
            put(generation, item(COUNT + 2));
        }
        try (Generation generation = open()) {
            assertThat(found(generation)).contains("item100", "item102").doesNotContain("item101");
            assertThat(generation.check()).isEmpty();
        }
    }

    /** Another file in its place is not the one that is open. */
    @Test
    void anotherFileInTheItemsPlaceIsNotTakenForThem() throws IOException {
        try (Generation generation = open()) {
            Path items = folder.resolve(Truth.FILE);
            Path away = Files.move(items, dir.resolve("away"));
            Files.copy(away, items);
            refused(() -> put(generation, item(COUNT)), "taken away");
            Files.delete(items);
            Files.move(away, items);
            put(generation, item(COUNT));
        }
    }

    /** Whichever of the view's files it is, closed or open, no answer is another. */
    @Test
    void aFileOfTheViewThatWasDeletedIsMadeAnew() throws IOException, InterruptedException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder.resolve(Generation.VIEW))) {
            files = all.sorted().toList();
        }
        for (Path file : files) {
            try (Stream<Path> now = Files.list(folder.resolve(Generation.VIEW))) {
                String end = file.toString().replaceFirst(".*\\.", ".");
                Path same = now.filter(each -> each.toString().endsWith(end) || each.equals(file))
                        .findFirst()
                        .orElseThrow();
                Files.delete(same);
            }
            try (Generation generation = open()) {
                assertThat(found(generation)).as("%s", file).hasSize(COUNT);
                whole(generation);
                generation.check();
                assertThat(generation.check()).as("%s", file).isEmpty();
            }
        }
    }

    @Test
    void aFileOfTheViewThatIsDeletedWhileItIsOpenIsFoundByACheck() throws IOException, InterruptedException {
        try (Generation generation = open()) {
            Path gone;
            try (Stream<Path> all = Files.list(folder.resolve(Generation.VIEW))) {
                gone = all.filter(each -> each.toString().endsWith(".vec"))
                        .findFirst()
                        .orElseThrow();
            }
            Files.delete(gone);
            assertThat(found(generation)).hasSize(COUNT);
            put(generation, item(COUNT));
            assertThat(generation.check())
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.what())
                            .contains(gone.getFileName().toString()));
            assertThat(found(generation)).hasSize(COUNT + 1);
            whole(generation);
            generation.check();
            assertThat(generation.check()).isEmpty();
        }
    }

    @Test
    void theWholeViewDeletedWhileItIsOpenIsMadeAnew() throws IOException, InterruptedException {
        try (Generation generation = open()) {
            GenerationTest.delete(folder.resolve(Generation.VIEW));
            assertThat(found(generation)).hasSize(COUNT);
            put(generation, item(COUNT));
            assertThat(found(generation)).hasSize(COUNT + 1);
            generation.check();
            whole(generation);
            generation.check();
            assertThat(generation.check()).isEmpty();
            assertThat(found(generation)).hasSize(COUNT + 1);
        }
    }

    /** It is somebody's, and not taken away. */
    @Test
    void aFileInTheViewsPlaceIsRefused() throws IOException {
        Path view = folder.resolve(Generation.VIEW);
        GenerationTest.delete(view);
        Files.writeString(view, "no folder");
        refused(this::open, view.toString(), "is no folder", "remove it");
        assertThat(view).hasContent("no folder");
        Files.delete(view);
        try (Generation generation = open()) {
            assertThat(found(generation)).hasSize(COUNT);
        }
    }

    private static void whole(Generation generation) throws InterruptedException {
        long begun = System.nanoTime();
        while (generation.search(query()).degraded()) {
            assertThat(System.nanoTime() - begun).isLessThan(20_000_000_000L);
            Thread.sleep(10);
        }
    }

    /** The lock's files say who writes; without them the system's lock is still held. */
    @Test
    void withoutItsLockFilesAWriterGoesOn() throws IOException {
        try (Generation generation = open()) {
            Files.delete(folder.resolve(WriterLock.OWNER));
            put(generation, item(COUNT));
        }
        try (Generation generation = open()) {
            assertThat(found(generation)).hasSize(COUNT + 1);
        }
    }

    /** Mounts something over a new folder, where this process may. */
    private Path mounted(String name, String... how) throws IOException, InterruptedException {
        Path place = Files.createDirectory(dir.resolve(name));
        List<String> command = new ArrayList<>(List.of("mount"));
        command.addAll(List.of(how));
        command.add(place.toString());
        assumeTrue(run(command.toArray(String[]::new)), "only who may mount can fill a disk");
        mounted.add(place);
        return place;
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aDiskThatCannotBeWrittenIsRefused() throws IOException, InterruptedException {
        Path bound = mounted("bound", "--bind", dir.resolve("a").toString());
        assumeTrue(run("mount", "-o", "remount,bind,ro", bound.toString()), "only who may mount can lock a disk");
        folder = bound;
        refused(this::open, bound.toString(), "cannot be opened for writing", "may write there");
        refused(
                () -> Generation.create(bound.resolve("new"), SPACE, Engine.exact(), "a test", 1),
                "new",
                "cannot be opened for writing");
    }

    /** Full in the middle of writing: whatever was acknowledged is there, and with room writing goes on in the same process. */
    @Test
    void onAFullDiskNothingIsLostAndWithRoomItGoesOn() throws IOException, InterruptedException {
        Path disk = mounted("disk", "-t", "tmpfs", "-o", "size=6m", "none");
        folder = disk.resolve("b");
        fill(folder);
        Path ballast = Files.write(disk.resolve("ballast"), new byte[3 << 20]);
        Set<String> acknowledged =
                IntStream.range(0, COUNT).mapToObj(i -> "item" + i).collect(Collectors.toSet());
        try (Generation generation = open()) {
            Refusal full = null;
            for (int i = COUNT; full == null; i++) {
                try {
                    put(generation, large(i));
                    acknowledged.add("item" + i);
                } catch (Refusal e) {
                    full = e;
                }
            }
            assertThat(full.line()).contains("no room", "make room");
            assertThat(found(generation)).isEqualTo(acknowledged);
            refused(() -> put(generation, large(9_000)), "no room");
            Files.delete(ballast);
            put(generation, large(9_001));
            acknowledged.add("item9001");
            whole(generation);
            assertThat(found(generation)).isEqualTo(acknowledged);
            generation.check();
            whole(generation);
            assertThat(generation.check()).isEmpty();
        }
        try (Generation generation = open()) {
            assertThat(found(generation)).isEqualTo(acknowledged);
            assertThat(generation.check()).isEmpty();
        }
    }

    private static Item large(int i) {
        return new Item("item" + i, VectorIndexContract.vector(Keyed.of(1, i), 6), Map.of(), new byte[20_000]);
    }
}
