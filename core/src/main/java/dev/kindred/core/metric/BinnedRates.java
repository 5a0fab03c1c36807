package dev.kindred.core.metric;

import java.util.Arrays;

/**
 * Rates of weighted histograms, same and different pairs by rising score, taking scores as evenly spread within a bin.
 *
 * @param same weight of same pairs by bin
 * @param different weight of different pairs by bin
 */
record BinnedRates(double[] same, double[] different) {

    boolean hasBoth() {
        return sum(same) > 0 && sum(different) > 0;
    }

    private static double sum(double[] values) {
        return Arrays.stream(values).sum();
    }

    double auroc() {
        double below = 0;
        double wins = 0;
        for (int k = 0; k < same.length; k++) {
            wins += same[k] * (below + 0.5 * different[k]);
            below += different[k];
        }
        return wins / (sum(same) * below);
    }

    double fnmrAt(double fmr) {
        double allowed = fmr * sum(different);
        double sames = sum(same);
        double above = 0;
        double caught = 0;
        for (int k = same.length - 1; k >= 0; k--) {
            if (above + different[k] > allowed) {
                double part = (allowed - above) / different[k];
                return Math.max(0, 1 - (caught + part * same[k]) / sames);
            }
            above += different[k];
            caught += same[k];
        }
        return 0;
    }

    double equalErrorRate() {
        double differents = sum(different);
        double sames = sum(same);
        double fmr = 0;
        double fnmr = 1;
        for (int k = same.length - 1; k >= 0; k--) {
            double nextFmr = fmr + different[k] / differents;
            double nextFnmr = fnmr - same[k] / sames;
            if (nextFmr >= nextFnmr) {
                double closed = (nextFmr - nextFnmr) - (fmr - fnmr);
                double part = closed == 0 ? 0 : (fnmr - fmr) / closed;
                return Math.clamp(fmr + part * (nextFmr - fmr), 0, 1);
            }
            fmr = nextFmr;
            fnmr = nextFnmr;
        }
        return fmr;
    }
}
