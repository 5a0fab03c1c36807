package dev.kindred.index;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Inner products and squared distances of one query with rows that lie in memory one stride apart, straight from the mapping.
 *
 * <p>Rows are padded with zeros to whole vectors, and four go at once: their loads are independent, so that several cache misses are
 * under way together. Each row is summed in the same order wherever it stands (fused multiply-adds by lane, then lanes by halves), so a
 * score never depends on a row's neighbours, on the cut of the work or on how warm the compiler is: paging relies on it.
 */
final class Kernel {
    /** The padding of a row and of a query, in floats: a whole number of vectors of every species up to 512 bits. */
    static final int LANES = 16;

    private static final VectorSpecies<Float> SPECIES =
            FloatVector.SPECIES_PREFERRED.length() <= LANES ? FloatVector.SPECIES_PREFERRED : FloatVector.SPECIES_512;
    private static final int STEP = SPECIES.length();

    private final float[] query;
    private final boolean squares;
    private final float[] lanes = new float[4 * STEP];

    /**
     * @param query padded with zeros to a multiple of {@link #LANES}
     * @param squares sum squared differences rather than products
     */
    Kernel(float[] query, boolean squares) {
        this.query = query;
        this.squares = squares;
    }

    static float[] padded(float[] vector) {
        return Arrays.copyOf(vector, (vector.length + LANES - 1) / LANES * LANES);
    }

    /**
     * Sums of the rows that start {@code stride} bytes apart.
     *
     * @param sums takes {@code n} sums from its start
     */
    void sums(MemorySegment rows, long offset, long stride, int n, float[] sums) {
        int i = 0;
        for (; i + 4 <= n; i += 4, offset += 4 * stride) {
            if (squares) {
                fourDistances(rows, offset, stride);
            } else {
                fourProducts(rows, offset, stride);
            }
            sums[i] = sumOfLanes(0);
            sums[i + 1] = sumOfLanes(STEP);
            sums[i + 2] = sumOfLanes(2 * STEP);
            sums[i + 3] = sumOfLanes(3 * STEP);
        }
        for (; i < n; i++, offset += stride) {
            sums[i] = sum(rows, offset);
        }
    }

    /** The sum of one row: bit for bit what {@link #sums} gives for it. */
    float sum(MemorySegment rows, long offset) {
        FloatVector a = FloatVector.zero(SPECIES);
        for (int c = 0; c < query.length; c += STEP) {
            FloatVector q = FloatVector.fromArray(SPECIES, query, c);
            FloatVector x = load(rows, offset + 4L * c);
            if (squares) {
                x = x.sub(q);
                a = x.fma(x, a);
            } else {
                a = x.fma(q, a);
            }
        }
        a.intoArray(lanes, 0);
        return sumOfLanes(0);
    }

    private void fourProducts(MemorySegment rows, long offset, long stride) {
        FloatVector a = FloatVector.zero(SPECIES);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int i = 0; i < query.length; i += STEP) {
            FloatVector q = FloatVector.fromArray(SPECIES, query, i);
            long at = offset + 4L * i;
            a = load(rows, at).fma(q, a);
            b = load(rows, at + stride).fma(q, b);
            c = load(rows, at + 2 * stride).fma(q, c);
            d = load(rows, at + 3 * stride).fma(q, d);
        }
        keep(a, b, c, d);
    }

    private void fourDistances(MemorySegment rows, long offset, long stride) {
        FloatVector a = FloatVector.zero(SPECIES);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int i = 0; i < query.length; i += STEP) {
            FloatVector q = FloatVector.fromArray(SPECIES, query, i);
            long at = offset + 4L * i;
            FloatVector x = load(rows, at).sub(q);
            FloatVector y = load(rows, at + stride).sub(q);
            FloatVector z = load(rows, at + 2 * stride).sub(q);
            FloatVector w = load(rows, at + 3 * stride).sub(q);
            a = x.fma(x, a);
            b = y.fma(y, b);
            c = z.fma(z, c);
            d = w.fma(w, d);
        }
        keep(a, b, c, d);
    }

    private static FloatVector load(MemorySegment rows, long at) {
        return FloatVector.fromMemorySegment(SPECIES, rows, at, ByteOrder.LITTLE_ENDIAN);
    }

    private void keep(FloatVector a, FloatVector b, FloatVector c, FloatVector d) {
        a.intoArray(lanes, 0);
        b.intoArray(lanes, STEP);
        c.intoArray(lanes, 2 * STEP);
        d.intoArray(lanes, 3 * STEP);
    }

    /** Not {@code reduceLanes}, whose order of floating-point additions is not promised. */
    private float sumOfLanes(int from) {
        float[] v = lanes;
        if (STEP == 16) {
            return (((v[from] + v[from + 8]) + (v[from + 4] + v[from + 12]))
                            + ((v[from + 2] + v[from + 10]) + (v[from + 6] + v[from + 14])))
                    + (((v[from + 1] + v[from + 9]) + (v[from + 5] + v[from + 13]))
                            + ((v[from + 3] + v[from + 11]) + (v[from + 7] + v[from + 15])));
        }
        float sum = 0;
        for (int i = 0; i < STEP; i++) {
            sum += v[from + i];
        }
        return sum;
    }
}
