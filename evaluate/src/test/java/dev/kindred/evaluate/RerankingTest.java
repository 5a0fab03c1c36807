package dev.kindred.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.Exclusion;
import dev.kindred.core.metric.Rankings;
import dev.kindred.core.metric.Retrieval;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.ComparatorParts;
import dev.kindred.encode.Comparators;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.encode.PairFeatures;
import dev.kindred.encode.PairProbes;
import dev.kindred.encode.Parameter;
import dev.kindred.encode.Weights;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Samples whose first value decides, which cosines hardly see; a comparator that looks at nothing else. */
class RerankingTest {
    private static final int N = 250;
    private static final int D = 5;
    private static final Space SPACE = Space.external("drawn", D, Distance.COSINE);

    private static Embeddings drawn() {
        float[] values = new float[N * D];
        for (int i = 0; i < N; i++) {
            for (int k = 0; k < D; k++) {
                values[i * D + k] = k == 0
                        ? (i % 2 == 0 ? 0.5f : -0.5f)
                        : (float) Keyed.of(3, i, k).nextGaussian();
            }
        }
        return new Embeddings(SPACE, N, values);
    }

    /** Its line looks at {@code u₀ v₀} alone. */
    private static LearnedDistance comparator() {
        PairFeatures features = new PairFeatures(D, Distance.COSINE, 1);
        Architecture network = Comparators.network(features, 2);
        Weights start = Comparators.untaught(network, features, 1, 0, 1);
        Map<String, float[]> values = new HashMap<>();
        for (Parameter parameter : network.parameters()) {
            float[] array = start.copy(parameter.name());
            if (parameter.name().equals("0.shortcut.0.weight")) {
                Arrays.fill(array, 0);
                array[D] = 2;
            }
            values.put(parameter.name(), array);
        }
        return ComparatorParts.of(features, network, Weights.of(network, values), new PairProbes(new float[0]))
                .open(SPACE, 1);
    }

    @Test
    void theFirstHundredStandInItsOrderAndTheRestWhereTheyStood() {
        Embeddings all = drawn();
        try (Workers workers = Workers.of(2);
                LearnedDistance comparator = comparator()) {
            Embeddings queries = all.select(new int[] {0, 1, 2});
            Rankings found = Rankings.nearest(queries, all, N, workers);
            Rankings reranked = Reranking.of(found, queries, all, comparator);
            for (int q = 0; q < 3; q++) {
                int[] before = found.documents()[q];
                int[] after = reranked.documents()[q];
                assertThat(Arrays.copyOfRange(after, Reranking.DEPTH, N))
                        .containsExactly(Arrays.copyOfRange(before, Reranking.DEPTH, N));
                assertThat(Arrays.copyOf(after, Reranking.DEPTH))
                        .containsExactlyInAnyOrder(Arrays.copyOf(before, Reranking.DEPTH));
                double[] scores = reranked.scores()[q];
                for (int place = 1; place < N; place++) {
                    assertThat(scores[place]).isLessThanOrEqualTo(scores[place - 1]);
                }
                // All of the query's kind among the hundred come before all others.
                int kind = q % 2;
                long own = Arrays.stream(after)
                        .limit(Reranking.DEPTH)
                        .filter(d -> d % 2 == kind)
                        .count();
                assertThat(Arrays.stream(after).limit(own)).allMatch(d -> d % 2 == kind);
            }
        }
    }

    @Test
    void everySampleAsAQueryIsJudgedByTheSameOrder() {
        Embeddings all = drawn();
        int[] labels = IntStream.range(0, N).map(i -> i % 2).toArray();
        try (Workers workers = Workers.of(2);
                LearnedDistance comparator = comparator()) {
            Retrieval.Scores scores = Reranking.scores(all, comparator);
            Rankings found = Rankings.nearest(all, all, N, workers);
            float[] row = new float[N];
            for (int query = 0; query < N; query += 11) {
                int self = query;
                scores.of(query, row);
                int[] others = Arrays.stream(found.documents()[query])
                        .filter(d -> d != self)
                        .toArray();
                Rankings one = Reranking.of(
                        new Rankings(new int[][] {others}, new double[][] {new double[others.length]}),
                        all.select(new int[] {query}),
                        all,
                        comparator);
                int[] expected = one.documents()[0];
                for (int place = 1; place < expected.length; place++) {
                    assertThat(row[expected[place]]).isLessThanOrEqualTo(row[expected[place - 1]]);
                }
            }
            Retrieval plain = Retrieval.leaveOneOut(all, labels, workers);
            Retrieval reranked = Retrieval.measure(scores, labels, labels, Exclusion.SELF, 0, workers);
            assertThat(plain.recall(1)).isLessThan(1);
            assertThat(reranked.recall(1)).isEqualTo(1);
        }
    }

    @Test
    void verificationByItIsMeasuredOnTheSamePairsWithTheEmbeddingsBeside() {
        Embeddings all = drawn();
        Samples samples = Samples.of(
                IntStream.range(0, N).mapToObj(String::valueOf).toList(),
                List.of("even", "odd"),
                IntStream.range(0, N).map(i -> i % 2).toArray());
        try (Workers workers = Workers.of(2);
                LearnedDistance comparator = comparator()) {
            VerificationTask.Result result =
                    VerificationTask.run(samples, Views.of(all), comparator, null, "label", 0, workers);
            assertThat(result.encoder().auroc().value()).isEqualTo(1);
            assertThat(result.encoder().counts().samePairs()
                            + result.encoder().counts().differentPairs())
                    .isEqualTo(N * (N - 1) / 2);
            assertThat(result.baselines().keySet()).containsExactly("embedding");
            assertThat(result.json()
                            .getAsJsonObject("baselines")
                            .getAsJsonObject("embedding")
                            .get("auroc")
                            .getAsDouble())
                    .isLessThan(0.75);
        }
    }
}
