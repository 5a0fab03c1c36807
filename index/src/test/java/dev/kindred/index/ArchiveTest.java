package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive and what it is of, at every moment at which one could become the other. */
class ArchiveTest {
    private static final Space SPACE = VectorIndexContract.space(6, Distance.L2);
    private static final Query QUERY = Query.of(SPACE, new float[6], 300);

    @TempDir
    Path dir;

    private Path live;
    private Path archived;
    private Found expected;

    @BeforeEach
    void oneOfEach() throws IOException {
        live = dir.resolve("live");
        archived = dir.resolve("archived");
        try (Generation generation = Generation.create(live, SPACE, Engine.exact(), "a test", 1)) {
            generation.load(IntStream.range(0, 200).mapToObj(ArchiveTest::item), 200, Progress.SILENT);
            generation.write(List.of(new Change.Delete("item7")), Visibility.SEARCHABLE);
            expected = generation.search(QUERY);
        }
        Files.writeString(live.resolve("bundle.kindred"), "a bundle");
        GenerationTest.copy(live, archived);
        GenerationFolder.archive(archived, "a test");
    }

    private static Item item(int i) {
        return new Item(
                "item" + i,
                VectorIndexContract.vector(Keyed.of(1, i), 6),
                Map.of("i", Value.of((long) i)),
                "much the same ".repeat(40).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private void requireWhole(Path folder) {
        assertThat(EmbeddedIndex.isIn(folder)).isTrue();
        try (EmbeddedIndex index = EmbeddedIndex.open(folder, "a test", 1)) {
            assertThat(index.search(QUERY).neighbors()).isEqualTo(expected.neighbors());
            assertThat(index.get("item3").orElseThrow().source()).isEqualTo(item(3).source());
            assertThat(index.check()).isEmpty();
            index.write(VectorIndexContract.puts(List.of(item(500))), Visibility.SEARCHABLE);
        }
        assertThat(folder.resolve(Archive.FILE)).doesNotExist();
        // What was written to it afterwards is not taken back by what was left over.
        try (EmbeddedIndex index = EmbeddedIndex.open(folder, "a test", 1)) {
            assertThat(index.info().count()).isEqualTo(200);
        }
    }

    @Test
    void itIsSmallerAndItsFirstUseMakesItAgain() throws IOException {
        assertThat(archived.resolve(Truth.FILE)).doesNotExist();
        assertThat(archived.resolve(Generation.VIEW)).doesNotExist();
        assertThat(archived.resolve("bundle.kindred")).hasContent("a bundle");
        assertThat(Files.size(archived.resolve(Archive.FILE))).isLessThan(Files.size(live.resolve(Truth.FILE)) / 4);
        assertThatThrownBy(() -> GenerationFolder.archive(archived, "a test"))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.what()).contains("archived already"));
        assertThatThrownBy(() -> Generation.create(archived, SPACE, Engine.exact(), "a test", 1))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.what()).contains("items already"));
        requireWhole(archived);
    }

    /** Of each step of both ways, what a kill behind it leaves. */
    @Test
    void whateverIsCutOffOneOfTheTwoIsWhole() throws IOException {
        byte[] archive = Files.readAllBytes(archived.resolve(Archive.FILE));
        Path copied = state("copied", live);
        Files.write(copied.resolve(".items.archive.items.part"), Arrays.copyOf(archive, 1_000));
        Path half = state("half", live);
        Files.write(half.resolve(".items.archive.1.part"), Arrays.copyOf(archive, archive.length / 2));
        Path both = state("both", live);
        Files.write(both.resolve(Archive.FILE), archive);
        Path viewHalfGone = state("viewHalfGone", both);
        try (var files = Files.list(viewHalfGone.resolve(Generation.VIEW))) {
            for (Path file : files.sorted().limit(3).toList()) {
                Files.delete(file);
            }
        }
        Path viewGone = state("viewGone", both);
        GenerationTest.delete(viewGone.resolve(Generation.VIEW));
        Path indexOfLog = state("indexOfLog", archived);
        Files.write(indexOfLog.resolve("items.db-shm"), new byte[32_768]);
        Path unpacking = state("unpacking", archived);
        Files.write(unpacking.resolve(".items.archive.items.part"), new byte[5_000]);
        Path unpacked = state("unpacked", viewGone);
        for (Path each :
                List.of(copied, half, both, viewHalfGone, viewGone, indexOfLog, unpacking, unpacked, archived)) {
            requireWhole(each);
            try (var files = Files.list(each)) {
                assertThat(files.map(file -> String.valueOf(file.getFileName())))
                        .as(each.toString())
                        .noneMatch(name -> name.endsWith(".part"));
            }
        }
    }

    /** The archive is the only good one: what stands beside it must not cost it. */
    @Test
    void itIsKeptUntilTheItemsBesideItAreKnownToLackNothing() throws Exception {
        byte[] archive = Files.readAllBytes(archived.resolve(Archive.FILE));
        byte[] items = Files.readAllBytes(live.resolve(Truth.FILE));
        Path older = dir.resolve("older");
        try (Generation generation = Generation.create(older, SPACE, Engine.exact(), "a test", 1)) {
            assertThat(generation.info().count()).isZero();
        }
        byte[] other = Files.readAllBytes(older.resolve(Truth.FILE));
        byte[] zeroed = items.clone();
        Arrays.fill(zeroed, items.length / 2, items.length, (byte) 0);
        Path behind = state("behind", live);
        try (var connection = TruthFile.writing(behind.resolve(Truth.FILE))) {
            TruthFile.execute(connection, "UPDATE generation SET sequence = sequence - 1");
        }
        List<byte[]> refused = List.of(
                new byte[0],
                Arrays.copyOf(items, items.length / 2),
                zeroed,
                other,
                Files.readAllBytes(behind.resolve(Truth.FILE)));
        for (byte[] beside : refused) {
            Path both = state("both" + refused.indexOf(beside), archived);
            Files.write(both.resolve(Truth.FILE), beside);
            for (Runnable each : List.<Runnable>of(
                    () -> Generation.open(both, "a test", 1).close(), () -> GenerationFolder.archive(both, "a test"))) {
                assertThatThrownBy(each::run)
                        .isInstanceOfSatisfying(
                                Refusal.class, r -> assertThat(r.hint()).contains("move items.db elsewhere"));
                assertThat(both.resolve(Archive.FILE)).hasBinaryContent(archive);
                assertThat(both.resolve(Truth.FILE)).exists();
            }
            Files.delete(both.resolve(Truth.FILE));
            requireWhole(both);
        }
    }

    @Test
    void aLengthThatItCannotHaveIsRefusedBeforeAnythingIsWritten() throws IOException {
        byte[] archive = Files.readAllBytes(archived.resolve(Archive.FILE));
        java.nio.ByteBuffer.wrap(archive).putLong(12, Long.MAX_VALUE);
        Files.write(archived.resolve(Archive.FILE), archive);
        assertThatThrownBy(() -> Generation.open(archived, "a test", 1))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.what()).contains("damaged"));
        assertThat(archived.resolve(".items.archive.items.part")).doesNotExist();
        assertThatThrownBy(() -> GenerationItems.open(archived))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.hint()).contains("first search"));
    }

    private Path state(String name, Path of) throws IOException {
        GenerationTest.copy(of, dir.resolve(name));
        return dir.resolve(name);
    }

    @Test
    void aFlippedBitAnywhereIsRefusedAndNothingIsMadeOfIt() throws IOException {
        byte[] archive = Files.readAllBytes(archived.resolve(Archive.FILE));
        Keyed random = Keyed.of(3, 3);
        for (int round = 0; round < 60; round++) {
            byte[] damaged = archive.clone();
            damaged[round < 52 ? round : random.nextInt(archive.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(archived.resolve(Archive.FILE), damaged);
            assertThatThrownBy(() -> Generation.open(archived, "a test", 1))
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.where()).endsWith(Archive.FILE));
            assertThat(archived.resolve(Truth.FILE)).doesNotExist();
            assertThat(archived.resolve(".items.archive.items.part")).doesNotExist();
        }
        Files.write(archived.resolve(Archive.FILE), Arrays.copyOf(archive, archive.length - 10));
        assertThatThrownBy(() -> Generation.open(archived, "a test", 1)).isInstanceOf(Refusal.class);
        Files.write(archived.resolve(Archive.FILE), archive);
        requireWhole(archived);
    }

    @Test
    void whatIsWrittenToOrDamagedIsNotArchived() throws Exception {
        try (Generation held = Generation.open(live, "the night shift", 1)) {
            assertThat(held.info().count()).isEqualTo(199);
            assertThatThrownBy(() -> GenerationFolder.archive(live, "a test"))
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.what()).contains("the night shift"));
        }
        try (var connection = TruthFile.writing(live.resolve(Truth.FILE))) {
            TruthFile.execute(connection, "UPDATE item SET vector = zeroblob(24) WHERE id = CAST('item9' AS BLOB)");
        }
        assertThatThrownBy(() -> GenerationFolder.archive(live, "a test"))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.hint()).contains("index rescue"));
        assertThat(live.resolve(Truth.FILE)).exists();
        assertThat(live.resolve(Archive.FILE)).doesNotExist();
    }
}
