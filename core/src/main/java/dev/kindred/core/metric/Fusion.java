package dev.kindred.core.metric;

import dev.kindred.core.Refusal;

/**
 * How what is alike and what shares words become one ranking: each place of either adds something to what stands there, and the sums are
 * ranked. What one of them did not find gets nothing of it.
 */
public sealed interface Fusion {
    /** The constant of reciprocal ranks in the paper. */
    int USUAL_CONSTANT = 60;

    /**
     * What each place adds.
     *
     * @param similarities of what was found, never rising
     */
    double[] ofSimilarities(double[] similarities);

    /** @param words scores above 0 of what was found, never rising */
    double[] ofWords(double[] words);

    /** Half and half, as evaluation measures it. */
    static Fusion usual() {
        return new Weights(0.5);
    }

    /**
     * A convex combination of the scores (Bruch, Gai, Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval"). Before, a
     * query's similarities are stretched from the lowest that was found to the highest, onto 0 to 1; its scores of words from 0, which is
     * what a document without any of them scores, to the highest. Where all that was found scores alike, it is found as well as can be.
     *
     * @param words the weight of words, from 0 to 1; similarities have the rest
     */
    record Weights(double words) implements Fusion {
        public Weights {
            if (!(words >= 0 && words <= 1)) {
                throw new Refusal("a weight of " + words + " for words", "words-weight", "use a fraction from 0 to 1");
            }
        }

        @Override
        public double[] ofSimilarities(double[] similarities) {
            double lowest = similarities.length == 0 ? 0 : similarities[similarities.length - 1];
            return stretched(similarities, lowest, 1 - words);
        }

        @Override
        public double[] ofWords(double[] scores) {
            return stretched(scores, 0, words);
        }

        private static double[] stretched(double[] scores, double lowest, double weight) {
            double[] shares = new double[scores.length];
            for (int place = 0; place < scores.length; place++) {
                double range = scores[0] - lowest;
                shares[place] = weight * (range > 0 ? (scores[place] - lowest) / range : 1);
            }
            return shares;
        }
    }

    /**
     * One over a constant and the rank, which begins at 1 (Cormack, Clarke, Büttcher 2009, "Reciprocal Rank Fusion outperforms Condorcet
     * and individual Rank Learning Methods").
     */
    record ReciprocalRanks(int constant) implements Fusion {
        public ReciprocalRanks {
            if (constant < 0) {
                throw new Refusal("a constant of " + constant + " for reciprocal ranks", "fusion", "use 60");
            }
        }

        @Override
        public double[] ofSimilarities(double[] similarities) {
            return shares(similarities.length);
        }

        @Override
        public double[] ofWords(double[] words) {
            return shares(words.length);
        }

        private double[] shares(int found) {
            double[] shares = new double[found];
            for (int place = 0; place < found; place++) {
                shares[place] = 1.0 / (constant + place + 1);
            }
            return shares;
        }
    }
}
