package dev.kindred.core.near;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Distance;
import dev.kindred.core.Keyed;
import dev.kindred.core.Progress;
import dev.kindred.core.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearPairsTest {
    private static final Workers WORKERS = Workers.of(3);

    @AfterAll
    static void close() {
        WORKERS.close();
    }

    /** Rows around {@code n / 3} places, all shifted to one side, as embeddings often are; some are equal. */
    private static float[] rows(long seed, int n, int d, double spread, double shift) {
        float[] values = new float[n * d];
        for (int row = 0; row < n; row++) {
            Keyed place = Keyed.of(seed, row / 3);
            Keyed own = Keyed.of(seed, 77, row % 50 == 1 ? row - 1 : row);
            for (int k = 0; k < d; k++) {
                values[row * d + k] = (float) (shift + place.nextGaussian() + spread * own.nextGaussian());
            }
        }
        return values;
    }

    private static Set<List<Integer>> everyPair(float[] values, int n, int d, Distance distance, double least) {
        Set<List<Integer>> pairs = new HashSet<>();
        for (int a = 0; a < n; a++) {
            for (int b = a + 1; b < n; b++) {
                if (distance.score(values, a * d, values, b * d, d) >= least
                        || Arrays.equals(values, a * d, a * d + d, values, b * d, b * d + d)) {
                    pairs.add(List.of(a, b));
                }
            }
        }
        return pairs;
    }

    private static Set<List<Integer>> pairs(NearPairs found) {
        List<List<Integer>> pairs = new ArrayList<>();
        found.best(Long.MAX_VALUE, (left, right, score) -> pairs.add(List.of(left, right)));
        assertThat(pairs).doesNotHaveDuplicates().hasSize((int) found.count());
        return new HashSet<>(pairs);
    }

    private static NearPairs find(float[] values, int n, int d, Distance distance, double least, boolean signatures) {
        return NearPairs.find(values.clone(), n, d, distance, least, 0.01, signatures, WORKERS, Progress.SILENT);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 32, COSINE, 0.98, 0.14, 0",
        "2, 32, COSINE, 0.95, 0.25, 0",
        "3, 32, COSINE, 0.98, 0.3, 2",
        "4, 3, COSINE, 0.9999, 0.005, 0",
        "5, 32, L2, -1.1, 0.14, 0",
        "6, 32, L2, -1.1, 0.14, 9"
    })
    void whatIsFoundIsWhatAnExactComparisonFinds(
            long seed, int d, Distance distance, double least, double spread, double shift) {
        int n = 3000;
        float[] values = rows(seed, n, d, spread, shift);
        Set<List<Integer>> expected = everyPair(values, n, d, distance, least);
        assertThat(expected).hasSizeGreaterThan(800);
        NearPairs all = find(values, n, d, distance, least, false);
        NearPairs signed = find(values, n, d, distance, least, true);
        assertThat(signed.banding()).isNotNull();
        Set<List<Integer>> found = pairs(signed);
        assertThat(expected).containsAll(found);
        // One in a hundred, and four standard deviations: pairs here lie close to the threshold.
        assertThat((double) (expected.size() - found.size()))
                .isLessThan(0.01 * expected.size() + 4 * Math.sqrt(0.01 * expected.size()));
        if (all.banding() == null) {
            assertThat(pairs(all)).isEqualTo(expected);
        }
    }

    /** The hardest case: a thousand pairs just at the threshold, one in a hundred of which may be missed. */
    @Test
    void atTheThresholdAsManyAreMissedAsStated() {
        int d = 24;
        int n = 16_000;
        float[] values = new float[n * d];
        double cosine = 0.98;
        for (int pair = 0; pair < n / 2; pair++) {
            Keyed random = Keyed.of(5, pair);
            double[] a = new double[d];
            double[] b = new double[d];
            Arrays.setAll(a, k -> random.nextGaussian());
            Arrays.setAll(b, k -> random.nextGaussian());
            double aa = Arrays.stream(a).map(x -> x * x).sum();
            double ab = 0;
            for (int k = 0; k < d; k++) {
                ab += a[k] * b[k];
            }
            double along = ab / aa;
            Arrays.setAll(b, k -> b[k] - along * a[k]);
            double bb = Arrays.stream(b).map(x -> x * x).sum();
            for (int k = 0; k < d; k++) {
                values[2 * pair * d + k] = (float) a[k];
                values[(2 * pair + 1) * d + k] =
                        (float) (cosine * a[k] + Math.sqrt((1 - cosine * cosine) * aa / bb) * b[k]);
            }
        }
        NearPairs found =
                NearPairs.find(values, n, d, Distance.COSINE, cosine - 1e-6, 0.05, true, WORKERS, Progress.SILENT);
        assertThat(found.passedOver()).isZero();
        Set<List<Integer>> pairs = pairs(found);
        int met = 0;
        for (int pair = 0; pair < n / 2; pair++) {
            met += pairs.contains(List.of(2 * pair, 2 * pair + 1)) ? 1 : 0;
        }
        // 5% of 8,000 and three standard deviations; not far fewer either, or there are more bands than needed.
        assertThat(n / 2 - met).isBetween(100, 400 + 60);
    }

    @Test
    void bandsAreAsManyAsNeeded() {
        for (double missed : new double[] {0.2, 0.01, 1e-6}) {
            for (int rows : new int[] {1, 8, 32}) {
                Banding banding = Banding.missing(missed, 0.93, rows);
                assertThat(1 - banding.missed(0.93)).isGreaterThanOrEqualTo(1 - missed);
                if (banding.bands() > 1) {
                    assertThat(new Banding(banding.bands() - 1, rows).missed(0.93))
                            .isGreaterThan(missed);
                }
            }
        }
        assertThat(Banding.missing(0.01, 1, 20)).isEqualTo(new Banding(1, 20));
    }

    /** Keys of bands are the signature's bits one after another, across longs too. */
    @Test
    void bandsAreCutWithoutGap() {
        long[] signatures = {0, 0x0123456789ABCDEFL, 0xFEDCBA9876543210L};
        Banding banding = new Banding(6, 20);
        for (int band = 0; band < 6; band++) {
            int expected = 0;
            for (int bit = 0; bit < 20; bit++) {
                int at = band * 20 + bit;
                expected |= (int) (signatures[1 + at / 64] >>> at % 64 & 1) << bit;
            }
            assertThat(banding.key(signatures, 1, band)).isEqualTo(expected);
        }
        assertThat(new Banding(2, 32).key(signatures, 1, 1)).isEqualTo(0x01234567);
    }

    @Test
    void theSameIsFoundWithAnyNumberOfThreads() {
        float[] values = rows(9, 4000, 16, 0.1, 0);
        List<String> answers = new ArrayList<>();
        for (int threads : new int[] {1, 4}) {
            try (Workers workers = Workers.of(threads)) {
                NearPairs found = NearPairs.find(
                        values.clone(), 4000, 16, Distance.COSINE, 0.97, 0.01, true, workers, Progress.SILENT);
                StringBuilder answer = new StringBuilder();
                found.best(
                        Long.MAX_VALUE,
                        (left, right, score) -> answer.append(left)
                                .append(' ')
                                .append(right)
                                .append(' ')
                                .append(score)
                                .append('\n'));
                found.clusters().forEach(cluster -> answer.append(Arrays.toString(cluster)));
                answers.add(answer.toString());
            }
        }
        assertThat(answers.get(0)).isEqualTo(answers.get(1)).contains("\n");
    }

    /** Equal rows by the hundred thousand cost no more than one; their pairs are counted, and given as far as wanted. */
    @Test
    void equalRowsAreOne() {
        int n = 100_000;
        float[] values = new float[n * 8];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 8 + 1;
        }
        values[8 * 70_000] = -50;
        NearPairs found = find(values, n, 8, Distance.COSINE, 0.98, false);
        assertThat(found.count()).isEqualTo((long) (n - 1) * (n - 2) / 2);
        assertThat(found.clusters()).hasSize(1);
        assertThat(found.clusters().getFirst()).hasSize(n - 1).doesNotContain(70_000);
        List<Integer> rights = new ArrayList<>();
        found.best(3, (left, right, score) -> rights.add(right));
        assertThat(rights).containsExactly(1, 2, 3);
    }

    /** So do rows that all lie in one direction or in one place, none equal to another: each is compared with few, and all are chained. */
    @ParameterizedTest
    @CsvSource({"0", "0.001"})
    void rowsInOnePlaceAreChainedWithFewComparisons(double noise) {
        int n = 100_000;
        int d = 8;
        float[] values = new float[n * d];
        for (int row = 0; row < n; row++) {
            Keyed own = Keyed.of(13, row);
            for (int k = 0; k < d; k++) {
                values[row * d + k] = (float) ((1 + row / 1000.0) * (k + 1 + noise * own.nextGaussian()));
            }
        }
        NearPairs found = find(values, n, d, Distance.COSINE, 0.98, false);
        assertThat(found.banding()).isNotNull();
        assertThat(found.passedOver()).isPositive();
        assertThat(found.clusters()).hasSize(1);
        assertThat(found.clusters().getFirst()).hasSize(n);
        assertThat(found.count()).isLessThan(200L * n);
    }

    @Test
    void fewOrNoRowsAreNoTrouble() {
        assertThat(find(new float[0], 0, 4, Distance.COSINE, 0.9, false).count())
                .isZero();
        assertThat(find(new float[] {1, 2}, 1, 2, Distance.L2, -1, false).clusters())
                .isEmpty();
        NearPairs two = find(new float[] {1, 2, 1, 2.5f, 9, 9}, 3, 2, Distance.L2, -0.5, false);
        assertThat(pairs(two)).containsExactly(List.of(0, 1));
        assertThat(two.clusters()).containsExactly(new int[] {0, 1});
    }
}
