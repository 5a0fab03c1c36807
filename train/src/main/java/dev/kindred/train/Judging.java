package dev.kindred.train;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.RankCorrelation;
import dev.kindred.core.metric.RankFigure;
import dev.kindred.core.metric.RankedRetrieval;
import dev.kindred.core.metric.Rankings;
import dev.kindred.core.metric.Relevance;
import dev.kindred.core.metric.Retrieval;
import dev.kindred.core.metric.ScoreCounts;
import dev.kindred.train.Lesson.Judged;
import dev.kindred.train.Lesson.Score;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The figures that validation is told by, for each kind of lesson. */
final class Judging {
    private Judging() {}

    static Judged classes(Embeddings embeddings, int[] labels, Workers workers) {
        Retrieval retrieval = Retrieval.leaveOneOut(embeddings, labels, workers);
        return new Judged(new Score("MAP@R", retrieval.mapAtR()), new Score("Recall@1", retrieval.recall(1)));
    }

    static Judged pairs(Embeddings embeddings, Lesson.Pairs lesson) {
        int[] samples = lesson.validation();
        int[] held = lesson.held();
        double[] scores = new double[held.length];
        double[] grades = new double[held.length];
        for (int p = 0; p < held.length; p++) {
            scores[p] = embeddings.score(
                    Arrays.binarySearch(samples, lesson.left()[held[p]]),
                    Arrays.binarySearch(samples, lesson.right()[held[p]]));
            grades[p] = lesson.grades()[held[p]];
        }
        return lesson.graded() ? graded(scores, grades) : answered(scores, grades);
    }

    /** Spearman's coefficient, and Pearson's beside it; collapsed embeddings have no order and agree with none. */
    static Judged graded(double[] scores, double[] grades) {
        boolean flat = Arrays.stream(scores).allMatch(s -> s == scores[0]);
        double spearman = flat ? 0 : RankCorrelation.of(scores, grades).spearman();
        return new Judged(new Score("Spearman", spearman), new Score("Pearson", flat ? 0 : pearson(scores, grades)));
    }

    /** Average precision of the same pairs among all, by falling score, and the area under the ROC curve. */
    static Judged answered(double[] scores, double[] answers) {
        return answered(scores, answers, 1);
    }

    /** @param differentWeight how many pairs a different one stands for where a same one stands for one */
    static Judged answered(double[] scores, double[] answers, double differentWeight) {
        ScoreCounts counts = ScoreCounts.exact(chosen(scores, answers, true), chosen(scores, answers, false));
        return new Judged(
                new Score("average precision", counts.averagePrecision(differentWeight)),
                new Score("AUROC", counts.auroc()));
    }

    private static float[] chosen(double[] scores, double[] answers, boolean same) {
        int[] rows = IntStream.range(0, scores.length)
                .filter(p -> answers[p] > 0 == same)
                .toArray();
        float[] chosen = new float[rows.length];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = (float) scores[rows[i]];
        }
        return chosen;
    }

    private static double pearson(double[] a, double[] b) {
        double meanA = Arrays.stream(a).average().orElse(0);
        double meanB = Arrays.stream(b).average().orElse(0);
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }
        return ab / Math.sqrt(aa * bb);
    }

    static Judged matches(Embeddings embeddings, Lesson.Matches lesson, Workers workers) {
        RankedRetrieval measured = found(embeddings, lesson, workers);
        return new Judged(
                new Score("MRR", measured.value(RankFigure.RECIPROCAL_RANK)),
                new Score("Success@1", measured.value(RankFigure.SUCCESS_1)));
    }

    /** What held anchors find, each a query. */
    static RankedRetrieval found(Embeddings embeddings, Lesson.Matches lesson, Workers workers) {
        int[] samples = lesson.validation();
        int[] anchors =
                Arrays.stream(chosen(lesson.anchor(), lesson.held())).distinct().toArray();
        int[] candidates = lesson.candidates();
        int[] queries = places(samples, anchors);
        int[] documents = places(samples, candidates);
        IntStream.Builder query = IntStream.builder();
        IntStream.Builder document = IntStream.builder();
        for (int q = 0; q < anchors.length; q++) {
            for (int c = 0; c < candidates.length; c++) {
                if (anchors[q] != candidates[c] && lesson.belongs(anchors[q], candidates[c])) {
                    query.add(q);
                    document.add(c);
                }
            }
        }
        int[] of = query.build().toArray();
        double[] grades = new double[of.length];
        Arrays.fill(grades, 1);
        Relevance relevance = Relevance.of(
                anchors.length, candidates.length, of, document.build().toArray(), grades);
        Rankings found = judged(
                Rankings.nearest(embeddings.select(queries), embeddings.select(documents), Rankings.DEPTH, workers),
                lesson,
                anchors);
        return RankedRetrieval.measure(found, relevance, 0);
    }

    /** No sample is an answer to itself, and what is neither right nor wrong takes no place. */
    private static Rankings judged(Rankings found, Lesson.Matches lesson, int[] anchors) {
        int[] candidates = lesson.candidates();
        int[][] documents = new int[anchors.length][];
        double[][] scores = new double[anchors.length][];
        for (int q = 0; q < anchors.length; q++) {
            int anchor = anchors[q];
            int[] rows = found.documents()[q];
            double[] given = found.scores()[q];
            int[] kept = IntStream.range(0, rows.length)
                    .filter(i -> candidates[rows[i]] != anchor)
                    .filter(i ->
                            lesson.belongs(anchor, candidates[rows[i]]) || !lesson.spares(anchor, candidates[rows[i]]))
                    .toArray();
            documents[q] = chosen(rows, kept);
            scores[q] = Arrays.stream(kept).mapToDouble(i -> given[i]).toArray();
        }
        return new Rankings(documents, scores);
    }

    private static int[] places(int[] samples, int[] of) {
        return Arrays.stream(of)
                .map(sample -> Arrays.binarySearch(samples, sample))
                .toArray();
    }

    static int[] chosen(int[] of, int[] at) {
        int[] chosen = new int[at.length];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = of[at[i]];
        }
        return chosen;
    }
}
