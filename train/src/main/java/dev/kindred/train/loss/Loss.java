package dev.kindred.train.loss;

import org.jspecify.annotations.Nullable;

/**
 * How wrong the embeddings of a batch are, and in which direction each should move. One call shape for all: embeddings and labels, tuples
 * where given (else the loss mines its own), reference embeddings where given.
 */
public sealed interface Loss {

    /**
     * @param value the loss, 0 where nothing is wrong
     * @param gradient of the value by the embeddings, {@code [n, d]}
     * @param active tuples (or anchors) that were not yet satisfied
     */
    record Result(double value, float[] gradient, int active) {}

    Result of(Batch batch, @Nullable Tuples tuples);

    /** {@link #of(Batch, Tuples)} with tuples of the loss's own choosing. */
    default Result of(Batch batch) {
        return of(batch, null);
    }

    /** The name in recipes and on the command line. */
    String name();

    /**
     * Supervised contrastive learning, the batch's own InfoNCE: each anchor's positives should score above all others by a soft maximum
     * (Khosla et al. 2020, equation 2; with one positive an anchor it is InfoNCE, van den Oord et al. 2018). Takes no tuples.
     *
     * @param temperature divides the scores; lower looks harder at the nearest negatives
     */
    record SupervisedContrastive(double temperature) implements Loss {
        public SupervisedContrastive {
            if (!(temperature > 0)) {
                throw new IllegalArgumentException("temperature " + temperature);
            }
        }

        @Override
        public String name() {
            return "supcon";
        }

        @Override
        public Result of(Batch batch, @Nullable Tuples tuples) {
            if (tuples != null) {
                throw new IllegalArgumentException("supervised contrastive takes labels, not tuples");
            }
            Affinity affinity = Affinity.of(batch);
            int m = affinity.columns();
            double[] slope = new double[batch.n() * m];
            double total = 0;
            int anchors = 0;
            for (int i = 0; i < batch.n(); i++) {
                int positives = 0;
                double highest = Double.NEGATIVE_INFINITY;
                for (int j = 0; j < m; j++) {
                    if (!batch.self(i, j)) {
                        highest = Math.max(highest, affinity.score(i, j) / temperature);
                        positives += batch.positive(i, j) ? 1 : 0;
                    }
                }
                if (positives == 0) {
                    continue;
                }
                anchors++;
                double sum = 0;
                for (int j = 0; j < m; j++) {
                    if (!batch.self(i, j)) {
                        sum += Math.exp(affinity.score(i, j) / temperature - highest);
                    }
                }
                double logSum = highest + Math.log(sum);
                for (int j = 0; j < m; j++) {
                    if (batch.self(i, j)) {
                        continue;
                    }
                    double logit = affinity.score(i, j) / temperature;
                    double share = Math.exp(logit - logSum);
                    if (batch.positive(i, j)) {
                        total += (logSum - logit) / positives;
                        share -= 1.0 / positives;
                    }
                    slope[i * m + j] = share / temperature;
                }
            }
            return mean(affinity, slope, total, anchors, anchors);
        }
    }

    /**
     * Contrastive: same pairs are pulled within one margin, different ones pushed beyond another, by squared distance (Hadsell, Chopra,
     * LeCun 2006). Averaged over the same pairs and over the different pairs apart, so that the many do not drown the few.
     *
     * @param near same pairs nearer than this are left alone
     * @param far different pairs farther than this are left alone
     */
    record Contrastive(double near, double far) implements Loss {
        @Override
        public String name() {
            return "contrastive";
        }

        @Override
        public Result of(Batch batch, @Nullable Tuples tuples) {
            Tuples.Pairs pairs = switch (tuples) {
                case null -> Miner.pairs(batch);
                case Tuples.Pairs given -> given;
                case Tuples other -> throw new IllegalArgumentException("contrastive takes pairs, not " + kind(other));
            };
            Affinity affinity = Affinity.of(batch);
            int m = affinity.columns();
            double[] slope = new double[batch.n() * m];
            int alike = 0;
            for (boolean same : pairs.same()) {
                alike += same ? 1 : 0;
            }
            int unlike = pairs.size() - alike;
            double total = 0;
            int active = 0;
            for (int t = 0; t < pairs.size(); t++) {
                int at = pairs.left()[t] * m + pairs.right()[t];
                double distance = affinity.distance(pairs.left()[t], pairs.right()[t]);
                double over = pairs.same()[t] ? distance - near : far - distance;
                if (over <= 0) {
                    continue;
                }
                double weight = 1.0 / (pairs.same()[t] ? alike : unlike);
                active++;
                total += weight * over * over;
                // A score grows as the distance shrinks, so the derivative by the score has the other sign.
                slope[at] += (pairs.same()[t] ? -1 : 1) * weight * 2 * over;
            }
            return new Result(total, affinity.embeddingGradient(slope), active);
        }
    }

    /**
     * Triplet: an anchor's negative should be farther than its positive by a margin (Schroff, Kalenichenko, Philbin 2015). Averaged over
     * the triplets that are not yet satisfied (Hermans, Beyer, Leibe 2017).
     */
    record Triplet(double margin, Miner miner) implements Loss {
        @Override
        public String name() {
            return "triplet";
        }

        @Override
        public Result of(Batch batch, @Nullable Tuples tuples) {
            Affinity affinity = Affinity.of(batch);
            return hinge(batch, affinity, triplets(tuples, batch, affinity, margin, miner), margin, true);
        }
    }

    /**
     * Margin ranking: of two candidates the better should score above the worse by a margin, averaged over every comparison made,
     * satisfied ones included (Herbrich, Graepel, Obermayer 2000).
     */
    record MarginRanking(double margin, Miner miner) implements Loss {
        @Override
        public String name() {
            return "margin-ranking";
        }

        @Override
        public Result of(Batch batch, @Nullable Tuples tuples) {
            Affinity affinity = Affinity.of(batch);
            return hinge(batch, affinity, triplets(tuples, batch, affinity, margin, miner), margin, false);
        }
    }

    /**
     * CoSENT: of two pairs the one that people find more alike should score higher, by a soft count of the comparisons that are the
     * wrong way round (Su 2022, <a href="https://kexue.fm/archives/8847">kexue.fm/archives/8847</a>, equation 6; the pairwise form of
     * Sun et al. 2020's circle loss). Only the order of the grades matters, so any scale will do; with grades 0 and 1 it ranks the same
     * above the different. Takes graded pairs.
     *
     * @param scale multiplies the differences of scores; higher looks harder at the worst comparison
     */
    record CoSent(double scale) implements Loss {
        public CoSent {
            requirePositive(scale);
        }

        @Override
        public String name() {
            return "cosent";
        }

        @Override
        public Result of(Batch batch, @Nullable Tuples tuples) {
            if (!(tuples instanceof Tuples.Graded pairs)) {
                throw new IllegalArgumentException("CoSENT takes graded pairs, not " + kind(tuples));
            }
            Affinity affinity = Affinity.of(batch);
            int m = affinity.columns();
            int n = pairs.size();
            double[] scores = new double[n];
            for (int t = 0; t < n; t++) {
                scores[t] = scale * affinity.score(pairs.left()[t], pairs.right()[t]);
            }
            // The soft maximum of 0 and of how far each comparison is the wrong way round.
            double highest = 0;
            int active = 0;
            for (int high = 0; high < n; high++) {
                for (int low = 0; low < n; low++) {
                    if (pairs.grade()[high] > pairs.grade()[low]) {
                        highest = Math.max(highest, scores[low] - scores[high]);
                        active += scores[low] > scores[high] ? 1 : 0;
                    }
                }
            }
            double sum = Math.exp(-highest);
            double[] byScore = new double[n];
            for (int high = 0; high < n; high++) {
                for (int low = 0; low < n; low++) {
                    if (pairs.grade()[high] > pairs.grade()[low]) {
                        double share = Math.exp(scores[low] - scores[high] - highest);
                        sum += share;
                        byScore[low] += share;
                        byScore[high] -= share;
                    }
                }
            }
            double[] slope = new double[batch.n() * m];
            for (int t = 0; t < n; t++) {
                slope[pairs.left()[t] * m + pairs.right()[t]] += scale * byScore[t] / sum;
            }
            return new Result(highest + Math.log(sum), affinity.embeddingGradient(slope), active);
        }
    }

    /**
     * Multiple negatives: each anchor should choose its own positive among the positives of all and the hard negatives given
     * (Henderson et al. 2017, section 4; with hard negatives as Karpukhin et al. 2020). Takes matches.
     *
     * @param temperature divides the scores; lower looks harder at the nearest negatives
     * @param symmetric whether each positive should choose its anchor as well, each way counting half (Radford et al. 2021)
     */
    record MultipleNegatives(double temperature, boolean symmetric) implements Loss {
        public MultipleNegatives {
            requirePositive(temperature);
        }

        @Override
        public String name() {
            return "multiple-negatives";
        }

        @Override
        public Result of(Batch batch, @Nullable Tuples tuples) {
            if (!(tuples instanceof Tuples.Matches matches)) {
                throw new IllegalArgumentException("multiple negatives takes matches, not " + kind(tuples));
            }
            Affinity affinity = Affinity.of(batch);
            double[] slope = new double[batch.n() * affinity.columns()];
            int n = matches.size();
            double share = n == 0 ? 0 : (symmetric ? 0.5 : 1) / n;
            double total = 0;
            int active = 0;
            for (int t = 0; t < n; t++) {
                double loss = choose(affinity, slope, forward(affinity, matches, t), t, share);
                total += share * loss;
                active += loss > 0 ? 1 : 0;
                if (symmetric) {
                    total += share * choose(affinity, slope, backward(affinity, matches, t), t, share);
                }
            }
            return new Result(total, affinity.embeddingGradient(slope), active);
        }

        /** Where in the scores each candidate of an anchor stands; -1 for those it spares. */
        private static int[] forward(Affinity affinity, Tuples.Matches matches, int t) {
            int[] places = new int[matches.candidates()];
            for (int c = 0; c < places.length; c++) {
                boolean counts = c == t || !matches.spared()[t][c];
                places[c] = counts ? matches.anchor()[t] * affinity.columns() + matches.candidate(c) : -1;
            }
            return places;
        }

        /** The same for a positive, whose candidates are the anchors. */
        private static int[] backward(Affinity affinity, Tuples.Matches matches, int t) {
            int[] places = new int[matches.size()];
            for (int a = 0; a < places.length; a++) {
                boolean counts = a == t || !matches.spared()[a][t];
                places[a] = counts ? matches.anchor()[a] * affinity.columns() + matches.positive()[t] : -1;
            }
            return places;
        }

        /** Cross-entropy of choosing place {@code right}; adds its slope. */
        private double choose(Affinity affinity, double[] slope, int[] places, int right, double share) {
            double highest = Double.NEGATIVE_INFINITY;
            for (int place : places) {
                if (place >= 0) {
                    highest = Math.max(highest, affinity.scoreAt(place) / temperature);
                }
            }
            double sum = 0;
            for (int place : places) {
                sum += place < 0 ? 0 : Math.exp(affinity.scoreAt(place) / temperature - highest);
            }
            double logSum = highest + Math.log(sum);
            for (int place : places) {
                if (place >= 0) {
                    slope[place] += share * Math.exp(affinity.scoreAt(place) / temperature - logSum) / temperature;
                }
            }
            slope[places[right]] -= share / temperature;
            return logSum - affinity.scoreAt(places[right]) / temperature;
        }
    }

    /**
     * Binary cross-entropy of logits: each row of a batch is a pair, its one value the log-odds that the two are the same, its label 1 where
     * they are and 0 where not. A weighted mean, {@code Σ w·log(1 + exp(∓z)) / Σ w}. Takes no tuples.
     *
     * @param sameWeight what a same pair counts beside a different one, more than 0
     */
    record CrossEntropy(double sameWeight) implements Loss {
        public CrossEntropy {
            requirePositive(sameWeight);
        }

        @Override
        public String name() {
            return "cross-entropy";
        }

        @Override
        public Result of(Batch batch, @Nullable Tuples tuples) {
            if (tuples != null || batch.d() != 1) {
                throw new IllegalArgumentException("cross-entropy takes labels and one logit a row");
            }
            int n = batch.n();
            double weights = 0;
            for (int label : batch.labels()) {
                weights += label > 0 ? sameWeight : 1;
            }
            double total = 0;
            int wrong = 0;
            float[] gradient = new float[n];
            for (int i = 0; i < n; i++) {
                boolean same = batch.labels()[i] > 0;
                // The logit towards what is wrong: its softplus is the loss, its logistic the slope.
                double against = same ? -batch.embeddings()[i] : batch.embeddings()[i];
                double share = (same ? sameWeight : 1) / weights;
                total += share * (Math.max(0, against) + Math.log1p(Math.exp(-Math.abs(against))));
                gradient[i] = (float) ((same ? -share : share) / (1 + Math.exp(-against)));
                wrong += against > 0 ? 1 : 0;
            }
            return new Result(total, gradient, wrong);
        }
    }

    private static void requirePositive(double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException("a loss with a scale of " + value);
        }
    }

    private static Tuples.Triplets triplets(
            @Nullable Tuples tuples, Batch batch, Affinity affinity, double margin, Miner miner) {
        return switch (tuples) {
            case null -> miner.triplets(batch, affinity, margin);
            case Tuples.Triplets given -> given;
            case Tuples other -> throw new IllegalArgumentException("a loss over triplets cannot take " + kind(other));
        };
    }

    private static String kind(@Nullable Tuples tuples) {
        return switch (tuples) {
            case null -> "the batch alone";
            case Tuples.Pairs p -> "pairs";
            case Tuples.Triplets t -> "triplets";
            case Tuples.Graded g -> "graded pairs";
            case Tuples.Matches m -> "matches";
        };
    }

    private static Result hinge(
            Batch batch, Affinity affinity, Tuples.Triplets triplets, double margin, boolean overActiveOnly) {
        int m = affinity.columns();
        double[] slope = new double[batch.n() * m];
        double total = 0;
        int active = 0;
        for (int t = 0; t < triplets.size(); t++) {
            int i = triplets.anchor()[t];
            int p = triplets.positive()[t];
            int q = triplets.negative()[t];
            double over = affinity.score(i, q) - affinity.score(i, p) + margin;
            if (over > 0) {
                active++;
                total += over;
                slope[i * m + q]++;
                slope[i * m + p]--;
            }
        }
        return mean(affinity, slope, total, overActiveOnly ? active : triplets.size(), active);
    }

    private static Result mean(Affinity affinity, double[] slope, double total, int count, int active) {
        double scale = count == 0 ? 0 : 1.0 / count;
        for (int at = 0; at < slope.length; at++) {
            slope[at] *= scale;
        }
        return new Result(total * scale, affinity.embeddingGradient(slope), active);
    }
}
