package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Space;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract through codes; and that what codes lose is never seen. */
class CodedGenerationTest extends VectorIndexContract {
    private static final Engine CODED = Engine.exact().with(Engine.Codes.INT8);

    @TempDir
    Path dir;

    private int made;

    @Override
    VectorIndex empty(Space space) {
        return create("items" + made++, space, CODED);
    }

    private Generation create(String name, Space space, Engine engine) {
        return Generation.create(dir.resolve(name), space, engine, "a test", 2);
    }

    private static Stream<Item> items(int count, int d) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Item(
                        "item" + i,
                        vector(Keyed.of(1, i / 2), d),
                        Map.of("third", Value.of(i % 3 == 0), "i", Value.of((long) i)),
                        null));
    }

    /** The same answers to the last bit, every row there twice so that scores are equal; by pages and filters too. */
    @ParameterizedTest
    @EnumSource(Distance.class)
    void exactSearchesAreThoseOfTheRowsThemselves(Distance distance) {
        Space space = space(37, distance);
        try (Generation coded = create("coded", space, CODED);
                Generation full = create("full", space, Engine.exact())) {
            coded.load(items(5_000, 37), 5_000, Progress.SILENT);
            full.load(items(5_000, 37), 5_000, Progress.SILENT);
            for (Filter filter : List.of(
                    Filter.everything(),
                    new Filter.Equals("third", Value.of(true)),
                    Filter.Range.below("i", Value.of(40L)))) {
                for (int q = 0; q < 20; q++) {
                    Query asked =
                            Query.of(space, vector(Keyed.of(7, q), 37), 1 + q).filter(filter);
                    for (int page = 0; page < 4; page++) {
                        Found expected = full.search(asked);
                        assertThat(coded.search(asked)).isEqualTo(expected);
                        asked = asked.after(expected.next());
                    }
                }
            }
            assertThat(coded.check()).isEmpty();
        }
    }

    /** Rows a last bit apart under l2, where the squared distance is all cancellation; and products too small for a float. */
    @Test
    void tiesAtTheEdgeOfFloatsGoByIdAsWithoutCodes() {
        float[][] near = {flat(256, 0x1.6a706ap0f), flat(256, 0x1.6a7068p0f), flat(256, 0x1.6a706cp0f)};
        float[][] small = {flat(64, 0x1p-75f), flat(64, 1.02f * 0x1p-75f), flat(64, 1.5f * 0x1p-75f)};
        for (float[][] rows : List.of(near, small)) {
            Space space = space(rows[0].length, rows == near ? Distance.L2 : Distance.DOT);
            List<Item> items = List.of(Item.of("a", rows[1]), Item.of("b", rows[2]), Item.of("c", rows[2]));
            try (Generation coded = create("edge" + made++, space, CODED);
                    Generation full = create("edge" + made++, space, Engine.exact())) {
                coded.write(puts(items), Visibility.SEARCHABLE);
                full.write(puts(items), Visibility.SEARCHABLE);
                Query asked = Query.of(space, rows[0], 1);
                assertThat(coded.search(asked)).isEqualTo(full.search(asked));
            }
        }
    }

    private static float[] flat(int d, float value) {
        float[] row = new float[d];
        java.util.Arrays.fill(row, value);
        return row;
    }

    @Test
    void aWalkThroughCodesGivesTrueScoresAndNearlyAllNeighbours() {
        Space space = space(32, Distance.COSINE);
        Engine engine = new Engine.Graph(16, 100, 1_000, Engine.Codes.INT8);
        try (Generation generation = create("a", space, engine)) {
            generation.load(items(6_000, 32), 6_000, Progress.SILENT);
            int right = 0;
            for (int q = 0; q < 100; q++) {
                Query asked = Query.of(space, vector(Keyed.of(7, q), 32), 10);
                List<Neighbor> expected = generation.search(asked).neighbors();
                Found walked = generation.search(asked.effort(new Effort.Ef(80)));
                assertThat(walked.exact()).isFalse();
                right += (int)
                        walked.neighbors().stream().filter(expected::contains).count();
            }
            assertThat(right).isGreaterThan(950);
            assertThat(generation.recall(100, 1).effortFor(0.95)).isPositive();
        }
        try (Generation again = Generation.open(dir.resolve("a"), "a test", 2)) {
            assertThat(again.engine()).isEqualTo(engine);
        }
    }

    /** A thread that is interrupted while it reads closes the file for all; nobody sees it. */
    @Test
    void anInterruptedSearchAnswersAndHarmsNoOther() throws InterruptedException {
        Space space = space(48, Distance.L2);
        try (Generation generation = create("a", space, CODED)) {
            generation.load(items(3_000, 48), 3_000, Progress.SILENT);
            Query asked = Query.of(space, vector(Keyed.of(8), 48), 5);
            Found expected = generation.search(asked);
            AtomicReference<Found> answered = new AtomicReference<>();
            AtomicBoolean still = new AtomicBoolean();
            Thread interrupted = Thread.ofPlatform().start(() -> {
                Thread.currentThread().interrupt();
                answered.set(generation.search(asked));
                still.set(Thread.currentThread().isInterrupted());
            });
            interrupted.join();
            assertThat(answered.get()).isEqualTo(expected);
            assertThat(still).isTrue();
            assertThat(generation.search(asked)).isEqualTo(expected);
            assertThat(generation.check()).isEmpty();
        }
    }
}
