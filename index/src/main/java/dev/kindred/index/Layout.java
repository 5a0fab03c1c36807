package dev.kindred.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Numbers as the rows file keeps them: little-endian, at any address. */
final class Layout {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Layout() {}

    static int int32(MemorySegment bytes, long at) {
        return bytes.get(INT, at);
    }

    static long int64(MemorySegment bytes, long at) {
        return bytes.get(LONG, at);
    }

    static float float32(MemorySegment bytes, long at) {
        return bytes.get(FLOAT, at);
    }

    static void floats(MemorySegment from, long at, float[] to) {
        MemorySegment.copy(from, FLOAT, at, to, 0, to.length);
    }

    static void copyFloats(float[] from, MemorySegment to, long at) {
        MemorySegment.copy(from, 0, to, FLOAT, at, from.length);
    }
}
