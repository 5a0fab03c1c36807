package dev.kindred.index;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Inner products and squared distances of one query with rows that lie in memory one stride apart, straight from the mapping.
 *
 * <p>Rows are padded with zeros to whole vectors, or their last values are read by a mask, which gives the same bits; and four go at once: their loads are independent, so that several cache misses are
 * under way together. Each row is summed in the same order wherever it stands (fused multiply-adds by lane, then lanes by halves), so a
 * score never depends on a row's neighbours, on the cut of the work or on how warm the compiler is: paging relies on it.
 *
 * <p>No vector is handed from one method here to another. The compiler may refuse to inline a method of ours for good (one that it has
 * compiled large by itself, say), and each vector handed over is then an object on the heap: searches were ten times slower in some
 * processes and not in others. The vector classes' own methods are always inlined.
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
    /** Values of a row that fill whole vectors, and the lanes of the rest. */
    private final int whole;

    private final boolean rest;
    private final VectorMask<Float> restLanes;

    /** Where four rows' running sums pass from the method that reads rows to the one that sums lanes. */
    private final float[] lanes = new float[4 * STEP];

    /**
     * @param query padded with zeros to a multiple of {@link #LANES}
     * @param squares sum squared differences rather than products
     */
    Kernel(float[] query, boolean squares) {
        this(query, query.length, squares);
    }

    /** @param width values of a row, which nothing pads: at most the query's, whose own padding is zero */
    Kernel(float[] query, int width, boolean squares) {
        this.query = query;
        this.squares = squares;
        this.whole = width / STEP * STEP;
        this.rest = whole < width;
        this.restLanes = VectorMask.fromLong(SPECIES, (1L << (width - whole)) - 1);
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
        // Four places at once: each is a stream of its own to whatever fetches memory beforehand.
        int quarter = n / 4;
        long apart = quarter * stride;
        long at = offset;
        for (int i = 0; i < quarter; i++, at += stride) {
            if (squares) {
                fourDistances(rows, at, at + apart, at + 2 * apart, at + 3 * apart);
            } else {
                fourProducts(rows, at, at + apart, at + 2 * apart, at + 3 * apart);
            }
            sums[i] = lanes[0];
            sums[i + quarter] = lanes[STEP / 2];
            sums[i + 2 * quarter] = lanes[STEP / 4];
            sums[i + 3 * quarter] = lanes[STEP / 2 + STEP / 4];
        }
        for (int i = 4 * quarter; i < n; i++) {
            sums[i] = sum(rows, offset + i * stride);
        }
    }

    /** The same of rows anywhere: those whose numbers stand in {@code chosen[0..n)}, row 0 starting at the segment's start. */
    void sums(MemorySegment rows, long stride, int[] chosen, int n, float[] sums) {
        int i = 0;
        for (; i + 4 <= n; i += 4) {
            four(
                    rows,
                    chosen[i] * stride,
                    chosen[i + 1] * stride,
                    chosen[i + 2] * stride,
                    chosen[i + 3] * stride,
                    sums,
                    i);
        }
        if (i < n) {
            long last = chosen[n - 1] * stride;
            long first = chosen[i] * stride;
            long second = i + 1 < n ? chosen[i + 1] * stride : last;
            long third = i + 2 < n ? chosen[i + 2] * stride : last;
            if (squares) {
                fourDistances(rows, first, second, third, last);
            } else {
                fourProducts(rows, first, second, third, last);
            }
            sums[i] = lanes[0];
            if (i + 1 < n) {
                sums[i + 1] = lanes[STEP / 2];
            }
            if (i + 2 < n) {
                sums[i + 2] = lanes[STEP / 4];
            }
        }
    }

    private void four(MemorySegment rows, long first, long second, long third, long fourth, float[] sums, int at) {
        if (squares) {
            fourDistances(rows, first, second, third, fourth);
        } else {
            fourProducts(rows, first, second, third, fourth);
        }
        sums[at] = lanes[0];
        sums[at + 1] = lanes[STEP / 2];
        sums[at + 2] = lanes[STEP / 4];
        sums[at + 3] = lanes[STEP / 2 + STEP / 4];
    }

    /** The sum of one row: bit for bit what {@link #sums} gives for it. */
    float sum(MemorySegment rows, long offset) {
        FloatVector a = FloatVector.zero(SPECIES);
        for (int c = 0; c < whole; c += STEP) {
            FloatVector q = FloatVector.fromArray(SPECIES, query, c);
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, rows, offset + 4L * c, LITTLE_ENDIAN);
            if (squares) {
                x = x.sub(q);
                a = x.fma(x, a);
            } else {
                a = x.fma(q, a);
            }
        }
        if (rest) {
            FloatVector q = FloatVector.fromArray(SPECIES, query, whole);
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, rows, offset + 4L * whole, LITTLE_ENDIAN, restLanes);
            if (squares) {
                x = x.sub(q);
                a = x.fma(x, a);
            } else {
                a = x.fma(q, a);
            }
        }
        a.intoArray(lanes, 0);
        sumLanes();
        return lanes[0];
    }

    private void fourProducts(MemorySegment rows, long first, long second, long third, long fourth) {
        FloatVector a = FloatVector.zero(SPECIES);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int i = 0; i < whole; i += STEP) {
            FloatVector q = FloatVector.fromArray(SPECIES, query, i);
            long at = 4L * i;
            a = FloatVector.fromMemorySegment(SPECIES, rows, first + at, LITTLE_ENDIAN)
                    .fma(q, a);
            b = FloatVector.fromMemorySegment(SPECIES, rows, second + at, LITTLE_ENDIAN)
                    .fma(q, b);
            c = FloatVector.fromMemorySegment(SPECIES, rows, third + at, LITTLE_ENDIAN)
                    .fma(q, c);
            d = FloatVector.fromMemorySegment(SPECIES, rows, fourth + at, LITTLE_ENDIAN)
                    .fma(q, d);
        }
        if (rest) {
            FloatVector q = FloatVector.fromArray(SPECIES, query, whole);
            long at = 4L * whole;
            a = FloatVector.fromMemorySegment(SPECIES, rows, first + at, LITTLE_ENDIAN, restLanes)
                    .fma(q, a);
            b = FloatVector.fromMemorySegment(SPECIES, rows, second + at, LITTLE_ENDIAN, restLanes)
                    .fma(q, b);
            c = FloatVector.fromMemorySegment(SPECIES, rows, third + at, LITTLE_ENDIAN, restLanes)
                    .fma(q, c);
            d = FloatVector.fromMemorySegment(SPECIES, rows, fourth + at, LITTLE_ENDIAN, restLanes)
                    .fma(q, d);
        }
        a.intoArray(lanes, 0);
        b.intoArray(lanes, STEP);
        c.intoArray(lanes, 2 * STEP);
        d.intoArray(lanes, 3 * STEP);
        sumLanes();
    }

    private void fourDistances(MemorySegment rows, long first, long second, long third, long fourth) {
        FloatVector a = FloatVector.zero(SPECIES);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int i = 0; i < whole; i += STEP) {
            FloatVector q = FloatVector.fromArray(SPECIES, query, i);
            long at = 4L * i;
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, rows, first + at, LITTLE_ENDIAN)
                    .sub(q);
            FloatVector y = FloatVector.fromMemorySegment(SPECIES, rows, second + at, LITTLE_ENDIAN)
                    .sub(q);
            FloatVector z = FloatVector.fromMemorySegment(SPECIES, rows, third + at, LITTLE_ENDIAN)
                    .sub(q);
            FloatVector w = FloatVector.fromMemorySegment(SPECIES, rows, fourth + at, LITTLE_ENDIAN)
                    .sub(q);
            a = x.fma(x, a);
            b = y.fma(y, b);
            c = z.fma(z, c);
            d = w.fma(w, d);
        }
        if (rest) {
            FloatVector q = FloatVector.fromArray(SPECIES, query, whole);
            long at = 4L * whole;
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, rows, first + at, LITTLE_ENDIAN, restLanes)
                    .sub(q);
            FloatVector y = FloatVector.fromMemorySegment(SPECIES, rows, second + at, LITTLE_ENDIAN, restLanes)
                    .sub(q);
            FloatVector z = FloatVector.fromMemorySegment(SPECIES, rows, third + at, LITTLE_ENDIAN, restLanes)
                    .sub(q);
            FloatVector w = FloatVector.fromMemorySegment(SPECIES, rows, fourth + at, LITTLE_ENDIAN, restLanes)
                    .sub(q);
            a = x.fma(x, a);
            b = y.fma(y, b);
            c = z.fma(z, c);
            d = w.fma(w, d);
        }
        a.intoArray(lanes, 0);
        b.intoArray(lanes, STEP);
        c.intoArray(lanes, 2 * STEP);
        d.intoArray(lanes, 3 * STEP);
        sumLanes();
    }

    /**
     * Sums four rows' lanes by halves: each lane and its partner, added (which of the two comes first does not change a bit). After each
     * of the first two foldings two rows share a vector, so that the rest is done for all at once. Not {@code reduceLanes}, whose order
     * of floating-point additions is not promised. The four rows' sums end in the first lane, at a half, at a quarter and at three
     * quarters of the first {@link #STEP} of {@link #lanes}.
     */
    private void sumLanes() {
        FloatVector a = FloatVector.fromArray(SPECIES, lanes, 0);
        FloatVector b = FloatVector.fromArray(SPECIES, lanes, STEP);
        FloatVector c = FloatVector.fromArray(SPECIES, lanes, 2 * STEP);
        FloatVector d = FloatVector.fromArray(SPECIES, lanes, 3 * STEP);
        FloatVector ab = a.add(a.rearrange(HALVES)).blend(b.add(b.rearrange(HALVES)), UPPER_HALF);
        FloatVector cd = c.add(c.rearrange(HALVES)).blend(d.add(d.rearrange(HALVES)), UPPER_HALF);
        FloatVector all = ab.add(ab.rearrange(QUARTERS)).blend(cd.add(cd.rearrange(QUARTERS)), UPPER_QUARTERS);
        if (STEP >= 8) {
            all = all.add(all.rearrange(EIGHTHS));
        }
        if (STEP >= 16) {
            all = all.add(all.rearrange(SIXTEENTHS));
        }
        all.intoArray(lanes, 0);
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
