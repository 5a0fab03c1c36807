package dev.kindred.core.near;

import java.util.Arrays;

/**
 * Rows of a matrix that are equal to the last bit, counted once: a set that holds one row a hundred thousand times costs no more than
 * one that holds it once.
 *
 * @param first of each distinct row the first that is equal to it, ascending
 * @param members the rows of all, those of one distinct row together and ascending
 * @param starts where each one's members begin, and where the last one's end
 */
record DistinctRows(int[] first, int[] members, int[] starts) {

    /** Moves the distinct rows to the matrix's beginning, in their order. */
    static DistinctRows gathered(float[] values, int n, int d) {
        int[] table = new int[Integer.highestOneBit(Math.max(4, n)) << (n < 1 << 29 ? 2 : 1)];
        int[] of = new int[n];
        int[] first = new int[n];
        int count = 0;
        for (int row = 0; row < n; row++) {
            int at = row * d;
            int slot = hash(values, at, d) & (table.length - 1);
            // An empty slot is 0; a distinct row stands as its number and one.
            while (table[slot] != 0 && !equal(values, at, (table[slot] - 1) * d, d)) {
                slot = (slot + 1) & (table.length - 1);
            }
            if (table[slot] == 0) {
                System.arraycopy(values, at, values, count * d, d);
                first[count] = row;
                table[slot] = ++count;
            }
            of[row] = table[slot] - 1;
        }
        int[] starts = new int[count + 1];
        for (int each : of) {
            starts[each + 1]++;
        }
        Arrays.parallelPrefix(starts, Integer::sum);
        int[] members = new int[n];
        int[] next = starts.clone();
        for (int row = 0; row < n; row++) {
            members[next[of[row]]++] = row;
        }
        return new DistinctRows(Arrays.copyOf(first, count), members, starts);
    }

    int count() {
        return first.length;
    }

    /** How many rows are equal to this distinct one, itself among them. */
    int size(int distinct) {
        return starts[distinct + 1] - starts[distinct];
    }

    private static boolean equal(float[] values, int a, int b, int d) {
        for (int k = 0; k < d; k++) {
            if (Float.floatToRawIntBits(values[a + k]) != Float.floatToRawIntBits(values[b + k])) {
                return false;
            }
        }
        return true;
    }

    private static int hash(float[] values, int at, int d) {
        long hash = 0;
        for (int k = at; k < at + d; k++) {
            hash = (hash ^ Float.floatToRawIntBits(values[k])) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 32;
        }
        return (int) hash;
    }
}
