package dev.kindred.core.metric;

import dev.kindred.core.Interval;
import dev.kindred.core.Keyed;
import java.util.Arrays;

/**
 * How much better one way is than another on the same queries: queries are drawn with replacement, and both ways are judged on the very
 * same draw, so that what makes a query hard falls out of the difference (Efron, Tibshirani 1993, chapter 16; Koehn 2004).
 *
 * @param difference the mean of the first less the mean of the second
 * @param interval 95%, by percentiles
 * @param notBetter the share of draws in which the first is not above the second: small means that it is better for sure
 */
public record PairedBootstrap(double difference, Interval interval, double notBetter) {
    /** Draws. */
    public static final int REPLICATES = 2_000;

    /**
     * Of figures that are means over queries: accuracy, average precision, nDCG.
     *
     * @param first a figure a query, at least one
     * @param second of the same queries, in the same order
     */
    public static PairedBootstrap of(double[] first, double[] second, long seed) {
        if (first.length != second.length || first.length == 0) {
            throw new IllegalArgumentException(first.length + " and " + second.length + " queries");
        }
        double[] differences = new double[first.length];
        for (int i = 0; i < first.length; i++) {
            differences[i] = first[i] - second[i];
        }
        double[] drawn = new double[REPLICATES];
        for (int r = 0; r < REPLICATES; r++) {
            Keyed random = Keyed.of(seed, 0x9A1D, r);
            double sum = 0;
            for (int i = 0; i < differences.length; i++) {
                sum += differences[random.nextInt(differences.length)];
            }
            drawn[r] = sum / differences.length;
        }
        return of(Arrays.stream(differences).sum() / differences.length, drawn);
    }

    /** From differences already drawn. */
    static PairedBootstrap of(double difference, double[] drawn) {
        double[] rising = drawn.clone();
        Arrays.sort(rising);
        return new PairedBootstrap(
                difference,
                new Interval(ClassBootstrap.quantile(rising, 0.025), ClassBootstrap.quantile(rising, 0.975)),
                (double) Arrays.stream(rising).filter(d -> d <= 0).count() / rising.length);
    }
}
