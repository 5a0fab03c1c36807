package dev.kindred.core.near;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Keyed;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HyperplanesTest {

    /** Two unit vectors of this cosine in a plane drawn by the key. */
    private static float[] pair(Keyed random, int d, double cosine) {
        double[] a = new double[d];
        double[] b = new double[d];
        Arrays.setAll(a, k -> random.nextGaussian());
        Arrays.setAll(b, k -> random.nextGaussian());
        double length = Math.sqrt(dot(a, a));
        Arrays.setAll(a, k -> a[k] / length);
        double along = dot(a, b);
        Arrays.setAll(b, k -> b[k] - along * a[k]);
        double across = Math.sqrt(dot(b, b));
        float[] both = new float[2 * d];
        for (int k = 0; k < d; k++) {
            both[k] = (float) a[k];
            both[d + k] = (float) (cosine * a[k] + Math.sqrt(1 - cosine * cosine) * b[k] / across);
        }
        return both;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }

    /** Of 400 pairs of one angle 1 − θ/π of 256 bits agree, within four standard deviations of the binomial. */
    @ParameterizedTest
    @CsvSource({"3, 0.98", "3, -0.4", "128, 0.98", "128, 0.5", "128, 0", "17, 0.9"})
    void bitsAgreeAsOftenAsTheAngleSays(int d, double cosine) {
        int trials = 400;
        long agree = 0;
        for (int t = 0; t < trials; t++) {
            float[] both = pair(Keyed.of(7, t), d, cosine);
            long[] signatures = new long[8];
            Hyperplanes.of(d, 256, t).sign(both, new float[] {1, 1}, 0, 2, signatures);
            agree += 256 - Hyperplanes.differences(signatures, 0, signatures, 4, 4);
        }
        double expected = 1 - Math.acos(cosine) / Math.PI;
        double n = 256.0 * trials;
        assertThat(agree / n).isEqualTo(expected, within(4 * Math.sqrt(expected * (1 - expected) / n)));
        assertThat(Hyperplanes.agreement(cosine)).isEqualTo(expected, within(1e-12));
    }

    /** Against sums in double precision over planes drawn anew by their keys. */
    @ParameterizedTest
    @CsvSource({"1, 0", "5, 0", "64, 0", "130, 0", "32, 1000000"})
    void aBitIsTheSideOfItsPlane(int d, float shift) {
        Keyed random = Keyed.of(3, d);
        float[] rows = new float[9 * d];
        float[] scales = new float[9];
        float[] centre = new float[d];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = 2 * shift + (float) random.nextGaussian();
        }
        Arrays.fill(scales, 0.5f);
        for (int k = 0; k < d; k++) {
            centre[k] = shift + (float) random.nextGaussian();
        }
        Hyperplanes planes = Hyperplanes.through(centre, 100, 11);
        assertThat(planes.words()).isEqualTo(2);
        long[] signatures = new long[18];
        planes.sign(rows, scales, 0, 4, signatures);
        planes.sign(rows, scales, 4, 9, signatures);
        for (int row = 0; row < 9; row++) {
            for (int plane = 0; plane < 128; plane++) {
                Keyed normal = Keyed.of(11, plane);
                double side = 0;
                for (int k = 0; k < d; k++) {
                    side += normal.nextGaussian() * (0.5 * rows[row * d + k] - centre[k]);
                }
                boolean bit = (signatures[row * 2 + plane / 64] >>> plane % 64 & 1) == 1;
                if (Math.abs(side) > 1e-4) {
                    assertThat(bit).as("row %s, plane %s", row, plane).isEqualTo(side > 0);
                }
            }
        }
    }

    /** The same bits wherever this is run: sums are never fused or put in another order. */
    @Test
    void signaturesAreFixed() {
        float[] row = new float[50];
        for (int k = 0; k < row.length; k++) {
            row[k] = (k * 37 % 50 - 25) / 7f;
        }
        long[] signature = new long[1];
        Hyperplanes.of(50, 64, 5).sign(row, new float[] {1}, 0, 1, signature);
        assertThat(Long.toHexString(signature[0])).isEqualTo("52b6559034b36c22");
    }

    /** Against the sum of the binomial's terms from the other end. */
    @ParameterizedTest
    @CsvSource({"256, 0.936, 0.001", "64, 0.8, 0.01", "256, 0.55, 0.0001", "64, 1, 0.01"})
    void moreDifferencesAreAsRareAsStated(int bits, double agreement, double probability) {
        int most = Hyperplanes.mostDifferences(bits, agreement, probability);
        assertThat(tail(bits, 1 - agreement, most)).isLessThanOrEqualTo(probability + 1e-12);
        if (most > 0) {
            assertThat(tail(bits, 1 - agreement, most - 1)).isGreaterThan(probability);
        }
    }

    private static double tail(int bits, double differ, int most) {
        double tail = 0;
        for (int k = bits; k > most; k--) {
            double log = 0;
            for (int i = 1; i <= k; i++) {
                log += Math.log((double) (bits - k + i) / i);
            }
            tail += Math.exp(log + k * Math.log(differ) + (bits - k) * Math.log1p(-differ));
        }
        return tail;
    }
}
