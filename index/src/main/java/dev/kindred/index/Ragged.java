package dev.kindred.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Byte strings of different lengths, one a row, end to end.
 *
 * @param offsets {@code count + 1} int64: where each starts in {@code bytes}, and where the last ends
 */
record Ragged(MemorySegment offsets, MemorySegment bytes) {
    long start(int row) {
        return Layout.int64(offsets, 8L * row);
    }

    long end(int row) {
        return start(row + 1);
    }

    MemorySegment slice(int row) {
        long start = start(row);
        return bytes.asSlice(start, end(row) - start);
    }

    byte[] copy(int row) {
        return slice(row).toArray(ValueLayout.JAVA_BYTE);
    }
}
