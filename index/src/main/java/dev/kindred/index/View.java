package dev.kindred.index;

import dev.kindred.core.Space;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be found at one moment: the rows file, less what was replaced or taken away since, and the pieces
 * that were written after it. Rows are numbered through all pieces in the order of their last write; those that are gone
 * keep their number. Immutable.
 */
final class View {
    private final Snapshot file;
    private final List<Piece> pieces;
    /** The first row of each piece, and the end of the last. */
    private final int[] starts;

    private final long lastSequence;
    private final int count;
    private final RowsFields fields = new RowsFields(this);

    private View(Snapshot file, List<Piece> pieces, long lastSequence) {
        this.file = file;
        this.pieces = List.copyOf(pieces);
        this.lastSequence = lastSequence;
        this.starts = new int[pieces.size() + 1];
        int live = 0;
        for (int i = 0; i < pieces.size(); i++) {
            starts[i + 1] = Math.addExact(starts[i], pieces.get(i).columns().count());
            live += pieces.get(i).live();
        }
        this.count = live;
    }

    /** What the file holds, and nothing else. */
    static View of(Snapshot file) {
        return new View(file, List.of(file.piece()), file.header().lastSequence());
    }

    /**
     * This after further changes.
     *
     * @param changes each id at most once
     * @param folder for what does not fit in memory
     */
    View with(Batch changes, Path folder) {
        List<Piece> next = without(changes);
        try (ColumnsBuilder added = ColumnsBuilder.inMemory(space(), folder)) {
            changes.addTo(added);
            if (added.count() > 0) {
                next.add(Piece.of(added));
            }
        }
        // As a binary counter carries: each item is copied as often as the pieces' sizes double, and there are few
        // pieces.
        while (next.size() > 2
                && next.get(next.size() - 2).live() <= 2L * next.getLast().live()) {
            Piece last = next.removeLast();
            next.add(next.removeLast().joined(last, space(), folder));
        }
        return new View(file, next, changes.lastSequence());
    }

    /** The pieces without what these changes replace or take away. */
    List<Piece> without(Batch changes) {
        BitSet[] gone = new BitSet[pieces.size()];
        for (Batch.Numbered change : changes.changes()) {
            int row = find(change.change().id());
            if (row >= 0) {
                int piece = piece(row);
                gone[piece] = gone[piece] == null ? new BitSet() : gone[piece];
                gone[piece].set(row - starts[piece]);
            }
        }
        List<Piece> left = new ArrayList<>(pieces);
        for (int i = 0; i < gone.length; i++) {
            if (gone[i] != null) {
                left.set(i, left.get(i).without(gone[i]));
            }
        }
        return left;
    }

    Snapshot file() {
        return file;
    }

    Space space() {
        return file.space();
    }

    String where() {
        return file.where();
    }

    long lastSequence() {
        return lastSequence;
    }

    /** How many items can be found. */
    int count() {
        return count;
    }

    PayloadFields payloadFields() {
        return fields;
    }

    /** How many rows there are, those that are gone among them. */
    int rows() {
        return starts[pieces.size()];
    }

    List<Piece> pieces() {
        return pieces;
    }

    /** Looks at the rows {@code [from, to)} piece by piece. */
    void runs(int from, int to, RunVisitor visitor) {
        for (int i = from < to ? piece(from) : pieces.size(); i < pieces.size() && starts[i] < to; i++) {
            int first = Math.max(from, starts[i]) - starts[i];
            int end = Math.min(to, starts[i + 1]) - starts[i];
            if (first < end) {
                visitor.run(pieces.get(i), starts[i], first, end);
            }
        }
    }

    /** Is shown rows {@code [from, to)} of a piece whose own row 0 is the view's row {@code start}. */
    @FunctionalInterface
    interface RunVisitor {
        void run(Piece piece, int start, int from, int to);
    }

    private int piece(int row) {
        if (row < starts[1]) {
            return 0;
        }
        int at = Arrays.binarySearch(starts, 0, pieces.size(), row);
        int found = at >= 0 ? at : -at - 2;
        // Of pieces that start at the same row all but the last are empty.
        while (starts[found + 1] <= row) {
            found++;
        }
        return found;
    }

    boolean isGone(int row) {
        int piece = piece(row);
        return pieces.get(piece).gone().get(row - starts[piece]);
    }

    /** Checks rows of the file where that was not done yet; what is in memory was checked when it came. */
    void requireRows(int from, int to) {
        if (from < starts[1]) {
            file.requireRows(from, Math.min(to, starts[1]));
        }
    }

    MemorySegment id(int row) {
        int piece = piece(row);
        return pieces.get(piece).columns().ids().slice(row - starts[piece]);
    }

    MemorySegment payload(int row) {
        int piece = piece(row);
        return pieces.get(piece).columns().payloads().slice(row - starts[piece]);
    }

    Map<String, Value> fields(int row) {
        return PayloadCodec.decode(payload(row), where());
    }

    String idText(int row) {
        return Snapshot.text(id(row).toArray(ValueLayout.JAVA_BYTE));
    }

    long sequence(int row) {
        int piece = piece(row);
        return pieces.get(piece).columns().sequence(row - starts[piece]);
    }

    /** The order of two rows' ids: UTF-8 bytes, unsigned. */
    int compareIds(int left, int right) {
        return Snapshot.compare(id(left), id(right));
    }

    /** @return the row of the id, or −1 */
    int find(String id) {
        byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
        for (int i = pieces.size() - 1; i >= 0; i--) {
            int row = pieces.get(i).find(utf8);
            if (row >= 0) {
                // Older pieces hold what this one replaced.
                return pieces.get(i).gone().get(row) ? -1 : starts[i] + row;
            }
        }
        return -1;
    }

    Item item(int row) {
        if (row < starts[1]) {
            return file.item(row);
        }
        int piece = piece(row);
        Columns columns = pieces.get(piece).columns();
        int own = row - starts[piece];
        return new Item(idText(row), columns.vector(own, space().dimension()), fields(row), source(columns, own));
    }

    static byte @Nullable [] source(Columns columns, int row) {
        byte[] marked = columns.sources().copy(row);
        return marked.length == 0 ? null : Arrays.copyOfRange(marked, 1, marked.length);
    }

    /** The rows written after a sequence number, in their order. */
    IntStream after(long sequence) {
        int low = 0;
        int high = rows();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sequence(middle) > sequence) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return IntStream.range(low, rows()).filter(row -> !isGone(row));
    }
}
