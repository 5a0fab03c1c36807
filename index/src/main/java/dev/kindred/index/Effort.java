package dev.kindred.index;

import dev.kindred.core.Refusal;

/** How hard a search tries. An engine may always do better than asked. */
public sealed interface Effort {
    /** The true neighbours. */
    record Exact() implements Effort {}

    /** The candidates that a graph search keeps, at least 1; more is better and slower. */
    record Ef(int candidates) implements Effort {
        public Ef {
            if (candidates < 1) {
                throw new Refusal("an effort of " + candidates + " candidates", "ef", "use 1 or more");
            }
        }
    }

    /** The share of true neighbours to be found on average, above 0 and at most 1. */
    record TargetRecall(double recall) implements Effort {
        public TargetRecall {
            if (!(recall > 0 && recall <= 1)) {
                throw new Refusal(
                        "a target recall of " + recall, "target recall", "use a fraction above 0 and at most 1");
            }
        }
    }

    /**
     * Reads the first values of every row alone, and then whole the rows that are best by them: what is lost depends on whether the
     * encoder was taught to put first what matters most. An engine whose rows are walked to or stand as codes may do better, and reads
     * them as for {@link Exact}.
     *
     * @param dimensions that are read of every row, at least 1
     * @param candidates that are read whole, at least as many as are asked for
     */
    record First(int dimensions, int candidates) implements Effort {
        public First {
            if (dimensions < 1) {
                throw new Refusal("the first " + dimensions + " dimensions", "first", "use 1 or more");
            }
            if (candidates < 1 || candidates > Query.MAX_K) {
                throw new Refusal(candidates + " candidates to be read whole", "candidates", "use 1 to " + Query.MAX_K);
            }
        }
    }

    /** What searches that are told nothing find of the true neighbours, on average. */
    double USUAL_RECALL = 0.99;

    static Effort usual() {
        return new TargetRecall(USUAL_RECALL);
    }

    static Effort exact() {
        return new Exact();
    }
}
