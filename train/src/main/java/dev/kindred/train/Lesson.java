package dev.kindred.train;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.LabelledPairs;
import dev.kindred.encode.Comparators;
import dev.kindred.train.loss.Loss;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What is known of the samples, and so what a step learns from and what validation asks. Samples of {@code train} and of
 * {@code validation} are chosen by the caller, and share nothing that would flatter.
 */
public sealed interface Lesson {

    /** The samples that validation embeds, each once. */
    int[] validation();

    /**
     * What steps see.
     *
     * @throws Refusal where the loss cannot learn from what is known
     */
    Batches batches(Loss loss, Batching batching, long seed);

    /**
     * How good embeddings are.
     *
     * @param embeddings of {@link #validation()}, in its order
     */
    Judged judge(Embeddings embeddings, Workers workers);

    /** How many samples, pairs or matches there are to learn from. */
    int size();

    /**
     * Two figures, higher is better.
     *
     * @param chosenBy the best weights are those where this is highest
     * @param beside shown with it
     */
    record Judged(Score chosenBy, Score beside) {}

    /**
     * A figure and its name.
     *
     * @param name as people know it, e.g. {@code MAP@R}
     */
    record Score(String name, double value) {}

    /**
     * Samples of classes; validated by MAP@R.
     *
     * @param labels class of each sample
     * @param train samples to learn from
     * @param validation samples of classes that are not learned from, where there are enough
     */
    record Classes(int[] labels, int[] train, int[] validation) implements Lesson {
        @Override
        public Batches batches(Loss loss, Batching batching, long seed) {
            if (loss instanceof Loss.CoSent) {
                throw refused(loss, "classes", "supcon, multiple-negatives, contrastive, triplet or margin-ranking");
            }
            return new ClassBatches(this, loss, batching, seed);
        }

        @Override
        public Judged judge(Embeddings embeddings, Workers workers) {
            return Judging.classes(embeddings, Judging.chosen(labels, validation), workers);
        }

        /** Classes of two teaching samples or more: those that batches are drawn of. */
        int classesWithPairs() {
            int[] counts = new int[1 + Arrays.stream(labels).max().orElse(-1)];
            Arrays.stream(train).filter(sample -> labels[sample] >= 0).forEach(sample -> counts[labels[sample]]++);
            return (int) Arrays.stream(counts).filter(count -> count > 1).count();
        }

        @Override
        public int size() {
            return train.length;
        }
    }

    /**
     * Pairs with grades; validated by Spearman's rank correlation, or where they are only the same or different by average precision.
     *
     * @param left samples
     * @param right samples
     * @param grades of any range, higher for more alike; 1 and 0 for the same and different
     * @param graded whether there are others than 0 and 1
     * @param train pairs to learn from
     * @param held pairs to validate on
     */
    record Pairs(int[] left, int[] right, double[] grades, boolean graded, int[] train, int[] held) implements Lesson {
        @Override
        public int[] validation() {
            return distinct(Judging.chosen(left, held), Judging.chosen(right, held));
        }

        @Override
        public Batches batches(Loss loss, Batching batching, long seed) {
            boolean fits = loss instanceof Loss.CoSent || !graded && loss instanceof Loss.Contrastive;
            if (!fits) {
                throw refused(
                        loss,
                        graded ? "graded pairs" : "pairs of the same and of different",
                        graded ? "cosent" : "cosent, contrastive or multiple-negatives");
            }
            return new PairBatches(this, loss, batching, seed);
        }

        @Override
        public Judged judge(Embeddings embeddings, Workers workers) {
            return Judging.pairs(embeddings, this);
        }

        @Override
        public int size() {
            return train.length;
        }
    }

    /**
     * Anchors and what belongs to each; validated by the mean reciprocal rank of what belongs to an anchor among all candidates.
     *
     * @param anchor samples, one a match
     * @param positive samples, as many
     * @param hard samples that do not belong to the anchor though they look so, for each match; often none
     * @param belonging what was given as belonging to a sample, whatever side of the split it is on: never wrong for it
     * @param groups of each sample what hangs together with it, as that was given of pairs of the same: neither wrong for it nor right;
     *     −1 for none. Empty for triplets and judged queries, where answers of one question need not be like one another
     * @param train matches to learn from
     * @param held matches to validate on
     * @param candidates what is searched in validation: at least the positives of the held matches
     */
    record Matches(
            int[] anchor,
            int[] positive,
            int[][] hard,
            Map<Integer, Set<Integer>> belonging,
            int[] groups,
            int[] train,
            int[] held,
            int[] candidates)
            implements Lesson {
        @Override
        public int[] validation() {
            return distinct(Judging.chosen(anchor, held), candidates);
        }

        @Override
        public Batches batches(Loss loss, Batching batching, long seed) {
            return switch (loss) {
                case Loss.MultipleNegatives m -> new MatchBatches(this, batching, seed);
                case Loss.Triplet t -> new TripletBatches(this, loss, batching, seed);
                case Loss.MarginRanking m -> new TripletBatches(this, loss, batching, seed);
                case Loss other ->
                    throw refused(
                            loss,
                            "what belongs together",
                            "multiple-negatives, or with given negatives triplet or margin-ranking");
            };
        }

        @Override
        public Judged judge(Embeddings embeddings, Workers workers) {
            return Judging.matches(embeddings, this, workers);
        }

        @Override
        public int size() {
            return train.length;
        }

        /** Whether {@code candidate} was given as belonging to {@code sample}, or is the very same. */
        public boolean belongs(int sample, int candidate) {
            return sample == candidate
                    || belonging.getOrDefault(sample, Set.of()).contains(candidate);
        }

        /** Whether {@code candidate} is no wrong answer for {@code sample}: it belongs, or others join the two. */
        public boolean spares(int sample, int candidate) {
            return belongs(sample, candidate)
                    || groups.length > 0 && groups[sample] >= 0 && groups[sample] == groups[candidate];
        }
    }

    /**
     * Pairs that a comparator judges: a "sample" is a pair here, and what is embedded its one logit; validated by average precision.
     *
     * @param pairs those to learn from, then those to validate on, whose weight it is
     * @param taught how many of them are to learn from
     */
    record Compared(LabelledPairs pairs, int taught) implements Lesson {
        @Override
        public int[] validation() {
            return IntStream.range(taught, pairs.size()).toArray();
        }

        @Override
        public Batches batches(Loss loss, Batching batching, long seed) {
            if (!(loss instanceof Loss.CrossEntropy)) {
                throw refused(loss, "pairs that are compared", "none: a comparator has one of its own");
            }
            return new ComparedBatches(this, batching, seed);
        }

        @Override
        public Judged judge(Embeddings logits, Workers workers) {
            double[] scores = new double[logits.count()];
            double[] answers = new double[scores.length];
            for (int p = 0; p < scores.length; p++) {
                // What is sealed is the score in 32 bits, and so are its ties.
                scores[p] = (float) Comparators.score(logits.values()[p]);
                answers[p] = pairs.same()[taught + p] ? 1 : 0;
            }
            return Judging.answered(scores, answers, pairs.differentWeight());
        }

        @Override
        public int size() {
            return taught;
        }

        /** The root of how many different pairs there are to a same one: rare ones count more, and do not drown the many. */
        double sameWeight() {
            int same = 0;
            for (int p = 0; p < taught; p++) {
                same += pairs.same()[p] ? 1 : 0;
            }
            return Math.sqrt(Math.max(1, taught - same) / (double) Math.max(1, same));
        }
    }

    private static Refusal refused(Loss loss, String known, String fitting) {
        return new Refusal("the loss " + loss.name() + " cannot learn from " + known, "--loss", "use " + fitting);
    }

    private static int[] distinct(int[] some, int[] more) {
        return IntStream.concat(Arrays.stream(some), Arrays.stream(more))
                .distinct()
                .sorted()
                .toArray();
    }
}
