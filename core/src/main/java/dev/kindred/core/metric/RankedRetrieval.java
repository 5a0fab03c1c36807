package dev.kindred.core.metric;

import dev.kindred.core.Refusal;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Rankings judged by graded relevance, as trec_eval does: a query counts where something is relevant to it, whether or not it found
 * anything. A tie counts against: of equal scores, the less relevant stands before, so that an encoder which makes all alike scores
 * nothing. What lies below the depth of a ranking was not found.
 */
public final class RankedRetrieval {
    private static final int IDEAL = 10;

    private final boolean[] asked;
    private final int[] firstHit;
    private final Map<RankFigure, double[]> figures;
    private final long seed;

    private RankedRetrieval(int queries, long seed) {
        asked = new boolean[queries];
        firstHit = new int[queries];
        figures = new EnumMap<>(RankFigure.class);
        for (RankFigure figure : RankFigure.values()) {
            figures.put(figure, new double[queries]);
        }
        this.seed = seed;
    }

    /**
     * @param seed of the bootstrap over queries
     * @throws Refusal where no query has anything relevant
     */
    public static RankedRetrieval measure(Rankings rankings, Relevance relevance, long seed) {
        if (rankings.queries() != relevance.queries()) {
            throw new IllegalArgumentException(
                    rankings.queries() + " rankings for " + relevance.queries() + " judged queries");
        }
        RankedRetrieval measured = new RankedRetrieval(rankings.queries(), seed);
        for (int q = 0; q < rankings.queries(); q++) {
            double[] ideal = relevance.ideal(q);
            if (ideal.length > 0) {
                measured.judge(q, gradesByRank(rankings, relevance, q), ideal);
            }
        }
        if (measured.asked() == 0) {
            throw new Refusal("no query has a relevant document", "qrels", "give judgements with a grade above zero");
        }
        return measured;
    }

    /** The grades of a query's documents by rank; among equal scores the lowest grade first. */
    private static double[] gradesByRank(Rankings rankings, Relevance relevance, int query) {
        int[] documents = rankings.documents()[query];
        double[] scores = rankings.scores()[query];
        double[] grades = new double[documents.length];
        int from = 0;
        for (int i = 0; i < documents.length; i++) {
            grades[i] = Math.max(0, relevance.grade(query, documents[i]));
            if (i + 1 == documents.length || scores[i + 1] != scores[i]) {
                Arrays.sort(grades, from, i + 1);
                from = i + 1;
            }
        }
        return grades;
    }

    private void judge(int query, double[] grades, double[] ideal) {
        asked[query] = true;
        int hits = 0;
        double precisions = 0;
        double gain = 0;
        int[] hitsWithin = new int[101];
        for (int rank = 1; rank <= grades.length; rank++) {
            double grade = grades[rank - 1];
            if (grade > 0) {
                hits++;
                precisions += (double) hits / rank;
                gain += rank <= IDEAL ? grade * discount(rank) : 0;
                firstHit[query] = firstHit[query] == 0 ? rank : firstHit[query];
            }
            if (rank <= 100) {
                hitsWithin[rank] = hits;
            }
        }
        Arrays.fill(hitsWithin, Math.min(100, grades.length) + 1, 101, hits);
        double best = 0;
        for (int rank = 1; rank <= Math.min(IDEAL, ideal.length); rank++) {
            best += ideal[rank - 1] * discount(rank);
        }
        put(RankFigure.NDCG_10, query, gain / best);
        put(RankFigure.AVERAGE_PRECISION, query, precisions / ideal.length);
        put(RankFigure.RECIPROCAL_RANK, query, firstHit[query] == 0 ? 0 : 1.0 / firstHit[query]);
        put(RankFigure.RECALL_1, query, (double) hitsWithin[1] / ideal.length);
        put(RankFigure.RECALL_5, query, (double) hitsWithin[5] / ideal.length);
        put(RankFigure.RECALL_10, query, (double) hitsWithin[10] / ideal.length);
        put(RankFigure.RECALL_100, query, (double) hitsWithin[100] / ideal.length);
        put(RankFigure.SUCCESS_1, query, hitsWithin[1] > 0 ? 1 : 0);
        put(RankFigure.SUCCESS_5, query, hitsWithin[5] > 0 ? 1 : 0);
        put(RankFigure.SUCCESS_10, query, hitsWithin[10] > 0 ? 1 : 0);
    }

    private void put(RankFigure figure, int query, double value) {
        values(figure)[query] = value;
    }

    private double[] values(RankFigure figure) {
        return java.util.Objects.requireNonNull(figures.get(figure));
    }

    private static double discount(int rank) {
        return Math.log(2) / Math.log(1 + rank);
    }

    /** Queries in all, asked or not. */
    public int queries() {
        return asked.length;
    }

    /** Queries that have something relevant. */
    public int asked() {
        return (int) IntStream.range(0, asked.length).filter(this::wasAsked).count();
    }

    public boolean wasAsked(int query) {
        return asked[query];
    }

    /** The rank of a query's first relevant document, from 1; 0 where none was found. */
    public int firstHit(int query) {
        return firstHit[query];
    }

    /** The figure of one query; 0 where it was not asked. */
    public double value(RankFigure figure, int query) {
        return values(figure)[query];
    }

    /** The mean over queries asked. */
    public double value(RankFigure figure) {
        return Arrays.stream(asked(figure)).average().orElseThrow();
    }

    /** The figure of every query asked, in order: what a paired comparison of two encoders on the same queries needs. */
    public double[] asked(RankFigure figure) {
        return IntStream.range(0, asked.length)
                .filter(this::wasAsked)
                .mapToDouble(q -> values(figure)[q])
                .toArray();
    }

    /** The mean with its interval by bootstrap over queries. */
    public Measure measure(RankFigure figure) {
        int[] once = new int[asked()];
        Arrays.fill(once, 1);
        return new Measure(value(figure), ClassBootstrap.ofMean(asked(figure), once, seed));
    }
}
