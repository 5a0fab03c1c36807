package dev.kindred.serve.map;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.metric.Jacobi;

/**
 * The two directions in which vectors differ most, by block power iteration with a Rayleigh–Ritz step (Halko, Martinsson, Tropp 2011,
 * algorithm 4.4): the same each time for the same seed, and up to the sign, which is chosen so that a direction's largest part is
 * positive.
 */
final class PrincipalAxes {
    private static final int AXES = 2;
    /** Directions beyond those wanted, for quick convergence. */
    private static final int SPARE = 6;

    private static final int ROUNDS = 12;

    private PrincipalAxes() {}

    /** @return {@code [count, 2]}: each vector's place on both axes, about their mean */
    static double[] places(Embeddings embeddings, long seed, Pauses pauses) {
        int n = embeddings.count();
        int d = embeddings.dimension();
        int width = Math.min(d, AXES + SPARE);
        float[] values = embeddings.values();
        double[] mean = mean(values, n, d);
        double[][] basis = start(d, width, seed);
        double[][] spread = new double[width][d];
        for (int round = 0; round < ROUNDS; round++) {
            multiply(values, n, d, mean, basis, spread, pauses);
            for (int a = 0; a < width; a++) {
                System.arraycopy(spread[a], 0, basis[a], 0, d);
            }
            orthonormalise(basis);
        }
        multiply(values, n, d, mean, basis, spread, pauses);
        double[][] axes = strongest(basis, spread);
        double[] places = new double[n * AXES];
        for (int i = 0; i < n; i++) {
            for (int a = 0; a < axes.length; a++) {
                places[i * AXES + a] = along(values, i * d, mean, axes[a]);
            }
        }
        return places;
    }

    private static double[] mean(float[] values, int n, int d) {
        double[] mean = new double[d];
        for (int i = 0; i < n * d; i++) {
            mean[i % d] += values[i];
        }
        for (int k = 0; k < d; k++) {
            mean[k] /= Math.max(1, n);
        }
        return mean;
    }

    private static double[][] start(int d, int width, long seed) {
        double[][] basis = new double[width][d];
        for (int a = 0; a < width; a++) {
            Keyed random = Keyed.of(seed, a);
            for (int k = 0; k < d; k++) {
                basis[a][k] = random.nextGaussian();
            }
        }
        orthonormalise(basis);
        return basis;
    }

    /** {@code out[a] = Σ (x − mean) ((x − mean) · basis[a])}: the covariance times each direction, without the covariance. */
    private static void multiply(
            float[] values, int n, int d, double[] mean, double[][] basis, double[][] out, Pauses pauses) {
        for (double[] row : out) {
            java.util.Arrays.fill(row, 0);
        }
        double[] centred = new double[d];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < d; k++) {
                centred[k] = values[i * d + k] - mean[k];
            }
            for (int a = 0; a < basis.length; a++) {
                double place = dot(centred, basis[a]);
                double[] sum = out[a];
                for (int k = 0; k < d; k++) {
                    sum[k] += place * centred[k];
                }
            }
            if ((i & 255) == 0) {
                pauses.step();
            }
        }
    }

    /** Gram–Schmidt, twice, which is enough; a direction that nothing is left of becomes zero. */
    private static void orthonormalise(double[][] basis) {
        for (int a = 0; a < basis.length; a++) {
            for (int pass = 0; pass < 2; pass++) {
                for (int b = 0; b < a; b++) {
                    double shared = dot(basis[a], basis[b]);
                    for (int k = 0; k < basis[a].length; k++) {
                        basis[a][k] -= shared * basis[b][k];
                    }
                }
                double length = Math.sqrt(dot(basis[a], basis[a]));
                double scale = length > 1e-30 ? 1 / length : 0;
                for (int k = 0; k < basis[a].length; k++) {
                    basis[a][k] *= scale;
                }
            }
        }
    }

    /** Within the basis, the eigenvectors of the two largest eigenvalues. */
    private static double[][] strongest(double[][] basis, double[][] spread) {
        int width = basis.length;
        double[][] matrix = new double[width][width];
        for (int a = 0; a < width; a++) {
            for (int b = 0; b < width; b++) {
                matrix[a][b] = (dot(basis[a], spread[b]) + dot(basis[b], spread[a])) / 2;
            }
        }
        double[][] vectors = Jacobi.diagonalise(matrix);
        Integer[] order = new Integer[width];
        java.util.Arrays.setAll(order, a -> a);
        java.util.Arrays.sort(order, (a, b) -> Double.compare(matrix[b][b], matrix[a][a]));
        double[][] axes = new double[Math.min(AXES, width)][basis[0].length];
        for (int a = 0; a < axes.length; a++) {
            for (int b = 0; b < width; b++) {
                for (int k = 0; k < axes[a].length; k++) {
                    axes[a][k] += vectors[b][order[a]] * basis[b][k];
                }
            }
            turn(axes[a]);
        }
        return axes;
    }

    private static void turn(double[] axis) {
        double largest = 0;
        for (double part : axis) {
            if (Math.abs(part) > Math.abs(largest)) {
                largest = part;
            }
        }
        if (largest < 0) {
            for (int k = 0; k < axis.length; k++) {
                axis[k] = -axis[k];
            }
        }
    }

    private static double along(float[] values, int at, double[] mean, double[] axis) {
        double sum = 0;
        for (int k = 0; k < axis.length; k++) {
            sum += (values[at + k] - mean[k]) * axis[k];
        }
        return sum;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }
}
