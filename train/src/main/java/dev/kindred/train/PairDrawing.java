package dev.kindred.train;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.LabelledPairs;
import dev.kindred.core.metric.Rankings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The pairs that a comparator learns from. Given pairs are taken as they are. Of classes and of matches same pairs are those that belong
 * together, and different ones are drawn: half by chance, half what the embeddings themselves take for nearest, since that is where the
 * plain score errs; given negatives besides. What is drawn follows from the seed.
 */
final class PairDrawing {
    /** Same pairs of classes; of more, some of each sample's. */
    private static final int MOST_SAME = 50_000;
    /** Different pairs for each same one. */
    private static final int DIFFERENT = 4;
    /** Anchors of drawn pairs, which are compared with one another to find the nearest. */
    private static final int MOST_ANCHORS = 20_000;
    /** How far down the nearest are looked through for what does not belong. */
    private static final int DEPTH = 200;
    /** Given negatives of one match. */
    private static final int MOST_GIVEN = 8;

    private final Samples.Features features;
    private final Distance distance;
    private final long seed;
    private final Workers workers;

    PairDrawing(Samples.Features features, Distance distance, long seed, Workers workers) {
        this.features = features;
        this.distance = distance;
        this.seed = seed;
        this.workers = workers;
    }

    /**
     * @throws Refusal where there are no pairs of both kinds
     * @throws IllegalArgumentException for grades
     */
    Lesson.Compared lesson(Lesson lesson) {
        LabelledPairs taught = switch (lesson) {
            case Lesson.Classes classes -> classes(classes);
            case Lesson.Pairs given -> HeldPairs.given(given, given.train());
            case Lesson.Matches matches -> matches(matches);
            case Lesson.Compared compared -> throw new IllegalArgumentException("pairs of pairs");
        };
        LabelledPairs held = HeldPairs.of(lesson, seed);
        requireBoth(taught, "to learn from");
        requireBoth(held, "to validate on");
        LabelledPairs.Builder all = new LabelledPairs.Builder();
        all.add(taught);
        all.add(held);
        return new Lesson.Compared(all.build(held.differentWeight()), taught.size());
    }

    private static void requireBoth(LabelledPairs pairs, String what) {
        int same = pairs.sameCount();
        if (same == 0 || same == pairs.size()) {
            throw new Refusal(
                    "there are no pairs %s that are %s".formatted(what, same == 0 ? "the same" : "different"),
                    "DATA",
                    "give more of them");
        }
    }

    private LabelledPairs classes(Lesson.Classes lesson) {
        int[] labels = lesson.labels();
        int[] anchors =
                Arrays.stream(lesson.train()).filter(s -> labels[s] >= 0).toArray();
        Keyed.of(seed, 0xC0A1L).shuffle(anchors);
        Map<Integer, List<Integer>> classes = new HashMap<>();
        Arrays.stream(anchors)
                .forEach(s -> classes.computeIfAbsent(labels[s], _ -> new ArrayList<>())
                        .add(s));
        LabelledPairs.Builder pairs = new LabelledPairs.Builder();
        long all = classes.values().stream()
                .mapToLong(of -> (long) of.size() * (of.size() - 1) / 2)
                .sum();
        int same = 0;
        int each = Math.ceilDiv(MOST_SAME, Math.max(1, anchors.length));
        for (int anchor : anchors) {
            List<Integer> others = classes.getOrDefault(labels[anchor], List.of());
            if (all <= MOST_SAME) {
                for (int other : others) {
                    if (anchor < other) {
                        pairs.add(anchor, other, true);
                        same++;
                    }
                }
                continue;
            }
            Keyed draws = Keyed.of(seed, 0xC0A2L, anchor);
            for (int i = 0; i < each && others.size() > 1; i++) {
                int other = others.get(draws.nextInt(others.size()));
                if (other != anchor) {
                    pairs.add(anchor, other, true);
                    same++;
                }
            }
        }
        int[] asked = Arrays.copyOf(anchors, Math.min(anchors.length, MOST_ANCHORS));
        int wanted = Math.max(2, Math.ceilDiv(DIFFERENT * same, Math.max(1, asked.length)));
        different(asked, asked, wanted, anchor -> other -> labels[other] != labels[anchor], pairs);
        return pairs.build();
    }

    private LabelledPairs matches(Lesson.Matches lesson) {
        LabelledPairs.Builder pairs = new LabelledPairs.Builder();
        IntStream.Builder others = IntStream.builder();
        for (int match : lesson.train()) {
            int anchor = lesson.anchor()[match];
            pairs.add(anchor, lesson.positive()[match], true);
            others.add(lesson.positive()[match]);
            int[] hard = lesson.hard()[match];
            for (int i = 0; i < Math.min(MOST_GIVEN, hard.length); i++) {
                pairs.add(anchor, hard[i], false);
                others.add(hard[i]);
            }
        }
        int[] anchors = shuffled(Arrays.stream(lesson.train()).map(match -> lesson.anchor()[match]));
        int[] candidates = shuffled(others.build());
        different(
                anchors,
                candidates,
                Math.max(2, Math.ceilDiv(DIFFERENT * lesson.train().length, anchors.length)),
                anchor -> other -> !lesson.spares(anchor, other),
                pairs);
        return pairs.build();
    }

    private int[] shuffled(IntStream samples) {
        int[] all = samples.distinct().toArray();
        Keyed.of(seed, 0xC0A1L).shuffle(all);
        return Arrays.copyOf(all, Math.min(all.length, MOST_ANCHORS));
    }

    /** What does not belong to a sample. */
    private interface Wrong {
        IntPredicate of(int anchor);
    }

    /** For each anchor so many different ones: first the nearest wrong, then as many by chance. */
    private void different(int[] anchors, int[] candidates, int wanted, Wrong wrong, LabelledPairs.Builder pairs) {
        // Of few candidates, the nearest half of more would be all there are.
        int each = Math.clamp(wanted, 1, Math.max(2, candidates.length / 4));
        int depth = Math.min(candidates.length, DEPTH + each);
        int[][] nearest = Rankings.nearest(embeddings(anchors), embeddings(candidates), depth, workers)
                .documents();
        for (int a = 0; a < anchors.length; a++) {
            int anchor = anchors[a];
            IntPredicate different = wrong.of(anchor);
            int[] hard = Arrays.stream(nearest[a])
                    .map(place -> candidates[place])
                    .filter(other -> other != anchor && different.test(other))
                    .limit(Math.ceilDiv(each, 2))
                    .toArray();
            Arrays.stream(hard).forEach(other -> pairs.add(anchor, other, false));
            Keyed draws = Keyed.of(seed, 0xC0A3L, anchor);
            for (int i = 0; i < each - hard.length; i++) {
                int other = candidates[draws.nextInt(candidates.length)];
                if (other != anchor && different.test(other)) {
                    pairs.add(anchor, other, false);
                }
            }
        }
    }

    private Embeddings embeddings(int[] samples) {
        int d = features.dimension();
        float[] values = new float[Math.multiplyExact(samples.length, d)];
        for (int i = 0; i < samples.length; i++) {
            System.arraycopy(features.row(samples[i]), 0, values, i * d, d);
        }
        return new Embeddings(Space.external("frozen", d, distance), samples.length, values);
    }
}
