package dev.kindred.core.metric;

import dev.kindred.core.Embeddings;
import java.util.Arrays;
import java.util.List;

/**
 * What a set of embeddings looks like, without any of them: what a drift watch compares later traffic with.
 *
 * @param count embeddings
 * @param variance the sum over dimensions of the variance (divided by n): 1 − |mean|² where all have unit length, 0 when collapsed
 * @param effectiveRank {@code exp} of the entropy of the covariance's eigenvalues taken as shares (Roy, Vetterli 2007), from 1 to d; 0
 *     where there is no variance
 * @param meanNorm the mean length
 * @param mean of each dimension, d values
 */
public record EmbeddingStatistics(
        int count, double variance, double effectiveRank, double meanNorm, List<Double> mean) {

    /** @param embeddings at least one */
    public static EmbeddingStatistics of(Embeddings embeddings) {
        int n = embeddings.count();
        int d = embeddings.dimension();
        float[] values = embeddings.values();
        double[] mean = new double[d];
        double norms = 0;
        for (int i = 0; i < n; i++) {
            double squares = 0;
            for (int k = 0; k < d; k++) {
                double value = values[i * d + k];
                mean[k] += value / n;
                squares += value * value;
            }
            norms += Math.sqrt(squares) / n;
        }
        double[][] covariance = covariance(values, mean, n, d);
        double variance = 0;
        for (int k = 0; k < d; k++) {
            variance += covariance[k][k];
        }
        return new EmbeddingStatistics(
                n,
                variance,
                effectiveRank(covariance, variance),
                norms,
                Arrays.stream(mean).boxed().toList());
    }

    private static double[][] covariance(float[] values, double[] mean, int n, int d) {
        double[][] covariance = new double[d][d];
        double[] centred = new double[d];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < d; k++) {
                centred[k] = values[i * d + k] - mean[k];
            }
            for (int k = 0; k < d; k++) {
                double[] row = covariance[k];
                double scaled = centred[k] / n;
                for (int l = 0; l < d; l++) {
                    row[l] += scaled * centred[l];
                }
            }
        }
        return covariance;
    }

    private static double effectiveRank(double[][] covariance, double variance) {
        if (variance <= 1e-12) {
            return 0;
        }
        double entropy = 0;
        for (double eigenvalue : Jacobi.eigenvalues(covariance)) {
            double share = eigenvalue / variance;
            if (share > 1e-15) {
                entropy -= share * Math.log(share);
            }
        }
        return Math.exp(entropy);
    }
}
