package dev.kindred.train;

import dev.kindred.core.Keyed;
import dev.kindred.core.metric.LabelledPairs;
import java.util.Arrays;

/** The pairs of a lesson's samples that are the same or different. */
public final class HeldPairs {
    private HeldPairs() {}

    /**
     * What validation asks of same and different: given pairs as they are, of classes every pair, of matches each anchor with all that is
     * searched.
     *
     * @return pairs of samples
     * @throws IllegalArgumentException for grades, which tell no same from different
     */
    public static LabelledPairs of(Lesson lesson, long seed) {
        return switch (lesson) {
            case Lesson.Classes classes -> {
                int[] samples = classes.validation();
                yield LabelledPairs.all(Judging.chosen(classes.labels(), samples), seed)
                        .numbered(samples);
            }
            case Lesson.Pairs given -> given(given, given.held());
            case Lesson.Matches matches -> of(matches, seed);
            case Lesson.Compared compared -> compared.pairs().from(compared.taught());
        };
    }

    /** @param chosen pairs of the lesson */
    static LabelledPairs given(Lesson.Pairs lesson, int[] chosen) {
        if (lesson.graded()) {
            throw new IllegalArgumentException("graded pairs are neither the same nor different");
        }
        boolean[] same = new boolean[chosen.length];
        for (int p = 0; p < same.length; p++) {
            same[p] = lesson.grades()[chosen[p]] > 0;
        }
        return new LabelledPairs(Judging.chosen(lesson.left(), chosen), Judging.chosen(lesson.right(), chosen), same);
    }

    /**
     * Of very many pairs, those that belong and as many others as there is room for, drawn by key. What others join and no one gave is
     * neither the same nor different.
     */
    private static LabelledPairs of(Lesson.Matches matches, long seed) {
        int[] anchors = Arrays.stream(matches.held())
                .map(match -> matches.anchor()[match])
                .distinct()
                .toArray();
        int[] candidates = matches.candidates();
        double share = Math.min(1, LabelledPairs.MOST / ((double) anchors.length * candidates.length));
        LabelledPairs.Builder builder = new LabelledPairs.Builder();
        for (int a : anchors) {
            Keyed draws = Keyed.of(seed, 0x5B16L, a);
            for (int c : candidates) {
                boolean same = matches.belongs(a, c);
                boolean drawn = draws.nextDouble() < share;
                if (a != c && (same || drawn && !matches.spares(a, c))) {
                    builder.add(a, c, same);
                }
            }
        }
        return builder.build(1 / share);
    }
}
