package dev.kindred.core.metric;

import dev.kindred.core.Calibration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Fits the probability of being the same to scores of validation pairs. Log-odds are a rising line with up to seven bends, at quantiles
 * of the scores, by maximum likelihood under even prior odds: same pairs weigh one half in all, different pairs the other. One straight
 * line is Platt scaling (Platt 1999); the bends let it follow scores that are not logistic, as cosines of a trained encoder, piled up
 * at 1, are not; and the line never falls, so that the order of scores is kept. As with Platt, a pair counts as the same to
 * {@code (n + 1) / (n + 2)} only; n is the number of samples rather than of pairs, since pairs share samples and know less than their
 * number says. This keeps perfectly separated scores from becoming certainties.
 */
public final class CalibrationFit {
    private static final int BENDS = 7;
    private static final int LEVELS = 2048;
    private static final long FEWEST_PAIRS_FOR_BENDS = 200;

    private final double[] knots;
    private final double[] scores;
    private final double[] sameWeight;
    private final double[] differentWeight;

    private CalibrationFit(double[] knots, double[] scores, double[] sameWeight, double[] differentWeight) {
        this.knots = knots;
        this.scores = scores;
        this.sameWeight = sameWeight;
        this.differentWeight = differentWeight;
    }

    /** @param samples whose pairs the counts are of, at least 2 */
    public static Calibration of(ScoreCounts counts, int samples) {
        if (counts.highest() - counts.lowest() <= 1e-12) {
            double score = counts.lowest();
            return new Calibration(List.of(score, score + 1e-6), List.of(0.0, 0.0));
        }
        List<double[]> levels = pooled(counts);
        double[] scores = levels.stream().mapToDouble(level -> level[0]).toArray();
        double sure = (samples + 1.0) / (samples + 2.0);
        double[] same = levels.stream()
                .mapToDouble(l -> l[1] * sure + l[2] * (1 - sure))
                .toArray();
        double[] different = levels.stream()
                .mapToDouble(l -> l[1] * (1 - sure) + l[2] * sure)
                .toArray();
        int bends = Math.min(counts.samePairs(), counts.differentPairs()) < FEWEST_PAIRS_FOR_BENDS ? 0 : BENDS;
        return new CalibrationFit(knots(levels, bends), scores, same, different).fit();
    }

    /** Levels of about equal weight: mean score, weight of same pairs, weight of different pairs; the weights sum to one. */
    private static List<double[]> pooled(ScoreCounts counts) {
        List<double[]> levels = new ArrayList<>();
        double sum = 0;
        double same = 0;
        double different = 0;
        for (int i = 0; i < counts.levels(); i++) {
            double s = 0.5 * counts.same(i) / counts.samePairs();
            double d = 0.5 * counts.different(i) / counts.differentPairs();
            sum += (s + d) * counts.score(i);
            same += s;
            different += d;
            boolean outermost = i == 0 || i >= counts.levels() - 2;
            if (same + different >= 1.0 / LEVELS || outermost) {
                levels.add(new double[] {sum / (same + different), same, different});
                sum = 0;
                same = 0;
                different = 0;
            }
        }
        return levels;
    }

    private static double[] knots(List<double[]> levels, int bends) {
        double low = levels.getFirst()[0];
        double high = levels.getLast()[0];
        double apart = (high - low) * 1e-3;
        List<Double> knots = new ArrayList<>(List.of(low));
        double weight = 0;
        int next = 1;
        for (double[] level : levels) {
            weight += level[1] + level[2];
            while (next <= bends && weight >= next / (bends + 1.0)) {
                if (level[0] > knots.getLast() + apart && level[0] < high - apart) {
                    knots.add(level[0]);
                }
                next++;
            }
        }
        knots.add(high);
        return knots.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /**
     * Newton steps on (height of the first knot, rises from knot to knot), the rises held at zero or above: those at zero that the
     * gradient pushes below stay out of the step, and a step is halved until the likelihood grows.
     */
    private Calibration fit() {
        int n = knots.length;
        double[] parameters = new double[n];
        parameters[0] = -2;
        for (int k = 1; k < n; k++) {
            parameters[k] = 4.0 / (n - 1);
        }
        double loss = loss(parameters);
        for (int step = 0; step < 100; step++) {
            double[] gradient = new double[n];
            double[][] hessian = new double[n][n];
            derive(parameters, gradient, hessian);
            double[] direction = direction(parameters, gradient, hessian);
            double before = loss;
            double size = 1;
            double[] tried = parameters;
            for (; size > 1e-10; size /= 2) {
                tried = moved(parameters, direction, size);
                loss = loss(tried);
                if (loss < before) {
                    break;
                }
            }
            if (!(loss < before)) {
                break;
            }
            parameters = tried;
            if (before - loss < 1e-14) {
                break;
            }
        }
        List<Double> heights = new ArrayList<>();
        double height = 0;
        for (double rise : parameters) {
            height += rise;
            heights.add(height);
        }
        return new Calibration(Arrays.stream(knots).boxed().toList(), heights);
    }

    private static double[] moved(double[] parameters, double[] direction, double size) {
        double[] to = new double[parameters.length];
        for (int k = 0; k < to.length; k++) {
            double value = parameters[k] - size * direction[k];
            to[k] = k == 0 ? value : Math.max(0, value);
        }
        return to;
    }

    /** The log-odds at a score, with the share of each rise that lies below it. */
    private double logOdds(double[] parameters, double score, double[] shares) {
        double logOdds = 0;
        for (int k = 0; k < knots.length; k++) {
            shares[k] = k == 0 ? 1 : Math.clamp((score - knots[k - 1]) / (knots[k] - knots[k - 1]), 0, 1);
            logOdds += shares[k] * parameters[k];
        }
        return logOdds;
    }

    /** Minus the weighted log-likelihood. */
    private double loss(double[] parameters) {
        double[] shares = new double[knots.length];
        double loss = 0;
        for (int i = 0; i < scores.length; i++) {
            double z = logOdds(parameters, scores[i], shares);
            loss += sameWeight[i] * softplus(-z) + differentWeight[i] * softplus(z);
        }
        return loss;
    }

    private static double softplus(double z) {
        return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
    }

    private void derive(double[] parameters, double[] gradient, double[][] hessian) {
        int n = knots.length;
        double[] shares = new double[n];
        for (int i = 0; i < scores.length; i++) {
            double p = 1 / (1 + Math.exp(-logOdds(parameters, scores[i], shares)));
            double weight = sameWeight[i] + differentWeight[i];
            double pull = weight * p - sameWeight[i];
            double curve = weight * p * (1 - p);
            for (int k = 0; k < n; k++) {
                gradient[k] += pull * shares[k];
                for (int l = 0; l <= k; l++) {
                    hessian[k][l] += curve * shares[k] * shares[l];
                }
            }
        }
    }

    /** The Newton step over the parameters that are free to move, by Cholesky. */
    private static double[] direction(double[] parameters, double[] gradient, double[][] hessian) {
        int n = parameters.length;
        int[] free = java.util.stream.IntStream.range(0, n)
                .filter(k -> k == 0 || parameters[k] > 0 || gradient[k] < 0)
                .toArray();
        int m = free.length;
        double[][] root = new double[m][m];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = hessian[free[i]][free[j]] + (i == j ? 1e-9 : 0);
                for (int k = 0; k < j; k++) {
                    sum -= root[i][k] * root[j][k];
                }
                root[i][j] = i == j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / root[j][j];
            }
        }
        double[] solved = new double[m];
        for (int i = 0; i < m; i++) {
            double sum = gradient[free[i]];
            for (int k = 0; k < i; k++) {
                sum -= root[i][k] * solved[k];
            }
            solved[i] = sum / root[i][i];
        }
        for (int i = m - 1; i >= 0; i--) {
            double sum = solved[i];
            for (int k = i + 1; k < m; k++) {
                sum -= root[k][i] * solved[k];
            }
            solved[i] = sum / root[i][i];
        }
        double[] direction = new double[n];
        for (int i = 0; i < m; i++) {
            direction[free[i]] = solved[i];
        }
        return direction;
    }
}
