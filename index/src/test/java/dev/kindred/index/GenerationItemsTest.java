package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Items read beside whoever has them open, and the rows that are made of them. */
class GenerationItemsTest {
    private static final int D = 19;

    @TempDir
    Path dir;

    private static Space space(Distance distance) {
        return new Space("made here", D, distance);
    }

    private static float[] vector(long seed, int i) {
        Keyed random = Keyed.of(seed, i);
        float[] vector = new float[D];
        for (int j = 0; j < D; j++) {
            vector[j] = (float) (3 * random.nextGaussian());
        }
        return vector;
    }

    private static Item item(long seed, int i) {
        return new Item(
                "item" + i,
                vector(seed, i),
                Map.of("fifth", Value.of(i % 5 == 0), "i", Value.of((long) i)),
                i % 7 == 0 ? new byte[] {(byte) i, 1} : null);
    }

    private Generation filled(Distance distance, long seed, int count) {
        Generation generation =
                Generation.create(dir.resolve("g" + seed), space(distance), Engine.exact(), "the night shift", 1);
        generation.write(
                IntStream.range(0, count)
                        .<Change>mapToObj(i -> new Change.Put(item(seed, i)))
                        .toList(),
                Visibility.SEARCHABLE);
        generation.write(
                List.of(new Change.Delete("item3"), new Change.Put(item(seed, 4)), new Change.Delete("item10")),
                Visibility.SEARCHABLE);
        return generation;
    }

    @ParameterizedTest
    @CsvSource({"L2, 1", "L2, 2", "DOT, 3", "DOT, 4", "COSINE, 5", "COSINE, 6"})
    void rowsAnswerAsTheGenerationDoes(Distance distance, long seed) {
        Path out = dir.resolve("rows");
        try (Generation generation = filled(distance, seed, 700);
                GenerationItems items = GenerationItems.open(dir.resolve("g" + seed))) {
            assertThat(items.export(List.of(), out, Progress.SILENT)).isEqualTo(698);
            try (ExactIndex rows = ExactIndex.open(out);
                    ExactIndex built = ExactIndex.build(
                            dir.resolve("built"),
                            space(distance),
                            generation.scan(0).stream().map(Items.Written::item),
                            Progress.SILENT)) {
                assertThat(rows.check()).isEmpty();
                assertThat(rows.info().lastSequence())
                        .isEqualTo(generation.info().lastSequence() - 1);
                assertThat(numbers(rows.scan(0))).isEqualTo(numbers(generation.scan(0)));
                assertThat(rows.get("item7").orElseThrow())
                        .usingRecursiveComparison()
                        .isEqualTo(generation.get("item7").orElseThrow());
                for (int q = 0; q < 10; q++) {
                    for (Filter filter : List.of(Filter.everything(), new Filter.Equals("fifth", Value.of(true)))) {
                        Query query = Query.of(space(distance), vector(seed + 100, q), 150)
                                .filter(filter);
                        List<Neighbor> found = rows.search(query).neighbors();
                        assertThat(found).isEqualTo(built.search(query).neighbors());
                        same(distance, found, generation.search(query).neighbors());
                    }
                }
            }
        }
    }

    /** To the last bit, but for cosine, which the two round at different places. */
    private static void same(Distance distance, List<Neighbor> found, List<Neighbor> expected) {
        if (distance != Distance.COSINE) {
            assertThat(found).isEqualTo(expected);
            return;
        }
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i).score()).isCloseTo(expected.get(i).score(), within(1e-6));
        }
    }

    private static List<String> numbers(Items items) {
        List<String> numbers = new ArrayList<>();
        try (items) {
            items.forEach(written ->
                    numbers.add(written.sequence() + " " + written.item().id()));
        }
        return numbers;
    }

    @Test
    void whatIsWrittenMeanwhileIsNoPartOfIt() {
        Path out = dir.resolve("rows");
        try (Generation generation = filled(Distance.L2, 1, 400);
                GenerationItems items = GenerationItems.open(dir.resolve("g1"))) {
            AtomicBoolean wrote = new AtomicBoolean();
            long count = items.export(List.of(), out, (what, done, total, note) -> {
                if (done == 5 && wrote.compareAndSet(false, true)) {
                    generation.write(
                            List.of(new Change.Put(item(9, 1_000)), new Change.Delete("item390")),
                            Visibility.SEARCHABLE);
                }
            });
            assertThat(wrote).isTrue();
            assertThat(count).isEqualTo(398);
            assertThat(items.stats().info().count()).isEqualTo(398);
            assertThat(items.stats().info().lastSequence())
                    .isEqualTo(generation.info().lastSequence());
            try (ExactIndex rows = ExactIndex.open(out)) {
                assertThat(rows.get("item390")).isPresent();
                assertThat(rows.get("item1000")).isEmpty();
            }
        }
    }

    @Test
    void whatIsCutOffLeavesNothing() throws IOException {
        Path bundle = Files.writeString(dir.resolve("bundle.kindred"), "beside");
        try (Generation generation = filled(Distance.L2, 1, 400);
                GenerationItems items = GenerationItems.open(dir.resolve("g1"))) {
            assertThatThrownBy(() -> items.export(List.of(), dir.resolve("rows"), (what, done, total, note) -> {
                        throw new CancellationException("stop");
                    }))
                    .isInstanceOf(CancellationException.class);
            assertThat(names(dir)).containsExactlyInAnyOrder("bundle.kindred", "g1");
            items.export(List.of(bundle), dir.resolve("rows"), Progress.SILENT);
            assertThat(names(dir.resolve("rows"))).containsExactlyInAnyOrder("bundle.kindred", ExactIndex.FILE);
            assertThat(names(dir)).containsExactlyInAnyOrder("bundle.kindred", "g1", "rows");
            assertThatThrownBy(() -> items.export(List.of(), dir.resolve("rows"), Progress.SILENT))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("is there already");
            assertThat(generation.check()).isEmpty();
        }
        assertThatThrownBy(() -> GenerationItems.open(dir)).isInstanceOf(Refusal.class);
    }

    /** A copy of the files as a killed writer leaves them: what was acknowledged is in the write-ahead log alone. */
    @Test
    void whatAKilledWriterLeftIsRead() throws IOException {
        Path left = Files.createDirectory(dir.resolve("left"));
        try (Generation generation = filled(Distance.L2, 1, 50)) {
            for (String name : List.of("items.db", "items.db-wal")) {
                Files.copy(dir.resolve("g1").resolve(name), left.resolve(name));
            }
            assertThat(generation.info().count()).isEqualTo(48);
        }
        try (GenerationItems items = GenerationItems.open(left)) {
            assertThat(items.stats().info().count()).isEqualTo(48);
            assertThat(items.snapshot(List.of(), dir.resolve("kept")).count()).isEqualTo(48);
        }
        try (Generation generation = Generation.open(left, "a test", 1)) {
            assertThat(generation.check()).isEmpty();
            assertThat(generation.info().count()).isEqualTo(48);
        }
    }

    /** Whoever stops need not wait for a copy of all items. */
    @Test
    void aSnapshotIsGivenUpWhenItsThreadIsInterrupted() {
        Path kept = dir.resolve("kept");
        try (Generation generation = filled(Distance.L2, 1, 5_000)) {
            Thread.currentThread().interrupt();
            try {
                assertThatThrownBy(() -> generation.snapshot(List.of(), kept))
                        .isInstanceOfSatisfying(
                                Refusal.class,
                                refusal -> assertThat(refusal.line()).contains("items.db", "given up"));
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
            assertThat(kept).doesNotExist();
            assertThat(generation.snapshot(List.of(), kept).count()).isEqualTo(4_998);
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
