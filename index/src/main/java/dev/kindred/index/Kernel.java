package dev.kindred.index;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
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

    private static final VectorSpecies<Float> SPECIES = switch (FloatVector.SPECIES_PREFERRED.length()) {
        case 4, 8, 16 -> FloatVector.SPECIES_PREFERRED;
        default -> FloatVector.SPECIES_128;
    };
    private static final int STEP = SPECIES.length();
    private static final VectorShuffle<Float> HALVES = partners(STEP / 2);
    private static final VectorShuffle<Float> QUARTERS = partners(STEP / 4);
    private static final VectorShuffle<Float> EIGHTHS = partners(STEP / 8);
    private static final VectorShuffle<Float> SIXTEENTHS = partners(STEP / 16);
    private static final VectorMask<Float> UPPER_HALF = upper(STEP / 2);
    private static final VectorMask<Float> UPPER_QUARTERS = upper(STEP / 4);

    private final float[] query;
    private final boolean squares;
    private final float[] lanes = new float[STEP];

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
            sums[i] = lanes[0];
            sums[i + 1] = lanes[STEP / 2];
            sums[i + 2] = lanes[STEP / 4];
            sums[i + 3] = lanes[STEP / 2 + STEP / 4];
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
        folded(fold(fold(a, HALVES), QUARTERS)).intoArray(lanes, 0);
        return lanes[0];
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
        sumOfLanes(a, b, c, d);
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
        sumOfLanes(a, b, c, d);
    }

    private static FloatVector load(MemorySegment rows, long at) {
        return FloatVector.fromMemorySegment(SPECIES, rows, at, ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Sums four rows' lanes by halves: after each of the first two foldings two rows share a vector, so that the rest is done for all at
     * once. Not {@code reduceLanes}, whose order of floating-point additions is not promised. The sums of a, b, c and d end in the first
     * lane, at a half, at a quarter and at three quarters of {@link #lanes}.
     */
    private void sumOfLanes(FloatVector a, FloatVector b, FloatVector c, FloatVector d) {
        FloatVector ab = fold(a, HALVES).blend(fold(b, HALVES), UPPER_HALF);
        FloatVector cd = fold(c, HALVES).blend(fold(d, HALVES), UPPER_HALF);
        folded(fold(ab, QUARTERS).blend(fold(cd, QUARTERS), UPPER_QUARTERS)).intoArray(lanes, 0);
    }

    private static FloatVector folded(FloatVector quarters) {
        FloatVector v = STEP >= 8 ? fold(quarters, EIGHTHS) : quarters;
        return STEP >= 16 ? fold(v, SIXTEENTHS) : v;
    }

    /** Each lane and its partner, added; which of the two comes first does not change a bit. */
    private static FloatVector fold(FloatVector v, VectorShuffle<Float> partners) {
        return v.add(v.rearrange(partners));
    }

    private static VectorShuffle<Float> partners(int distance) {
        return VectorShuffle.fromOp(SPECIES, lane -> lane ^ distance);
    }

    private static VectorMask<Float> upper(int distance) {
        boolean[] lanes = new boolean[STEP];
        for (int lane = 0; lane < STEP; lane++) {
            lanes[lane] = (lane & distance) != 0;
        }
        return VectorMask.fromArray(SPECIES, lanes, 0);
    }
}
