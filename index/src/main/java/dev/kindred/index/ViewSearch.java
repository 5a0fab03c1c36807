package dev.kindred.index;

import dev.kindred.core.Distance;
import dev.kindred.core.Space;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/**
 * One query's way through one moment of the view: segment by segment through the graph where that is cheaper than reading the rows that
 * pass, else by reading them. For one thread.
 */
final class ViewSearch {
    /**
     * A walk keeps {@code ef} results and scores some twenty rows for each, here and there; rows in a line cost less than half of that
     * each. Where fewer than this many rows pass for each kept result, reading them all is cheaper, and exact.
     */
    private static final int ROWS_PER_RESULT = 24;

    /** Rows that are ranked at once. */
    static final int BLOCK_ROWS = 2_048;

    private final List<ViewSegment> segments;
    private final Space space;
    private final Query query;
    private final Distance distance;
    private final Kernel kernel;
    private final ViewColumn ids;
    private final TopK best;
    /** What is read by codes first; null where no segment has them. */
    private final @Nullable CodedPass coded;

    private final float[] keys = new float[BLOCK_ROWS];
    private final int[] chosen = new int[BLOCK_ROWS];
    private final float afterKey;
    private final @Nullable BytesRef afterId;
    private boolean exact = true;

    /** @param query of this space, its vector fit for its distance */
    ViewSearch(List<ViewSegment> segments, Space space, Query query) {
        this.segments = segments;
        this.space = space;
        this.query = query;
        this.distance = space.distance();
        float[] vector = Vectors.compared(query.vector(), distance);
        this.kernel = new Kernel(Kernel.padded(vector), space.dimension(), distance == Distance.L2);
        this.ids = new ViewColumn(segments, ViewFields.ID);
        // One more than asked for tells whether another page follows.
        this.best = new TopK(query.k() + 1, this::compareIds);
        After after = query.after();
        this.afterKey = after == null ? Float.POSITIVE_INFINITY : Ranks.ofScore(distance, after.score());
        this.afterId = after == null ? null : new BytesRef(after.id());
        this.coded = segments.stream().anyMatch(ViewSegment::hasCodes)
                ? new CodedPass(new CodedQuery(vector, distance), query.k() + 1, afterKey)
                : null;
    }

    private int compareIds(int left, int right) {
        return BytesRef.deepCopyOf(ids.at(left)).compareTo(ids.at(right));
    }

    /**
     * @param passing rows that pass the filter; null for all that are live
     * @param ef results that a walk keeps; 0 for the true neighbours
     */
    void run(FilterBits.@Nullable Passing passing, int ef) throws IOException {
        boolean walked = false;
        for (int i = 0; i < segments.size(); i++) {
            ViewSegment segment = segments.get(i);
            FixedBitSet bits = passing == null ? null : passing.segments().get(i);
            int rows = passing == null ? segment.live() : passing.counts()[i];
            if (rows == 0) {
                continue;
            }
            if (ef > 0 && segment.hasGraph() && (long) ROWS_PER_RESULT * ef < rows) {
                walk(segment, bits, ef);
                walked = true;
            } else {
                read(segment, bits, rows);
            }
        }
        if (coded != null) {
            coded.rescore(segments, kernel, distance, best, this::offer);
        }
        exact = !walked;
    }

    /** The same by the first values of the rows, and then the best of them by all. Segments that have codes are read as they are. */
    void first(FilterBits.@Nullable Passing passing, Effort.First effort) {
        PrefixPass pass = new PrefixPass(
                Vectors.compared(query.vector(), distance),
                distance,
                Math.min(effort.dimensions(), space.dimension()),
                Math.max(effort.candidates(), query.k() + 1));
        for (int i = 0; i < segments.size(); i++) {
            ViewSegment segment = segments.get(i);
            FixedBitSet bits = passing == null ? null : passing.segments().get(i);
            int rows = passing == null ? segment.live() : passing.counts()[i];
            if (rows > 0 && segment.hasCodes()) {
                read(segment, bits, rows);
            } else if (rows > 0) {
                pass.read(segment, bits);
            }
        }
        if (coded != null) {
            coded.rescore(segments, kernel, distance, best, this::offer);
        }
        int[] candidates = pass.rows();
        for (int row : candidates) {
            ViewSegment segment = ViewSegment.holding(segments, row);
            float sum = kernel.sum(segment.rows(), (row - segment.base()) * segment.stride());
            offer(Ranks.key(distance, sum), row);
        }
        exact = candidates.length == 0;
    }

    private void walk(ViewSegment segment, @Nullable FixedBitSet bits, int ef) throws IOException {
        if (coded != null && segment.hasCodes()) {
            int[] found = new int[ef];
            int[] n = {0};
            new GraphWalk(segment, new RowKeys.Coded(segment, coded.query()), ef, bits)
                    .into((key, row) -> found[n[0]++] = row);
            coded.read(segment, found, n[0]);
        } else {
            new GraphWalk(segment, new RowKeys.Full(segment, kernel, distance), ef, bits)
                    .into((key, row) -> best.offer(key, segment.base() + row));
        }
    }

    /** Whether there are as many as there can be. */
    boolean complete(long passing) {
        return best.size() >= Math.min(passing, query.k() + 1);
    }

    private void read(ViewSegment segment, @Nullable FixedBitSet bits, int rows) {
        if (bits != null && rows < segment.count() / 4) {
            readChosen(segment, bits);
            return;
        }
        if (coded != null && segment.hasCodes()) {
            coded.read(segment, bits);
            return;
        }
        MemorySegment values = segment.rows();
        for (int from = 0; from < segment.count(); from += BLOCK_ROWS) {
            int n = Math.min(BLOCK_ROWS, segment.count() - from);
            kernel.sums(values, from * segment.stride(), segment.stride(), n, keys);
            for (int i = 0; i < n; i++) {
                float key = Ranks.key(distance, keys[i]);
                if (key >= best.floor()
                        && key <= afterKey
                        && (bits == null ? segment.isLive(from + i) : bits.get(from + i))) {
                    offer(key, segment.base() + from + i);
                }
            }
        }
    }

    private void readChosen(ViewSegment segment, FixedBitSet bits) {
        int row = bits.nextSetBit(0);
        while (row != DocIdSetIterator.NO_MORE_DOCS) {
            int n = 0;
            while (n < BLOCK_ROWS && row != DocIdSetIterator.NO_MORE_DOCS) {
                chosen[n++] = row;
                row = row + 1 < bits.length() ? bits.nextSetBit(row + 1) : DocIdSetIterator.NO_MORE_DOCS;
            }
            if (coded != null && segment.hasCodes()) {
                coded.read(segment, chosen, n);
                continue;
            }
            kernel.sums(segment.rows(), segment.stride(), chosen, n, keys);
            for (int i = 0; i < n; i++) {
                float key = Ranks.key(distance, keys[i]);
                if (key >= best.floor()) {
                    offer(key, segment.base() + chosen[i]);
                }
            }
        }
    }

    private void offer(float key, int row) {
        if (key < afterKey || key == afterKey && (afterId == null || ids.at(row).compareTo(afterId) > 0)) {
            best.offer(key, row);
        }
    }

    Found found() {
        boolean more = best.size() > query.k();
        int n = Math.min(best.size(), query.k());
        int[] rows = new int[best.size()];
        float[] ranked = new float[rows.length];
        int[] at = {0};
        best.drain((key, row) -> {
            ranked[at[0]] = key;
            rows[at[0]++] = row;
        });
        ViewColumn payloads = new ViewColumn(segments, ViewFields.PAYLOAD);
        Neighbor[] neighbors = new Neighbor[n];
        // In the order of the rows, in which columns are read without going back.
        long[] order = new long[n];
        for (int i = 0; i < n; i++) {
            order[i] = (long) rows[i] << 32 | i;
        }
        Arrays.sort(order);
        ViewColumn names = new ViewColumn(segments, ViewFields.ID);
        for (long each : order) {
            int i = (int) each;
            String id = names.at(rows[i]).utf8ToString();
            BytesRef payload = payloads.at(rows[i]);
            MemorySegment bytes = MemorySegment.ofArray(payload.bytes).asSlice(payload.offset, payload.length);
            neighbors[i] =
                    new Neighbor(id, Ranks.score(distance, ranked[i]), PayloadCodec.decode(bytes, Vectors.named(id)));
        }
        List<Neighbor> all = new ArrayList<>(Arrays.asList(neighbors));
        After next = more ? new After(all.getLast().score(), all.getLast().id()) : null;
        return new Found(space, all, exact, next);
    }
}
