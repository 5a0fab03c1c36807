package dev.kindred.train;

/** Loss and speed as they run. */
final class Pace {
    private double loss = Double.NaN;
    private double sum;
    private int count;
    private double perSample = Double.NaN;
    private long last = System.nanoTime();
    /** Of the last batch's embeddings. */
    double variance;

    void restore(double lossSum, int lossCount) {
        sum = lossSum;
        count = lossCount;
    }

    void step(double now, int samples) {
        loss = Double.isNaN(loss) ? now : 0.95 * loss + 0.05 * now;
        sum += now;
        count++;
        long clock = System.nanoTime();
        double each = (clock - last) / 1e9 / samples;
        last = clock;
        perSample = Double.isNaN(perSample) ? each : 0.95 * perSample + 0.05 * each;
    }

    /** Smoothed over recent steps. */
    double loss() {
        return loss;
    }

    /** Samples a second over recent steps. */
    double rate() {
        return 1 / perSample;
    }

    double sum() {
        return sum;
    }

    int count() {
        return count;
    }

    /** The mean since it was last asked for. */
    double sinceValidation() {
        double mean = count == 0 ? Double.NaN : sum / count;
        sum = 0;
        count = 0;
        return mean;
    }
}
