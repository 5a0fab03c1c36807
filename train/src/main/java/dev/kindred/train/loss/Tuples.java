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

    /**
     * Two samples and how alike people find them.
     *
     * @param left rows
     * @param right columns
     * @param grade on any scale, higher for more alike
     */
    record Graded(int[] left, int[] right, double[] grade) implements Tuples {
        public Graded {
            if (left.length != right.length || left.length != grade.length) {
                throw new IllegalArgumentException("one left, one right and one grade a pair");
            }
        }

        @Override
        public int size() {
            return left.length;
        }
    }

    /**
     * Anchors and what belongs to each; to every anchor all other positives and all given hard negatives are wrong, but for those it
     * spares.
     *
     * @param anchor rows
     * @param positive columns, one an anchor
     * @param hard columns that are right for no anchor unless spared, e.g. given hard negatives; may be empty
     * @param spared {@code [anchors][positives, then hard]}: not wrong for this anchor, e.g. another positive of its own
     */
    record Matches(int[] anchor, int[] positive, int[] hard, boolean[][] spared) implements Tuples {
        public Matches {
            if (anchor.length != positive.length || spared.length != anchor.length) {
                throw new IllegalArgumentException("one positive and one row of spared an anchor");
            }
        }

        @Override
        public int size() {
            return anchor.length;
        }

        /** The column of a candidate: the positives come first, then the hard negatives. */
        int candidate(int c) {
            return c < positive.length ? positive[c] : hard[c - positive.length];
        }

        int candidates() {
            return positive.length + hard.length;
        }
    }
}
