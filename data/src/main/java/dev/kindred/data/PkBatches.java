package dev.kindred.data;

import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import java.util.Arrays;

/**
 * Batches of P classes with K samples each: a function of (seed, step) alone. An epoch goes once through a random
 * order of all classes, and a class goes through a random order of its samples before any comes again. Classes of one
 * sample are left out, since they make no pair.
 */
public final class PkBatches {
    private final int[][] rows;
    private final int p;
    private final int k;
    private final long seed;
    private final int stepsPerEpoch;

    /**
     * @param labels the class of each row, negative for none
     * @param p classes a batch, at least 2; cut to the number of classes there are
     * @param k samples of each, at least 2; a class of fewer gives some again
     * @throws Refusal where fewer than two classes have two samples
     */
    public PkBatches(int[] labels, int p, int k, long seed) {
        if (p < 2 || k < 2) {
            throw new IllegalArgumentException("a batch of " + p + " classes × " + k);
        }
        int classes = Arrays.stream(labels).max().orElse(-1) + 1;
        int[] counts = new int[classes];
        for (int label : labels) {
            if (label >= 0) {
                counts[label]++;
            }
        }
        int[][] all = new int[classes][];
        Arrays.setAll(all, c -> new int[counts[c]]);
        Arrays.fill(counts, 0);
        for (int row = 0; row < labels.length; row++) {
            if (labels[row] >= 0) {
                all[labels[row]][counts[labels[row]]++] = row;
            }
        }
        rows = Arrays.stream(all).filter(r -> r.length > 1).toArray(int[][]::new);
        if (rows.length < 2) {
            throw new Refusal(
                    "fewer than two classes have two samples",
                    "DATA",
                    "give at least two classes of at least two samples");
        }
        this.p = Math.min(p, rows.length);
        this.k = k;
        this.seed = seed;
        stepsPerEpoch = rows.length / this.p;
    }

    /** Classes a batch, after cutting. */
    public int p() {
        return p;
    }

    /** Samples a class. */
    public int k() {
        return k;
    }

    /** Rows a batch: p · k. */
    public int size() {
        return p * k;
    }

    /** Classes that have a pair. */
    public int classes() {
        return rows.length;
    }

    public int stepsPerEpoch() {
        return stepsPerEpoch;
    }

    /** The rows of a step, from 0; K after K of one class. Safe for many threads. */
    public int[] batch(long step) {
        long epoch = Math.floorDiv(step, (long) stepsPerEpoch);
        int slice = (int) Math.floorMod(step, (long) stepsPerEpoch);
        int[] order = new int[rows.length];
        Arrays.setAll(order, i -> i);
        Keyed.of(seed, 1, epoch).shuffle(order);
        int[] batch = new int[p * k];
        for (int i = 0; i < p; i++) {
            fill(batch, i * k, order[slice * p + i], epoch);
        }
        return batch;
    }

    private void fill(int[] batch, int at, int c, long visit) {
        int[] samples = rows[c].clone();
        int visitsPerRound = Math.max(1, samples.length / k);
        Keyed.of(seed, 2, c, Math.floorDiv(visit, (long) visitsPerRound)).shuffle(samples);
        int from = (int) Math.floorMod(visit, (long) visitsPerRound) * k;
        for (int j = 0; j < k; j++) {
            batch[at + j] = samples[(from + j) % samples.length];
        }
    }
}
