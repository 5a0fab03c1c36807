package dev.kindred.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LabelledPairsTest {
    @Test
    void allPairsOfASmallSetOnce() {
        int[] labels = {0, 1, -1, 0, 1, 0};
        LabelledPairs pairs = LabelledPairs.all(labels, 1);
        assertThat(pairs.size()).isEqualTo(10);
        assertThat(pairs.sameCount()).isEqualTo(4);
        for (int p = 0; p < pairs.size(); p++) {
            assertThat(pairs.left()[p]).isLessThan(pairs.right()[p]);
            assertThat(labels[pairs.left()[p]]).isNotNegative();
            assertThat(pairs.same()[p]).isEqualTo(labels[pairs.left()[p]] == labels[pairs.right()[p]]);
        }
    }

    @Test
    void ofManyAreDrawnAsManyAsThereIsRoomForAndTheSameAgain() {
        int[] labels = IntStream.range(0, 3_000).map(i -> i / 3).toArray();
        LabelledPairs pairs = LabelledPairs.all(labels, 7);
        assertThat((double) pairs.size()).isCloseTo(LabelledPairs.MOST, within(5_000.0));
        // Three of each class: all same pairs have room.
        assertThat(pairs.sameCount()).isEqualTo(3_000);
        assertThat(LabelledPairs.all(labels, 7).left()).isEqualTo(pairs.left());
        assertThat(LabelledPairs.all(labels, 8).left()).isNotEqualTo(pairs.left());
        int[] two = IntStream.range(0, 3_000).map(i -> i % 2).toArray();
        assertThat((double) LabelledPairs.all(two, 7).sameCount()).isCloseTo(LabelledPairs.MOST / 2.0, within(5_000.0));
    }

    @Test
    void measuresAsAllPairsOfEmbeddingsDo() {
        int n = 120;
        float[] values = new float[n * 4];
        int[] labels = IntStream.range(0, n).map(i -> i / 4).toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (Keyed.of(1, i / 4 / 4, i % 4).nextGaussian()
                    + 0.8 * Keyed.of(2, i).nextGaussian());
        }
        Embeddings embeddings = new Embeddings(Space.external("drawn", 4, Distance.COSINE), n, values);
        LabelledPairs pairs = LabelledPairs.all(labels, 1);
        double[] scores = new double[pairs.size()];
        for (int p = 0; p < scores.length; p++) {
            scores[p] = embeddings.score(pairs.left()[p], pairs.right()[p]);
        }
        try (Workers workers = Workers.of(2)) {
            Verification whole = Verification.measure(embeddings, labels, 1, workers);
            Verification given = GivenPairs.of(pairs, scores, labels).verification(n, Verification.TARGETS, 1, workers);
            assertThat(given.auroc().value()).isCloseTo(whole.auroc().value(), within(1e-6));
            assertThat(given.eer().value()).isCloseTo(whole.eer().value(), within(1e-3));
            assertThat(given.classes()).isEqualTo(whole.classes());
            assertThat(given.operating()).hasSameSizeAs(whole.operating());
            assertThat(given.at(0.05).orElseThrow().threshold())
                    .isCloseTo(whole.at(0.05).orElseThrow().threshold(), within(1e-3));
        }
    }
}
