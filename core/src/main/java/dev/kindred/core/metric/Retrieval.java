package dev.kindred.core.metric;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Nearest-neighbour search judged by labels. Each query is compared with every item it may be answered with; a hit is an item of the
 * same label. A tie counts against: an item of another label with the same score stands before, so that an encoder which makes all
 * alike scores nothing.
 *
 * <p>{@code recall(k)} is the share of queries with a hit among their first k; {@code precision(k)} the mean share of hits among the
 * first k; {@code mapAtR} is mean average precision at R (Musgrave, Belongie, Lim 2020, "A Metric Learning Reality Check"): with R
 * items of the query's label, {@code 1/R · Σ_{i≤R} precision(i)·hit(i)}. Queries that nothing could answer are left out and counted.
 */
public final class Retrieval {
    /** The ranks that recall and precision are given for. */
    public static final List<Integer> RANKS = List.of(1, 5, 10);

    private static final int QUERY_BLOCK = 16;
    private static final int ITEM_TILE = 4096;

    private final int[] labels;
    private final int classes;
    private final long seed;
    private final int[] relevant;
    private final int[] firstHit;
    private final int[][] hitsWithin;
    private final double[] averagePrecision;
    private final double[] rPrecision;
    private final int[] nearest;
    private final double[] margin;

    private Retrieval(int[] labels, long seed) {
        this.labels = labels;
        this.classes = Arrays.stream(labels).max().orElse(-1) + 1;
        this.seed = seed;
        int n = labels.length;
        relevant = new int[n];
        firstHit = new int[n];
        hitsWithin = new int[n][RANKS.size()];
        averagePrecision = new double[n];
        rPrecision = new double[n];
        nearest = new int[n];
        margin = new double[n];
    }

    /** Leave one out: every labelled row queries all others. Labels are class numbers from 0; −1 answers, but never queries or hits. */
    public static Retrieval leaveOneOut(Embeddings embeddings, int[] labels, Workers workers) {
        return measure(embeddings, labels, embeddings, labels, Exclusion.SELF, 0, workers);
    }

    /**
     * Queries against a gallery.
     *
     * @param queryLabels class numbers from 0, one a query row; −1 is not asked
     * @param itemLabels class numbers in the same numbering, one an item row; −1 is never a hit
     * @param seed of the bootstrap
     * @throws Refusal where no query can be answered
     */
    public static Retrieval measure(
            Embeddings queries,
            int[] queryLabels,
            Embeddings items,
            int[] itemLabels,
            Exclusion exclusion,
            long seed,
            Workers workers) {
        if (queries.count() != queryLabels.length || items.count() != itemLabels.length) {
            throw new IllegalArgumentException("one label a row");
        }
        Retrieval retrieval = new Retrieval(queryLabels.clone(), seed);
        ScoreTiles tiles = ScoreTiles.of(queries, items);
        workers.blocks(queries.count(), QUERY_BLOCK, (from, to) -> {
            float[][] scores = new float[to - from][items.count()];
            float[] tile = new float[(to - from) * ScoreTiles.stride(0, ITEM_TILE)];
            for (int itemFrom = 0; itemFrom < items.count(); itemFrom += ITEM_TILE) {
                int itemTo = Math.min(itemFrom + ITEM_TILE, items.count());
                tiles.scores(from, to, itemFrom, itemTo, tile);
                int stride = ScoreTiles.stride(itemFrom, itemTo);
                for (int q = from; q < to; q++) {
                    System.arraycopy(tile, (q - from) * stride, scores[q - from], itemFrom, itemTo - itemFrom);
                }
            }
            for (int q = from; q < to; q++) {
                retrieval.judge(q, scores[q - from], itemLabels, exclusion);
            }
        });
        retrieval.requireAsked();
        return retrieval;
    }

    /** The score of every item for a query, whatever it was made of; written whole. Called from many threads. */
    @FunctionalInterface
    public interface Scores {
        void of(int query, float[] scores);
    }

    /** The same for scores that no embedding gives: of words, of a program elsewhere. */
    public static Retrieval measure(
            Scores scores, int[] queryLabels, int[] itemLabels, Exclusion exclusion, long seed, Workers workers) {
        Retrieval retrieval = new Retrieval(queryLabels.clone(), seed);
        workers.blocks(queryLabels.length, QUERY_BLOCK, (from, to) -> {
            float[] row = new float[itemLabels.length];
            for (int q = from; q < to; q++) {
                scores.of(q, row);
                retrieval.judge(q, row, itemLabels, exclusion);
            }
        });
        retrieval.requireAsked();
        return retrieval;
    }

    private void requireAsked() {
        if (asked() == 0) {
            throw new Refusal(
                    "no query has anything of its own class to find",
                    "retrieval",
                    "give classes with at least two samples");
        }
    }

    private void judge(int query, float[] scores, int[] itemLabels, Exclusion exclusion) {
        nearest[query] = -1;
        margin[query] = Double.NaN;
        int label = labels[query];
        if (label < 0) {
            return;
        }
        float[] positives = new float[16];
        int r = 0;
        float best = Float.NEGATIVE_INFINITY;
        float bestOther = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < scores.length; j++) {
            boolean same = itemLabels[j] == label;
            if ((!same && scores[j] < bestOther && scores[j] <= best) || exclusion.excludes(query, j)) {
                continue;
            }
            if (same) {
                if (r == positives.length) {
                    positives = Arrays.copyOf(positives, 2 * r);
                }
                positives[r++] = scores[j];
            } else {
                bestOther = Math.max(bestOther, scores[j]);
            }
            if (nearest[query] < 0
                    || scores[j] > best
                    || (scores[j] == best && !same && itemLabels[nearest[query]] == label)) {
                best = scores[j];
                nearest[query] = j;
            }
        }
        relevant[query] = r;
        if (r == 0) {
            return;
        }
        Arrays.sort(positives, 0, r);
        margin[query] = bestOther == Float.NEGATIVE_INFINITY ? Double.NaN : (double) positives[r - 1] - bestOther;
        int[] others = othersBefore(query, scores, positives, r, itemLabels, exclusion);
        int before = 0;
        double precisions = 0;
        int withinR = 0;
        for (int i = 1; i <= r; i++) {
            before += others[i - 1];
            int rank = i + before;
            if (i == 1) {
                firstHit[query] = rank;
            }
            if (rank <= r) {
                precisions += (double) i / rank;
                withinR++;
            }
            for (int k = 0; k < RANKS.size(); k++) {
                if (rank <= RANKS.get(k)) {
                    hitsWithin[query][k]++;
                }
            }
        }
        averagePrecision[query] = precisions / r;
        rPrecision[query] = (double) withinR / r;
    }

    /** How many items of other labels stand before the best hit, then between each hit and the next. */
    private int[] othersBefore(
            int query, float[] scores, float[] positives, int r, int[] itemLabels, Exclusion exclusion) {
        int[] others = new int[r];
        float lowest = positives[0];
        for (int j = 0; j < scores.length; j++) {
            if (scores[j] < lowest || itemLabels[j] == labels[query] || exclusion.excludes(query, j)) {
                continue;
            }
            int low = 0;
            int high = r;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (positives[middle] <= scores[j]) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            others[r - low]++;
        }
        return others;
    }

    /** Queries in all, asked or not. */
    public int queries() {
        return labels.length;
    }

    /** Queries that something could answer. */
    public int asked() {
        return (int) IntStream.range(0, labels.length).filter(this::wasAsked).count();
    }

    public boolean wasAsked(int query) {
        return relevant[query] > 0;
    }

    /** The share of queries with a hit among the first {@code k}, for any k. */
    public double recall(int k) {
        return mean(q -> firstHit[q] <= k ? 1 : 0, q -> true);
    }

    /** Recall among the chosen queries alone (the gallery stays whole); NaN where none was asked. */
    public double recall(int k, IntPredicate chosen) {
        return mean(q -> firstHit[q] <= k ? 1 : 0, chosen);
    }

    public Measure recallMeasure(int k) {
        return measure(q -> firstHit[q] <= k ? 1 : 0);
    }

    /** The mean share of hits among the first k; k is one of {@link #RANKS}. */
    public double precision(int k) {
        int at = RANKS.indexOf(k);
        if (at < 0) {
            throw new IllegalArgumentException("precision is kept for " + RANKS + ", not " + k);
        }
        return mean(q -> hitsWithin[q][at], q -> true) / k;
    }

    public double mapAtR() {
        return mean(q -> averagePrecision[q], q -> true);
    }

    public double mapAtR(IntPredicate chosen) {
        return mean(q -> averagePrecision[q], chosen);
    }

    public Measure mapAtRMeasure() {
        return measure(q -> averagePrecision[q]);
    }

    /** The mean share of hits among the first R, R being the number of items of the query's label. */
    public double rPrecision() {
        return mean(q -> rPrecision[q], q -> true);
    }

    /** The rank of a query's first hit, from 1; 0 where it was not asked. */
    public int firstHit(int query) {
        return firstHit[query];
    }

    /** The row of the item nearest to a query; −1 where it has none. Of a tie, one of another label. */
    public int nearest(int query) {
        return nearest[query];
    }

    /** The score of a query's best hit minus that of its best miss; NaN where it lacks either. */
    public double margin(int query) {
        return margin[query];
    }

    private interface Figure {
        double of(int query);
    }

    private double mean(Figure figure, IntPredicate chosen) {
        double sum = 0;
        int count = 0;
        for (int q = 0; q < labels.length; q++) {
            if (wasAsked(q) && chosen.test(q)) {
                sum += figure.of(q);
                count++;
            }
        }
        return sum / count;
    }

    private Measure measure(Figure figure) {
        double[] sums = new double[classes];
        int[] counts = new int[classes];
        for (int q = 0; q < labels.length; q++) {
            if (wasAsked(q)) {
                sums[labels[q]] += figure.of(q);
                counts[labels[q]]++;
            }
        }
        return new Measure(mean(figure, q -> true), ClassBootstrap.ofMean(sums, counts, seed));
    }
}
