package dev.kindred.train;

/** How much one step sees. */
public sealed interface Batching {

    /**
     * P classes of K samples each (Hermans, Beyer, Leibe 2017).
     *
     * @param classes at least 2
     * @param samples of each, at least 2
     */
    record PerClass(int classes, int samples) implements Batching {
        public PerClass {
            if (classes < 2 || samples < 2) {
                throw new IllegalArgumentException("a batch of %d×%d".formatted(classes, samples));
            }
        }

        @Override
        public String toString() {
            return "%d classes × %d".formatted(classes, samples);
        }
    }

    /**
     * So many given pairs, triplets or matches; the last of an epoch may be fewer.
     *
     * @param count at least 2
     */
    record Tuples(int count) implements Batching {
        public Tuples {
            if (count < 2) {
                throw new IllegalArgumentException("a batch of " + count);
            }
        }

        @Override
        public String toString() {
            return count + " given together";
        }
    }
}
