package dev.kindred.train;

import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.data.Dataset;
import dev.kindred.data.Examples;
import dev.kindred.data.Groups;
import dev.kindred.data.Split;
import dev.kindred.train.loss.Loss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Examples as lessons. Samples stand where they were put when they were decoded; what names one that could not be is left out. Of judged
 * examples the queries stand after the corpus.
 */
public final class Lessons {
    /** Beside what belongs to a query, validation searches no more of a corpus than this. */
    private static final int MOST_CANDIDATES = 20_000;

    /** What hangs together through others and is more than this share of all is a web, in which likeness does not carry that far. */
    private static final double LARGEST_GROUP = 0.5;

    private final int[] place;
    private final Split split;

    private Lessons(int[] place, Split split) {
        this.place = place;
        this.split = split;
    }

    /**
     * @param place where each row of the samples, then of the queries, stands among what is taught from; −1 where it could not be decoded
     * @param split rows of labelled samples, pairs, triplets or queries
     * @param loss null for the usual one; what it needs decides between pairs and matches
     */
    public static Lesson of(Examples examples, int[] place, Split split, @Nullable Loss loss) {
        Lessons lessons = new Lessons(place, split);
        return switch (examples) {
            case Examples.Labelled labelled -> lessons.classes(labelled.samples());
            case Examples.Pairs pairs when pairs.graded() -> lessons.pairs(pairs);
            case Examples.Pairs pairs when answered(pairs) && !wantsMatches(loss) -> lessons.pairs(pairs);
            case Examples.Pairs pairs -> lessons.matches(pairs);
            case Examples.Triplets triplets -> lessons.matches(triplets);
            case Examples.Judged judged -> lessons.matches(judged);
        };
    }

    private static boolean answered(Examples.Pairs pairs) {
        return Arrays.stream(pairs.scores()).anyMatch(score -> score <= 0);
    }

    private static boolean wantsMatches(@Nullable Loss loss) {
        return loss instanceof Loss.MultipleNegatives
                || loss instanceof Loss.Triplet
                || loss instanceof Loss.MarginRanking;
    }

    private Lesson.Classes classes(Dataset data) {
        int[] labels = new int[1 + Arrays.stream(place).max().orElse(-1)];
        int[] given = data.labels();
        for (int row = 0; row < given.length; row++) {
            if (place[row] >= 0) {
                labels[place[row]] = given[row];
            }
        }
        return new Lesson.Classes(labels, placed(split.train()), placed(split.validation()));
    }

    private int[] placed(int[] rows) {
        return Arrays.stream(rows).map(row -> place[row]).filter(at -> at >= 0).toArray();
    }

    private Lesson.Pairs pairs(Examples.Pairs pairs) {
        int[] left = Arrays.stream(pairs.left()).map(row -> place[row]).toArray();
        int[] right = Arrays.stream(pairs.right()).map(row -> place[row]).toArray();
        int[] train = decoded(split.train(), left, right);
        int[] held = decoded(split.validation(), left, right);
        if (!pairs.graded()) {
            requireBoth(pairs, train, "to learn from");
            requireBoth(pairs, held, "to validate on");
        }
        return new Lesson.Pairs(left, right, pairs.scores(), pairs.graded(), train, held);
    }

    private static int[] decoded(int[] tuples, int[]... sides) {
        return Arrays.stream(tuples)
                .filter(tuple -> Arrays.stream(sides).allMatch(side -> side[tuple] >= 0))
                .toArray();
    }

    private static void requireBoth(Examples.Pairs pairs, int[] among, String what) {
        long same = Arrays.stream(among).filter(p -> pairs.scores()[p] > 0).count();
        if (same == 0 || same == among.length) {
            throw new Refusal(
                    "the pairs %s are all %s".formatted(what, same == 0 ? "different" : "the same"),
                    "DATA",
                    "give more pairs of both kinds, or others to validate on with --validation");
        }
    }

    private Lesson.Matches matches(Examples.Pairs pairs) {
        Gathered gathered = new Gathered();
        boolean[] held = new boolean[pairs.size()];
        Arrays.stream(split.validation()).forEach(pair -> held[pair] = true);
        for (int pair : IntStream.concat(Arrays.stream(split.train()), Arrays.stream(split.validation()))
                .toArray()) {
            int left = place[pairs.left()[pair]];
            int right = place[pairs.right()[pair]];
            if (pairs.scores()[pair] > 0) {
                gathered.match(left, right, held[pair]);
            } else {
                gathered.wrong(left, right);
            }
        }
        return gathered.lesson(together(pairs), new int[0], true);
    }

    /** Where a and b are the same, and b and c, no one said that a and c are different. */
    private int[] together(Examples.Pairs pairs) {
        int[][] same = IntStream.range(0, pairs.size())
                .filter(pair -> pairs.scores()[pair] > 0)
                .mapToObj(pair -> new int[] {pairs.left()[pair], pairs.right()[pair]})
                .toArray(int[][]::new);
        int[] groups = new Groups(pairs.samples().size(), same).ofNodes();
        int[] sizes = new int[1 + Arrays.stream(groups).max().orElse(-1)];
        Arrays.stream(groups).filter(group -> group >= 0).forEach(group -> sizes[group]++);
        int all = Arrays.stream(sizes).sum();
        int[] together = new int[1 + Arrays.stream(place).max().orElse(-1)];
        Arrays.fill(together, -1);
        for (int row = 0; row < groups.length; row++) {
            if (place[row] >= 0 && groups[row] >= 0 && sizes[groups[row]] <= LARGEST_GROUP * all) {
                together[place[row]] = groups[row];
            }
        }
        return together;
    }

    private Lesson.Matches matches(Examples.Triplets triplets) {
        Gathered gathered = new Gathered();
        for (int[] side : List.of(split.train(), split.validation())) {
            for (int triplet : side) {
                int anchor = place[triplets.anchor()[triplet]];
                gathered.match(anchor, place[triplets.positive()[triplet]], side == split.validation());
                gathered.wrong(anchor, place[triplets.negative()[triplet]]);
            }
        }
        return gathered.lesson(new int[0], new int[0], true);
    }

    private Lesson.Matches matches(Examples.Judged judged) {
        int corpus = judged.corpus().size();
        boolean[] taught = new boolean[judged.queries().size()];
        Arrays.stream(split.train()).forEach(query -> taught[query] = true);
        boolean[] held = new boolean[judged.queries().size()];
        Arrays.stream(split.validation()).forEach(query -> held[query] = true);
        Gathered gathered = new Gathered();
        for (Examples.Judgement judgement : judged.judgements()) {
            int query = judgement.query();
            if (!taught[query] && !held[query]) {
                continue;
            }
            int at = place[corpus + query];
            if (judgement.grade() > 0) {
                gathered.match(at, place[judgement.document()], held[query]);
            } else {
                gathered.wrong(at, place[judgement.document()]);
            }
        }
        int[] documents = Arrays.stream(place, 0, corpus).filter(at -> at >= 0).toArray();
        if (documents.length > MOST_CANDIDATES) {
            Keyed.of(0x5B15L).shuffle(documents);
            documents = Arrays.copyOf(documents, MOST_CANDIDATES);
        }
        return gathered.lesson(new int[0], documents, false);
    }

    /** Matches as they come, each once, with the wrong answers of each anchor. */
    private static final class Gathered {
        private final Map<List<Integer>, Boolean> matches = new LinkedHashMap<>();
        private final Map<Integer, Set<Integer>> wrong = new HashMap<>();
        private final Map<Integer, Set<Integer>> belonging = new HashMap<>();

        void match(int anchor, int positive, boolean held) {
            if (anchor < 0 || positive < 0 || anchor == positive) {
                return;
            }
            matches.putIfAbsent(List.of(anchor, positive), held);
            belonging.computeIfAbsent(anchor, a -> new HashSet<>()).add(positive);
            belonging.computeIfAbsent(positive, a -> new HashSet<>()).add(anchor);
        }

        void wrong(int anchor, int candidate) {
            if (anchor >= 0 && candidate >= 0) {
                wrong.computeIfAbsent(anchor, a -> new LinkedHashSet<>()).add(candidate);
            }
        }

        /**
         * @param groups as the lesson has them
         * @param searched more samples that validation searches
         * @param wrongToo whether it searches the wrong answers of what is held out
         */
        Lesson.Matches lesson(int[] groups, int[] searched, boolean wrongToo) {
            int n = matches.size();
            int[] anchor = new int[n];
            int[] positive = new int[n];
            int[][] hard = new int[n][];
            List<Integer> train = new ArrayList<>();
            List<Integer> held = new ArrayList<>();
            Set<Integer> candidates = new LinkedHashSet<>();
            int at = 0;
            for (Map.Entry<List<Integer>, Boolean> match : matches.entrySet()) {
                int from = match.getKey().getFirst();
                anchor[at] = from;
                positive[at] = match.getKey().getLast();
                Set<Integer> known = belonging.getOrDefault(from, Set.of());
                hard[at] = wrong.getOrDefault(from, Set.of()).stream()
                        .filter(candidate -> !known.contains(candidate))
                        // Given as different, though pairs of the same join the two: that contradicts itself.
                        .filter(candidate ->
                                groups.length == 0 || groups[from] < 0 || groups[from] != groups[candidate])
                        .mapToInt(Integer::intValue)
                        .toArray();
                if (match.getValue()) {
                    held.add(at);
                    candidates.add(positive[at]);
                    if (wrongToo) {
                        Arrays.stream(hard[at]).forEach(candidates::add);
                    }
                } else {
                    train.add(at);
                }
                at++;
            }
            if (train.size() < 2 || held.size() < 2) {
                throw new Refusal(
                        "there are too few things that belong together: %d to learn from, %d to validate on"
                                .formatted(train.size(), held.size()),
                        "DATA",
                        "give more of them");
            }
            Arrays.stream(searched).forEach(candidates::add);
            return new Lesson.Matches(
                    anchor, positive, hard, belonging, groups, ints(train), ints(held), ints(List.copyOf(candidates)));
        }

        private static int[] ints(List<Integer> numbers) {
            return numbers.stream().mapToInt(Integer::intValue).toArray();
        }
    }
}
