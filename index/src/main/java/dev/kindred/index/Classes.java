package dev.kindred.index;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.metric.ScoreTiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Classes that are taught by nothing but a few examples: each is the mean of its examples' embeddings (of unit length under cosine), and
 * a query is of the class whose prototype it is most like (Snell, Swersky, Zemel 2017). The examples are the items of an index that carry
 * a label; adding a class is adding items. Immutable; safe for many threads.
 */
public final class Classes {
    /** The payload field that names an item's class. */
    public static final String LABEL = "label";

    private static final int TILE = 256;
    private static final int SMALL = 8;

    private final Space space;
    private final List<String> names;
    /** In the order of the names. */
    private final List<Sum> sums;

    /** Many, and those of the classes that have changed since, so that adding one copies few. */
    private final List<Prototypes> prototypes;

    private Classes(Space space, List<String> names, List<Sum> sums, List<Prototypes> prototypes) {
        this.space = space;
        this.names = names;
        this.sums = sums;
        this.prototypes = prototypes;
    }

    /**
     * Prototypes of some classes.
     *
     * @param numbers the class of each row by its place among the names; −1 where the class has another prototype by now
     */
    private record Prototypes(Embeddings rows, int[] numbers) {}

    /**
     * The class that one query is most like.
     *
     * @param name of the class
     * @param score of query and prototype, see {@link Distance}
     * @param lead how far the next best class is behind, at least 0; infinite where there is but one
     */
    public record Nearest(String name, double score, double lead) {}

    /** @throws Refusal where no item of the index carries a label */
    public static Classes of(VectorIndex index) {
        Space space = index.info().space();
        Map<String, Sum> sums = new TreeMap<>();
        try (Items items = index.scan(0)) {
            for (Items.Written written : items) {
                if (written.item().payload().get(LABEL) instanceof Value.Text(String name)) {
                    sums.computeIfAbsent(name, n -> new Sum(space.dimension())).add(space, written.item());
                }
            }
        }
        if (sums.isEmpty()) {
            throw new Refusal("none of its items carries a label", "classes", "add labelled examples");
        }
        return of(space, List.copyOf(sums.keySet()), List.copyOf(sums.values()));
    }

    private static Classes of(Space space, List<String> names, List<Sum> sums) {
        int[] numbers = new int[names.size()];
        Arrays.setAll(numbers, i -> i);
        return new Classes(space, names, sums, List.of(prototypes(space, sums, numbers)));
    }

    private static Prototypes prototypes(Space space, List<Sum> sums, int[] numbers) {
        int d = space.dimension();
        float[] values = new float[Math.multiplyExact(numbers.length, d)];
        for (int row = 0; row < numbers.length; row++) {
            sums.get(numbers[row]).mean(values, row * d);
        }
        return new Prototypes(new Embeddings(space, numbers.length, values), numbers);
    }

    /**
     * These with more examples, of classes that are here or of new ones, as {@link #of} gives them after the same items were written to
     * the index. Costs what is added and a list of the names, not a reading of the index.
     *
     * @param added items that were not among the examples; those without a label change nothing
     * @throws Refusal where one is of another dimension than the space
     */
    public Classes with(List<Item> added) {
        Map<String, Sum> changed = new TreeMap<>();
        for (Item item : added) {
            Vectors.require(space, item);
            if (item.payload().get(LABEL) instanceof Value.Text(String name)) {
                changed.computeIfAbsent(name, this::copy).add(space, item);
            }
        }
        List<String> all = new ArrayList<>(names.size() + changed.size());
        List<Sum> with = new ArrayList<>(names.size() + changed.size());
        int[] moved = new int[names.size()];
        int from = 0;
        for (Map.Entry<String, Sum> one : changed.entrySet()) {
            int at = at(one.getKey());
            from = take(from, at < 0 ? -at - 1 : at, all, with, moved);
            if (at >= 0) {
                moved[from++] = -1;
            }
            all.add(one.getKey());
            with.add(one.getValue());
        }
        take(from, names.size(), all, with, moved);
        return new Classes(space, all, with, prototypes).renumbered(moved);
    }

    /** Takes the classes up to {@code to} as they are, and says where they are now. */
    private int take(int from, int to, List<String> all, List<Sum> with, int[] moved) {
        for (int i = from; i < to; i++) {
            moved[i] = all.size() + i - from;
        }
        all.addAll(names.subList(from, to));
        with.addAll(sums.subList(from, to));
        return to;
    }

    /** With a prototype for every class again: the large block keeps its rows, the small one is made anew. */
    private Classes renumbered(int[] moved) {
        int[] kept = prototypes.getFirst().numbers.clone();
        boolean[] has = new boolean[names.size()];
        for (int row = 0; row < kept.length; row++) {
            kept[row] = kept[row] < 0 ? -1 : moved[kept[row]];
            if (kept[row] >= 0) {
                has[kept[row]] = true;
            }
        }
        int[] rest = IntStream.range(0, has.length).filter(i -> !has[i]).toArray();
        if (rest.length > SMALL + kept.length / 8) {
            return of(space, names, sums);
        }
        return new Classes(
                space,
                Collections.unmodifiableList(names),
                sums,
                List.of(new Prototypes(prototypes.getFirst().rows, kept), prototypes(space, sums, rest)));
    }

    private int at(String name) {
        return Collections.binarySearch(names, name);
    }

    private Sum copy(String name) {
        int at = at(name);
        return at < 0 ? new Sum(space.dimension()) : new Sum(sums.get(at));
    }

    private static final class Sum {
        private final double[] total;
        private int count;

        Sum(int dimension) {
            total = new double[dimension];
        }

        Sum(Sum other) {
            total = other.total.clone();
            count = other.count;
        }

        void add(Space space, Item item) {
            float[] vector = item.vector();
            double scale = 1;
            if (space.distance() == Distance.COSINE) {
                double squares = 0;
                for (float v : vector) {
                    squares += (double) v * v;
                }
                scale = 1 / Math.sqrt(squares);
            }
            for (int i = 0; i < total.length; i++) {
                total[i] += scale * vector[i];
            }
            count++;
        }

        void mean(float[] into, int at) {
            for (int i = 0; i < total.length; i++) {
                into[at + i] = (float) (total[i] / count);
            }
        }
    }

    /** Sorted by code point. */
    public List<String> names() {
        return names;
    }

    /** How many examples a class has, in the order of {@link #names()}. */
    public int examples(int number) {
        return sums.get(number).count;
    }

    /**
     * The nearest class of each query, in their order; of equals the one whose name comes first.
     *
     * @throws Refusal where they are of another space
     */
    public List<Nearest> nearest(Embeddings queries) {
        space.require(queries.space(), "classes");
        Best best = new Best(queries.count());
        for (Prototypes block : prototypes) {
            int count = block.numbers.length;
            if (count == 0) {
                continue;
            }
            ScoreTiles tiles = ScoreTiles.of(queries, block.rows);
            int stride = ScoreTiles.stride(0, count);
            int rows = Math.clamp((1 << 22) / stride, 1, TILE);
            float[] scores = new float[Math.min(rows, Math.max(1, queries.count())) * stride];
            for (int from = 0; from < queries.count(); from += rows) {
                int to = Math.min(queries.count(), from + rows);
                tiles.scores(from, to, 0, count, scores);
                for (int row = from; row < to; row++) {
                    best.offer(row, scores, (row - from) * stride, block.numbers);
                }
            }
        }
        return IntStream.range(0, queries.count())
                .mapToObj(row -> new Nearest(
                        names.get(best.number[row]), best.score[row], (double) best.score[row] - best.second[row]))
                .toList();
    }

    /** The nearest class so far of each query, and the score of the next. */
    private static final class Best {
        private final int[] number;
        private final float[] score;
        private final float[] second;

        Best(int queries) {
            number = new int[queries];
            score = new float[queries];
            second = new float[queries];
            Arrays.fill(number, -1);
            Arrays.fill(score, Float.NEGATIVE_INFINITY);
            Arrays.fill(second, Float.NEGATIVE_INFINITY);
        }

        void offer(int row, float[] scores, int at, int[] numbers) {
            for (int c = 0; c < numbers.length; c++) {
                float here = scores[at + c];
                if (numbers[c] < 0) {
                    continue;
                }
                if (number[row] < 0 || here > score[row] || (here == score[row] && numbers[c] < number[row])) {
                    second[row] = score[row];
                    score[row] = here;
                    number[row] = numbers[c];
                } else {
                    second[row] = Math.max(second[row], here);
                }
            }
        }
    }
}
