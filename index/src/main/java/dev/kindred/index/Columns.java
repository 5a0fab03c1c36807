package dev.kindred.index;

import dev.kindred.core.Distance;
import java.lang.foreign.MemorySegment;

/**
 * Items column by column, in the order of their last write, wherever the memory is.
 *
 * @param stride bytes from one row of numbers to the next, a multiple of 64
 * @param rows float32 rows, zeros after the last dimension
 * @param norms float32, one over the length of each row; empty but under cosine
 * @param sequences int64, rising
 * @param ids UTF-8
 * @param payloads see {@link PayloadCodec}
 * @param sources empty where there is none, else a 1 and the bytes
 */
record Columns(
        int count,
        int stride,
        MemorySegment rows,
        MemorySegment norms,
        MemorySegment sequences,
        Ragged ids,
        Ragged payloads,
        Ragged sources) {

    /** The row's bytes: its numbers, padded so that the kernel reads whole vectors. */
    static int stride(int dimension) {
        return (dimension + Kernel.LANES - 1) / Kernel.LANES * Kernel.LANES * Float.BYTES;
    }

    static boolean hasNorms(Distance distance) {
        return distance == Distance.COSINE;
    }

    float[] vector(int row, int dimension) {
        float[] vector = new float[dimension];
        Layout.floats(rows, (long) row * stride, vector);
        return vector;
    }

    float inverseNorm(int row) {
        return Layout.float32(norms, 4L * row);
    }

    long sequence(int row) {
        return Layout.int64(sequences, 8L * row);
    }
}
