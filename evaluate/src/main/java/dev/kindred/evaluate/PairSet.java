package dev.kindred.evaluate;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Progress;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.LabelledPairs;
import dev.kindred.data.Dataset;
import dev.kindred.data.Examples;
import dev.kindred.encode.LearnedDistance;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Given pairs, their samples encoded; those of which a side could not be decoded are left out.
 *
 * @param left rows of the samples that could
 * @param right as many
 * @param answers what was given of each pair
 * @param scores of every view, the encoder first; with a comparator that is its word, and the embeddings' own score stands beside
 */
record PairSet(Dataset data, Encoded encoded, int[] left, int[] right, double[] answers, Map<String, double[]> scores) {

    static PairSet of(
            Subject subject, Examples.Pairs pairs, EvaluationOptions options, Workers workers, Progress progress) {
        Encoded encoded = subject.encode(Encoded.DOCUMENT, pairs.samples(), options, workers, progress);
        int[] places = encoded.places(pairs.samples().size());
        int[] kept = IntStream.range(0, pairs.size())
                .filter(p -> places[pairs.left()[p]] >= 0 && places[pairs.right()[p]] >= 0)
                .toArray();
        int[] left = IntStream.of(kept).map(p -> places[pairs.left()[p]]).toArray();
        int[] right = IntStream.of(kept).map(p -> places[pairs.right()[p]]).toArray();
        double[] answers =
                IntStream.of(kept).mapToDouble(p -> pairs.scores()[p]).toArray();
        Map<String, double[]> scores = new LinkedHashMap<>();
        Embeddings own = encoded.views().encoder();
        // Grades are an order that no comparator learned.
        LearnedDistance comparator =
                pairs.graded() ? null : subject.comparator(workers.threads()).orElse(null);
        if (comparator != null) {
            try (comparator) {
                scores.put("encoder", comparator.scores(own, new LabelledPairs(left, right, new boolean[left.length])));
            }
        }
        scores.put(comparator == null ? "encoder" : Views.EMBEDDING, scores(own, left, right));
        encoded.views().baselines().forEach((name, view) -> scores.put(name, scores(view, left, right)));
        if (options.baselines() && LabelledSet.comparesWords(pairs.samples())) {
            scores.put("bm25", words(LabelledSet.texts(pairs.samples(), encoded.rows()), left, right, workers));
        }
        return new PairSet(pairs.samples(), encoded, left, right, answers, scores);
    }

    /** In double precision, one a pair. */
    private static double[] scores(Embeddings view, int[] left, int[] right) {
        double[] scores = new double[left.length];
        for (int p = 0; p < scores.length; p++) {
            scores[p] = view.score(left[p], right[p]);
        }
        return scores;
    }

    /**
     * What words say of two texts: the BM25 score of each as a query for the other, as a share of what it gives itself, and the mean of
     * both ways; so that long pairs are no more alike than short ones. In [0, 1]; 0 where a side has no words.
     */
    private static double[] words(List<String> texts, int[] left, int[] right, Workers workers) {
        double[] scores = new double[left.length];
        try (Bm25 bm25 = Bm25.of(texts)) {
            workers.blocks(left.length, 32, (from, to) -> {
                float[] row = new float[texts.size()];
                for (int p = from; p < to; p++) {
                    scores[p] =
                            (share(bm25, texts, left[p], right[p], row) + share(bm25, texts, right[p], left[p], row))
                                    / 2;
                }
            });
        }
        return scores;
    }

    private static double share(Bm25 bm25, List<String> texts, int query, int document, float[] row) {
        bm25.scores(texts.get(query), row);
        return row[query] == 0 ? 0 : Math.min(1, (double) row[document] / row[query]);
    }

    StsTask.Graded graded() {
        return new StsTask.Graded(left, right, answers, scores);
    }

    GivenPairsTask.Answered answered() {
        boolean[] same = new boolean[answers.length];
        for (int p = 0; p < same.length; p++) {
            same[p] = answers[p] > 0;
        }
        return new GivenPairsTask.Answered(left, right, same, scores);
    }

    List<String> words() {
        return LabelledSet.texts(data, encoded.rows());
    }
}
