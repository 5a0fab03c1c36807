package dev.kindred.core.metric;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Workers;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What each query found, best first: rows of documents and their scores. A query may have found fewer than the depth, or nothing.
 *
 * @param documents {@code [queries][found]} rows, no row twice in a query
 * @param scores as many, never rising
 */
public record Rankings(int[][] documents, double[][] scores) {
    /** How deep a ranking is kept where nothing else is said, as trec_eval does. */
    public static final int DEPTH = 1000;

    private static final int QUERY_BLOCK = 16;
    private static final int ITEM_TILE = 4096;

    public Rankings {
        if (documents.length != scores.length) {
            throw new IllegalArgumentException("one list of documents and scores a query");
        }
        for (int q = 0; q < documents.length; q++) {
            if (documents[q].length != scores[q].length) {
                throw new IllegalArgumentException("one score a document");
            }
        }
    }

    public int queries() {
        return documents.length;
    }

    /**
     * The documents nearest to each query, every one of them compared; equal scores by rising row.
     *
     * @param depth documents kept a query, at least 1
     */
    public static Rankings nearest(Embeddings queries, Embeddings documents, int depth, Workers workers) {
        ScoreTiles tiles = ScoreTiles.of(queries, documents);
        int[][] found = new int[queries.count()][];
        double[][] scores = new double[queries.count()][];
        workers.blocks(queries.count(), QUERY_BLOCK, (from, to) -> {
            Best[] best = new Best[to - from];
            for (int q = from; q < to; q++) {
                best[q - from] = new Best(Math.min(depth, documents.count()));
            }
            float[] tile = new float[(to - from) * ScoreTiles.stride(0, ITEM_TILE)];
            for (int itemFrom = 0; itemFrom < documents.count(); itemFrom += ITEM_TILE) {
                int itemTo = Math.min(itemFrom + ITEM_TILE, documents.count());
                tiles.scores(from, to, itemFrom, itemTo, tile);
                int stride = ScoreTiles.stride(itemFrom, itemTo);
                for (int q = from; q < to; q++) {
                    for (int j = itemFrom; j < itemTo; j++) {
                        best[q - from].offer(tile[(q - from) * stride + j - itemFrom], j);
                    }
                }
            }
            for (int q = from; q < to; q++) {
                found[q] = best[q - from].rows();
                scores[q] = best[q - from].scores();
            }
        });
        return new Rankings(found, scores);
    }

    /**
     * Two rankings of the same queries as one, by {@link Fusion#usual}. Equal sums by rising row.
     *
     * @param similar by similarity of embeddings
     * @param words by words, scores above 0
     * @param depth documents kept a query, at least 1
     */
    public static Rankings fused(Rankings similar, Rankings words, int depth) {
        int queries = similar.queries();
        int[][] found = new int[queries][];
        double[][] scores = new double[queries][];
        Fusion fusion = Fusion.usual();
        for (int q = 0; q < queries; q++) {
            Map<Integer, Double> sums = new HashMap<>();
            add(similar.documents[q], fusion.ofSimilarities(similar.scores[q]), sums);
            add(words.documents[q], fusion.ofWords(words.scores[q]), sums);
            List<Map.Entry<Integer, Double>> sorted = sums.entrySet().stream()
                    .sorted(Map.Entry.<Integer, Double>comparingByValue()
                            .reversed()
                            .thenComparing(Map.Entry.comparingByKey()))
                    .limit(depth)
                    .toList();
            found[q] = sorted.stream().mapToInt(Map.Entry::getKey).toArray();
            scores[q] = sorted.stream().mapToDouble(Map.Entry::getValue).toArray();
        }
        return new Rankings(found, scores);
    }

    private static void add(int[] documents, double[] shares, Map<Integer, Double> sums) {
        for (int place = 0; place < shares.length; place++) {
            sums.merge(documents[place], shares[place], Double::sum);
        }
    }

    /**
     * The highest of many scores. A score and a row are one number, so that they sort at once: the bits of the score in an order that
     * rises with it, then the complement of the row.
     */
    private static final class Best {
        private final int depth;
        private final long[] keys;
        private int held;
        private long lowest = Long.MIN_VALUE;

        Best(int depth) {
            this.depth = depth;
            keys = new long[2 * depth];
        }

        void offer(float score, int row) {
            int bits = Float.floatToIntBits(score + 0f);
            int rising = bits >= 0 ? bits : bits ^ 0x7FFF_FFFF;
            long key = (long) rising << 32 | (0xFFFF_FFFFL - row);
            if (key < lowest) {
                return;
            }
            keys[held++] = key;
            if (held == keys.length) {
                Arrays.sort(keys);
                System.arraycopy(keys, depth, keys, 0, depth);
                held = depth;
                lowest = keys[0];
            }
        }

        private long[] falling() {
            Arrays.sort(keys, 0, held);
            int n = Math.min(depth, held);
            long[] falling = new long[n];
            for (int i = 0; i < n; i++) {
                falling[i] = keys[held - 1 - i];
            }
            return falling;
        }

        int[] rows() {
            return Arrays.stream(falling())
                    .mapToInt(key -> (int) (0xFFFF_FFFFL - (key & 0xFFFF_FFFFL)))
                    .toArray();
        }

        double[] scores() {
            return Arrays.stream(falling())
                    .mapToDouble(key -> {
                        int rising = (int) (key >> 32);
                        return Float.intBitsToFloat(rising >= 0 ? rising : rising ^ 0x7FFF_FFFF);
                    })
                    .toArray();
        }
    }
}
