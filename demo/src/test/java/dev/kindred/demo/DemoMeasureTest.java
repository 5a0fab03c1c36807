package dev.kindred.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoMeasureTest {
    private static final IconSplit SPLIT = IconSplit.of(Drawn.ICONS, Drawn.HANDS, 1);
    private static final DemoMeasure MEASURE = new DemoMeasure(SPLIT, 1);

    /** As many numbers as values a name, by seed of the name: the perfect embedding. */
    private static Embeddings byName(int d, double noise) {
        List<Icon> icons = Drawn.ICONS;
        float[] values = new float[icons.size() * d];
        for (int i = 0; i < icons.size(); i++) {
            Keyed name = Keyed.of(icons.get(i).name().hashCode());
            Keyed own = Keyed.of(77, i);
            for (int k = 0; k < d; k++) {
                values[i * d + k] = (float) (name.nextGaussian() + noise * own.nextGaussian());
            }
        }
        return vectors(values, d);
    }

    private static Embeddings vectors(float[] values, int d) {
        return new Embeddings(Space.external("made", d, Distance.COSINE), values.length / d, values);
    }

    @Test
    void theAllKnowingFindAll() {
        try (Workers workers = Workers.of(2)) {
            DemoMeasure.Figures figures = MEASURE.measure(workers, byName(32, 0));
            assertThat(figures.unseenNames().at1()).isEqualTo(1);
            assertThat(figures.twentyWay()).isEqualTo(1);
            assertThat(figures.unseenFamily().at10()).isEqualTo(1);
            assertThat(figures.unseenNames().queries()).isBetween(100, SPLIT.ofUnseenNames().length);
        }
    }

    @Test
    void theBlindFindWhatChanceGives() {
        try (Workers workers = Workers.of(2)) {
            Embeddings noise = byName(24, 1000);
            DemoMeasure.Figures figures = MEASURE.measure(workers, noise);
            assertThat(figures.twentyWay()).isCloseTo(0.05, offset(4 * Math.sqrt(0.05 * 0.95 / figures.trials())));
            assertThat(figures.unseenNames().at10()).isLessThan(0.1);
        }
    }

    @Test
    void theCollapsedFindNothing() {
        try (Workers workers = Workers.of(2)) {
            for (float value : new float[] {0, 1}) {
                float[] same = new float[Drawn.ICONS.size() * 16];
                Arrays.fill(same, value);
                DemoMeasure.Figures figures = MEASURE.measure(workers, vectors(same, 16));
                assertThat(figures.unseenNames().at10()).isZero();
                assertThat(figures.twentyWay()).isZero();
                assertThat(figures.unseenFamily().at10()).isZero();
            }
        }
    }

    @Test
    void theBrokenAreRefused() {
        float[] values = new float[Drawn.ICONS.size() * 16];
        values[5 * 16] = Float.NaN;
        try (Workers workers = Workers.of(1)) {
            assertThatThrownBy(() -> MEASURE.measure(workers, vectors(values, 16)))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("embedding 5");
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1.5, 3})
    void equalsARankingByHand(double noise) {
        int d = 19;
        Embeddings values = byName(d, noise);
        try (Workers workers = Workers.of(3)) {
            DemoMeasure.Figures figures = MEASURE.measure(workers, values);
            check(figures.unseenNames(), SPLIT.ofUnseenNames(), values.values(), d);
            check(figures.unseenFamily(), SPLIT.ofUnseenFamily(), values.values(), d);
        }
    }

    private static void check(DemoMeasure.Recall recall, int[] rows, float[] values, int d) {
        List<Icon> icons = Drawn.ICONS;
        int queries = 0;
        int[] hits = new int[11];
        for (int q : rows) {
            int[] gallery = IntStream.range(0, icons.size())
                    .filter(j -> icons.get(j).family() != icons.get(q).family() && !Drawn.HANDS.twins(q, j))
                    .boxed()
                    .sorted((a, b) -> Double.compare(cosine(values, d, q, b), cosine(values, d, q, a)))
                    .mapToInt(Integer::intValue)
                    .toArray();
            int rank = 0;
            while (rank < gallery.length
                    && !icons.get(gallery[rank]).name().equals(icons.get(q).name())) {
                rank++;
            }
            if (rank < gallery.length) {
                queries++;
                for (int k = rank + 1; k <= 10; k++) {
                    hits[k]++;
                }
            }
        }
        assertThat(recall.queries()).isEqualTo(queries);
        // Float sums may turn a near tie.
        assertThat(recall.at1()).isCloseTo((double) hits[1] / queries, offset(0.002));
        assertThat(recall.at5()).isCloseTo((double) hits[5] / queries, offset(0.002));
        assertThat(recall.at10()).isCloseTo((double) hits[10] / queries, offset(0.002));
    }

    private static double cosine(float[] values, int d, int i, int j) {
        double ij = 0;
        double ii = 0;
        double jj = 0;
        for (int k = 0; k < d; k++) {
            ij += values[i * d + k] * (double) values[j * d + k];
            ii += values[i * d + k] * (double) values[i * d + k];
            jj += values[j * d + k] * (double) values[j * d + k];
        }
        return ij / Math.sqrt(ii * jj);
    }
}
