package dev.kindred.core.near;

/**
 * Signatures cut into bands: two things are candidates where all the rows of some band agree (Indyk, Motwani 1998; Broder 1997). A row is
 * one bit of {@link Hyperplanes}, or one minimum of MinHash; what is said here holds for both.
 *
 * @param bands at least 1
 * @param rows of one band, at least 1
 */
public record Banding(int bands, int rows) {
    public Banding {
        if (bands < 1 || rows < 1) {
            throw new IllegalArgumentException(bands + " bands of " + rows);
        }
    }

    /**
     * As few bands as miss two things with at most this probability.
     *
     * @param agreement the probability that one row agrees, in (0, 1]: {@link Hyperplanes#agreement}; of MinHash the Jaccard similarity
     * @param missed in (0, 1)
     */
    public static Banding missing(double missed, double agreement, int rows) {
        double band = StrictMath.pow(agreement, rows);
        double bands = band >= 1 ? 1 : Math.ceil(StrictMath.log(missed) / StrictMath.log1p(-band));
        return new Banding((int) Math.min(Integer.MAX_VALUE, Math.max(1, bands)), rows);
    }

    /** The probability that no band agrees whole: (1 − agreement^rows)^bands. */
    public double missed(double agreement) {
        return StrictMath.pow(1 - StrictMath.pow(agreement, rows), bands);
    }

    /** Rows of all bands. */
    public long total() {
        return (long) bands * rows;
    }

    /** A band of a signature of bits that begins at {@code at}; for bands of at most 32 bits. */
    public int key(long[] signatures, int at, int band) {
        int first = band * rows;
        int word = at + first / Long.SIZE;
        int shift = first % Long.SIZE;
        long bits = signatures[word] >>> shift;
        if (shift + rows > Long.SIZE) {
            bits |= signatures[word + 1] << (Long.SIZE - shift);
        }
        return (int) (bits & ((1L << rows) - 1));
    }
}
