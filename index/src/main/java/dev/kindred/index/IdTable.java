package dev.kindred.index;

import dev.kindred.core.Hashes;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;

/**
 * Ids to rows: a table of int32 {@code row + 1} by open addressing with linear probing, at most half full, 0 where free. The hash is of
 * SHA-256, since ids come from strangers.
 */
final class IdTable {
    private IdTable() {}

    /** A power of two, at least twice the count. */
    static int slots(int count) {
        return Integer.highestOneBit(Math.max(1, count)) << (Integer.bitCount(Math.max(1, count)) == 1 ? 1 : 2);
    }

    /** Where the search for an id starts. */
    static int slot(byte[] id, int slots) {
        return ByteBuffer.wrap(Hashes.sha256().digest(id)).getInt() & (slots - 1);
    }

    /**
     * Puts a row in.
     *
     * @param idOf the ids of the rows already in
     * @return the row that has this id already, or −1 where it is new
     */
    static int insert(int[] table, int row, byte[] id, IntFunction<MemorySegment> idOf) {
        MemorySegment wanted = MemorySegment.ofArray(id);
        int slot = slot(id, table.length);
        while (table[slot] != 0) {
            if (idOf.apply(table[slot] - 1).mismatch(wanted) < 0) {
                return table[slot] - 1;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        table[slot] = row + 1;
        return -1;
    }

    /** @return the row of the id, or −1 */
    static int find(MemorySegment table, int count, byte[] id, Ragged ids) {
        int slots = (int) (table.byteSize() / 4);
        MemorySegment wanted = MemorySegment.ofArray(id);
        int slot = slot(id, slots);
        for (int probes = 0; probes < slots; probes++) {
            int row = Layout.int32(table, 4L * slot) - 1;
            // A row out of range cannot be in a file whose checksums hold, unless it was made to deceive.
            if (row < 0 || row >= count) {
                return -1;
            }
            if (ids.slice(row).mismatch(wanted) < 0) {
                return row;
            }
            slot = (slot + 1) & (slots - 1);
        }
        return -1;
    }
}
