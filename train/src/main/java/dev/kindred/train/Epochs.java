package dev.kindred.train;

import dev.kindred.core.Keyed;
import java.util.Arrays;

/**
 * Given tuples in a new random order every epoch, so many a step; what is left over at an epoch's end is a smaller step, or is left to
 * the next epoch where it is too small to compare anything.
 */
record Epochs(int[] tuples, int perStep, int fewest, long seed) {

    int stepsPerEpoch() {
        int whole = tuples.length / perStep;
        return Math.max(1, tuples.length % perStep >= fewest ? whole + 1 : whole);
    }

    int[] step(int step) {
        int epoch = step / stepsPerEpoch();
        int from = step % stepsPerEpoch() * perStep;
        int[] order = tuples.clone();
        Keyed.of(seed, 3, epoch).shuffle(order);
        return Arrays.copyOfRange(order, from, Math.min(order.length, from + perStep));
    }

    int most() {
        return Math.min(perStep, tuples.length);
    }
}
