package dev.kindred.index;

import dev.kindred.core.Distance;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/**
 * The rows that may be among the best of a query, by their codes, and then the best of them by the rows themselves: those that may be
 * highest first, until none of the rest can come in. So nothing is lost by the codes. For one thread and one query.
 */
final class CodedPass {
    /** Candidates from which on those below the floor are dropped. */
    private static final int MANY = 4_096;

    private final CodedQuery query;
    private final int wanted;
    private final float before;
    /** The rows that surely are among the best so far. */
    private final TopK lows;

    private final CodedQuery.Floor floor = new CodedQuery.Floor();
    /** How high each candidate may be, and its number through all segments. */
    private float[] highs = new float[256];

    private int[] rows = new int[256];
    private int size;
    private int keep = MANY;

    /**
     * @param wanted how many of the best
     * @param before the highest key that is still wanted
     */
    CodedPass(CodedQuery query, int wanted, float before) {
        this.query = query;
        this.wanted = wanted;
        this.before = before;
        this.lows = new TopK(wanted, Integer::compare);
    }

    CodedQuery query() {
        return query;
    }

    /** All rows of a segment that pass. */
    void read(ViewSegment segment, @Nullable FixedBitSet passing) {
        for (int from = 0; from < segment.count(); from += ViewSearch.BLOCK_ROWS) {
            query.line(
                    segment.codes(),
                    from,
                    Math.min(ViewSearch.BLOCK_ROWS, segment.count() - from),
                    (row, low, high) -> {
                        if (passing == null ? segment.isLive(row) : passing.get(row)) {
                            offer(segment.base() + row, low, high);
                        }
                    },
                    floor);
        }
    }

    /** Some rows of a segment, all of which pass. */
    void read(ViewSegment segment, int[] some, int n) {
        query.rows(segment.codes(), some, n, (row, low, high) -> offer(segment.base() + row, low, high), floor);
    }

    private void offer(int row, float low, float high) {
        if (low > before) {
            return;
        }
        if (size == rows.length) {
            rows = Arrays.copyOf(rows, 2 * size);
            highs = Arrays.copyOf(highs, 2 * size);
        }
        rows[size] = row;
        highs[size++] = high;
        if (high < before) {
            lows.offer(low, row);
            query.raise(floor, lows.floor());
        }
        if (size >= keep) {
            drop();
            keep = Math.max(MANY, 2 * size);
        }
    }

    private void drop() {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (highs[i] >= floor.key()) {
                rows[kept] = rows[i];
                highs[kept++] = highs[i];
            }
        }
        size = kept;
    }

    /**
     * Reads candidates themselves, the most promising first.
     *
     * @param best takes those that are wanted by their true keys
     */
    void rescore(List<ViewSegment> segments, Kernel kernel, Distance distance, TopK best, TopK.Taker taker) {
        drop();
        long[] order = new long[size];
        for (int i = 0; i < size; i++) {
            int bits = Float.floatToIntBits(highs[i]);
            int rising = bits ^ bits >> 31 & Integer.MAX_VALUE;
            order[i] = (long) ~rising << Integer.SIZE | i;
        }
        Arrays.sort(order);
        MemorySegment row = MemorySegment.ofArray(new float[0]);
        for (long each : order) {
            int i = (int) each;
            if (best.size() >= wanted && highs[i] < best.floor()) {
                return;
            }
            ViewSegment segment = ViewSegment.holding(segments, rows[i]);
            if (row.byteSize() == 0) {
                row = Arena.ofAuto().allocate(segment.stride(), Kernel.LANES * Float.BYTES);
            }
            segment.read(rows[i] - segment.base(), row);
            taker.take(Ranks.key(distance, kernel.sum(row, 0)), rows[i]);
        }
    }
}
