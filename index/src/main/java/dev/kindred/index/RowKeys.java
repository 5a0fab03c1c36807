package dev.kindred.index;

import dev.kindred.core.Distance;

/** Ranks rows of one segment for one query. For one thread. */
sealed interface RowKeys {
    /** @param keys takes {@code n} keys that rise with likeness, of the rows whose numbers stand in {@code rows[0..n)} */
    void of(int[] rows, int n, float[] keys);

    /** The keys themselves. */
    record Full(ViewSegment segment, Kernel kernel, Distance distance) implements RowKeys {
        @Override
        public void of(int[] rows, int n, float[] keys) {
            kernel.sums(segment.rows(), segment.stride(), rows, n, keys);
            for (int i = 0; i < n; i++) {
                keys[i] = Ranks.key(distance, keys[i]);
            }
        }
    }

    /** What codes say of them. */
    record Coded(ViewSegment segment, CodedQuery query) implements RowKeys {
        @Override
        public void of(int[] rows, int n, float[] keys) {
            query.keys(segment.codes(), rows, n, keys);
        }
    }
}
