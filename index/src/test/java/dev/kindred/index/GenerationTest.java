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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationTest extends VectorIndexContract {
    private static final Space SPACE = space(16, Distance.COSINE);

    @TempDir
    Path dir;

    private int made;

    @Override
    VectorIndex empty(Space space) {
        return create("items" + made++, space, Engine.exact());
    }

    private Generation create(String name, Space space, Engine engine) {
        return Generation.create(dir.resolve(name), space, engine, "a test", 2);
    }

    private Generation open(String name) {
        return Generation.open(dir.resolve(name), "a test", 2);
    }

    private static Item item(int i, long seed) {
        return new Item(
                "item" + i,
                vector(Keyed.of(seed, i), 16),
                Map.of("i", Value.of((long) i), "third", Value.of(i % 3 == 0)),
                null);
    }

    private static Stream<Item> items(int count, long seed) {
        return IntStream.range(0, count).mapToObj(i -> item(i, seed));
    }

    private static Query query(int i, int k) {
        return Query.of(SPACE, vector(Keyed.of(99, i), 16), k);
    }

    @Test
    void whatWasWrittenIsThereAgainAndTheViewReplaysWhatItLacks() throws IOException {
        try (Generation generation = create("a", SPACE, Engine.exact())) {
            generation.load(items(500, 1), 500, Progress.SILENT);
        }
        // The view of a moment before: what is written from here on it has to take from the items.
        Path before = dir.resolve("before");
        copy(dir.resolve("a").resolve(Generation.VIEW), before);
        List<Found> found = new ArrayList<>();
        try (Generation generation = open("a")) {
            generation.write(List.of(new Change.Delete("item7"), new Change.Put(item(8, 2))), Visibility.ACKNOWLEDGED);
            generation.write(puts(List.of(item(1000, 1))), Visibility.SEARCHABLE);
            for (int i = 0; i < 20; i++) {
                found.add(generation.search(query(i, 600)));
            }
            assertThat(found.getFirst().neighbors()).hasSize(500);
        }
        delete(dir.resolve("a").resolve(Generation.VIEW));
        copy(before, dir.resolve("a").resolve(Generation.VIEW));
        try (Generation generation = open("a")) {
            for (int i = 0; i < 20; i++) {
                assertThat(generation.search(query(i, 600)).neighbors())
                        .isEqualTo(found.get(i).neighbors());
            }
            assertThat(generation.check()).isEmpty();
        }
        delete(dir.resolve("a").resolve(Generation.VIEW));
        try (Generation generation = open("a")) {
            assertThat(generation.search(query(0, 600)).neighbors())
                    .isEqualTo(found.getFirst().neighbors());
            assertThat(generation.check()).isEmpty();
        }
    }

    /** A view is known by its items, not by its numbers: another generation's of the same length is not taken for it. */
    @Test
    void anotherGenerationsViewIsMadeAnew() throws IOException {
        for (String name : List.of("a", "b")) {
            try (Generation generation = create(name, SPACE, Engine.exact())) {
                generation.load(items(50, name.charAt(0)), 50, Progress.SILENT);
            }
        }
        delete(dir.resolve("a").resolve(Generation.VIEW));
        copy(dir.resolve("b").resolve(Generation.VIEW), dir.resolve("a").resolve(Generation.VIEW));
        try (Generation generation = open("a")) {
            assertThat(generation.check()).isEmpty();
            assertThat(generation
                            .search(Query.of(SPACE, item(3, 'a').vector(), 1))
                            .neighbors()
                            .getFirst()
                            .score())
                    .isGreaterThan(0.9999);
        }
    }

    @Test
    void aWriteNobodyWaitsForIsFoundSoon() throws InterruptedException {
        try (Generation generation = create("a", SPACE, Engine.exact())) {
            generation.write(puts(List.of(item(1, 1))), Visibility.ACKNOWLEDGED);
            long begun = System.nanoTime();
            while (generation.info().count() == 0 && System.nanoTime() - begun < 10e9) {
                Thread.sleep(10);
            }
            assertThat(generation.info().count()).isEqualTo(1);
        }
    }

    @Test
    void anIdThatStandsTwiceIsRefusedWhileLoading() {
        try (Generation generation = create("a", SPACE, Engine.exact())) {
            assertThatThrownBy(() -> generation.load(Stream.of(item(1, 1), item(2, 1), item(1, 2)), 3, Progress.SILENT))
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.where()).contains("item1"));
            generation.load(items(2_000, 1), 2_000, Progress.SILENT);
            assertThatThrownBy(() -> generation.load(Stream.of(item(1999, 1)), 1, Progress.SILENT))
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.where()).contains("item1999"));
            assertThat(generation.info().count()).isEqualTo(2_000);
        }
    }

    /** Through the graph, with deletions, with filters of any selectivity, with pages: never fewer than there are, and nearly always those. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aGraphFindsNearlyAllOfTheTrueNeighbours(int seed) {
        try (Generation generation = create("a", SPACE, new Engine.Graph(16, 100, 1_000))) {
            generation.load(items(6_000, seed), 6_000, Progress.SILENT);
            List<Change> changes = new ArrayList<>();
            for (int i = 0; i < 6_000; i += 6) {
                changes.add(new Change.Delete("item" + i));
            }
            generation.write(changes, Visibility.SEARCHABLE);
            for (Filter filter : List.of(
                    Filter.everything(),
                    new Filter.Equals("third", Value.of(true)),
                    new Filter.Not(new Filter.Equals("third", Value.of(true))),
                    Filter.Range.below("i", Value.of(60L)),
                    Filter.Range.below("i", Value.of(8L)),
                    new Filter.Exists("nothing"))) {
                int right = 0;
                int all = 0;
                for (int q = 0; q < 50; q++) {
                    Query asked = query(q, 10).filter(filter);
                    Found exact = generation.search(asked);
                    Found walked = generation.search(asked.effort(new Effort.Ef(60)));
                    assertThat(exact.exact()).isTrue();
                    assertThat(walked.neighbors()).hasSameSizeAs(exact.neighbors());
                    Set<Neighbor> both = new HashSet<>(walked.neighbors());
                    both.retainAll(new HashSet<>(exact.neighbors()));
                    right += both.size();
                    all += exact.neighbors().size();
                }
                assertThat(right).as("%s", filter).isGreaterThanOrEqualTo((int) (0.95 * all));
            }
            assertThat(generation.search(query(0, 10).effort(new Effort.Ef(60))).exact())
                    .isFalse();
            assertThat(generation.check()).isEmpty();
        }
    }

    /** A flipped bit in each file of the view, one after another: at the next opening, or by a check, and never a wrong answer. */
    @Test
    void aFlippedBitAnywhereInTheViewIsFoundAndTheViewMadeAnew() throws IOException, InterruptedException {
        Engine engine = new Engine.Graph(16, 100, 500);
        List<Found> expected = new ArrayList<>();
        try (Generation generation = create("a", SPACE, engine)) {
            generation.load(items(2_000, 1), 2_000, Progress.SILENT);
            generation.write(List.of(new Change.Delete("item5")), Visibility.SEARCHABLE);
            for (int i = 0; i < 5; i++) {
                expected.add(generation.search(query(i, 10).filter(new Filter.Equals("third", Value.of(true)))));
            }
        }
        Path whole = dir.resolve("whole");
        copy(dir.resolve("a"), whole);
        List<Path> files;
        try (Stream<Path> all = Files.list(whole.resolve(Generation.VIEW))) {
            files = all.filter(file -> !file.endsWith("write.lock")).sorted().toList();
        }
        assertThat(files).hasSizeGreaterThan(8);
        Keyed random = Keyed.of(4);
        for (Path file : files) {
            delete(dir.resolve("a"));
            copy(whole, dir.resolve("a"));
            byte[] bytes = Files.readAllBytes(file);
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(dir.resolve("a").resolve(Generation.VIEW).resolve(file.getFileName()), bytes);
            try (Generation generation = open("a")) {
                for (int i = 0; i < 5; i++) {
                    assertThat(generation
                                    .search(query(i, 10).filter(new Filter.Equals("third", Value.of(true))))
                                    .neighbors())
                            .as("%s", file)
                            .isEqualTo(expected.get(i).neighbors());
                }
                whole(generation, file.toString());
                assertThat(generation.check())
                        .singleElement()
                        .satisfies(finding -> assertThat(finding.what())
                                .contains(file.getFileName().toString()));
                assertThat(generation.check()).as("%s", file).isEmpty();
                assertThat(generation.search(query(0, 10)).degraded()).isFalse();
            }
        }
    }

    /** While it is made, items come and go; all of that is in it, and what was deleted stays away. */
    @Test
    void aViewIsMadeAnewWhileItIsWrittenTo() throws InterruptedException {
        try (Generation generation = create("a", SPACE, new Engine.Graph(16, 50, 500))) {
            generation.load(items(3_000, 1), 3_000, Progress.SILENT);
            Thread writer = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 200; i++) {
                    generation.write(
                            List.of(new Change.Delete("item" + i), new Change.Put(item(5_000 + i, 1))),
                            Visibility.SEARCHABLE);
                }
            });
            for (int round = 0; round < 3; round++) {
                generation.rebuild();
            }
            writer.join();
            generation.write(puts(List.of(item(9_000, 1))), Visibility.SEARCHABLE);
            assertThat(generation.check()).isEmpty();
            assertThat(generation.info().count()).isEqualTo(3_001);
            assertThat(generation.search(query(1, 3_001)).neighbors())
                    .extracting(Neighbor::id)
                    .doesNotContain("item0", "item199")
                    .contains("item5000", "item5199", "item9000");
        }
    }

    /** Taken while it is written to, restored elsewhere, and told from the one it was taken of; a changed byte is refused by its file's name. */
    @Test
    void aSnapshotIsRestoredAsItWasAndADamagedOneIsNot() throws IOException {
        Path kept = dir.resolve("kept");
        List<Neighbor> expected;
        try (Generation generation = create("a", SPACE, Engine.exact())) {
            generation.load(items(400, 1), 400, Progress.SILENT);
            expected = generation.search(query(1, 400)).neighbors();
            Path beside = Files.writeString(dir.resolve("bundle"), "what embeds");
            ItemsSnapshot snapshot = generation.snapshot(List.of(beside), kept);
            assertThat(snapshot.count()).isEqualTo(400);
            generation.write(List.of(new Change.Delete("item1")), Visibility.SEARCHABLE);
            assertThatThrownBy(() -> generation.snapshot(List.of(), kept)).isInstanceOf(Refusal.class);
        }
        assertThat(GenerationFolder.restore(kept, dir.resolve("b")).sequence()).isEqualTo(400);
        assertThat(dir.resolve("b").resolve("bundle")).hasContent("what embeds");
        // The view of the one it was taken of, which knows of a later moment, is no view of it.
        copy(dir.resolve("a").resolve(Generation.VIEW), dir.resolve("b").resolve(Generation.VIEW));
        try (Generation restored = open("b")) {
            assertThat(restored.search(query(1, 400)).neighbors()).isEqualTo(expected);
            assertThat(restored.check()).isEmpty();
            assertThat(restored.write(puts(List.of(item(7, 3))), Visibility.SEARCHABLE)
                            .sequence())
                    .isEqualTo(401);
        }
        for (String name : List.of(Truth.FILE, "bundle", ItemsSnapshot.FILE)) {
            Path damaged = dir.resolve("damaged-" + name);
            copy(kept, damaged);
            byte[] bytes = Files.readAllBytes(damaged.resolve(name));
            bytes[bytes.length / 2] ^= 1;
            Files.write(damaged.resolve(name), bytes);
            assertThatThrownBy(() -> GenerationFolder.restore(damaged, dir.resolve("c")))
                    .as(name)
                    .isInstanceOf(Refusal.class);
            assertThat(dir.resolve("c")).doesNotExist();
        }
    }

    private static void whole(Generation generation, String what) throws InterruptedException {
        long begun = System.nanoTime();
        while (generation.search(query(0, 10)).degraded()) {
            assertThat(System.nanoTime() - begun).as(what).isLessThan(30_000_000_000L);
            Thread.sleep(20);
        }
    }

    /** Damage that comes while it is open shows in a check, which names the file; searches read the items until it is mended. */
    @Test
    void damageUnderWayIsFoundByACheckThatNamesTheFile() throws IOException, InterruptedException {
        try (Generation generation = create("a", SPACE, Engine.exact())) {
            generation.load(items(300, 1), 300, Progress.SILENT);
            List<Neighbor> expected = generation.search(query(1, 20)).neighbors();
            Path vectors;
            try (Stream<Path> files = Files.list(dir.resolve("a").resolve(Generation.VIEW))) {
                vectors = files.filter(file -> file.toString().endsWith(".vec"))
                        .findFirst()
                        .orElseThrow();
            }
            try (var file = new java.io.RandomAccessFile(vectors.toFile(), "rw")) {
                file.seek(500);
                int was = file.read();
                file.seek(500);
                file.write(was ^ 4);
            }
            assertThat(generation.check())
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.what())
                            .contains(vectors.getFileName().toString()));
            assertThat(generation.search(query(1, 20)).neighbors()).isEqualTo(expected);
            whole(generation, "damage under way");
            assertThat(generation.search(query(1, 20)).neighbors()).isEqualTo(expected);
            assertThat(generation.check()).hasSize(1);
            assertThat(generation.check()).isEmpty();
            // Writing goes on as before.
            generation.write(puts(List.of(item(1000, 1))), Visibility.SEARCHABLE);
            assertThat(generation.info().count()).isEqualTo(301);
        }
    }

    /** The whole contract again, of searches that read the items because there is no view. */
    @Test
    void withoutAViewSearchesAreTheSameAndMarked() throws IOException {
        try (Generation generation = create("a", SPACE, Engine.exact())) {
            generation.load(items(700, 1), 700, Progress.SILENT);
            for (Filter filter : List.of(
                    Filter.everything(),
                    new Filter.Equals("third", Value.of(true)),
                    new Filter.Not(new Filter.Ids(Set.of("item3", "item4"))),
                    Filter.Range.below("i", Value.of(60L)))) {
                Query asked = query(3, 25).filter(filter);
                Found viewed = generation.search(asked);
                Found read = TruthSearch.search(generation.truth(), asked);
                assertThat(read.degraded()).isTrue();
                assertThat(read.neighbors()).isEqualTo(viewed.neighbors());
                assertThat(read.next()).isEqualTo(viewed.next());
                Query further = asked.after(viewed.next());
                assertThat(TruthSearch.search(generation.truth(), further).neighbors())
                        .isEqualTo(generation.search(further).neighbors());
            }
        }
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path place = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(place);
                } else {
                    Files.copy(file, place);
                }
            }
        }
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
