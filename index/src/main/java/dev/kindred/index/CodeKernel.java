package dev.kindred.index;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2S;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Inner products of one query's codes with rows of codes ({@link RowCodes}), whole numbers and so the same in any order. Four rows go at
 * once, so that several cache misses are under way together; as in {@link Kernel}, no vector is handed from one method to another.
 *
 * <p>A product of two codes is at most 127² = 16,129, so two fit into a short; the sums are widened after that by shifts, the even lanes
 * and the odd ones apart.
 */
final class CodeKernel {
    private static final VectorShape SHAPE =
            ShortVector.SPECIES_PREFERRED.length() == 8 ? VectorShape.S_128_BIT : VectorShape.S_256_BIT;
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, SHAPE);
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, SHAPE == VectorShape.S_256_BIT ? VectorShape.S_128_BIT : VectorShape.S_64_BIT);
    private static final int STEP = SHORTS.length();
    private static final int LINE = 64;

    /** Padded with zeros to a multiple of {@link RowCodes#PADDING}. */
    private final short[] query;

    private final int[] four = new int[4];
    /** Keeps the touching from being left out. */
    private int touched;

    CodeKernel(short[] query) {
        this.query = query;
    }

    /** Sums of {@code n} rows that start {@code stride} bytes apart. */
    void sums(MemorySegment rows, long offset, long stride, int n, int[] sums) {
        int i = 0;
        for (; i + 4 <= n; i += 4) {
            long first = offset + i * stride;
            four(rows, first, first + stride, first + 2 * stride, first + 3 * stride);
            System.arraycopy(four, 0, sums, i, 4);
        }
        for (; i < n; i++) {
            sums[i] = sum(rows, offset + i * stride);
        }
    }

    /** The same of rows anywhere: those whose numbers stand in {@code chosen[0..n)}, row 0 starting at the segment's start. */
    void sums(MemorySegment rows, long stride, int[] chosen, int n, int[] sums) {
        touch(rows, stride, chosen, n);
        for (int i = 0; i < n; i += 4) {
            long last = chosen[n - 1] * stride;
            four(
                    rows,
                    chosen[i] * stride,
                    i + 1 < n ? chosen[i + 1] * stride : last,
                    i + 2 < n ? chosen[i + 2] * stride : last,
                    i + 3 < n ? chosen[i + 3] * stride : last);
            System.arraycopy(four, 0, sums, i, Math.min(4, n - i));
        }
    }

    /** One byte of each line of the cache, so that all misses are under way before the first row is summed. */
    private void touch(MemorySegment rows, long stride, int[] chosen, int n) {
        int sum = 0;
        for (int i = 0; i < n; i++) {
            long row = chosen[i] * stride;
            for (long at = row; at < row + query.length; at += LINE) {
                sum += rows.get(ValueLayout.JAVA_BYTE, at);
            }
        }
        touched = sum;
    }

    private int sum(MemorySegment rows, long offset) {
        IntVector sum = IntVector.zero(INTS);
        for (int i = 0; i < query.length; i += 2 * STEP) {
            ShortVector q = ShortVector.fromArray(SHORTS, query, i);
            ShortVector r = ShortVector.fromArray(SHORTS, query, i + STEP);
            IntVector pair = ((ShortVector) ByteVector.fromMemorySegment(BYTES, rows, offset + i, LITTLE_ENDIAN)
                            .convertShape(B2S, SHORTS, 0))
                    .mul(q)
                    .add(((ShortVector) ByteVector.fromMemorySegment(BYTES, rows, offset + i + STEP, LITTLE_ENDIAN)
                                    .convertShape(B2S, SHORTS, 0))
                            .mul(r))
                    .reinterpretAsInts();
            sum = sum.add(pair.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(pair.lanewise(ASHR, 16));
        }
        return sum.reduceLanes(ADD);
    }

    private void four(MemorySegment rows, long first, long second, long third, long fourth) {
        IntVector a = IntVector.zero(INTS);
        IntVector b = a;
        IntVector c = a;
        IntVector d = a;
        for (int i = 0; i < query.length; i += 2 * STEP) {
            ShortVector q = ShortVector.fromArray(SHORTS, query, i);
            ShortVector r = ShortVector.fromArray(SHORTS, query, i + STEP);
            IntVector pair = ((ShortVector) ByteVector.fromMemorySegment(BYTES, rows, first + i, LITTLE_ENDIAN)
                            .convertShape(B2S, SHORTS, 0))
                    .mul(q)
                    .add(((ShortVector) ByteVector.fromMemorySegment(BYTES, rows, first + i + STEP, LITTLE_ENDIAN)
                                    .convertShape(B2S, SHORTS, 0))
                            .mul(r))
                    .reinterpretAsInts();
            a = a.add(pair.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(pair.lanewise(ASHR, 16));
            pair = ((ShortVector) ByteVector.fromMemorySegment(BYTES, rows, second + i, LITTLE_ENDIAN)
                            .convertShape(B2S, SHORTS, 0))
                    .mul(q)
                    .add(((ShortVector) ByteVector.fromMemorySegment(BYTES, rows, second + i + STEP, LITTLE_ENDIAN)
                                    .convertShape(B2S, SHORTS, 0))
                            .mul(r))
                    .reinterpretAsInts();
            b = b.add(pair.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(pair.lanewise(ASHR, 16));
            pair = ((ShortVector) ByteVector.fromMemorySegment(BYTES, rows, third + i, LITTLE_ENDIAN)
                            .convertShape(B2S, SHORTS, 0))
                    .mul(q)
                    .add(((ShortVector) ByteVector.fromMemorySegment(BYTES, rows, third + i + STEP, LITTLE_ENDIAN)
                                    .convertShape(B2S, SHORTS, 0))
                            .mul(r))
                    .reinterpretAsInts();
            c = c.add(pair.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(pair.lanewise(ASHR, 16));
            pair = ((ShortVector) ByteVector.fromMemorySegment(BYTES, rows, fourth + i, LITTLE_ENDIAN)
                            .convertShape(B2S, SHORTS, 0))
                    .mul(q)
                    .add(((ShortVector) ByteVector.fromMemorySegment(BYTES, rows, fourth + i + STEP, LITTLE_ENDIAN)
                                    .convertShape(B2S, SHORTS, 0))
                            .mul(r))
                    .reinterpretAsInts();
            d = d.add(pair.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(pair.lanewise(ASHR, 16));
        }
        four[0] = a.reduceLanes(ADD);
        four[1] = b.reduceLanes(ADD);
        four[2] = c.reduceLanes(ADD);
        four[3] = d.reduceLanes(ADD);
    }
}
