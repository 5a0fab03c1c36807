package dev.kindred.index;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.metric.ScoreTiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Classes that are taught by nothing but a few examples: each is the mean of its examples' embeddings (of unit length under cosine), and
 * a query is of the class whose prototype it is most like (Snell, Swersky, Zemel 2017). The examples are the items of an index that carry
 * a label; adding a class is adding items. Immutable; safe for many threads.
 */
public final class Classes {
    /** The payload field that names an item's class. */
    public static final String LABEL = "label";

    private static final int TILE = 256;

    private final Space space;
    private final List<String> names;
    private final int[] examples;
    private final Embeddings prototypes;

    private Classes(Space space, List<String> names, int[] examples, Embeddings prototypes) {
        this.space = space;
        this.names = names;
        this.examples = examples;
        this.prototypes = prototypes;
    }

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
        int d = space.dimension();
        float[] values = new float[Math.multiplyExact(sums.size(), d)];
        int[] examples = new int[sums.size()];
        int row = 0;
        for (Sum sum : sums.values()) {
            sum.mean(values, row * d);
            examples[row++] = sum.count;
        }
        return new Classes(space, List.copyOf(sums.keySet()), examples, new Embeddings(space, examples.length, values));
    }

    private static final class Sum {
        private final double[] total;
        private int count;

        Sum(int dimension) {
            total = new double[dimension];
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
        return examples[number];
    }

    /**
     * The nearest class of each query, in their order; of equals the one whose name comes first.
     *
     * @throws Refusal where they are of another space
     */
    public List<Nearest> nearest(Embeddings queries) {
        space.require(queries.space(), "classes");
        List<Nearest> nearest = new ArrayList<>(queries.count());
        ScoreTiles tiles = ScoreTiles.of(queries, prototypes);
        int stride = ScoreTiles.stride(0, names.size());
        int rows = Math.clamp((1 << 22) / stride, 1, TILE);
        float[] scores = new float[rows * stride];
        for (int from = 0; from < queries.count(); from += rows) {
            int to = Math.min(queries.count(), from + rows);
            tiles.scores(from, to, 0, names.size(), scores);
            for (int row = from; row < to; row++) {
                nearest.add(best(scores, (row - from) * stride));
            }
        }
        return nearest;
    }

    private Nearest best(float[] scores, int at) {
        int best = 0;
        float second = Float.NEGATIVE_INFINITY;
        for (int c = 1; c < names.size(); c++) {
            if (scores[at + c] > scores[at + best]) {
                second = scores[at + best];
                best = c;
            } else {
                second = Math.max(second, scores[at + c]);
            }
        }
        return new Nearest(names.get(best), scores[at + best], (double) scores[at + best] - second);
    }
}
