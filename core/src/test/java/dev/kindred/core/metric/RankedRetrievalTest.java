package dev.kindred.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RankedRetrievalTest {
    private static final Workers WORKERS = Workers.of(2);

    /**
     * Järvelin, Kekäläinen's example as Wikipedia tells it: grades 3, 2, 3, 0, 1, 2 in that order, with 3 and 2 more to be found. DCG@6
     * 6.861, ideal 8.740 of 3, 3, 3, 2, 2, 2, nDCG 0.785.
     */
    @Test
    void ndcgGivesThePublishedExample() {
        double[] grades = {3, 2, 3, 0, 1, 2, 0, 0, 0, 0, 3, 2};
        int[] documents = java.util.stream.IntStream.range(0, 12).toArray();
        Relevance relevance = Relevance.of(1, 12, new int[12], documents, grades);
        Rankings six = new Rankings(new int[][] {{0, 1, 2, 3, 4, 5}}, new double[][] {{6, 5, 4, 3, 2, 1}});
        RankedRetrieval measured = RankedRetrieval.measure(six, relevance, 1);
        // At ten the ideal goes on with the 1 at rank seven.
        double ideal = 8.740 + 1 / (Math.log(8) / Math.log(2));
        assertThat(measured.value(RankFigure.NDCG_10)).isCloseTo(6.861 / ideal, within(1e-4));
    }

    /** Relevant at ranks 1, 3, 6 of six that are relevant: AP (1/1 + 2/3 + 3/6) / 6. */
    @Test
    void averagePrecisionByHand() {
        Relevance relevance =
                Relevance.of(1, 20, new int[6], new int[] {0, 2, 5, 17, 18, 19}, new double[] {1, 1, 1, 1, 1, 1});
        Rankings ten = new Rankings(
                new int[][] {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}, new double[][] {{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}});
        RankedRetrieval measured = RankedRetrieval.measure(ten, relevance, 1);
        assertThat(measured.value(RankFigure.AVERAGE_PRECISION)).isCloseTo((1 + 2 / 3.0 + 3 / 6.0) / 6, within(1e-12));
        assertThat(measured.value(RankFigure.RECALL_5)).isCloseTo(2 / 6.0, within(1e-12));
        assertThat(measured.value(RankFigure.RECALL_100)).isCloseTo(3 / 6.0, within(1e-12));
        assertThat(measured.value(RankFigure.SUCCESS_1)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void agreesWithSortingByDoubleArithmetic(long seed) {
        Keyed random = Keyed.of(seed, 7);
        int n = 12;
        int m = 30 + random.nextInt(120);
        Distance distance = Distance.values()[(int) (seed % 3)];
        Embeddings queries = drawn(random, n, 6, distance);
        Embeddings documents = drawn(random, m, 6, distance);
        Map<Integer, Map<Integer, Double>> qrels = new HashMap<>();
        List<double[]> rows = new ArrayList<>();
        for (int q = 1; q < n; q++) {
            for (int i = 0; i < 1 + q; i++) {
                int document = random.nextInt(m);
                double grade = random.nextInt(5) - 1;
                qrels.computeIfAbsent(q, k -> new HashMap<>()).put(document, grade);
                rows.add(new double[] {q, document, grade});
            }
        }
        Relevance relevance = Relevance.of(
                n,
                m,
                rows.stream().mapToInt(r -> (int) r[0]).toArray(),
                rows.stream().mapToInt(r -> (int) r[1]).toArray(),
                rows.stream().mapToDouble(r -> r[2]).toArray());
        int depth = seed % 2 == 0 ? 1000 : 13;
        RankedRetrieval measured =
                RankedRetrieval.measure(Rankings.nearest(queries, documents, depth, WORKERS), relevance, 1);
        assertThat(measured.wasAsked(0)).isFalse();
        for (int q = 0; q < n; q++) {
            Map<Integer, Double> grades = qrels.getOrDefault(q, Map.of());
            List<Double> relevant = new ArrayList<>(
                    grades.values().stream().filter(g -> g > 0).sorted().toList());
            assertThat(measured.wasAsked(q)).isEqualTo(!relevant.isEmpty());
            if (relevant.isEmpty()) {
                continue;
            }
            int query = q;
            List<Integer> order = new ArrayList<>();
            for (int j = 0; j < m; j++) {
                order.add(j);
            }
            order.sort(
                    (a, b) -> Double.compare(score(queries, query, documents, b), score(queries, query, documents, a)));
            double dcg = 0;
            double ideal = 0;
            double precisions = 0;
            int hits = 0;
            int first = 0;
            for (int rank = 1; rank <= Math.min(depth, m); rank++) {
                double grade = Math.max(0, grades.getOrDefault(order.get(rank - 1), 0.0));
                dcg += rank <= 10 ? grade / (Math.log(rank + 1) / Math.log(2)) : 0;
                if (grade > 0) {
                    hits++;
                    precisions += (double) hits / rank;
                    first = first == 0 ? rank : first;
                }
            }
            for (int rank = 1; rank <= Math.min(10, relevant.size()); rank++) {
                ideal += relevant.get(relevant.size() - rank) / (Math.log(rank + 1) / Math.log(2));
            }
            assertThat(measured.value(RankFigure.NDCG_10, q)).isCloseTo(dcg / ideal, within(1e-12));
            assertThat(measured.value(RankFigure.AVERAGE_PRECISION, q))
                    .isCloseTo(precisions / relevant.size(), within(1e-12));
            assertThat(measured.value(RankFigure.RECIPROCAL_RANK, q))
                    .isCloseTo(first == 0 ? 0 : 1.0 / first, within(1e-12));
            assertThat(measured.firstHit(q)).isEqualTo(first);
        }
        assertThat(measured.measure(RankFigure.NDCG_10).interval().contains(measured.value(RankFigure.NDCG_10)))
                .isTrue();
    }

    private static double score(Embeddings queries, int query, Embeddings documents, int document) {
        return queries.space().distance().score(queries.row(query), documents.row(document));
    }

    private static Embeddings drawn(Keyed random, int n, int d, Distance distance) {
        float[] values = new float[n * d];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new Embeddings(Space.external("drawn", d, distance), n, values);
    }

    @Test
    void theDeepestRankingsAreTheBestOfManyInOrder() {
        Keyed random = Keyed.of(5);
        int m = 9_000;
        float[] values = new float[m];
        for (int i = 0; i < m; i++) {
            values[i] = random.nextInt(500) - 250;
        }
        Rankings found = Rankings.nearest(
                Drawn.onePerRow(Distance.DOT, 1f, -1f), Drawn.onePerRow(Distance.DOT, values), 100, WORKERS);
        for (int q = 0; q < 2; q++) {
            int sign = q == 0 ? 1 : -1;
            int[] expected = java.util.stream.IntStream.range(0, m)
                    .boxed()
                    .sorted((a, b) -> values[a] != values[b]
                            ? Double.compare(sign * values[b], sign * values[a])
                            : Integer.compare(a, b))
                    .mapToInt(Integer::intValue)
                    .limit(100)
                    .toArray();
            assertThat(found.documents()[q]).isEqualTo(expected);
            assertThat(found.scores()[q][99]).isEqualTo(sign * values[expected[99]]);
        }
    }

    @Test
    void makingAllAlikeFindsTheLeastRelevantFirst() {
        float[] ones = new float[30];
        Arrays.fill(ones, 1f);
        Relevance relevance = Relevance.of(1, 30, new int[] {0, 0}, new int[] {0, 1}, new double[] {1, 2});
        Rankings all = Rankings.nearest(
                Drawn.onePerRow(Distance.COSINE, 1f), Drawn.onePerRow(Distance.COSINE, ones), 1000, WORKERS);
        RankedRetrieval measured = RankedRetrieval.measure(all, relevance, 1);
        assertThat(measured.value(RankFigure.NDCG_10)).isEqualTo(0);
        assertThat(measured.firstHit(0)).isEqualTo(29);
    }

    /** By hand: similarities 0.9, 0.5, 0.1 become 1, 0.5, 0; words 8 and 2 become 1 and 0.25; each counts half. */
    @Test
    void fusionAddsStretchedScores() {
        Rankings similar = new Rankings(new int[][] {{4, 2, 7}}, new double[][] {{0.9, 0.5, 0.1}});
        Rankings words = new Rankings(new int[][] {{2, 9}}, new double[][] {{8, 2}});
        Rankings fused = Rankings.fused(similar, words, 3);
        assertThat(fused.documents()[0]).containsExactly(2, 4, 9);
        assertThat(fused.scores()[0][0]).isCloseTo(0.5 * 0.5 + 0.5, within(1e-15));
        assertThat(fused.scores()[0][1]).isCloseTo(0.5, within(1e-15));
        assertThat(fused.scores()[0][2]).isCloseTo(0.5 * 0.25, within(1e-15));
    }

    @Test
    void fusionOfNothingOrOfScoresThatAreAllAlike() {
        Rankings alike = new Rankings(new int[][] {{3, 5}, {}}, new double[][] {{0.7, 0.7}, {}});
        Rankings words = new Rankings(new int[][] {{5}, {}}, new double[][] {{2}, {}});
        Rankings fused = Rankings.fused(alike, words, 10);
        assertThat(fused.documents()[0]).containsExactly(5, 3);
        assertThat(fused.scores()[0]).containsExactly(1, 0.5);
        assertThat(fused.documents()[1]).isEmpty();
    }

    @Test
    void ofAPairJudgedTwiceTheLastCounts() {
        Relevance relevance = Relevance.of(2, 3, new int[] {1, 0, 1}, new int[] {2, 1, 2}, new double[] {1, 1, 3});
        assertThat(relevance.grade(1, 2)).isEqualTo(3);
        assertThat(relevance.grade(0, 2)).isEqualTo(0);
        assertThat(relevance.relevant(0)).containsExactly(1);
    }

    @Test
    void nothingRelevantIsRefused() {
        Relevance none = Relevance.of(1, 2, new int[] {0}, new int[] {1}, new double[] {0});
        Rankings one = new Rankings(new int[][] {{0}}, new double[][] {{1}});
        assertThatThrownBy(() -> RankedRetrieval.measure(one, none, 1)).isInstanceOf(Refusal.class);
    }
}
