package dev.kindred.train.loss;

import java.util.Arrays;

/** Chooses, from what the encoder says of a batch at the moment, the tuples worth learning from. */
public enum Miner {
    /** Every pair or triplet there is (batch-all: Hermans, Beyer, Leibe 2017). */
    ALL,
    /** For each anchor its farthest positive and its nearest negative (batch-hard: Hermans, Beyer, Leibe 2017). */
    HARD,
    /**
     * For each anchor and positive the nearest negative that is farther than the positive but within the margin; where there is none, no
     * triplet (semi-hard: Schroff, Kalenichenko, Philbin 2015).
     */
    SEMI_HARD;

    /** All pairs of different samples, each once where the batch is compared with itself. */
    public static Tuples.Pairs pairs(Batch batch) {
        int capacity = batch.n() * batch.columns();
        int[] left = new int[capacity];
        int[] right = new int[capacity];
        boolean[] same = new boolean[capacity];
        int count = 0;
        for (int i = 0; i < batch.n(); i++) {
            for (int j = batch.reference() == null ? i + 1 : 0; j < batch.columns(); j++) {
                left[count] = i;
                right[count] = j;
                same[count++] = batch.labels()[i] == batch.columnLabel(j);
            }
        }
        return new Tuples.Pairs(Arrays.copyOf(left, count), Arrays.copyOf(right, count), Arrays.copyOf(same, count));
    }

    /** @param margin how much farther a negative should be than a positive, in the batch's distance; semi-hard mining reads it */
    public Tuples.Triplets triplets(Batch batch, double margin) {
        return triplets(batch, Affinity.of(batch), margin);
    }

    Tuples.Triplets triplets(Batch batch, Affinity affinity, double margin) {
        Triples found = new Triples();
        for (int i = 0; i < batch.n(); i++) {
            switch (this) {
                case ALL -> all(batch, i, found);
                case HARD -> hard(batch, affinity, i, found);
                case SEMI_HARD -> semiHard(batch, affinity, margin, i, found);
            }
        }
        return found.toTriplets();
    }

    private static void all(Batch batch, int i, Triples found) {
        for (int p = 0; p < batch.columns(); p++) {
            if (batch.positive(i, p)) {
                for (int q = 0; q < batch.columns(); q++) {
                    if (batch.negative(i, q)) {
                        found.add(i, p, q);
                    }
                }
            }
        }
    }

    private static void hard(Batch batch, Affinity affinity, int i, Triples found) {
        int farthest = -1;
        int nearest = -1;
        for (int j = 0; j < batch.columns(); j++) {
            if (batch.positive(i, j) && (farthest < 0 || affinity.distance(i, j) > affinity.distance(i, farthest))) {
                farthest = j;
            }
            if (batch.negative(i, j) && (nearest < 0 || affinity.distance(i, j) < affinity.distance(i, nearest))) {
                nearest = j;
            }
        }
        if (farthest >= 0 && nearest >= 0) {
            found.add(i, farthest, nearest);
        }
    }

    private static void semiHard(Batch batch, Affinity affinity, double margin, int i, Triples found) {
        for (int p = 0; p < batch.columns(); p++) {
            if (!batch.positive(i, p)) {
                continue;
            }
            double reach = affinity.distance(i, p);
            int chosen = -1;
            for (int q = 0; q < batch.columns(); q++) {
                double away = affinity.distance(i, q);
                if (batch.negative(i, q)
                        && away > reach
                        && away < reach + margin
                        && (chosen < 0 || away < affinity.distance(i, chosen))) {
                    chosen = q;
                }
            }
            if (chosen >= 0) {
                found.add(i, p, chosen);
            }
        }
    }

    /** Triplets as they are found, in growing flat arrays. */
    private static final class Triples {
        private int[] anchor = new int[64];
        private int[] positive = new int[64];
        private int[] negative = new int[64];
        private int count;

        void add(int a, int p, int n) {
            if (count == anchor.length) {
                anchor = Arrays.copyOf(anchor, 2 * count);
                positive = Arrays.copyOf(positive, 2 * count);
                negative = Arrays.copyOf(negative, 2 * count);
            }
            anchor[count] = a;
            positive[count] = p;
            negative[count++] = n;
        }

        Tuples.Triplets toTriplets() {
            return new Tuples.Triplets(
                    Arrays.copyOf(anchor, count), Arrays.copyOf(positive, count), Arrays.copyOf(negative, count));
        }
    }
}
