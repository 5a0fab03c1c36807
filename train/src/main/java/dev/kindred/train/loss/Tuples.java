package dev.kindred.train.loss;

/** Which rows of a batch a loss looks at together; columns are rows of the batch, or of its reference where there is one. */
public sealed interface Tuples {

    int size();

    /**
     * Two samples and whether they are the same class.
     *
     * @param left rows
     * @param right columns
     */
    record Pairs(int[] left, int[] right, boolean[] same) implements Tuples {
        @Override
        public int size() {
            return left.length;
        }
    }

    /**
     * An anchor (row), a positive of its class and a negative of another (columns).
     */
    record Triplets(int[] anchor, int[] positive, int[] negative) implements Tuples {
        @Override
        public int size() {
            return anchor.length;
        }
    }
}
