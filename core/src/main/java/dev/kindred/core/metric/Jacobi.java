package dev.kindred.core.metric;

import org.jspecify.annotations.Nullable;

/** Eigenvalues and eigenvectors of a symmetric matrix by cyclic rotations (Golub and Van Loan, section 8.5). */
public final class Jacobi {
    private static final int SWEEPS = 60;
    /** Of the squares of all values: when those off the diagonal are no more than this, they are none. */
    private static final double OFF = 1e-20;

    private Jacobi() {}

    /** Eigenvalues, in no order; the matrix is used up. */
    public static double[] eigenvalues(double[][] matrix) {
        turn(matrix, null);
        double[] eigenvalues = new double[matrix.length];
        for (int k = 0; k < matrix.length; k++) {
            eigenvalues[k] = matrix[k][k];
        }
        return eigenvalues;
    }

    /**
     * Makes the matrix diagonal in place: its eigenvalues, in no order.
     *
     * @return the eigenvectors as columns, in the order of the eigenvalues
     */
    public static double[][] diagonalise(double[][] matrix) {
        double[][] vectors = new double[matrix.length][matrix.length];
        for (int i = 0; i < vectors.length; i++) {
            vectors[i][i] = 1;
        }
        turn(matrix, vectors);
        return vectors;
    }

    private static void turn(double[][] matrix, double @Nullable [][] vectors) {
        double most = OFF * squares(matrix, true);
        for (int sweep = 0; sweep < SWEEPS && squares(matrix, false) > most; sweep++) {
            for (int p = 0; p < matrix.length - 1; p++) {
                for (int q = p + 1; q < matrix.length; q++) {
                    rotate(matrix, vectors, p, q);
                }
            }
        }
    }

    private static double squares(double[][] matrix, boolean diagonal) {
        double sum = 0;
        for (int p = 0; p < matrix.length; p++) {
            for (int q = 0; q < p; q++) {
                sum += 2 * matrix[p][q] * matrix[p][q];
            }
            sum += diagonal ? matrix[p][p] * matrix[p][p] : 0;
        }
        return sum;
    }

    private static void rotate(double[][] matrix, double @Nullable [][] vectors, int p, int q) {
        if (matrix[p][q] == 0) {
            return;
        }
        double theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
        double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double c = 1 / Math.sqrt(t * t + 1);
        double s = t * c;
        columns(matrix, p, q, c, s);
        for (int k = 0; k < matrix.length; k++) {
            double pk = matrix[p][k];
            double qk = matrix[q][k];
            matrix[p][k] = c * pk - s * qk;
            matrix[q][k] = s * pk + c * qk;
        }
        if (vectors != null) {
            columns(vectors, p, q, c, s);
        }
    }

    private static void columns(double[][] rows, int p, int q, double c, double s) {
        for (double[] row : rows) {
            double kp = row[p];
            double kq = row[q];
            row[p] = c * kp - s * kq;
            row[q] = s * kp + c * kq;
        }
    }
}
