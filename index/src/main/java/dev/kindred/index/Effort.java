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

    /** What searches that are told nothing find of the true neighbours, on average. */
    double USUAL_RECALL = 0.99;

    static Effort usual() {
        return new TargetRecall(USUAL_RECALL);
    }

    static Effort exact() {
        return new Exact();
    }
}
