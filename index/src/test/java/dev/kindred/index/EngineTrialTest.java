package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a trial of engines measures, held to plain loops. */
class EngineTrialTest {
    private static final int N = 2_000;
    private static final int D = 16;
    private static final int K = 10;
    private static final List<TrialEngine> ENGINES = List.of(
            TrialEngine.ROWS,
            new TrialEngine("exact", "--engine exact", Engine.exact()),
            new TrialEngine("graph", "--engine graph", new Engine.Graph(4, 10, 500)));

    @TempDir
    Path folder;

    private static Embeddings vectors(int count, Distance distance, long seed) {
        float[] values = new float[count * D];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Keyed.of(seed, i).nextGaussian();
        }
        return new Embeddings(Space.external("trial", D, distance), count, values);
    }

    private static EngineTrial.Plan plan(int k) {
        return new EngineTrial.Plan(k, 0.95, Duration.ofSeconds(30), 2, 1, ENGINES);
    }

    @Test
    void recallsAreThoseOfPlainLoops() throws IOException {
        TrialSet set = TrialSet.holdingOut(vectors(N, Distance.L2, 1), N, 7);
        TrialResult result = EngineTrial.run(set, plan(K), folder, Progress.SILENT);

        assertThat(result.rounds()).isBetween(3, 5);
        assertThat(result.themselves()).isZero();
        for (TrialResult.Figures figures : result.engines()) {
            for (TrialResult.Point point : figures.curve()) {
                assertThat(point.recall().recall()).isBetween(0.0, 1.0);
                assertThat(point.medianMicros().low()).isPositive();
                assertThat(point.p95Micros().median())
                        .isGreaterThanOrEqualTo(point.medianMicros().low());
                assertThat(point.perCpuSecond().median()).isPositive();
            }
            assertThat(figures.build().bytes()).isGreaterThanOrEqualTo(set.vectorBytes());
            assertThat(figures.memory().mappedBytes()).isPositive();
        }
        for (int engine = 0; engine < 2; engine++) {
            assertThat(result.engines().get(engine).curve()).hasSize(1).allMatch(TrialResult.Point::exact);
            assertThat(result.engines().get(engine).curve().getFirst().recall().recall())
                    .isEqualTo(1);
        }
        List<TrialResult.Point> graph = result.engines().get(2).curve();
        assertThat(graph.size()).isGreaterThan(2);
        assertThat(graph.getFirst().recall().recall()).isLessThan(0.99);
        assertThat(graph.getLast().exact()).isTrue();
        try (Generation generation = Generation.open(folder.resolve("engine-2"), "a test", 1)) {
            for (TrialResult.Point point : List.of(graph.get(0), graph.get(1))) {
                assertThat(point.recall().recall())
                        .isCloseTo(recall(set, generation, point.recall().ef()), within(1e-12));
            }
        }
    }

    /** By sorting all distances. */
    private static double recall(TrialSet set, Generation generation, int ef) {
        long right = 0;
        for (int i = 0; i < set.queries().count(); i++) {
            float[] query = set.queries().row(i);
            Set<String> nearest = new HashSet<>();
            Arrays.stream(set.rows())
                    .boxed()
                    .sorted(java.util.Comparator.comparingDouble(
                            row -> squared(query, set.all().row(row))))
                    .limit(K)
                    .forEach(row -> nearest.add(row.toString()));
            Found found = generation.search(Query.of(set.space(), query, K).effort(new Effort.Ef(ef)));
            right += found.neighbors().stream()
                    .filter(neighbor -> nearest.contains(neighbor.id()))
                    .count();
        }
        return (double) right / (K * set.queries().count());
    }

    private static double squared(float[] left, float[] right) {
        return IntStream.range(0, left.length)
                .mapToDouble(j -> ((double) left[j] - right[j]) * ((double) left[j] - right[j]))
                .sum();
    }

    @Test
    void whatIsHeldOutIsNotIndexed() throws IOException {
        TrialSet set = TrialSet.holdingOut(vectors(N, Distance.COSINE, 2), N, 7);
        EngineTrial.run(set, plan(K), folder, Progress.SILENT);
        Set<List<Float>> queries = new HashSet<>();
        for (int i = 0; i < set.queries().count(); i++) {
            queries.add(boxed(set.queries().row(i)));
        }
        assertThat(queries).hasSize(N / 10);
        for (int engine = 0; engine < ENGINES.size(); engine++) {
            try (EmbeddedIndex index = TrialEngine.open(folder.resolve("engine-" + engine))) {
                assertThat(index.info().count()).isEqualTo(N - N / 10);
                for (int row = 0; row < N; row++) {
                    boolean asked = queries.contains(boxed(set.all().row(row)));
                    assertThat(index.get(Integer.toString(row)).isPresent()).isEqualTo(!asked);
                }
            }
        }
        assertThat(TrialSet.holdingOut(set.all(), N, 7).rows()).isEqualTo(set.rows());
        assertThat(TrialSet.holdingOut(set.all(), N, 8).rows()).isNotEqualTo(set.rows());
    }

    private static List<Float> boxed(float[] vector) {
        return IntStream.range(0, vector.length).mapToObj(j -> vector[j]).toList();
    }

    /** Of vectors that all stand twice, whichever of two is found is right; queries that are items are counted. */
    @Test
    void oneAsNearAsTheLastCounts() throws IOException {
        Embeddings half = vectors(300, Distance.L2, 3);
        Embeddings twice = half.select(IntStream.range(0, 600).map(i -> i % 300).toArray());
        TrialSet set = TrialSet.asked(twice, 600, half.select(new int[] {0, 1, 2, 3}), 1);
        TrialResult result = EngineTrial.run(set, plan(5), folder, Progress.SILENT);
        assertThat(result.themselves()).isEqualTo(4);
        for (TrialResult.Figures figures : result.engines()) {
            assertThat(figures.curve().getLast().recall().recall()).isEqualTo(1);
        }
    }

    @Test
    void whatCannotBeMeasuredIsRefused() {
        Embeddings few = vectors(40, Distance.COSINE, 4);
        assertThatThrownBy(() -> EngineTrial.run(TrialSet.holdingOut(few, 40, 1), plan(37), folder, Progress.SILENT))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("k is 37, and 36 vectors");
        assertThatThrownBy(() -> TrialSet.holdingOut(vectors(9, Distance.L2, 1), 9, 1))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("too few");
        float[] zeros = few.values().clone();
        Arrays.fill(zeros, 3 * D, 4 * D, 0);
        Embeddings withZero = new Embeddings(few.space(), 40, zeros);
        assertThatThrownBy(() -> EngineTrial.run(
                        TrialSet.asked(withZero, 40, few.select(new int[] {0}), 1), plan(5), folder, Progress.SILENT))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("zero vector");
        assertThatThrownBy(() -> plan(0)).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> new EngineTrial.Plan(5, 1.5, Duration.ofMinutes(1), 1, 1, ENGINES))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> EngineTrial.requireRoom(1_000, 999, folder)).isInstanceOf(Refusal.class);
        EngineTrial.requireRoom(1_000, 1_000, folder);
    }

    @Test
    void moreRowsThanThereIsTimeForAreNotBuilt() {
        // 10,000 rows in 2 s, so 20 s are for n log n = 10 × 10,000 log 10,000.
        int rows = EngineTrial.rowsIn(20, 2, 10_000, 1_000_000);
        assertThat(rows * Math.log(rows)).isCloseTo(10 * 10_000 * Math.log(10_000), within(20.0));
        assertThat(EngineTrial.rowsIn(1e9, 2, 10_000, 50_000)).isEqualTo(50_000);
        assertThat(EngineTrial.rowsIn(0.1, 2, 10_000, 50_000)).isEqualTo(10_000);
        TrialSet all = TrialSet.asked(vectors(50, Distance.L2, 5), 50, vectors(1, Distance.L2, 6), 1);
        assertThat(all.limited(20, 3).rows()).hasSize(20).isSorted().doesNotHaveDuplicates();
        assertThat(all.limited(50, 3)).isSameAs(all);
    }

    /** However little time there is, a recall that can be reached is: else what is chosen would be chosen wrongly. */
    @Test
    void theWantedRecallIsReachedThoughTheTimeIsOver() throws IOException {
        TrialSet set = TrialSet.holdingOut(vectors(N, Distance.L2, 1), N, 7);
        EngineTrial.Plan hasty = new EngineTrial.Plan(K, 0.9, Duration.ofMillis(1), 2, 1, ENGINES);
        TrialResult result = EngineTrial.run(set, hasty, folder, Progress.SILENT);
        assertThat(result.choice().reaching()).hasSize(3);
        assertThat(result.rounds()).isEqualTo(3);
        assertThat(result.timedQueries()).isEqualTo(30);
    }

    @Test
    void effortsKeepMoreThanAreAskedFor() {
        assertThat(TrialSearches.efforts(10)).startsWith(11, 14, 20).isSorted();
        assertThat(TrialSearches.efforts(100)).startsWith(101, 112, 160).isSorted();
        assertThat(TrialSearches.efforts(5_000)).containsExactly(5_001, 10_002, 20_004);
    }
}
