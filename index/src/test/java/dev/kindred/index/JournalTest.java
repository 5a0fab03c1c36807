package dev.kindred.index;

import static dev.kindred.index.VectorIndexContract.space;
import static dev.kindred.index.VectorIndexContract.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The writes beside the rows file: nothing acknowledged is lost, nothing damaged is believed. */
class JournalTest {
    private static final Space SPACE = space(3, Distance.COSINE);

    @TempDir
    Path dir;

    @BeforeEach
    void begin() {
        build(Item.of("a", 1, 2, 3), Item.of("b", 4, 5, 6));
    }

    private void build(Item... items) {
        ExactIndex.build(dir, SPACE, Stream.of(items), Progress.SILENT).close();
    }

    private Path journal() {
        return dir.resolve(Journal.FILE);
    }

    private Path rows() {
        return dir.resolve(ExactIndex.FILE);
    }

    private void write(Change... changes) {
        try (ExactIndex index = ExactIndex.open(dir)) {
            index.write(List.of(changes), Visibility.SEARCHABLE);
        }
    }

    private static Change put(String id, float... vector) {
        return new Change.Put(Item.of(id, vector));
    }

    private List<String> ids() {
        try (ExactIndex index = ExactIndex.open(dir)) {
            return ids(index);
        }
    }

    private static List<String> ids(ExactIndex index) {
        try (Items items = index.scan(0)) {
            return items.stream().map(written -> written.item().id()).toList();
        }
    }

    @Test
    void aSmallWriteLeavesTheRowsFileAlone() throws IOException {
        byte[] before = Files.readAllBytes(rows());
        write(put("c", 7, 8, 9), put("a", 3, 2, 1));
        assertThat(Files.readAllBytes(rows())).isEqualTo(before);
        long first = Files.size(journal());
        write(new Change.Delete("b"), put("c", 1, 1, 1));
        assertThat(Files.size(journal())).isGreaterThan(first);
        assertThat(ids()).containsExactly("a", "c");
        try (ExactIndex index = ExactIndex.open(dir)) {
            assertThat(index.info().count()).isEqualTo(2);
            assertThat(index.info().lastSequence()).isEqualTo(6);
            assertThat(index.get("c").orElseThrow().vector()).containsExactly(1, 1, 1);
            assertThat(index.get("b")).isEmpty();
            assertThat(index.check()).isEmpty();
            assertThat(index.stats().fileBytes()).isEqualTo(Files.size(rows()) + Files.size(journal()));
            assertThat(index.search(Query.of(SPACE, new float[] {1, 1, 1}, 9)).neighbors())
                    .extracting(Neighbor::id)
                    .containsExactly("c", "a");
        }
    }

    @Test
    void whatDoesNotFitMakesTheRowsFileAnewWithAllOfIt() throws IOException {
        write(put("c", 7, 8, 9), new Change.Delete("a"));
        long before = Files.size(rows());
        write(new Change.Put(new Item("large", new float[] {1, 0, 0}, Map.of(), new byte[2 << 20])));
        assertThat(Files.size(rows())).isGreaterThan(before + (2 << 20));
        assertThat(journal()).doesNotExist();
        assertThat(ids()).containsExactly("b", "c", "large");
        write(put("d", 1, 1, 1));
        assertThat(ids()).containsExactly("b", "c", "large", "d");
    }

    /** Against a map that is told the same; opened anew between writes, and often enough made anew. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void nothingIsLostOverReopeningAndMerging(long seed) {
        Keyed random = Keyed.of(seed, 9);
        Map<String, Item> truth = new TreeMap<>();
        truth.put("a", Item.of("a", 1, 2, 3));
        truth.put("b", Item.of("b", 4, 5, 6));
        int made = 0;
        ExactIndex index = ExactIndex.open(dir);
        for (int round = 0; round < 60; round++) {
            List<Change> changes = new ArrayList<>();
            for (int i = random.nextInt(12); i >= 0; i--) {
                String id = "k" + random.nextInt(50);
                if (random.nextInt(4) == 0) {
                    changes.add(new Change.Delete(id));
                    truth.remove(id);
                } else {
                    byte[] source = random.nextInt(3) == 0 ? null : new byte[random.nextInt(30_000)];
                    Item item = new Item(id, vector(random, 3), Map.of("round", Value.of((long) round)), source);
                    changes.add(new Change.Put(item));
                    truth.put(id, item);
                }
            }
            boolean journal = Files.exists(journal());
            index.write(changes, Visibility.SEARCHABLE);
            made += journal && !Files.exists(journal()) ? 1 : 0;
            if (random.nextInt(3) == 0) {
                index.close();
                index = ExactIndex.open(dir);
            }
            assertThat(index.info().count()).isEqualTo(truth.size());
            assertThat(ids(index)).containsExactlyInAnyOrderElementsOf(truth.keySet());
            for (Item expected : truth.values()) {
                Item got = index.get(expected.id()).orElseThrow();
                assertThat(got.vector()).isEqualTo(expected.vector());
                assertThat(got.source()).isEqualTo(expected.source());
            }
            assertThat(index.check()).isEmpty();
        }
        index.close();
        assertThat(made).isGreaterThan(1);
    }

    @Test
    void aChangedByteAnywhereIsRefusedByNameAndFoundByCheck() throws IOException {
        write(put("c", 7, 8, 9), new Change.Delete("a"));
        write(put("d", 1, 8, 9));
        byte[] good = Files.readAllBytes(journal());
        try (ExactIndex open = ExactIndex.open(dir)) {
            for (int at = 0; at < good.length; at++) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) (1 << (at % 8));
                Files.write(journal(), bad);
                assertThatThrownBy(() -> ExactIndex.open(dir).close())
                        .as("byte %d", at)
                        .isInstanceOfSatisfying(Refusal.class, r -> {
                            assertThat(r.where()).contains(Journal.FILE);
                            assertThat(r.hint()).isNotEmpty();
                        });
                assertThat(open.check()).as("byte %d", at).hasSize(1);
            }
            Files.delete(journal());
            assertThat(open.check()).hasSize(1);
        }
    }

    /** As a writer leaves it that was killed: whole writes stay, the last half one is told and cut. */
    @Test
    void aTornEndIsToldAndCutByTheNextWrite() throws IOException {
        write(put("c", 7, 8, 9));
        int whole = (int) Files.size(journal());
        write(put("d", 1, 8, 9));
        byte[] good = Files.readAllBytes(journal());
        for (int length = 0; length < good.length; length++) {
            Files.write(journal(), Arrays.copyOf(good, length));
            boolean first = length >= whole;
            List<String> expected = first ? List.of("a", "b", "c") : List.of("a", "b");
            try (ExactIndex index = ExactIndex.open(dir)) {
                assertThat(ids(index)).as("length %d", length).isEqualTo(expected);
                assertThat(index.check())
                        .as("length %d", length)
                        .hasSize(length == 0 || length == 64 || length == whole ? 0 : 1);
                index.write(List.of(put("e", 1, 1, 9)), Visibility.SEARCHABLE);
                assertThat(index.check()).isEmpty();
            }
            List<String> after = new ArrayList<>(expected);
            after.add("e");
            assertThat(ids()).as("length %d", length).isEqualTo(after);
        }
        // Room that the system gave and nobody filled.
        Files.write(journal(), Arrays.copyOf(good, good.length + 1000));
        assertThat(ids()).containsExactly("a", "b", "c", "d");
    }

    /** Killed after the rows file was made anew, before the journal was taken away. */
    @Test
    void anOvertakenJournalIsNotReadTwice() throws IOException {
        write(put("c", 7, 8, 9), put("a", 9, 9, 1));
        Path kept = Files.copy(journal(), dir.resolve("kept"));
        write(new Change.Put(new Item("large", new float[] {1, 0, 0}, Map.of(), new byte[2 << 20])));
        Files.copy(kept, journal());
        assertThat(ids()).containsExactly("b", "c", "a", "large");
        write(put("d", 1, 1, 1));
        assertThat(ids()).containsExactly("b", "c", "a", "large", "d");
        Files.copy(kept, journal(), StandardCopyOption.REPLACE_EXISTING);
        // Built anew over it, with fewer items than it has sequence numbers.
        build(Item.of("new", 1, 1, 1));
        assertThat(journal()).doesNotExist();
        Files.copy(kept, journal());
        assertThat(ids()).containsExactly("new");
    }

    @Test
    void aJournalOfAnotherRowsFileIsRefused() throws IOException {
        Path first = Files.copy(rows(), dir.resolve("first"));
        write(new Change.Put(new Item("large", new float[] {1, 0, 0}, Map.of(), new byte[2 << 20])));
        write(put("c", 7, 8, 9));
        Files.copy(first, rows(), StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(this::ids)
                .isInstanceOfSatisfying(
                        Refusal.class,
                        r -> assertThat(r.line()).contains(Journal.FILE, "goes on from another vectors.rows"));
    }

    @Test
    void aNewerFormatIsNamed() throws IOException {
        write(put("c", 7, 8, 9));
        byte[] bytes = Files.readAllBytes(journal());
        bytes[8] = 2;
        Files.write(journal(), bytes);
        assertThatThrownBy(this::ids).hasMessageContaining("is of format version 2, newer than the 1");
    }

    @Test
    void aJournalIsNotWrittenThroughALink() throws IOException {
        Path precious = Files.writeString(dir.resolveSibling(dir.getFileName() + "-precious"), "mine");
        Files.createSymbolicLink(journal(), precious);
        assertThatThrownBy(() -> write(put("c", 7, 8, 9))).isInstanceOf(Refusal.class);
        assertThat(precious).hasContent("mine");
        Files.delete(precious);
    }

    /** A process that is killed while it writes loses nothing that it was told is written. */
    @Test
    void whatAKilledWriterWasAcknowledgedIsThere() throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        dir.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        int acknowledged = -1;
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                acknowledged = Integer.parseInt(line);
                if (acknowledged == 300) {
                    writer.toHandle().destroyForcibly();
                }
            }
        }
        writer.waitFor();
        assertThat(acknowledged).isGreaterThanOrEqualTo(300);
        try (ExactIndex index = ExactIndex.open(dir)) {
            for (int i = 0; i <= acknowledged; i++) {
                assertThat(index.get("w" + i)).as("write %d", i).isPresent();
            }
            index.write(List.of(put("after", 1, 1, 1)), Visibility.SEARCHABLE);
            assertThat(index.check()).isEmpty();
        }
    }

    /** Run apart: writes one item after another, and says which are acknowledged. */
    static final class Writer {
        public static void main(String[] args) {
            try (ExactIndex index = ExactIndex.open(Path.of(args[0]))) {
                for (int i = 0; ; i++) {
                    index.write(
                            List.of(new Change.Put(
                                    new Item("w" + i, new float[] {1, i, 2}, Map.of(), new byte[20_000]))),
                            Visibility.ACKNOWLEDGED);
                    System.out.println(i);
                    System.out.flush();
                }
            }
        }
    }
}
