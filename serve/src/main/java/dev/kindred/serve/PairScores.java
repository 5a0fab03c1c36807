package dev.kindred.serve;

import dev.kindred.serve.seen.Meters;
import java.util.Arrays;
import java.util.List;

/** How alike vectors are, as verify tells it: by the bundle's comparator where it has one, else by the distance of its space. */
final class PairScores {
    private final Served served;
    private final Compute compute;
    private final Meters.OfCollection meters;

    PairScores(Served served, Compute compute, Meters.OfCollection meters) {
        this.served = served;
        this.compute = compute;
        this.meters = meters;
    }

    /** By the distance of the space alone. */
    double plain(float[] left, float[] right) {
        return served.space().distance().score(left, 0, right, 0, served.space().dimension());
    }

    /** Counts the score that a comparison was answered by. */
    void answered(double score) {
        meters.queries(1);
        meters.score(served.comparator().isPresent() ? Meters.Scored.COMPARE : Meters.Scored.VERIFY, score);
    }

    /** The score of one with each of others. */
    double[] of(float[] one, List<float[]> others) {
        return served.comparator()
                .map(comparator -> {
                    float[] scores = compute.run(meters.compare(), () -> comparator.scores(one, others));
                    double[] wide = new double[scores.length];
                    Arrays.setAll(wide, i -> scores[i]);
                    return wide;
                })
                .orElseGet(() ->
                        others.stream().mapToDouble(other -> plain(one, other)).toArray());
    }
}
