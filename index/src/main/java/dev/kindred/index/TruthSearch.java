package dev.kindred.index;

import dev.kindred.core.Distance;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Exact search over the items themselves, without a view: slow, and right. The scores are those of the view to the last bit. */
final class TruthSearch {
    private TruthSearch() {}

    private record Candidate(float key, byte[] id, Item item) {}

    /** Best first. */
    private static final Comparator<Candidate> ORDER = Comparator.comparingDouble(
                    (Candidate candidate) -> -candidate.key())
            .thenComparing(Candidate::id, Arrays::compareUnsigned);

    static Found search(Truth truth, Query query) {
        Distance distance = truth.space().distance();
        distance.require(query.vector(), "query");
        int dimension = truth.space().dimension();
        Kernel kernel = new Kernel(
                Kernel.padded(Vectors.compared(query.vector(), distance)), dimension, distance == Distance.L2);
        ItemTest test = ItemTest.of(query.filter());
        SeenFields fields = new SeenFields(FilterCheck.compared(query.filter()));
        Candidate after = query.after() == null
                ? null
                : new Candidate(
                        Ranks.ofScore(distance, query.after().score()),
                        query.after().id().getBytes(StandardCharsets.UTF_8),
                        Item.of(query.after().id()));
        PriorityQueue<Candidate> best = new PriorityQueue<>(ORDER.reversed());
        try (Arena arena = Arena.ofConfined();
                Items items = truth.scan(0)) {
            MemorySegment row = arena.allocate((long) dimension * Float.BYTES, 64);
            for (Items.Written written : items) {
                Item item = written.item();
                fields.see(item.payload());
                if (!test.passes(item)) {
                    continue;
                }
                MemorySegment.copy(
                        Vectors.compared(item.vector(), distance), 0, row, ValueLayout.JAVA_FLOAT, 0, dimension);
                Candidate candidate = new Candidate(
                        Ranks.key(distance, kernel.sum(row, 0)),
                        item.id().getBytes(StandardCharsets.UTF_8),
                        new Item(item.id(), new float[0], item.payload(), null));
                if (after == null || ORDER.compare(candidate, after) > 0) {
                    best.add(candidate);
                    if (best.size() > query.k() + 1) {
                        best.remove();
                    }
                }
            }
        }
        FilterCheck.require(query.filter(), fields);
        List<Neighbor> neighbors = new ArrayList<>();
        best.stream()
                .sorted(ORDER)
                .limit(query.k())
                .forEach(candidate -> neighbors.add(new Neighbor(
                        candidate.item().id(),
                        Ranks.score(distance, candidate.key()),
                        candidate.item().payload())));
        After next = best.size() > query.k()
                ? new After(neighbors.getLast().score(), neighbors.getLast().id())
                : null;
        return new Found(truth.space(), neighbors, true, true, next);
    }
}
