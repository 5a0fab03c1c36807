package dev.kindred.data;

import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Holding out what is never taught, by seed alone. */
public final class Splits {
    private static final int FEWEST_PARENTS = 5;

    private Splits() {}

    /** A fifth is held out. */
    public static Split holdOut(Dataset data, long seed) {
        return holdOut(data, 0.2, seed, null);
    }

    /**
     * Holds out whole parents where every label is nested and there are at least 5 parents; else whole classes; with
     * fewer than 4 classes, a part of each class. Rows without a label are on neither side.
     *
     * @param fraction of the parents, classes or values, in (0, 1); at least as many as validation needs
     * @param attribute whose values are held out instead, or null
     * @throws Refusal where there is nothing to learn: no labels, one class, one picture a class
     */
    public static Split holdOut(Dataset data, double fraction, long seed, @Nullable String attribute) {
        if (!(fraction > 0 && fraction < 1)) {
            throw new IllegalArgumentException("a fraction of " + fraction);
        }
        requireTeachable(data);
        if (attribute != null) {
            return byAttribute(data, fraction, seed, attribute);
        }
        List<String> classes = data.classes();
        Set<String> parents = new TreeSet<>();
        boolean nested = true;
        for (String label : classes) {
            String parent = Dataset.parent(label);
            nested &= parent != null;
            if (parent != null) {
                parents.add(parent);
            }
        }
        int[] labels = data.labels();
        if (nested && parents.size() >= FEWEST_PARENTS) {
            Split split = whole(
                    data,
                    new ArrayList<>(parents),
                    row -> Dataset.parent(classes.get(labels[row])),
                    fraction,
                    1,
                    seed,
                    "parents");
            if (sound(data, split)) {
                return split;
            }
        }
        int[][] byClass = data.rowsByClass();
        List<String> withPair = new ArrayList<>();
        for (int c = 0; c < byClass.length; c++) {
            if (byClass[c].length > 1) {
                withPair.add(classes.get(c));
            }
        }
        // Where most classes have one picture, chance may hold out no pair: then only classes that have one are drawn.
        for (List<String> drawn : List.of(classes, withPair)) {
            if (drawn.size() >= 4) {
                Split split = whole(data, drawn, row -> classes.get(labels[row]), fraction, 2, seed, "classes");
                if (sound(data, split)) {
                    return split;
                }
            }
        }
        return withinClasses(data, fraction, seed);
    }

    /**
     * Of labelled samples as {@link #holdOut(Dataset, double, long, String)}. Of pairs, triplets and judged queries
     * (the rows of the split are theirs, not the samples') whole groups, so that no sample and no relevant document
     * stands on both sides.
     *
     * @throws Refusal also where an attribute is named for anything but labelled samples
     */
    public static Split holdOut(Examples examples, double fraction, long seed, @Nullable String attribute) {
        if (examples instanceof Examples.Labelled labelled) {
            return holdOut(labelled.samples(), fraction, seed, attribute);
        }
        if (attribute != null) {
            throw new Refusal(
                    "only labelled samples are split by an attribute",
                    "--split-by",
                    "leave it out, or split the files");
        }
        return switch (examples) {
            case Examples.Labelled labelled -> holdOut(labelled.samples(), fraction, seed, null);
            case Examples.Pairs pairs -> {
                int[][] tuples = new int[pairs.size()][];
                Arrays.setAll(tuples, i -> new int[] {pairs.left()[i], pairs.right()[i]});
                yield new Groups(pairs.samples().size(), tuples).holdOut(fraction, seed, "pairs");
            }
            case Examples.Triplets triplets -> {
                int[][] tuples = new int[triplets.size()][];
                Arrays.setAll(
                        tuples, i -> new int[] {triplets.anchor()[i], triplets.positive()[i], triplets.negative()[i]});
                yield new Groups(triplets.samples().size(), tuples).holdOut(fraction, seed, "triplets");
            }
            case Examples.Judged judged -> ofQueries(judged).holdOut(fraction, seed, "queries");
        };
    }

    /** A query with its relevant documents is one tuple. */
    private static Groups ofQueries(Examples.Judged judged) {
        int queries = judged.queries().size();
        List<List<Integer>> nodes = new ArrayList<>();
        for (int q = 0; q < queries; q++) {
            nodes.add(new ArrayList<>(List.of(q)));
        }
        for (Examples.Judgement judgement : judged.judgements()) {
            if (judgement.grade() > 0) {
                nodes.get(judgement.query()).add(queries + judgement.document());
            }
        }
        int[][] tuples = nodes.stream()
                .map(tuple -> tuple.stream().mapToInt(Integer::intValue).toArray())
                .toArray(int[][]::new);
        return new Groups(queries + judged.corpus().size(), tuples);
    }

    private static void requireTeachable(Dataset data) {
        int[][] rows = data.rowsByClass();
        if (rows.length == 0) {
            throw new Refusal(
                    "no sample has a label",
                    "DATA",
                    data.columns().isEmpty()
                            ? "put each class in its own folder, or say --label REGEX"
                            : "say which column is the label, --columns label=NAME, of "
                                    + String.join(", ", data.columns()));
        }
        if (rows.length == 1) {
            throw new Refusal(
                    "there is one class only, '" + data.classes().getFirst() + "'",
                    "DATA",
                    "give at least two classes, or say --label REGEX if the path tells more");
        }
        long several = Arrays.stream(rows).filter(r -> r.length > 1).count();
        if (several == 0) {
            throw new Refusal(
                    "every class has one " + data.kind().singular() + " only, so there is no pair of the same",
                    "DATA",
                    "give at least two " + data.kind().plural()
                            + " a class, or say --label REGEX if the path tells which belong together");
        }
    }

    private static Split byAttribute(Dataset data, double fraction, long seed, String attribute) {
        Set<String> values = new TreeSet<>();
        int without = 0;
        for (int row = 0; row < data.size(); row++) {
            String value = data.entry(row).attributes().get(attribute);
            if (value == null) {
                without++;
            } else {
                values.add(value);
            }
        }
        if (values.size() < 2) {
            List<String> known = data.attributeNames();
            throw new Refusal(
                    values.isEmpty()
                            ? "no sample has the attribute '" + attribute + "'"
                            : "'" + attribute + "' has one value only",
                    "--split-by",
                    known.isEmpty()
                            ? "give it with --attribute NAME=REGEX"
                            : "the attributes are " + String.join(", ", known));
        }
        if (without > 0) {
            values.add("");
        }
        Split split = whole(
                data,
                new ArrayList<>(values),
                row -> data.entry(row).attributes().getOrDefault(attribute, ""),
                fraction,
                1,
                seed,
                "values of " + attribute);
        if (!sound(data, split)) {
            throw new Refusal(
                    "held out by '" + attribute + "', a side is left with fewer than two classes or without two "
                            + data.kind().plural() + " of one",
                    "--split-by",
                    "choose another attribute, or leave it out");
        }
        return split;
    }

    private static Split whole(
            Dataset data,
            List<String> groups,
            IntFunction<@Nullable String> groupOf,
            double fraction,
            int least,
            long seed,
            String what) {
        int[] order = new int[groups.size()];
        Arrays.setAll(order, i -> i);
        Keyed.of(seed, 0x5B11L).shuffle(order);
        int count = Math.clamp(Math.round(fraction * groups.size()), least, groups.size() - 1);
        Set<String> held = new HashSet<>();
        for (int i = 0; i < count; i++) {
            held.add(groups.get(order[i]));
        }
        return sides(
                data, row -> held.contains(groupOf.apply(row)), "%,d of %,d %s".formatted(count, groups.size(), what));
    }

    /** The last resort: the same classes on both sides, other samples. Singletons are taught. */
    private static Split withinClasses(Dataset data, double fraction, long seed) {
        Set<Integer> held = new HashSet<>();
        int[][] byClass = data.rowsByClass();
        for (int c = 0; c < byClass.length; c++) {
            int[] rows = byClass[c];
            Keyed.of(seed, 0x5B12L, c).shuffle(rows);
            int count = rows.length < 4
                    ? 0
                    : (int) Math.max(2, Math.min(rows.length - 2, Math.round(fraction * rows.length)));
            for (int i = 0; i < count; i++) {
                held.add(rows[i]);
            }
        }
        Split split = sides(
                data,
                held::contains,
                "%,d %s of the taught classes, since there are too few classes to hold any out"
                        .formatted(held.size(), data.kind().plural()));
        if (!sound(data, split)) {
            throw new Refusal(
                    "there are too few %1$s to hold any out: validation needs two classes of two %1$s, and teaching as many"
                            .formatted(data.kind().plural()),
                    "DATA",
                    "give at least 4 classes of 2, or 2 classes of 4");
        }
        return split;
    }

    private static Split sides(Dataset data, IntPredicate held, String how) {
        int[] labels = data.labels();
        int[] train = IntStream.range(0, labels.length)
                .filter(row -> labels[row] >= 0 && !held.test(row))
                .toArray();
        int[] validation = IntStream.range(0, labels.length)
                .filter(row -> labels[row] >= 0 && held.test(row))
                .toArray();
        return new Split(train, validation, how);
    }

    /** Both sides have two classes; for teaching both have a pair of the same ({@link PkBatches}), for validation one does. */
    private static boolean sound(Dataset data, Split split) {
        int[] labels = data.labels();
        return sound(labels, split.train(), data.classes().size(), 2)
                && sound(labels, split.validation(), data.classes().size(), 1);
    }

    private static boolean sound(int[] labels, int[] side, int classes, int fewestPairs) {
        int[] counts = new int[classes];
        for (int row : side) {
            counts[labels[row]]++;
        }
        int present = 0;
        int pairs = 0;
        for (int count : counts) {
            present += count > 0 ? 1 : 0;
            pairs += count > 1 ? 1 : 0;
        }
        return present > 1 && pairs >= fewestPairs;
    }
}
