package dev.kindred.core.near;

import dev.kindred.core.Keyed;
import java.util.Arrays;

/**
 * Signatures of vectors by random hyperplanes through a centre (SimHash; Charikar 2002): a bit says on which side of a plane a vector
 * lies. Two vectors at an angle θ, seen from the centre, agree in each bit with probability 1 − θ/π, independently of the other bits.
 *
 * <p>Planes are normal draws keyed by seed, plane and value, and sums are taken over the values less the centre's in their order by single multiplications
 * and additions, so a signature is the same to the last bit on every machine.
 */
public final class Hyperplanes {
    /** Planes go by the word of a signature. */
    private static final int WORD = Long.SIZE;

    private final int dimension;
    private final int words;
    /** {@code planes[(word * dimension + k) * 64 + bit]}. */
    private final float[] planes;

    private final float[] centre;

    private Hyperplanes(int dimension, int words, float[] planes, float[] centre) {
        this.dimension = dimension;
        this.words = words;
        this.planes = planes;
        this.centre = centre;
    }

    /**
     * @param centre where all planes meet: d values
     * @param bits of a signature, at least 1; rounded up to whole longs
     */
    public static Hyperplanes through(float[] centre, int bits, long seed) {
        int d = centre.length;
        int words = Math.ceilDiv(bits, WORD);
        float[] planes = new float[Math.multiplyExact(Math.multiplyExact(words, d), WORD)];
        for (int plane = 0; plane < words * WORD; plane++) {
            Keyed random = Keyed.of(seed, plane);
            for (int k = 0; k < d; k++) {
                float normal = (float) random.nextGaussian();
                planes[(plane / WORD * d + k) * WORD + plane % WORD] = normal;
            }
        }
        return new Hyperplanes(d, words, planes, centre.clone());
    }

    /** Through the origin. */
    public static Hyperplanes of(int dimension, int bits, long seed) {
        return through(new float[dimension], bits, seed);
    }

    /** Longs of one signature. */
    public int words() {
        return words;
    }

    /**
     * Signs rows {@code [from, to)} of a matrix.
     *
     * @param rows row after row of d values
     * @param scales what each row is multiplied by first, e.g. one over its length; by its row
     * @param signatures takes {@link #words()} longs a row, at the row's place
     */
    public void sign(float[] rows, float[] scales, int from, int to, long[] signatures) {
        float[] sums = new float[WORD];
        for (int word = 0; word < words; word++) {
            for (int row = from; row < to; row++) {
                Arrays.fill(sums, 0);
                int plane = word * dimension * WORD;
                for (int k = 0; k < dimension; k++, plane += WORD) {
                    // In double: far from the origin the difference is all that tells rows apart.
                    double value = (double) scales[row] * rows[row * dimension + k] - centre[k];
                    add((float) value, plane, sums);
                }
                long bits = 0;
                for (int bit = 0; bit < WORD; bit++) {
                    bits |= sums[bit] > 0 ? 1L << bit : 0;
                }
                signatures[row * words + word] = bits;
            }
        }
    }

    /** Apart, and of a fixed length, so that the compiler takes many planes at once; never fused, so that the bits stay. */
    private void add(float value, int plane, float[] sums) {
        for (int bit = 0; bit < WORD; bit++) {
            sums[bit] += value * planes[plane + bit];
        }
    }

    /** The probability that two vectors of this cosine agree in a bit: 1 − θ/π. */
    public static double agreement(double cosine) {
        return 1 - StrictMath.acos(Math.clamp(cosine, -1, 1)) / Math.PI;
    }

    /** In how many bits of their first {@code words} longs two signatures differ, which begin at these places. */
    public static int differences(long[] signatures, int a, long[] others, int b, int words) {
        int count = 0;
        for (int word = 0; word < words; word++) {
            count += Long.bitCount(signatures[a + word] ^ others[b + word]);
        }
        return count;
    }

    /**
     * The fewest differences among {@code bits} bits that are exceeded with at most this probability, where each agrees with probability
     * {@code agreement}: a quantile of the binomial distribution.
     */
    public static int mostDifferences(int bits, double agreement, double probability) {
        double differ = 1 - agreement;
        if (differ <= 0) {
            return 0;
        }
        double at = StrictMath.pow(agreement, bits);
        double below = at;
        int most = 0;
        // Where all is lost to rounding (at is 0), everything passes, which misses nothing.
        while (most < bits && 1 - below > probability) {
            at *= (double) (bits - most) / (most + 1) * differ / agreement;
            below += at;
            most++;
        }
        return most;
    }
}
