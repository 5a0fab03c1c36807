package dev.kindred.serve.map;

import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Space;
import dev.kindred.index.Item;
import dev.kindred.index.Items;
import dev.kindred.index.Value;
import dev.kindred.index.VectorIndex;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * The items that are drawn: all, or as many as there is room for, chosen by a hash of their ids, so that after a few writes nearly the
 * same ones are chosen again.
 *
 * @param embeddings of unit length under cosine
 * @param items as many as there are embeddings, in the order of their ids
 * @param total items there are in the collection
 * @param sequence of the last write that is in it
 */
public record Sample(Embeddings embeddings, List<Drawn> items, long total, long sequence) {
    /** The most items of one map. */
    public static final int MOST = 10_000;

    /** Floats of all vectors: 32 MiB, of which computing takes three times as much. */
    private static final int MOST_VALUES = 1 << 23;

    private static final int LONGEST_NAME = 80;
    private static final int LONGEST_TEXT = 64;
    private static final int MOST_FIELDS = 24;
    private static final long SEED = 0x4D41_50L;

    /**
     * What is told of an item.
     *
     * @param name what to call it, cut short; empty where it has none but its id
     * @param fields those short enough to sort by
     */
    public record Drawn(String id, String name, Map<String, Value> fields) {}

    private record Chosen(long rank, Drawn item, float[] vector) {}

    /** Reads the whole collection once; holds no more of it than is drawn. */
    public static Sample of(VectorIndex index, Pauses pauses) {
        Space space = index.info().space();
        int most = Math.clamp(MOST_VALUES / space.dimension(), 1, MOST);
        long sequence = index.info().lastSequence();
        long total = 0;
        PriorityQueue<Chosen> chosen = new PriorityQueue<>(Comparator.comparingLong(Chosen::rank)
                .thenComparing(each -> each.item().id())
                .reversed());
        try (Items items = index.scan(0)) {
            for (Items.Written written : items) {
                total++;
                Item item = written.item();
                long rank = Keyed.of(SEED, item.id().hashCode()).nextLong();
                if (chosen.size() < most || rank <= chosen.element().rank()) {
                    chosen.add(new Chosen(rank, drawn(item), item.vector()));
                    if (chosen.size() > most) {
                        chosen.remove();
                    }
                }
                pauses.step();
            }
        }
        List<Chosen> sorted = chosen.stream()
                .sorted(Comparator.comparing(each -> each.item().id()))
                .toList();
        return new Sample(
                embeddings(space, sorted), sorted.stream().map(Chosen::item).toList(), total, sequence);
    }

    private static Embeddings embeddings(Space space, List<Chosen> chosen) {
        int d = space.dimension();
        float[] values = new float[chosen.size() * d];
        for (int i = 0; i < chosen.size(); i++) {
            float[] vector = chosen.get(i).vector();
            double scale = space.distance() == Distance.COSINE ? 1 / length(vector) : 1;
            for (int k = 0; k < d; k++) {
                values[i * d + k] = (float) (vector[k] * scale);
            }
        }
        return new Embeddings(space, chosen.size(), values);
    }

    private static double length(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        return squares == 0 ? 1 : Math.sqrt(squares);
    }

    private static Drawn drawn(Item item) {
        Map<String, Value> fields = new TreeMap<>();
        item.payload().forEach((name, value) -> {
            if (fields.size() < MOST_FIELDS && sorts(value)) {
                fields.put(name, value);
            }
        });
        return new Drawn(item.id(), name(item.payload()), fields);
    }

    private static boolean sorts(Value value) {
        return switch (value) {
            case Value.Text(String text) -> !text.isEmpty() && text.length() <= LONGEST_TEXT;
            case Value.Words words -> false;
            case Value.Whole whole -> true;
            case Value.Real(double real) -> Double.isFinite(real);
            case Value.Flag flag -> true;
            case Value.Moment moment -> true;
        };
    }

    private static String name(Map<String, Value> payload) {
        for (String field : List.of("name", "title", "text", "label")) {
            if (payload.get(field) instanceof Value.Text(String text) && !text.isBlank()) {
                int end = Math.min(text.length(), LONGEST_NAME);
                boolean halved = end < text.length() && Character.isHighSurrogate(text.charAt(end - 1));
                return text.substring(0, halved ? end - 1 : end) + (end < text.length() ? "…" : "");
            }
        }
        return "";
    }
}
