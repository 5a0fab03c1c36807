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
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.NIOFSDirectory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of strangers, damaged items, views of another time: what a generation does with them. */
class GenerationFaultsTest {
    private static final Space SPACE = VectorIndexContract.space(6, Distance.L2);

    @TempDir
    Path dir;

    private Path folder;

    @BeforeEach
    void aHundredItems() {
        folder = dir.resolve("a");
        try (Generation generation = Generation.create(folder, SPACE, Engine.exact(), "a test", 1)) {
            generation.load(IntStream.range(0, 100).mapToObj(GenerationFaultsTest::item), 100, Progress.SILENT);
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
        return Query.of(SPACE, new float[6], 500);
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = TruthFile.writing(folder.resolve(Truth.FILE))) {
            TruthFile.execute(connection, statement);
        }
    }

    /** As after a load that lost power, or an old copy put back: what the view knows more is kept, and told of once. */
    @Test
    void aViewThatHoldsMoreThanTheItemsIsKeptAside() throws IOException {
        Path items = dir.resolve("ahead");
        try (Generation generation = Generation.create(items, SPACE, Engine.exact(), "a test", 1)) {
            generation.write(
                    List.of(new Change.Put(Item.of("a", new float[] {1, 2, 0, 0, 0, 0}))), Visibility.SEARCHABLE);
        }
        Path older = dir.resolve("older");
        Files.copy(items.resolve(Truth.FILE), older);
        try (Generation generation = Generation.open(items, "a test", 1)) {
            generation.write(
                    List.of(new Change.Put(Item.of("b", new float[] {2, 1, 0, 0, 0, 0}))), Visibility.SEARCHABLE);
        }
        Files.copy(older, items.resolve(Truth.FILE), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        try (Generation generation = Generation.open(items, "a test", 1)) {
            assertThat(generation
                            .search(Query.of(SPACE, new float[] {2, 1, 0, 0, 0, 0}, 5))
                            .neighbors())
                    .extracting(Neighbor::id)
                    .containsExactly("a");
            assertThat(generation.check())
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.what()).contains("number 2", "end at 1", "view.ahead"));
            assertThat(generation.check()).isEmpty();
        }
        assertThat(items.resolve("view.ahead")).isNotEmptyDirectory();
    }

    @Test
    void aLinkInTheViewsPlaceIsNotFollowed() throws IOException {
        Path theirs = Files.createDirectory(dir.resolve("theirs"));
        Path kept = Files.writeString(theirs.resolve("kept"), "mine");
        GenerationTest.delete(folder.resolve(Generation.VIEW));
        Files.createSymbolicLink(folder.resolve(Generation.VIEW), theirs);
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.what()).contains("link"));
        assertThat(kept).hasContent("mine");
        // Nothing is held: the folder can be mended and opened.
        Files.delete(folder.resolve(Generation.VIEW));
        try (Generation generation = open()) {
            assertThat(generation.search(query()).neighbors()).hasSize(100);
        }
    }

    @Test
    void aStrangersTriggerIsRefused() throws SQLException {
        sql("CREATE TRIGGER t AFTER INSERT ON item BEGIN DELETE FROM item; END");
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.what()).contains("other tables"));
    }

    /** The view goes on; the check names the items' file. */
    @Test
    void aDamagedItemCostsNoView() throws SQLException {
        sql("UPDATE item SET vector = zeroblob(24) WHERE id = CAST('item7' AS BLOB)");
        try (Generation generation = open()) {
            Found found = generation.search(query());
            assertThat(found.degraded()).isFalse();
            assertThat(found.neighbors()).hasSize(100);
            assertThat(generation.check())
                    .isNotEmpty()
                    .allSatisfy(finding -> assertThat(finding.where()).endsWith(Truth.FILE));
            assertThat(generation.search(query()).degraded()).isFalse();
        }
    }

    /** What the view lacks cannot be read: searches see the moment before, and say so, and writes are not held up. */
    @Test
    void aDamagedItemThatTheViewLacksLeavesTheMomentBefore() throws IOException, SQLException {
        Path before = dir.resolve("before");
        GenerationTest.copy(folder.resolve(Generation.VIEW), before);
        try (Generation generation = open()) {
            generation.write(VectorIndexContract.puts(List.of(item(200))), Visibility.SEARCHABLE);
        }
        sql("UPDATE item SET vector = zeroblob(24) WHERE id = CAST('item200' AS BLOB)");
        sql("UPDATE generation SET forgotten = 100");
        GenerationTest.delete(folder.resolve(Generation.VIEW));
        GenerationTest.copy(before, folder.resolve(Generation.VIEW));
        try (Generation generation = open()) {
            Found found = generation.search(query());
            assertThat(found.degraded()).isTrue();
            assertThat(found.neighbors()).hasSize(100);
            generation.write(VectorIndexContract.puts(List.of(item(201))), Visibility.SEARCHABLE);
            assertThat(generation.search(query()).degraded()).isTrue();
            // Written anew it is whole again, and so is what is found.
            generation.write(VectorIndexContract.puts(List.of(item(200))), Visibility.SEARCHABLE);
            assertThat(generation.search(query()).degraded()).isFalse();
            assertThat(generation.search(query()).neighbors()).hasSize(102);
        }
    }

    /** Without a view, and with items that cannot be read, nothing is passed off as an answer. */
    @Test
    void withoutAViewDamagedItemsAreRefused() throws IOException, SQLException {
        sql("UPDATE item SET vector = zeroblob(24) WHERE id = CAST('item7' AS BLOB)");
        GenerationTest.delete(folder.resolve(Generation.VIEW));
        try (Generation generation = open()) {
            assertThatThrownBy(() -> generation.search(query()))
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.where()).endsWith(Truth.FILE));
        }
    }

    /** A view that is begun anew is never taken for the one that stood there, however soon the process ends. */
    @Test
    void aViewOfALostTimeIsGoneAtOnce() throws IOException, SQLException {
        sql("UPDATE generation SET sequence = 60");
        try (Generation generation = open()) {
            Path cut = dir.resolve("cut");
            GenerationTest.copy(folder.resolve(Generation.VIEW), cut);
            try (NIOFSDirectory directory = new NIOFSDirectory(cut);
                    DirectoryReader reader = DirectoryReader.open(directory)) {
                assertThat(reader.getIndexCommit().getUserData()).containsEntry("sequence", "0");
                assertThat(reader.numDocs()).isZero();
            }
        }
    }

    /** A check holds the two against one another as of one moment. */
    @Test
    void aCheckWhileItIsWrittenToFindsNothing() throws InterruptedException {
        try (Generation generation = open()) {
            AtomicBoolean done = new AtomicBoolean();
            Thread writer = Thread.ofPlatform().start(() -> {
                for (int i = 0; !done.get(); i++) {
                    generation.write(
                            List.of(new Change.Put(item(i % 150)), new Change.Delete("item" + (i * 7 % 150))),
                            Visibility.ACKNOWLEDGED);
                }
            });
            for (int round = 0; round < 20; round++) {
                assertThat(generation.check()).isEmpty();
                assertThat(generation.search(query()).degraded()).isFalse();
            }
            done.set(true);
            writer.join();
        }
    }

    @Test
    void aPayloadOfTooManyFieldsIsRefused() {
        Map<String, Value> fields = new TreeMap<>();
        for (int i = 0; i <= 1_000; i++) {
            fields.put("f" + i, Value.of((long) i));
        }
        try (Generation generation = open()) {
            assertThatThrownBy(() -> generation.write(
                            List.of(new Change.Put(new Item("wide", new float[6], fields, null))),
                            Visibility.SEARCHABLE))
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.where()).contains("wide"));
        }
    }
}
