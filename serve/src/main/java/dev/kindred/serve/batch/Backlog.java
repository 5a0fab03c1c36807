package dev.kindred.serve.batch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What waits, in its turns. These are those of start-time fair queueing (Goyal, Vin, Cheng 1996): a piece starts where the one before it of
 * the same flow ends, but not in the past; least start first. So of n flows that wait each gets 1/n of the time, by cost, and a flow's
 * first piece waits for at most one of each other flow. Guarded by the queue's lock.
 */
final class Backlog {
    /** Entries that are looked through for some of the same encoder. */
    private static final int LOOKED_THROUGH = 512;
    /**
     * A batch of several requests, and any while others wait, takes no longer, or no longer than some of its first piece: nobody's turn can
     * come before it is done.
     */
    private static final long SLICE = 25_000_000;

    private static final int LEAST_TOGETHER = 4;

    private final NavigableSet<Entry> entries = new TreeSet<>(Entry.IN_TURN);
    private final Map<Flow.Id, Flow> flows = new HashMap<>();
    private final SequencedSet<Order> orders = new LinkedHashSet<>();

    /** The backlog's own time: the start of what was taken last. */
    private long time;

    private long number;
    private long cost;

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /**
     * Whose turn it is; null where nothing waits that may be taken.
     *
     * @param great whether that may be a great picture
     */
    @Nullable
    Entry first(boolean great) {
        for (Entry entry : entries) {
            if (great || !entry.piece().isGreat()) {
                return entry;
            }
        }
        return null;
    }

    /** Requests of which anything waits, in the order in which they came. */
    List<Order> orders() {
        return List.copyOf(orders);
    }

    int size() {
        return orders.size();
    }

    /** Of all that waits, in nanoseconds of computing. */
    long cost() {
        return cost;
    }

    /** Null where nothing of it waits. */
    @Nullable
    Flow find(Flow.Id id) {
        return flows.get(id);
    }

    /** Lets an order's piece wait; what is being computed already needs no turn. */
    void enter(Order order, int index, Piece piece) {
        Flow flow = flows.computeIfAbsent(order.flow(), Flow::new);
        Entry entry = new Entry(order, index, piece, flow, piece.cost(), Math.max(time, flow.end), number++);
        if (piece instanceof Piece.Content content) {
            content.join(entry);
        }
        if (piece instanceof Piece.Content content && content.isTaken()) {
            order.begun = order.begun == 0 ? order.came : order.begun;
        } else {
            entries.add(entry);
            flow.end = entry.start() + entry.cost();
            flow.cost += entry.cost();
            cost += entry.cost();
            if (order.waiting.isEmpty()) {
                orders.add(order);
                flow.orders++;
            }
            order.waiting.add(entry);
        }
        forgetIfIdle(flow);
    }

    /** Ends an entry's waiting, if it waits. */
    void release(Entry entry) {
        if (!entries.remove(entry)) {
            return;
        }
        Order order = entry.order();
        Flow flow = entry.flow();
        order.waiting.remove(entry);
        flow.cost -= entry.cost();
        cost -= entry.cost();
        if (order.waiting.isEmpty()) {
            orders.remove(order);
            flow.orders--;
            forgetIfIdle(flow);
        }
    }

    private void forgetIfIdle(Flow flow) {
        if (flow.orders == 0) {
            flows.remove(flow.id);
        }
    }

    /**
     * What is computed together: the first, and what follows it of the same encoder, within its budget. A part of it where other threads
     * are free to take the rest.
     *
     * @param free threads that do nothing
     * @param goesOn whether an order is to be computed
     */
    List<Entry> together(Entry first, Line line, int free, Predicate<Order> goesOn) {
        long share = Math.max(first.cost(), cost / (free + 1));
        long slice = Math.max(SLICE, LEAST_TOGETHER * first.cost());
        boolean others = flows.size() > 1;
        List<Entry> chosen = new ArrayList<>();
        Set<Piece> pieces = new HashSet<>();
        int units = 0;
        long taken = 0;
        int looked = 0;
        for (Entry entry : entries) {
            if (++looked > LOOKED_THROUGH) {
                break;
            }
            if (!(entry.piece() instanceof Piece.Content content)
                    || content.line != line
                    || content.isGreat() && !first.piece().isGreat()
                    || pieces.contains(content)
                    || !goesOn.test(entry.order())) {
                continue;
            }
            boolean sliced = others || entry.order() != first.order();
            if (!chosen.isEmpty()
                    && (units + content.units > line.budget()
                            || taken + entry.cost() > share
                            || sliced && taken + entry.cost() > slice)) {
                break;
            }
            chosen.add(entry);
            pieces.add(content);
            units += content.units;
            taken += entry.cost();
        }
        return chosen;
    }

    /** An entry has its turn. */
    void take(Entry entry) {
        time = Math.max(time, entry.start());
    }

    /** Nanoseconds of computing before so much more of a flow begins. */
    long ahead(@Nullable Flow flow, long asked) {
        long own = flow == null ? 0 : flow.cost;
        long all = own;
        for (Flow other : flows.values()) {
            all += other == flow ? 0 : Math.min(other.cost, own + asked);
        }
        return all;
    }

    /**
     * Whose place a flow may take: the newest request of the flow that has the most waiting, if that still has more with the new one; null
     * where there is none.
     *
     * @param byCost whether the most is that of cost, else of requests
     */
    @Nullable
    Order inFavourOf(@Nullable Flow flow, long asked, boolean byCost) {
        Flow fattest = null;
        for (Flow each : flows.values()) {
            boolean fatter = fattest == null || (byCost ? each.cost > fattest.cost : each.orders > fattest.orders);
            fattest = fatter ? each : fattest;
        }
        if (fattest == null || fattest == flow || fattest.orders < 2) {
            return null;
        }
        int orderCount = flow == null ? 0 : flow.orders;
        long own = flow == null ? 0 : flow.cost;
        if (byCost ? fattest.cost <= own + asked : fattest.orders <= orderCount + 1) {
            return null;
        }
        for (Order order : orders.reversed()) {
            if (order.flow().equals(fattest.id)) {
                return order;
            }
        }
        return null;
    }
}
