package dev.kindred.core.metric;

import java.util.Arrays;

/**
 * Recognition where some of what is asked belongs to no class that is known: a query whose best score lies below a threshold is answered
 * <i>unknown</i> (Scheirer et al. 2013, "Toward Open Set Recognition"; the in-scope and out-of-scope figures of Larson et al. 2019).
 *
 * @param threshold a query is taken as known when its best score is at least this
 * @param known queries of known classes
 * @param rejected those of them that are answered unknown
 * @param right those of them that are given their own class
 * @param unknown queries of no known class
 * @param caught those of them that are answered unknown
 * @param auroc the probability that a known query's best score is above an unknown one's, in [0, 1], whatever the threshold
 */
public record OpenSet(
        double threshold, long known, long rejected, long right, long unknown, long caught, double auroc) {

    /**
     * The highest threshold that answers <i>unknown</i> for at most a share of known queries: chosen on validation queries of known
     * classes, none of an unknown one is needed.
     *
     * @param known the best scores of known queries, at least one
     * @param loss the share of known queries that may be lost, in [0, 1)
     */
    public static double threshold(double[] known, double loss) {
        if (known.length == 0 || !(loss >= 0 && loss < 1)) {
            throw new IllegalArgumentException(known.length + " queries, a loss of " + loss);
        }
        double[] rising = known.clone();
        Arrays.sort(rising);
        int lost = (int) Math.floor(loss * rising.length * (1 + 1e-12));
        // Of equal scores none is lost, or more than was allowed would be.
        return rising[lost];
    }

    /**
     * @param known the best score of each query of a known class, at least one
     * @param right whether its best class is its own
     * @param unknown the best score of each query of no known class, at least one
     */
    public static OpenSet at(double threshold, double[] known, boolean[] right, double[] unknown) {
        if (known.length != right.length || known.length == 0 || unknown.length == 0) {
            throw new IllegalArgumentException(
                    "%d known, %d answers, %d unknown".formatted(known.length, right.length, unknown.length));
        }
        long rejected = 0;
        long answered = 0;
        for (int i = 0; i < known.length; i++) {
            rejected += known[i] < threshold ? 1 : 0;
            answered += known[i] >= threshold && right[i] ? 1 : 0;
        }
        long caught = Arrays.stream(unknown).filter(score -> score < threshold).count();
        return new OpenSet(threshold, known.length, rejected, answered, unknown.length, caught, auroc(known, unknown));
    }

    /** Mann–Whitney by walking both in rising order, ties counting half. */
    private static double auroc(double[] known, double[] unknown) {
        double[] a = known.clone();
        double[] b = unknown.clone();
        Arrays.sort(a);
        Arrays.sort(b);
        double wins = 0;
        int below = 0;
        int notAbove = 0;
        for (double score : a) {
            while (below < b.length && b[below] < score) {
                below++;
            }
            while (notAbove < b.length && b[notAbove] <= score) {
                notAbove++;
            }
            wins += (below + notAbove) / 2.0;
        }
        return wins / a.length / b.length;
    }

    /** The share of known queries answered unknown, in [0, 1]. */
    public double lost() {
        return (double) rejected / known;
    }

    /** The share of known queries given their own class, the rejected counting as wrong, in [0, 1]. */
    public double accuracy() {
        return (double) right / known;
    }

    /** Out-of-scope recall: the share of unknown queries answered unknown, in [0, 1]. */
    public double recall() {
        return (double) caught / unknown;
    }

    /** Out-of-scope precision: the share of queries answered unknown that are, in [0, 1]; 0 where none is. */
    public double precision() {
        return caught == 0 ? 0 : (double) caught / (caught + rejected);
    }
}
