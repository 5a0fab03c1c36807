package dev.kindred.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetrievalTest {
    private static final Workers WORKERS = Workers.of(2);

    /** Musgrave et al. 2020, figure 3: R = 10, ten relevant first is 1; one hit at rank 1 alone is 0.1; ranks 1 and 10: (1 + 2/10)/10. */
    @Test
    void mapAtRGivesThePublishedExamples() {
        assertThat(ofHits(10, List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)).mapAtR()).isCloseTo(1, within(1e-12));
        assertThat(ofHits(10, List.of(1)).mapAtR()).isCloseTo(0.1, within(1e-12));
        assertThat(ofHits(10, List.of(1, 10)).mapAtR()).isCloseTo(0.12, within(1e-12));
        assertThat(ofHits(10, List.of(1, 2)).mapAtR()).isCloseTo(0.2, within(1e-12));
        assertThat(ofHits(10, List.of(1, 2)).rPrecision()).isCloseTo(0.2, within(1e-12));
        assertThat(ofHits(10, List.of(1, 2)).precision(5)).isCloseTo(0.4, within(1e-12));
    }

    /** One query whose relevant items stand at the given ranks, the rest of the R after rank 10. */
    private static Retrieval ofHits(int r, List<Integer> ranks) {
        float[] scores = new float[40];
        int[] labels = new int[40];
        int left = r - ranks.size();
        for (int i = 0; i < 40; i++) {
            scores[i] = 40 - i;
            boolean late = i >= 10 && left-- > 0;
            labels[i] = ranks.contains(i + 1) || late ? 0 : 1;
        }
        return Retrieval.measure(
                Drawn.onePerRow(Distance.DOT, 1f),
                new int[] {0},
                Drawn.onePerRow(Distance.DOT, scores),
                labels,
                Exclusion.NONE,
                0,
                WORKERS);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void agreesWithSortingByDoubleArithmetic(long seed) {
        Keyed random = Keyed.of(seed);
        Distance distance = Distance.values()[(int) (seed % 3)];
        Drawn drawn = Drawn.of(seed, 60 + random.nextInt(150), 12, 5 + random.nextInt(30), 1.2, distance);
        int n = drawn.labels().length;
        int[] groups = new int[n];
        for (int i = 0; i < n; i++) {
            groups[i] = random.nextInt(4);
        }
        Exclusion exclusion = seed % 2 == 0 ? Exclusion.SELF : Exclusion.sameGroup(groups, groups);
        Retrieval fast = Retrieval.measure(
                drawn.embeddings(), drawn.labels(), drawn.embeddings(), drawn.labels(), exclusion, 0, WORKERS);
        double[] recall = new double[3];
        double precision5 = 0;
        double map = 0;
        int asked = 0;
        for (int q = 0; q < n; q++) {
            List<Integer> order = order(drawn, q, exclusion);
            int query = q;
            long r = order.stream()
                    .filter(j -> drawn.labels()[j] == drawn.labels()[query])
                    .count();
            if (r == 0) {
                assertThat(fast.wasAsked(q)).isFalse();
                continue;
            }
            asked++;
            int hits = 0;
            double sum = 0;
            int first = 0;
            for (int rank = 1; rank <= order.size(); rank++) {
                if (drawn.labels()[order.get(rank - 1)] == drawn.labels()[q]) {
                    hits++;
                    first = first == 0 ? rank : first;
                    sum += rank <= r ? (double) hits / rank : 0;
                    precision5 += rank <= 5 ? 0.2 : 0;
                }
            }
            map += sum / r;
            recall[0] += first <= 1 ? 1 : 0;
            recall[1] += first <= 5 ? 1 : 0;
            recall[2] += first <= 10 ? 1 : 0;
            assertThat(fast.firstHit(q)).isEqualTo(first);
            assertThat(fast.nearest(q)).isEqualTo(order.getFirst());
        }
        assertThat(fast.asked()).isEqualTo(asked);
        assertThat(fast.recall(1)).isCloseTo(recall[0] / asked, within(1e-12));
        assertThat(fast.recall(5)).isCloseTo(recall[1] / asked, within(1e-12));
        assertThat(fast.recall(10)).isCloseTo(recall[2] / asked, within(1e-12));
        assertThat(fast.precision(5)).isCloseTo(precision5 / asked, within(1e-12));
        assertThat(fast.mapAtR()).isCloseTo(map / asked, within(1e-12));
        assertThat(fast.recallMeasure(1).interval().contains(fast.recall(1))).isTrue();
    }

    @Test
    void scoresFromElsewhereAreJudgedAlike() {
        Drawn drawn = Drawn.of(9, 90, 11, 8, 1.2, Distance.COSINE);
        Retrieval own = Retrieval.leaveOneOut(drawn.embeddings(), drawn.labels(), WORKERS);
        Retrieval given = Retrieval.measure(
                (query, scores) -> {
                    for (int j = 0; j < scores.length; j++) {
                        scores[j] = (float) drawn.embeddings().score(query, j);
                    }
                },
                drawn.labels(),
                drawn.labels(),
                Exclusion.SELF,
                0,
                WORKERS);
        assertThat(given.asked()).isEqualTo(own.asked());
        assertThat(given.recall(1)).isEqualTo(own.recall(1));
        assertThat(given.mapAtR()).isCloseTo(own.mapAtR(), within(1e-12));
    }

    private static List<Integer> order(Drawn drawn, int query, Exclusion exclusion) {
        List<Integer> order = new ArrayList<>();
        for (int j = 0; j < drawn.labels().length; j++) {
            if (!exclusion.excludes(query, j)) {
                order.add(j);
            }
        }
        order.sort((a, b) -> Double.compare(
                drawn.embeddings().score(query, b), drawn.embeddings().score(query, a)));
        return order;
    }

    @Test
    void makingAllAlikeScoresNothing() {
        float[] ones = new float[30];
        java.util.Arrays.fill(ones, 1f);
        int[] labels = new int[30];
        for (int i = 0; i < 30; i++) {
            labels[i] = i % 3;
        }
        Embeddings collapsed = Drawn.onePerRow(Distance.COSINE, ones);
        assertThat(Retrieval.leaveOneOut(collapsed, labels, WORKERS).recall(10)).isEqualTo(0);
    }

    @Test
    void whereNothingCanBeFoundTheQuestionIsRefused() {
        Embeddings three = Drawn.onePerRow(Distance.COSINE, 1f, 2f, 3f);
        assertThatThrownBy(() -> Retrieval.leaveOneOut(three, new int[] {0, 1, 2}, WORKERS))
                .isInstanceOf(Refusal.class);
    }
}
