package dev.kindred.index;

import dev.kindred.core.Distance;
import java.util.Arrays;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/**
 * The rows that are best by their first values, which encoders taught for it put first (Kusupati et al. 2022, "Matryoshka Representation
 * Learning"): only these are read of every row. For one thread and one query.
 */
final class PrefixPass {
    private final Distance distance;
    private final Kernel kernel;
    /** Squared lengths of the rows' first values, by which cosine divides. */
    private final Kernel lengths;

    private final TopK best;
    private final float[] keys = new float[ViewSearch.BLOCK_ROWS];
    private final float[] squares = new float[ViewSearch.BLOCK_ROWS];

    /**
     * @param vector as it is compared, whole
     * @param dimensions of it that are read
     * @param candidates to find
     */
    PrefixPass(float[] vector, Distance distance, int dimensions, int candidates) {
        this.distance = distance;
        float[] first = Kernel.padded(Arrays.copyOf(vector, dimensions));
        this.kernel = new Kernel(first, dimensions, distance == Distance.L2);
        this.lengths = new Kernel(new float[first.length], dimensions, true);
        this.best = new TopK(candidates, Integer::compare);
    }

    /** All rows of a segment that pass. */
    void read(ViewSegment segment, @Nullable FixedBitSet passing) {
        for (int from = 0; from < segment.count(); from += ViewSearch.BLOCK_ROWS) {
            int n = Math.min(ViewSearch.BLOCK_ROWS, segment.count() - from);
            kernel.sums(segment.rows(), from * segment.stride(), segment.stride(), n, keys);
            if (distance == Distance.COSINE) {
                lengths.sums(segment.rows(), from * segment.stride(), segment.stride(), n, squares);
            }
            for (int i = 0; i < n; i++) {
                float key = switch (distance) {
                    case COSINE -> squares[i] == 0 ? -1 : keys[i] / (float) Math.sqrt(squares[i]);
                    case L2 -> -keys[i];
                    case DOT -> keys[i];
                };
                if (key >= best.floor() && (passing == null ? segment.isLive(from + i) : passing.get(from + i))) {
                    best.offer(key, segment.base() + from + i);
                }
            }
        }
    }

    /** The candidates, numbered through all segments, rising. Empties this. */
    int[] rows() {
        int[] rows = new int[best.size()];
        int[] n = {0};
        best.drain((key, row) -> rows[n[0]++] = row);
        Arrays.sort(rows);
        return rows;
    }
}
