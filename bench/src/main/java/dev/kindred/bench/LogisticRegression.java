package dev.kindred.bench;

import java.util.Arrays;

/**
 * Multinomial logistic regression with an L2 penalty, an independent baseline: softmax over classes of {@code w·x + b}, the mean
 * cross-entropy plus {@code |w|² / (2 C n)} as scikit-learn has it, by L-BFGS (Nocedal, Wright 2006, algorithm 7.5) with backtracking.
 * In double precision.
 */
final class LogisticRegression {
    private static final int MEMORY = 10;
    private static final int MOST_STEPS = 200;
    private static final double ENOUGH = 1e-4;

    private final int classes;
    private final int dimension;
    /** Of each class its weights and its bias. */
    private final double[] weights;

    private LogisticRegression(int classes, int dimension, double[] weights) {
        this.classes = classes;
        this.dimension = dimension;
        this.weights = weights;
    }

    /** @param inverse scikit-learn's C: the larger, the weaker the penalty */
    static LogisticRegression taught(float[][] samples, int[] labels, int classes, double inverse) {
        int d = samples[0].length;
        Problem problem = new Problem(samples, labels, classes, 1 / (inverse * samples.length));
        double[] at = new double[classes * (d + 1)];
        double[] slope = new double[at.length];
        double value = problem.value(at, slope);
        double[][] moves = new double[MEMORY][];
        double[][] turns = new double[MEMORY][];
        int kept = 0;
        for (int step = 0; step < MOST_STEPS && most(slope) > ENOUGH / samples.length; step++) {
            double[] direction = direction(slope, moves, turns, kept);
            double along = dot(direction, slope);
            if (along >= 0) {
                kept = 0;
                direction = negative(slope);
                along = -dot(slope, slope);
            }
            double length = kept == 0 ? Math.min(1, 1 / Math.sqrt(-along)) : 1;
            double[] next = new double[at.length];
            double[] nextSlope = new double[at.length];
            double nextValue;
            while (true) {
                for (int i = 0; i < at.length; i++) {
                    next[i] = at[i] + length * direction[i];
                }
                nextValue = problem.value(next, nextSlope);
                if (nextValue <= value + 1e-4 * length * along || length < 1e-10) {
                    break;
                }
                length /= 2;
            }
            double[] move = minus(next, at);
            double[] turn = minus(nextSlope, slope);
            if (dot(move, turn) > 1e-12) {
                moves[kept % MEMORY] = move;
                turns[kept % MEMORY] = turn;
                kept++;
            }
            if (value - nextValue < 1e-9 * Math.max(1, Math.abs(value))) {
                at = next;
                break;
            }
            at = next;
            slope = nextSlope;
            value = nextValue;
        }
        return new LogisticRegression(classes, d, at);
    }

    private static double[] direction(double[] slope, double[][] moves, double[][] turns, int kept) {
        double[] q = negative(slope);
        int first = Math.max(0, kept - MEMORY);
        double[] alphas = new double[MEMORY];
        for (int i = kept - 1; i >= first; i--) {
            double[] s = moves[i % MEMORY];
            double[] y = turns[i % MEMORY];
            alphas[i % MEMORY] = dot(s, q) / dot(s, y);
            add(q, -alphas[i % MEMORY], y);
        }
        if (kept > 0) {
            double[] s = moves[(kept - 1) % MEMORY];
            double[] y = turns[(kept - 1) % MEMORY];
            double scale = dot(s, y) / dot(y, y);
            Arrays.setAll(q, i -> q[i] * scale);
        }
        for (int i = first; i < kept; i++) {
            double beta = dot(turns[i % MEMORY], q) / dot(moves[i % MEMORY], turns[i % MEMORY]);
            add(q, alphas[i % MEMORY] - beta, moves[i % MEMORY]);
        }
        return q;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void add(double[] to, double times, double[] what) {
        for (int i = 0; i < to.length; i++) {
            to[i] += times * what[i];
        }
    }

    private static double[] negative(double[] a) {
        double[] b = new double[a.length];
        Arrays.setAll(b, i -> -a[i]);
        return b;
    }

    private static double[] minus(double[] a, double[] b) {
        double[] c = new double[a.length];
        Arrays.setAll(c, i -> a[i] - b[i]);
        return c;
    }

    private static double most(double[] a) {
        double most = 0;
        for (double v : a) {
            most = Math.max(most, Math.abs(v));
        }
        return most;
    }

    private record Problem(float[][] samples, int[] labels, int classes, double penalty) {

        double value(double[] weights, double[] slope) {
            int d = samples[0].length;
            Arrays.fill(slope, 0);
            double loss = 0;
            double[] scores = new double[classes];
            for (int n = 0; n < samples.length; n++) {
                scores(weights, samples[n], scores);
                double most = Arrays.stream(scores).max().orElseThrow();
                double sum = 0;
                for (int c = 0; c < classes; c++) {
                    scores[c] = Math.exp(scores[c] - most);
                    sum += scores[c];
                }
                loss -= Math.log(scores[labels[n]] / sum);
                for (int c = 0; c < classes; c++) {
                    double error = (scores[c] / sum - (c == labels[n] ? 1 : 0)) / samples.length;
                    int at = c * (d + 1);
                    for (int i = 0; i < d; i++) {
                        slope[at + i] += error * samples[n][i];
                    }
                    slope[at + d] += error;
                }
            }
            double squares = 0;
            for (int c = 0; c < classes; c++) {
                for (int i = 0; i < d; i++) {
                    double w = weights[c * (d + 1) + i];
                    squares += w * w;
                    slope[c * (d + 1) + i] += penalty * w;
                }
            }
            return loss / samples.length + penalty * squares / 2;
        }
    }

    private static void scores(double[] weights, float[] sample, double[] into) {
        int d = sample.length;
        for (int c = 0; c < into.length; c++) {
            int at = c * (d + 1);
            double sum = weights[at + d];
            for (int i = 0; i < d; i++) {
                sum += weights[at + i] * sample[i];
            }
            into[c] = sum;
        }
    }

    /** The most probable class and its probability. */
    Answer answer(float[] sample) {
        if (sample.length != dimension) {
            throw new IllegalArgumentException(sample.length + " values");
        }
        double[] scores = new double[classes];
        scores(weights, sample, scores);
        int best = 0;
        for (int c = 1; c < classes; c++) {
            best = scores[c] > scores[best] ? c : best;
        }
        double sum = 0;
        for (double score : scores) {
            sum += Math.exp(score - scores[best]);
        }
        return new Answer(best, 1 / sum);
    }

    /** @param score higher is surer */
    record Answer(int label, double score) {}
}
