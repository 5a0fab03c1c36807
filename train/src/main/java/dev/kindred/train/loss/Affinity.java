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
        return batch.distance() == Distance.COSINE ? byCosine(slope) : byDistance(slope);
    }

    /**
     * Of {@code s = a·b / (|a||b|)} the slope by {@code a} is {@code b / (|a||b|) − s a / |a|²}: one product of matrices, and a multiple of
     * each row.
     */
    private float[] byCosine(double[] slope) {
        boolean alone = batch.reference() == null;
        double[] cross = new double[n * m];
        double[] own = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                double lengths = rowLength[i] * columnLength[j];
                double g = slope[i * m + j];
                if (g == 0 || lengths < SMALLEST) {
                    continue;
                }
                double s = scores[i * m + j];
                cross[i * m + j] += g / lengths;
                own[i] += g * s / (rowLength[i] * rowLength[i]);
                if (alone) {
                    cross[j * m + i] += g / lengths;
                    own[j] += g * s / (rowLength[j] * rowLength[j]);
                }
            }
        }
        float[] gradient = new float[n * d];
        double[] row = new double[d];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < d; k++) {
                row[k] = 0 - own[i] * rows[i * d + k];
            }
            for (int j = 0; j < m; j++) {
                double c = cross[i * m + j];
                if (c != 0) {
                    int b = j * d;
                    for (int k = 0; k < d; k++) {
                        row[k] += c * columns[b + k];
                    }
                }
            }
            for (int k = 0; k < d; k++) {
                gradient[i * d + k] = (float) row[k];
            }
        }
        return gradient;
    }

    private float[] byDistance(double[] slope) {
        boolean alone = batch.reference() == null;
        double[] pulled = new double[n * d];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                double s = scores[i * m + j];
                double g = slope[i * m + j];
                if (g != 0 && s < -SMALLEST) {
                    double scale = g / s;
                    for (int k = 0; k < d; k++) {
                        double step = scale * (rows[i * d + k] - columns[j * d + k]);
                        pulled[i * d + k] += step;
                        if (alone) {
                            pulled[j * d + k] -= step;
                        }
                    }
                }
            }
        }
        float[] gradient = new float[n * d];
        for (int at = 0; at < gradient.length; at++) {
            gradient[at] = (float) pulled[at];
        }
        return gradient;
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
