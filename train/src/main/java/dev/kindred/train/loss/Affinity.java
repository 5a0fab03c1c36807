package dev.kindred.train.loss;

import dev.kindred.core.Distance;

/**
 * The scores of every row of a batch with every column, {@code [n, m]}, and the way back: what a gradient with respect to the scores means
 * for the embeddings. Scores are higher for things more alike: the cosine, or minus the Euclidean distance.
 */
final class Affinity {
    /** Below this length a vector has no direction to speak of; its gradient is taken as 0. */
    private static final double SMALLEST = 1e-12;

    private final Batch batch;
    private final int n;
    private final int m;
    private final int d;
    private final double[] rows;
    private final double[] columns;
    private final double[] rowLength;
    private final double[] columnLength;
    private final double[] scores;

    private Affinity(Batch batch) {
        this.batch = batch;
        this.n = batch.n();
        this.m = batch.columns();
        this.d = batch.d();
        this.rows = wide(batch.embeddings());
        var reference = batch.reference();
        this.columns = reference == null ? rows : wide(reference.embeddings());
        this.rowLength = lengths(rows, n, d);
        this.columnLength = reference == null ? rowLength : lengths(columns, m, d);
        this.scores = products(rows, n, columns, m, d);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                int at = i * m + j;
                scores[at] = switch (batch.distance()) {
                    case COSINE -> scores[at] / Math.max(SMALLEST, rowLength[i] * columnLength[j]);
                    case L2 -> -euclidean(i, j);
                    case DOT -> scores[at];
                };
            }
        }
    }

    static Affinity of(Batch batch) {
        return new Affinity(batch);
    }

    double score(int i, int j) {
        return scores[i * m + j];
    }

    /** @param place {@code i · columns + j} */
    double scoreAt(int place) {
        return scores[place];
    }

    /** The distance that margins are stated in: {@code 1 − cosine}, or the Euclidean. */
    double distance(int i, int j) {
        return batch.distance() == Distance.COSINE ? 1 - score(i, j) : -score(i, j);
    }

    int columns() {
        return m;
    }

    /** @param slope the loss's derivative by each score, {@code [n, m]} */
    float[] embeddingGradient(double[] slope) {
        double[] byRow = new double[n * d];
        double[] byColumn = new double[m * d];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                double g = slope[i * m + j];
                if (g != 0) {
                    pull(byRow, byColumn, i, j, g);
                }
            }
        }
        float[] gradient = new float[n * d];
        boolean alone = batch.reference() == null;
        for (int at = 0; at < gradient.length; at++) {
            gradient[at] = (float) (byRow[at] + (alone ? byColumn[at] : 0));
        }
        return gradient;
    }

    private void pull(double[] byRow, double[] byColumn, int i, int j, double g) {
        int a = i * d;
        int b = j * d;
        double s = scores[i * m + j];
        if (batch.distance() == Distance.COSINE) {
            double la = rowLength[i];
            double lb = columnLength[j];
            if (la * lb < SMALLEST) {
                return;
            }
            double cross = g / (la * lb);
            double ownA = g * s / (la * la);
            double ownB = g * s / (lb * lb);
            for (int k = 0; k < d; k++) {
                byRow[a + k] += cross * columns[b + k] - ownA * rows[a + k];
                byColumn[b + k] += cross * rows[a + k] - ownB * columns[b + k];
            }
        } else if (s < -SMALLEST) {
            double scale = g / s;
            for (int k = 0; k < d; k++) {
                double step = scale * (rows[a + k] - columns[b + k]);
                byRow[a + k] += step;
                byColumn[b + k] -= step;
            }
        }
    }

    private double euclidean(int i, int j) {
        double squares = 0;
        for (int k = 0; k < d; k++) {
            double difference = rows[i * d + k] - columns[j * d + k];
            squares += difference * difference;
        }
        return Math.sqrt(squares);
    }

    private static double[] products(double[] rows, int n, double[] columns, int m, int d) {
        // Column-major on one side, so that the inner loop runs along contiguous memory and is vectorised.
        double[] turned = new double[d * m];
        for (int j = 0; j < m; j++) {
            for (int k = 0; k < d; k++) {
                turned[k * m + j] = columns[j * d + k];
            }
        }
        double[] products = new double[n * m];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < d; k++) {
                double x = rows[i * d + k];
                for (int j = 0; j < m; j++) {
                    products[i * m + j] += x * turned[k * m + j];
                }
            }
        }
        return products;
    }

    private static double[] lengths(double[] vectors, int n, int d) {
        double[] lengths = new double[n];
        for (int i = 0; i < n; i++) {
            double squares = 0;
            for (int k = 0; k < d; k++) {
                squares += vectors[i * d + k] * vectors[i * d + k];
            }
            lengths[i] = Math.sqrt(squares);
        }
        return lengths;
    }

    private static double[] wide(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
