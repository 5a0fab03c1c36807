package dev.kindred.index;

import dev.kindred.core.Space;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * Items that were written together, in the order of their last write: those of the rows file, or those of later writes
 * in memory. Never changed: what is replaced or taken away is marked in a copy.
 *
 * @param ids the table of {@link IdTable}
 * @param gone rows that a later piece replaces or that were taken away; not to be changed after construction
 */
record Piece(Columns columns, MemorySegment ids, BitSet gone) {

    /** How many of its items can still be found. */
    int live() {
        return columns.count() - gone.cardinality();
    }

    /** The row of an id, or −1; also where it is gone. */
    int find(byte[] id) {
        return columns.count() == 0 ? -1 : IdTable.find(ids, columns.count(), id, columns.ids());
    }

    /** The same with a row more of those that are gone. */
    Piece without(BitSet rows) {
        BitSet all = (BitSet) gone.clone();
        all.or(rows);
        return new Piece(columns, ids, all);
    }

    /** A piece of what a builder holds, in memory until nobody has it any more. Every id stands once. */
    static Piece of(ColumnsBuilder built) {
        return of(built.columns(Arena.ofAuto()));
    }

    private static Piece of(Columns columns) {
        int[] table = new int[IdTable.slots(columns.count())];
        for (int row = 0; row < columns.count(); row++) {
            IdTable.insert(table, row, columns.ids().copy(row), columns.ids()::slice);
        }
        MemorySegment ids = MemorySegment.ofArray(new byte[4 * table.length]);
        ids.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(table);
        return new Piece(columns, ids, new BitSet());
    }

    /** This and the piece after it as one, without what is gone. */
    Piece joined(Piece next, Space space, Path folder) {
        try (ColumnsBuilder both = ColumnsBuilder.inMemory(space, folder)) {
            for (Piece piece : new Piece[] {this, next}) {
                for (int row = piece.gone.nextClearBit(0);
                        row < piece.columns.count();
                        row = piece.gone.nextClearBit(row + 1)) {
                    both.copy(piece.columns, row);
                }
            }
            return of(both);
        }
    }
}
