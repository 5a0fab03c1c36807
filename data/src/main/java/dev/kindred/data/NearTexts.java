package dev.kindred.data;

import dev.kindred.core.Content;
import dev.kindred.core.Keyed;
import dev.kindred.core.near.Banding;
import dev.kindred.core.near.Buckets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Texts that are nearly the same: the Jaccard similarity of their pieces of four characters is at least 0.8. Candidates
 * are found by MinHash (Broder 1997), 16 bands of 4, and each is then compared exactly, so none is named wrongly; one of
 * 0.8 is missed twice in some ten thousand times, where no more share a bucket than are looked at; see {@link NearVectors}.
 */
final class NearTexts {
    private static final double NEAR = 0.8;
    private static final int PIECE = 4;
    /** Misses {@link #NEAR} with a probability of {@link Banding#missed}: 0.0002. */
    private static final Banding BANDING = new Banding(16, 4);
    /** Texts of one mould share bands by the thousand; this many of them are compared. */
    private static final int MOST_CANDIDATES = 200;

    private NearTexts() {}

    static Duplicates.Found across(Dataset data, int[] train, int[] validation) {
        long[] keys = new long[(int) BANDING.total()];
        Keyed random = Keyed.of(0x7E87L);
        Arrays.setAll(keys, i -> random.nextLong());
        long[][] taught = new long[train.length][];
        Arrays.setAll(taught, i -> bands(pieces(data, train[i]), keys));
        long[][] held = new long[validation.length][];
        Arrays.setAll(held, i -> bands(pieces(data, validation[i]), keys));
        Buckets.Candidates candidates = Buckets.across(taught, held, MOST_CANDIDATES, (t, h) -> true);
        List<Duplicates.Duplicate> found = new ArrayList<>();
        int unsure = 0;
        for (int i = 0; i < held.length; i++) {
            long[] pieces = candidates.lefts().get(i).length == 0 ? new long[0] : pieces(data, validation[i]);
            double best = 0;
            int nearest = -1;
            for (int t : candidates.lefts().get(i)) {
                double like = jaccard(pieces, pieces(data, train[t]));
                if (like > best) {
                    best = like;
                    nearest = train[t];
                }
            }
            if (best >= NEAR) {
                found.add(new Duplicates.Duplicate(validation[i], nearest, Duplicates.Likeness.NEARLY));
            } else if (candidates.cut()[i]) {
                unsure++;
            }
        }
        return new Duplicates.Found(found, unsure);
    }

    /**
     * The text in NFKC and lower case, every run of anything but letters and digits a space; as it is where nothing else
     * is in it.
     */
    static String normal(String text) {
        String normal = Normalizer.normalize(text, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{M}\\p{N}]+", " ")
                .strip();
        return normal.isEmpty() ? text : normal;
    }

    /** Its pieces, four UTF-16 units in a long, distinct and sorted. */
    static long[] pieces(String text) {
        String normal = normal(text);
        long[] pieces = new long[Math.max(1, normal.length() - PIECE + 1)];
        for (int i = 0; i < pieces.length; i++) {
            for (int c = i; c < Math.min(normal.length(), i + PIECE); c++) {
                pieces[i] = pieces[i] << Character.SIZE | normal.charAt(c);
            }
        }
        return Arrays.stream(pieces).distinct().sorted().toArray();
    }

    private static long[] pieces(Dataset data, int row) {
        return data.content(row) instanceof Content.Text(String value) ? pieces(value) : new long[] {row};
    }

    private static long[] bands(long[] pieces, long[] keys) {
        long[] bands = new long[BANDING.bands()];
        for (int band = 0; band < BANDING.bands(); band++) {
            for (int r = 0; r < BANDING.rows(); r++) {
                long key = keys[band * BANDING.rows() + r];
                long least = Long.MAX_VALUE;
                for (long piece : pieces) {
                    least = Math.min(least, mixed(piece ^ key));
                }
                bands[band] = bands[band] * 31 + least;
            }
        }
        return bands;
    }

    /** SplitMix64's finaliser (Steele, Lea, Flood 2014). */
    private static long mixed(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Of two sorted sets. */
    static double jaccard(long[] a, long[] b) {
        int common = 0;
        for (int i = 0, j = 0; i < a.length && j < b.length; ) {
            int order = Long.compare(a[i], b[j]);
            common += order == 0 ? 1 : 0;
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        return (double) common / (a.length + b.length - common);
    }
}
