package dev.kindred.index;

import dev.kindred.core.Distance;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One query's way through the rows of a view, ranked by {@link Ranks}. The filter is asked only for rows whose key could come in. For
 * one thread; nothing is allocated per row unless a filter reads it.
 */
final class Scan {
    /** Rows at once, at most; the block's numbers stay in the core's own cache, so several queries can pass over it. */
    private static final int BLOCK_ROWS = 256;

    private static final int BLOCK_BYTES = 128 << 10;

    private final View view;
    private final Query query;
    private final Distance distance;
    private final Kernel kernel;
    private final RowTest test;
    private final TopK best;
    private final float[] keys = new float[BLOCK_ROWS];
    private final float afterKey;
    private final @Nullable MemorySegment afterId;

    /** @param view whose file is retained by the caller for as long as this is used */
    Scan(View view, Query query) {
        this.view = view;
        this.query = query;
        this.distance = view.space().distance();
        this.kernel = new Kernel(prepared(query, distance), distance == Distance.L2);
        this.test = RowTest.of(query.filter(), view);
        // One more than asked for tells whether another page follows.
        this.best = new TopK(query.k() + 1, view::compareIds);
        After after = query.after();
        this.afterKey = after == null ? Float.POSITIVE_INFINITY : Ranks.ofScore(distance, after.score());
        this.afterId = after == null ? null : MemorySegment.ofArray(after.id().getBytes(StandardCharsets.UTF_8));
    }

    private static float[] prepared(Query query, Distance distance) {
        distance.require(query.vector(), "query");
        return Kernel.padded(Vectors.compared(query.vector(), distance));
    }

    /** How many rows of this stride go at once. */
    static int blockRows(int stride) {
        return Math.clamp(BLOCK_BYTES / stride / 4 * 4, 4, BLOCK_ROWS);
    }

    /** Looks at rows {@code [from, to)}. */
    void run(int from, int to) {
        view.runs(from, to, (piece, start, first, end) -> {
            int step = blockRows(piece.columns().stride());
            for (int row = first; row < end; row += step) {
                block(piece, start, row, Math.min(step, end - row));
            }
        });
    }

    private void block(Piece piece, int start, int from, int n) {
        view.requireRows(start + from, start + from + n);
        Columns columns = piece.columns();
        kernel.sums(columns.rows(), (long) from * columns.stride(), columns.stride(), n, keys);
        for (int i = 0; i < n; i++) {
            float key = key(keys[i], columns, from + i);
            if (key >= best.floor() && key <= afterKey && !piece.gone().get(from + i)) {
                offer(key, start + from + i);
            }
        }
    }

    /** Looks at these rows only. */
    void run(int[] rows) {
        for (int row : rows) {
            view.requireRows(row, row + 1);
            view.runs(row, row + 1, (piece, start, own, end) -> {
                Columns columns = piece.columns();
                float key = key(kernel.sum(columns.rows(), (long) own * columns.stride()), columns, own);
                if (key >= best.floor() && key <= afterKey) {
                    offer(key, row);
                }
            });
        }
    }

    private void offer(float key, int row) {
        if (isAfter(key, row) && test.passes(row)) {
            best.offer(key, row);
        }
    }

    private boolean isAfter(float key, int row) {
        return afterId == null || key < afterKey || Snapshot.compare(view.id(row), afterId) > 0;
    }

    private float key(float sum, Columns columns, int row) {
        return Ranks.key(distance, distance == Distance.COSINE ? sum * columns.inverseNorm(row) : sum);
    }

    /** Takes in what another scan of the same query found in other rows. */
    void addAll(Scan other) {
        best.addAll(other.best);
    }

    Found found() {
        boolean more = best.size() > query.k();
        List<Neighbor> neighbors = new ArrayList<>(best.size());
        best.drain((key, row) -> {
            if (neighbors.size() < query.k()) {
                neighbors.add(new Neighbor(view.idText(row), Ranks.score(distance, key), view.fields(row)));
            }
        });
        After next = more
                ? new After(neighbors.getLast().score(), neighbors.getLast().id())
                : null;
        return new Found(view.space(), neighbors, true, next);
    }
}
