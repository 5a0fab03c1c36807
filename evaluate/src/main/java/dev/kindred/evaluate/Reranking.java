package dev.kindred.evaluate;

import dev.kindred.core.Embeddings;
import dev.kindred.core.metric.Rankings;
import dev.kindred.core.metric.Retrieval;
import dev.kindred.core.metric.ScoreTiles;
import dev.kindred.encode.LearnedDistance;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The first of what embeddings found, in the order of a comparator; what stands behind them stays behind them. */
final class Reranking {
    /** How many of the first are reordered. */
    static final int DEPTH = 100;

    private Reranking() {}

    /** Rankings with their first {@link #DEPTH} documents by falling score of the comparator, equal ones in the order they had. */
    static Rankings of(Rankings found, Embeddings queries, Embeddings documents, LearnedDistance comparator) {
        int[][] rows = new int[found.queries()][];
        double[][] scores = new double[found.queries()][];
        for (int q = 0; q < found.queries(); q++) {
            int[] before = found.documents()[q];
            int[] first = Arrays.copyOf(before, Math.min(DEPTH, before.length));
            int query = q;
            float[] learned = comparator.scores(
                    new LearnedDistance.Side(
                            queries,
                            IntStream.range(0, first.length).map(i -> query).toArray()),
                    new LearnedDistance.Side(documents, first));
            int[] order = falling(learned);
            rows[q] = before.clone();
            scores[q] = new double[before.length];
            for (int place = 0; place < before.length; place++) {
                boolean reordered = place < first.length;
                rows[q][place] = reordered ? first[order[place]] : before[place];
                // Below every score of a comparator, which are of (0, 1).
                scores[q][place] = reordered ? learned[order[place]] : -place;
            }
        }
        return new Rankings(rows, scores);
    }

    private static int[] falling(float[] scores) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -scores[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /**
     * Every sample as a query for all others: the space's own scores, but that the first {@link #DEPTH} others stand above the rest, by the
     * comparator. Equal scores stay equal.
     */
    static Retrieval.Scores scores(Embeddings samples, LearnedDistance comparator) {
        ScoreTiles tiles = ScoreTiles.of(samples, samples);
        int n = samples.count();
        return (query, scores) -> {
            float[] plain = new float[ScoreTiles.stride(0, n)];
            tiles.scores(query, query + 1, 0, n, plain);
            System.arraycopy(plain, 0, scores, 0, n);
            float[] rising = new float[n - 1];
            System.arraycopy(plain, 0, rising, 0, query);
            System.arraycopy(plain, query + 1, rising, query, n - 1 - query);
            Arrays.sort(rising);
            if (rising.length == 0) {
                return;
            }
            float last = rising[Math.max(0, rising.length - DEPTH)];
            int[] first = IntStream.range(0, n)
                    .filter(i -> i != query && plain[i] >= last)
                    .toArray();
            float[] learned = comparator.scores(
                    new LearnedDistance.Side(
                            samples,
                            IntStream.range(0, first.length).map(i -> query).toArray()),
                    new LearnedDistance.Side(samples, first));
            float[] places = learned.clone();
            Arrays.sort(places);
            float above = Math.max(0, rising[rising.length - 1]);
            for (int i = 0; i < first.length; i++) {
                int place = Arrays.binarySearch(places, learned[i]);
                while (place > 0 && places[place - 1] == learned[i]) {
                    place--;
                }
                scores[first[i]] = above + 1 + place;
            }
        };
    }
}
