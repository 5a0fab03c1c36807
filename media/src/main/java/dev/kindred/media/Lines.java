package dev.kindred.media;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Weighted sums of lines of levels, exact. Eight levels go at once: a long holds sums of 16 bits of four of them, the even levels apart
 * from the odd, and these are moved into whole sums before they might overflow. (Lines are too short for the compiler's own vectors.)
 */
final class Lines {
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EVEN = 0x00FF_00FF_00FF_00FFL;

    /** The weight of levels that 16 bits hold: 257 · 255 is their all. */
    private static final int HELD = 257;

    private final byte[] levels;
    private final int[] sums;
    private final long[] even;
    private final long[] odd;
    private int held;

    /** @param length levels of a line */
    Lines(byte[] levels, int length) {
        this.levels = levels;
        this.sums = new int[length];
        this.even = new long[length / 8];
        this.odd = new long[length / 8];
    }

    /** Begins a new sum. */
    void clear() {
        Arrays.fill(sums, 0);
    }

    /**
     * Adds the line that begins at {@code from}, times its weight.
     *
     * @param weight those of one sum add up to 16,384 at most
     */
    void add(int from, int weight) {
        if (weight > HELD) {
            one(from, weight, 0);
            return;
        }
        if (held + weight > HELD) {
            move();
        }
        held += weight;
        for (int i = 0; i < even.length; i++) {
            long eight = (long) EIGHT.get(levels, from + 8 * i);
            even[i] += weight * (eight & EVEN);
            odd[i] += weight * (eight >>> 8 & EVEN);
        }
        one(from, weight, 8 * even.length);
    }

    private void one(int from, int weight, int first) {
        for (int i = first; i < sums.length; i++) {
            sums[i] += weight * (levels[from + i] & 0xFF);
        }
    }

    private void move() {
        for (int i = 0; i < even.length; i++) {
            long e = even[i];
            long o = odd[i];
            even[i] = 0;
            odd[i] = 0;
            for (int at = 8 * i; at < 8 * i + 8; at += 2) {
                sums[at] += (int) e & 0xFFFF;
                sums[at + 1] += (int) o & 0xFFFF;
                e >>>= Short.SIZE;
                o >>>= Short.SIZE;
            }
        }
        held = 0;
    }

    /** What was added since {@link #clear}; good until the next call of anything. */
    int[] sums() {
        move();
        return sums;
    }
}
