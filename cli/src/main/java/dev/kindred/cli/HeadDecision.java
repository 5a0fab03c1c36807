package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.GivenPairs;
import dev.kindred.core.metric.PairResampling;
import dev.kindred.core.metric.Verification;
import dev.kindred.evaluate.Baseline;
import dev.kindred.evaluate.Calibrator;
import dev.kindred.train.Lesson;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What validation says of same and different: of classes over all pairs, of given pairs over them, of matches over each anchor with all
 * that is searched. Grades tell no same from different, so they decide nothing.
 *
 * @param pairs null where there are none, or none of both kinds
 */
record HeadDecision(
        @Nullable Verification pairs,
        @Nullable Decision decision,
        @Nullable JsonObject baseline) {
    private static final int MOST_PAIRS = 500_000;

    static HeadDecision of(Lesson lesson, Embeddings validation, long seed, Workers workers) {
        try {
            Verification pairs = switch (lesson) {
                case Lesson.Classes classes -> {
                    int[] labels = Arrays.stream(classes.validation())
                            .map(sample -> classes.labels()[sample])
                            .toArray();
                    yield Verification.measure(validation, labels, seed, workers);
                }
                case Lesson.Pairs given when given.graded() -> null;
                case Lesson.Pairs given -> measured(given, validation, seed, workers);
                case Lesson.Matches matches -> measured(matches, validation, seed, workers);
            };
            return pairs == null
                    ? new HeadDecision(null, null, null)
                    : new HeadDecision(
                            pairs,
                            Calibrator.decision(pairs),
                            Baseline.of(validation, pairs).json());
        } catch (Refusal noPairsOfBothKinds) {
            return new HeadDecision(null, null, null);
        }
    }

    private static Verification measured(Lesson.Pairs given, Embeddings validation, long seed, Workers workers) {
        Map<Integer, Integer> rows = rows(given);
        int[] held = given.held();
        int[] left = Arrays.stream(held)
                .map(p -> rows.getOrDefault(given.left()[p], 0))
                .toArray();
        int[] right = Arrays.stream(held)
                .map(p -> rows.getOrDefault(given.right()[p], 0))
                .toArray();
        boolean[] same = new boolean[held.length];
        for (int p = 0; p < held.length; p++) {
            same[p] = given.grades()[held[p]] > 0;
        }
        return measured(validation, left, right, same, seed, workers);
    }

    /** Each anchor with each candidate; of very many pairs, those that belong and as many others as there is room for, drawn by key. */
    private static Verification measured(Lesson.Matches matches, Embeddings validation, long seed, Workers workers) {
        Map<Integer, Integer> rows = rows(matches);
        int[] anchors = Arrays.stream(matches.held())
                .map(match -> matches.anchor()[match])
                .distinct()
                .toArray();
        int[] candidates = matches.candidates();
        double share = Math.min(1, (double) MOST_PAIRS / ((double) anchors.length * candidates.length));
        IntStream.Builder left = IntStream.builder();
        IntStream.Builder right = IntStream.builder();
        IntStream.Builder belongs = IntStream.builder();
        for (int a : anchors) {
            Keyed draws = Keyed.of(seed, 0x5B16L, a);
            for (int c : candidates) {
                boolean same = matches.belongs(a, c);
                if (a != c && (draws.nextDouble() < share || same)) {
                    left.add(rows.getOrDefault(a, 0));
                    right.add(rows.getOrDefault(c, 0));
                    belongs.add(same ? 1 : 0);
                }
            }
        }
        int[] kinds = belongs.build().toArray();
        boolean[] same = new boolean[kinds.length];
        for (int p = 0; p < same.length; p++) {
            same[p] = kinds[p] == 1;
        }
        return measured(validation, left.build().toArray(), right.build().toArray(), same, seed, workers);
    }

    private static Map<Integer, Integer> rows(Lesson lesson) {
        Map<Integer, Integer> rows = new HashMap<>();
        for (int sample : lesson.validation()) {
            rows.put(sample, rows.size());
        }
        return rows;
    }

    private static Verification measured(
            Embeddings validation, int[] left, int[] right, boolean[] same, long seed, Workers workers) {
        double[] scores = new double[left.length];
        for (int p = 0; p < scores.length; p++) {
            scores[p] = validation.score(left[p], right[p]);
        }
        return GivenPairs.of(scores, same, PairResampling.of(validation.count(), left, right))
                .verification(validation.count(), Verification.TARGETS, seed, workers);
    }
}
