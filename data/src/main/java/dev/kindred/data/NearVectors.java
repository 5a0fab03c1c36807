package dev.kindred.data;

import dev.kindred.core.near.Banding;
import dev.kindred.core.near.Buckets;
import dev.kindred.core.near.Hyperplanes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Pictures and vectors that are nearly the same: two are no further apart than {@link #NEAR} of their mean length, which for two of one
 * length is a cosine of 0.995. Pictures are compared as thumbnails of 16 × 16 grey levels less their own mean, at one length, so that
 * size, coding, brightness and contrast of a whole picture do not matter; vectors less the mean of all. Candidates are found by
 * {@link Hyperplanes} and each is then compared in double precision, so none is named wrongly; one in a hundred at the threshold is missed,
 * where no more share a bucket than are looked at. Held-out rows of which that is not so, and nothing was named, are counted.
 * A row of values is made when it is needed and dropped; a signature takes some 40 bytes.
 */
final class NearVectors {
    /**
     * Chosen on real sets by how many held-out pictures it names: of fashion-mnist one in a thousand, where a cosine of 0.98 names a
     * fifth; of photographs of the same faces none; of emoji those that are drawn over another's outline.
     */
    static final double NEAR = 0.1;

    private static final double MISSED = 0.01;
    private static final double FILTER_MISSED = 0.001;
    /** Simple pictures share bands by the thousand; this many of them are compared. */
    private static final int MOST_CANDIDATES = 200;

    private static final int BLOCK = 256;
    private static final long SEED = 0x7A4EL;

    private NearVectors() {}

    /** Where the values of a row come from. */
    @FunctionalInterface
    interface Rows {
        /** @return false where it has none to be compared */
        boolean read(int row, float[] into);
    }

    /** @param d values of a row */
    static Duplicates.Found across(Rows rows, int d, int[] train, int[] validation) {
        double agreement = Hyperplanes.agreement(1 - NEAR * NEAR / 2);
        // Strangers of many kinds share a band less than once; those of one kind are told apart by the whole signature.
        int bits = Math.clamp(Integer.SIZE - Integer.numberOfLeadingZeros(train.length) + 4, 8, Integer.SIZE);
        Banding banding = Banding.missing(MISSED - FILTER_MISSED, agreement, bits);
        Hyperplanes planes = Hyperplanes.of(d, (int) banding.total(), SEED);
        int words = planes.words();
        int most = Hyperplanes.mostDifferences(words * Long.SIZE, agreement, FILTER_MISSED);
        Side taught = new Side(rows, d, train, planes, banding);
        Side held = new Side(rows, d, validation, planes, banding);
        Buckets.Candidates candidates = Buckets.across(
                taught.keys,
                held.keys,
                MOST_CANDIDATES,
                (t, h) -> Hyperplanes.differences(taught.signatures, t * words, held.signatures, h * words, words)
                        <= most);
        List<Duplicates.Duplicate> found = new ArrayList<>();
        int unsure = 0;
        float[] one = new float[d];
        float[] other = new float[d];
        for (int h = 0; h < held.rows.length; h++) {
            double best = NEAR;
            int nearest = -1;
            if (candidates.lefts().get(h).length > 0) {
                rows.read(held.rows[h], one);
            }
            for (int t : candidates.lefts().get(h)) {
                rows.read(taught.rows[t], other);
                double apart = apart(one, other);
                if (apart < best || apart == best && nearest < 0) {
                    best = apart;
                    nearest = taught.rows[t];
                }
            }
            if (nearest >= 0) {
                found.add(new Duplicates.Duplicate(held.rows[h], nearest, Duplicates.Likeness.NEARLY));
            } else if (candidates.cut()[h]) {
                unsure++;
            }
        }
        return new Duplicates.Found(found, unsure);
    }

    /** The distance of two rows by the mean of their lengths. */
    static double apart(float[] a, float[] b) {
        double squares = 0;
        double aa = 0;
        double bb = 0;
        for (int k = 0; k < a.length; k++) {
            double difference = (double) a[k] - b[k];
            squares += difference * difference;
            aa += (double) a[k] * a[k];
            bb += (double) b[k] * b[k];
        }
        return 2 * Math.sqrt(squares) / (Math.sqrt(aa) + Math.sqrt(bb));
    }

    /** The rows of one side that have values, signed. */
    private static final class Side {
        private final int[] rows;
        private final long[] signatures;
        private final long[][] keys;

        Side(Rows source, int d, int[] wanted, Hyperplanes planes, Banding banding) {
            int words = planes.words();
            int[] kept = new int[wanted.length];
            long[] signed = new long[Math.multiplyExact(wanted.length, words)];
            float[] values = new float[BLOCK * d];
            float[] row = new float[d];
            float[] scales = new float[BLOCK];
            Arrays.fill(scales, 1);
            long[] block = new long[BLOCK * words];
            int count = 0;
            int waiting = 0;
            for (int i = 0; i < wanted.length; i++) {
                if (source.read(wanted[i], row)) {
                    System.arraycopy(row, 0, values, waiting++ * d, d);
                    kept[count++] = wanted[i];
                }
                if (waiting == BLOCK || i == wanted.length - 1) {
                    planes.sign(values, scales, 0, waiting, block);
                    System.arraycopy(block, 0, signed, (count - waiting) * words, waiting * words);
                    waiting = 0;
                }
            }
            rows = Arrays.copyOf(kept, count);
            signatures = signed;
            keys = new long[count][];
            for (int i = 0; i < count; i++) {
                keys[i] = new long[banding.bands()];
                for (int band = 0; band < banding.bands(); band++) {
                    keys[i][band] = banding.key(signatures, i * words, band);
                }
            }
        }
    }
}
