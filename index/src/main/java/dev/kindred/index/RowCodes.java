package dev.kindred.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A row in a quarter of its bytes: each value a whole number from −127 to 127 times the row's scale, then what it takes to say how far off
 * that is. As it lies in memory, little-endian:
 *
 * <pre>
 * codes   one byte a value, padded with zeros to a multiple of {@link #PADDING}
 * scale   float32: what a code of one stands for
 * squares int32: the sum of the squared codes
 * error   float32: the Euclidean length of what the codes miss of the row, rounded up
 * </pre>
 */
final class RowCodes {
    /** Codes that a kernel reads at once, at most. */
    static final int PADDING = 32;

    static final int MOST = 127;

    private static final int SCALE = 0;
    private static final int SQUARES = 4;
    private static final int ERROR = 8;
    private static final int TRAILER = 12;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private RowCodes() {}

    /** Codes of a row with their padding. */
    static int padded(int dimension) {
        return (dimension + PADDING - 1) / PADDING * PADDING;
    }

    /** Bytes of a row. */
    static int bytes(int dimension) {
        return padded(dimension) + TRAILER;
    }

    /** @param row finite values, none so small that a 127th of the largest is zero but where all are */
    static byte[] of(float[] row) {
        ByteBuffer bytes = ByteBuffer.allocate(bytes(row.length)).order(ByteOrder.LITTLE_ENDIAN);
        float scale = scale(row);
        int squares = 0;
        double missed = 0;
        for (int i = 0; i < row.length; i++) {
            byte code = code(row[i], scale);
            bytes.put(i, code);
            squares += code * code;
            double miss = row[i] - (double) scale * code;
            missed += miss * miss;
        }
        int trailer = padded(row.length);
        bytes.putFloat(trailer + SCALE, scale);
        bytes.putInt(trailer + SQUARES, squares);
        bytes.putFloat(trailer + ERROR, up(Math.sqrt(missed)));
        return bytes.array();
    }

    /** What a code of one stands for, so that the value farthest from zero is one of 127. */
    static float scale(float[] row) {
        float most = 0;
        for (float value : row) {
            most = Math.max(most, Math.abs(value));
        }
        return most / MOST;
    }

    static byte code(float value, float scale) {
        return scale == 0 ? 0 : (byte) Math.clamp(Math.rint(value / scale), -MOST, MOST);
    }

    /** A float that is not below; the last bits of the square root and the sum are within it. */
    private static float up(double value) {
        return Math.nextUp((float) (value * (1 + 1e-9)));
    }

    static float scale(MemorySegment rows, long row, int padded) {
        return rows.get(FLOAT, row + padded + SCALE);
    }

    static int squares(MemorySegment rows, long row, int padded) {
        return rows.get(INT, row + padded + SQUARES);
    }

    static float error(MemorySegment rows, long row, int padded) {
        return rows.get(FLOAT, row + padded + ERROR);
    }
}
