package dev.kindred.serve.map;

import dev.kindred.core.Embeddings;
import dev.kindred.core.metric.ScoreTiles;
import java.util.Arrays;
import java.util.function.DoubleConsumer;

/**
 * Each vector's nearest others, exactly.
 *
 * @param k neighbours a vector
 * @param ids {@code [count, k]}, nearest first; of equal scores the lower number first
 * @param scores {@code [count, k]}
 */
record Neighbours(int k, int[] ids, float[] scores) {
    private static final int ROWS = 32;
    private static final int COLUMNS = 64 * ScoreTiles.WIDTH;

    /**
     * @param k at most; fewer where there are not as many others
     * @param told the share that is done, 0 to 1
     */
    static Neighbours of(Embeddings embeddings, int k, Pauses pauses, DoubleConsumer told) {
        int n = embeddings.count();
        int kept = Math.max(0, Math.min(k, n - 1));
        int[] ids = new int[n * kept];
        float[] scores = new float[n * kept];
        Arrays.fill(ids, -1);
        Arrays.fill(scores, Float.NEGATIVE_INFINITY);
        if (kept > 0) {
            ScoreTiles tiles = ScoreTiles.of(embeddings, embeddings);
            float[] out = new float[ROWS * COLUMNS];
            for (int row = 0; row < n; row += ROWS) {
                int rowEnd = Math.min(n, row + ROWS);
                for (int column = 0; column < n; column += COLUMNS) {
                    int columnEnd = Math.min(n, column + COLUMNS);
                    tiles.scores(row, rowEnd, column, columnEnd, out);
                    int stride = ScoreTiles.stride(column, columnEnd);
                    for (int i = row; i < rowEnd; i++) {
                        take(i, column, columnEnd, out, (i - row) * stride, kept, ids, scores);
                    }
                }
                told.accept((double) rowEnd / n);
                pauses.step();
            }
        }
        return new Neighbours(kept, ids, scores);
    }

    private static void take(int i, int from, int to, float[] tile, int at, int k, int[] ids, float[] scores) {
        int last = i * k + k - 1;
        float least = scores[last];
        for (int j = from; j < to; j++) {
            float score = tile[at + j - from];
            if (score <= least && ids[last] >= 0 || j == i) {
                continue;
            }
            int place = last;
            while (place > i * k && (ids[place - 1] < 0 || scores[place - 1] < score)) {
                ids[place] = ids[place - 1];
                scores[place] = scores[place - 1];
                place--;
            }
            ids[place] = j;
            scores[place] = score;
            least = scores[last];
        }
    }
}
