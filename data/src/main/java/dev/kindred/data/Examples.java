package dev.kindred.data;

import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What people have to teach or measure a similarity with, in one of four shapes. Which one it is, is told by the columns
 * and the content of DATA. Arrays are not to be changed after construction.
 */
public sealed interface Examples {

    /**
     * Finds the examples of one or several DATA of one shape: all that {@link Dataset#read} takes, and tables of pairs
     * and triplets, STS-B's own form, records to be matched, and BEIR folders.
     *
     * @throws Refusal as {@link Dataset#read} does, and where DATA of different shapes are mixed
     */
    static Examples read(List<Path> data, ReadOptions options, Progress progress) {
        return Reading.read(data, options, progress);
    }

    /** The samples that are compared: of judged examples the corpus. */
    Dataset samples();

    /** Samples of classes, or without any label. */
    record Labelled(Dataset samples) implements Examples {}

    /**
     * Pairs of samples. What stands in several pairs is one sample.
     *
     * @param left rows of {@code samples}
     * @param right rows of {@code samples}, as many
     * @param scores as they were given, of any range; 1 and 0 for the same and not, all 1 where nothing was given
     * @param graded whether there are scores other than 0 and 1
     */
    record Pairs(Dataset samples, int[] left, int[] right, double[] scores, boolean graded) implements Examples {
        public Pairs {
            if (left.length != right.length || left.length != scores.length) {
                throw new IllegalArgumentException(
                        "%d left, %d right, %d scores".formatted(left.length, right.length, scores.length));
            }
        }

        public int size() {
            return left.length;
        }

        /** The lowest score given. */
        public double lowest() {
            return Arrays.stream(scores).min().orElse(0);
        }

        /** The highest score given. */
        public double highest() {
            return Arrays.stream(scores).max().orElse(1);
        }

        /** The chosen pairs in the order given, on the same samples. */
        public Pairs subset(int[] pairs) {
            return new Pairs(
                    samples,
                    chosen(left, pairs),
                    chosen(right, pairs),
                    Arrays.stream(pairs).mapToDouble(pair -> scores[pair]).toArray(),
                    graded);
        }
    }

    /**
     * An anchor, what is like it, and what is less so.
     *
     * @param anchor rows of {@code samples}
     * @param positive rows of {@code samples}, as many
     * @param negative rows of {@code samples}, as many
     */
    record Triplets(Dataset samples, int[] anchor, int[] positive, int[] negative) implements Examples {
        public Triplets {
            if (anchor.length != positive.length || anchor.length != negative.length) {
                throw new IllegalArgumentException("%d anchors, %d positives, %d negatives"
                        .formatted(anchor.length, positive.length, negative.length));
            }
        }

        public int size() {
            return anchor.length;
        }

        /** The chosen triplets in the order given, on the same samples. */
        public Triplets subset(int[] triplets) {
            return new Triplets(
                    samples, chosen(anchor, triplets), chosen(positive, triplets), chosen(negative, triplets));
        }
    }

    /**
     * Queries, a corpus, and which documents answer which query (qrels).
     *
     * @param queries those that are judged
     * @param corpus every document, judged or not
     * @param judgements each query and document at most once
     */
    record Judged(Dataset queries, Dataset corpus, List<Judgement> judgements) implements Examples {
        public Judged {
            judgements = List.copyOf(judgements);
        }

        @Override
        public Dataset samples() {
            return corpus;
        }

        /** The chosen queries in the order given with their judgements, on the whole corpus. */
        public Judged subset(int[] rows) {
            int[] place = new int[queries.size()];
            Arrays.fill(place, -1);
            for (int i = 0; i < rows.length; i++) {
                place[rows[i]] = i;
            }
            List<Judgement> chosen = judgements.stream()
                    .filter(judgement -> place[judgement.query()] >= 0)
                    .map(judgement -> new Judgement(place[judgement.query()], judgement.document(), judgement.grade()))
                    .toList();
            return new Judged(queries.subset(rows), corpus, chosen);
        }
    }

    /**
     * How well a document answers a query.
     *
     * @param query a row of the queries
     * @param document a row of the corpus
     * @param grade 0 or less for not at all; higher is better
     */
    record Judgement(int query, int document, double grade) {}

    private static int[] chosen(int[] of, int[] at) {
        return Arrays.stream(at).map(i -> of[i]).toArray();
    }
}
