package dev.kindred.index;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A search whose first finds are put in the order of another measure than the index's own: the index finds, the measure has the last word
 * on the order. What the index did not find among so many stays unfound.
 */
public final class Reordering {
    /** Candidates that are measured where no more are asked for. */
    public static final int DEPTH = 100;

    private Reordering() {}

    /** How alike a query and items are, by something that no index knows. */
    @FunctionalInterface
    public interface Measure {
        /** @return one score an item, higher for what is more alike */
        float[] scores(float[] query, List<float[]> items);
    }

    /**
     * The {@code k} best of the nearest {@link #DEPTH} (or {@code k}, where that is more), with the measure's scores; equal ones in the
     * order in which the index found them. There is no next page: what is on it would depend on the one before. Exact only where the
     * measure has seen all that pass: an item further off may be its best.
     */
    public static Found search(VectorIndex index, Query query, Measure measure) {
        Found found = index.search(new Query(
                query.vector(),
                query.space(),
                Math.max(query.k(), DEPTH),
                query.filter(),
                query.effort(),
                query.after()));
        List<Neighbor> neighbors = new ArrayList<>();
        List<float[]> vectors = new ArrayList<>();
        for (Neighbor neighbor : found.neighbors()) {
            // An item that was deleted since is no answer any more.
            Optional<Item> item = index.get(neighbor.id());
            item.ifPresent(there -> {
                neighbors.add(neighbor);
                vectors.add(there.vector());
            });
        }
        float[] scores = measure.scores(query.vector(), vectors);
        List<Neighbor> measured = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            Neighbor neighbor = neighbors.get(i);
            measured.add(new Neighbor(neighbor.id(), scores[i], neighbor.payload()));
        }
        List<Neighbor> best = measured.stream()
                .sorted(Comparator.comparingDouble(Neighbor::score).reversed())
                .limit(query.k())
                .toList();
        return new Found(found.space(), best, found.exact() && found.next() == null, found.degraded(), null);
    }
}
