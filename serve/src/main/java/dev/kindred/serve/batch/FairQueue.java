package dev.kindred.serve.batch;

import dev.kindred.serve.Problem;
import dev.kindred.serve.batch.BatchMeters.Dropped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a computing thread. Whoever is free takes what stands first and all of the same encoder that goes with it, up to its
 * budget; nobody waits for a batch to fill.
 *
 * <p>Turns are those of start-time fair queueing (Goyal, Vin, Cheng 1996): a piece starts where the one before it of the same flow ends,
 * but not in the past; least start first. So of n flows that wait each gets 1/n of the time, by cost, and a flow's first piece waits for at
 * most one of each other flow.
 */
final class FairQueue {
    /** Entries that are looked through for some of the same encoder. */
    private static final int LOOKED_THROUGH = 512;
    /** A batch of several requests, and any while others wait, takes no longer: nobody's turn can come before it is done. */
    private static final long SLICE = 25_000_000;
    /** How much of the usual cost of a request each new one decides. */
    private static final double NEWEST = 0.1;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition some = lock.newCondition();
    private final TreeSet<Entry> entries = new TreeSet<>(Entry.IN_TURN);
    private final Map<Flow.Id, Flow> flows = new HashMap<>();
    private final Set<Order> waiting = new LinkedHashSet<>();
    /** Contents that wait or are being computed. */
    private final Map<Digest, Piece.Content> known = new HashMap<>();

    private final List<Taken> running = new ArrayList<>();
    private final int threads;
    private final int most;
    private final long backlog;
    private final Pressure pressure;
    private final BatchMeters meters;
    private final LongSupplier clock;
    private final double[] usual = new double[Lane.values().length];

    /** The queue's own time: the start of what was taken last. */
    private long time;

    private long number;
    private long cost;
    private int idle;
    private boolean closing;

    /**
     * @param most requests that may wait, at least 1
     * @param backlog nanoseconds of all threads together that may wait
     * @param clock nanoseconds
     */
    FairQueue(int threads, int most, long backlog, BatchMeters meters, LongSupplier clock) {
        this.threads = threads;
        this.most = most;
        this.backlog = backlog;
        this.meters = meters;
        this.clock = clock;
        this.pressure = new Pressure(threads, backlog, clock.getAsLong());
    }

    /**
     * Lets a request wait. What others wait for already is computed once.
     *
     * @param pieces one for each of its places, in order
     * @throws Problem 429 where too much waits, 503 where its deadline cannot be met; nothing is kept of it then
     */
    void add(Order order, List<? extends Piece> pieces) {
        lock.lock();
        try {
            long now = clock.getAsLong();
            long asked = 0;
            for (Piece piece : pieces) {
                asked += isRunning(same(piece)) ? 0 : piece.cost();
            }
            if (asked > 0) {
                pressure.offer(asked, now);
                usual[order.lane().ordinal()] +=
                        NEWEST * (asked - usual[order.lane().ordinal()]);
                admit(order, asked, now);
            }
            order.came = now;
            Flow flow = flows.computeIfAbsent(order.flow(), Flow::new);
            for (int i = 0; i < pieces.size(); i++) {
                enter(order, i, same(pieces.get(i)), flow);
            }
            if (flow.orders == 0) {
                flows.remove(flow.id);
            }
            if (order.waiting.size() > 1) {
                some.signalAll();
            } else {
                some.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private Piece same(Piece piece) {
        return piece instanceof Piece.Content content && content.digest != null
                ? known.getOrDefault(content.digest, content)
                : piece;
    }

    private static boolean isRunning(Piece piece) {
        return piece instanceof Piece.Content content && content.isTaken();
    }

    private void enter(Order order, int index, Piece piece, Flow flow) {
        Entry entry = new Entry(order, index, piece, flow, piece.cost(), Math.max(time, flow.end), number++);
        if (piece instanceof Piece.Content content) {
            if (!content.entries().isEmpty()) {
                content.line.joined();
            }
            content.join(entry);
            if (content.digest != null) {
                known.put(content.digest, content);
            }
            if (content.isTaken()) {
                order.begun = order.begun == 0 ? order.came : order.begun;
                return;
            }
        }
        entries.add(entry);
        flow.end = entry.start() + entry.cost();
        flow.cost += entry.cost();
        cost += entry.cost();
        if (order.waiting.isEmpty()) {
            waiting.add(order);
            flow.orders++;
        }
        order.waiting.add(entry);
    }

    private void admit(Order order, long asked, long now) {
        if (closing) {
            throw Problem.stopping();
        }
        long left = order.asker().deadline() - now;
        if (left <= 0) {
            throw refused(Dropped.DEADLINE, Problem.late());
        }
        if (isFree()) {
            return;
        }
        Flow flow = flows.get(order.flow());
        long ahead = ahead(flow, asked) / threads;
        if (ahead + (running(now) + asked) / threads > left) {
            throw refused(Dropped.DEADLINE, Problem.late());
        }
        // Who has nothing waiting is never turned away for what others have.
        if (flow != null && ahead > pressure.limit(asked, now)) {
            throw refused(Dropped.BUSY, Problem.busy(ahead));
        }
        while (waiting.size() >= most || flow != null && cost + asked > backlog * threads) {
            if (!forgetGone() && !evict(flow, asked)) {
                throw refused(Dropped.BUSY, Problem.busy(cost / threads));
            }
        }
    }

    /**
     * Turns away at once, before anything of it was read, a request of usual size that {@link #add} would turn away.
     *
     * @throws Problem 429
     */
    void check(Flow.Id id) {
        lock.lock();
        try {
            Flow flow = flows.get(id);
            if (flow == null || isFree()) {
                return;
            }
            long now = clock.getAsLong();
            long asked = Math.max(1, Math.round(usual[id.lane().ordinal()]));
            long ahead = ahead(flow, asked) / threads;
            if (ahead > pressure.limit(asked, now) || waiting.size() >= most && flow.orders == waiting.size()) {
                pressure.offer(asked, now);
                throw refused(Dropped.BUSY, Problem.busy(ahead));
            }
        } finally {
            lock.unlock();
        }
    }

    private Problem refused(Dropped why, Problem problem) {
        meters.dropped(why);
        return problem;
    }

    private boolean isFree() {
        return entries.isEmpty() && idle > 0;
    }

    /** What is done before a flow's next piece. */
    private long ahead(@Nullable Flow flow, long asked) {
        long own = flow == null ? 0 : flow.cost;
        long all = own;
        for (Flow other : flows.values()) {
            all += other == flow ? 0 : Math.min(other.cost, own + asked);
        }
        return all;
    }

    private long running(long now) {
        long left = 0;
        for (Taken taken : running) {
            left += Math.max(0, taken.cost() - (now - taken.at()));
        }
        return left;
    }

    private boolean forgetGone() {
        List<Order> gone = waiting.stream().filter(order -> !order.isWanted()).toList();
        gone.forEach(order -> remove(order, Dropped.GONE, Problem.gone()));
        return !gone.isEmpty();
    }

    /** Makes room for a flow at the cost of the one that has the most waiting, if that has more: its newest request goes. */
    private boolean evict(@Nullable Flow flow, long asked) {
        boolean full = waiting.size() >= most;
        int orders = flow == null ? 0 : flow.orders;
        long own = flow == null ? 0 : flow.cost;
        Flow fattest = null;
        for (Flow each : flows.values()) {
            boolean fatter = fattest == null || (full ? each.orders > fattest.orders : each.cost > fattest.cost);
            fattest = fatter ? each : fattest;
        }
        if (fattest == null || fattest == flow || fattest.orders < 2) {
            return false;
        }
        boolean more = full ? fattest.orders > orders + 1 : flow == null || fattest.cost > own + asked;
        if (!more) {
            return false;
        }
        for (Order order : ((LinkedHashSet<Order>) waiting).reversed()) {
            if (order.flow().equals(fattest.id)) {
                remove(order, Dropped.BUSY, Problem.busy(fattest.cost / threads));
                return true;
            }
        }
        return false;
    }

    /** The next batch, once there is one; null when the queue is closed and nothing waits any more. */
    @Nullable
    Taken take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                Taken taken = next();
                if (taken != null || closing) {
                    return taken;
                }
                idle++;
                try {
                    some.await();
                } finally {
                    idle--;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Taken next() {
        long now = clock.getAsLong();
        while (!entries.isEmpty()) {
            Entry first = entries.first();
            Dropped why = dropped(first.order(), now);
            if (why != null) {
                remove(first.order(), why, why.problem());
                continue;
            }
            List<Entry> chosen = first.piece() instanceof Piece.Content content
                    ? together(first, content.line, now)
                    : List.of(first);
            long taken = 0;
            List<Piece> pieces = new ArrayList<>(chosen.size());
            for (Entry entry : chosen) {
                taken += entry.cost();
                time = Math.max(time, entry.start());
                pieces.add(entry.piece());
                begin(entry, now);
            }
            Taken batch = new Taken(pieces, taken, now);
            running.add(batch);
            return batch;
        }
        return null;
    }

    /** Why an order is not begun, or not gone on with; null where it is. */
    private @Nullable Dropped dropped(Order order, long now) {
        if (!order.isWanted()) {
            return Dropped.GONE;
        }
        if (order.asker().deadline() - now <= 0) {
            return Dropped.DEADLINE;
        }
        if (order.begun == 0 && pressure.isHigh(now)) {
            Flow flow = order.waiting.getFirst().flow();
            long own = 0;
            for (Entry entry : order.waiting) {
                own += entry.cost();
            }
            // It came before the pressure was seen. Those behind it can still be answered in time.
            if (flow.orders > 1 && now - order.came > 2 * pressure.limit(own, now)) {
                return Dropped.LATE;
            }
        }
        return null;
    }

    private List<Entry> together(Entry first, Line line, long now) {
        long share = Math.max(first.cost(), cost / (idle + 1));
        boolean others = flows.size() > 1;
        List<Entry> chosen = new ArrayList<>();
        Set<Piece> pieces = new LinkedHashSet<>();
        int units = 0;
        long taken = 0;
        int looked = 0;
        for (Entry entry : entries) {
            if (++looked > LOOKED_THROUGH) {
                break;
            }
            if (!(entry.piece() instanceof Piece.Content content)
                    || content.line != line
                    || pieces.contains(content)
                    || dropped(entry.order(), now) != null) {
                continue;
            }
            boolean sliced = others || entry.order() != first.order();
            if (!chosen.isEmpty()
                    && (units + content.units > line.budget()
                            || taken + entry.cost() > share
                            || sliced && taken + entry.cost() > SLICE)) {
                break;
            }
            chosen.add(entry);
            pieces.add(content);
            units += content.units;
            taken += entry.cost();
        }
        return chosen;
    }

    private void begin(Entry chosen, long now) {
        List<Entry> all = List.of(chosen);
        if (chosen.piece() instanceof Piece.Content content) {
            content.take();
            all = content.entries();
        }
        for (Entry entry : all) {
            Order order = entry.order();
            if (order.begun == 0) {
                order.begun = now;
                meters.waited(order.lane(), now - order.came);
            }
            release(entry);
        }
    }

    private void release(Entry entry) {
        if (!entries.remove(entry)) {
            return;
        }
        Order order = entry.order();
        Flow flow = entry.flow();
        order.waiting.remove(entry);
        flow.cost -= entry.cost();
        cost -= entry.cost();
        if (order.waiting.isEmpty()) {
            waiting.remove(order);
            flow.orders--;
            if (flow.orders == 0) {
                flows.remove(flow.id);
            }
        }
    }

    /** What was taken is done. */
    void done(Taken taken) {
        lock.lock();
        try {
            running.remove(taken);
        } finally {
            lock.unlock();
        }
    }

    /** Ends an order's waiting, if it waits. */
    void drop(Order order, Dropped why, RuntimeException cause) {
        lock.lock();
        try {
            remove(order, why, cause);
        } finally {
            lock.unlock();
        }
    }

    private void remove(Order order, Dropped why, RuntimeException cause) {
        for (Entry entry : List.copyOf(order.waiting)) {
            release(entry);
            if (entry.piece() instanceof Piece.Content content) {
                content.leave(entry);
                if (content.entries().isEmpty() && content.digest != null) {
                    known.remove(content.digest, content);
                }
            }
        }
        if (!order.isOver()) {
            meters.dropped(why);
            order.fail(cause);
        }
    }

    /** Whether anybody still waits for a piece that was taken. If not, nobody will find it. */
    boolean isWanted(Piece.Content piece) {
        lock.lock();
        try {
            for (Entry entry : piece.entries()) {
                if (entry.order().isWanted()) {
                    return true;
                }
            }
            forget(piece);
            for (Entry entry : piece.entries()) {
                remove(entry.order(), Dropped.GONE, Problem.gone());
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Who waits for a piece that was taken, so far. */
    List<Entry> waitingFor(Piece.Content piece) {
        lock.lock();
        try {
            return List.copyOf(piece.entries());
        } finally {
            lock.unlock();
        }
    }

    /** The same, when nobody more can join them: it is done. */
    List<Entry> finish(Piece.Content piece) {
        lock.lock();
        try {
            forget(piece);
            return List.copyOf(piece.entries());
        } finally {
            lock.unlock();
        }
    }

    private void forget(Piece.Content piece) {
        if (piece.digest != null) {
            known.remove(piece.digest, piece);
        }
    }

    /** Requests of which anything waits. */
    int orders() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Nanoseconds of computing that wait. */
    long cost() {
        lock.lock();
        try {
            return cost;
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more; what waits is still taken. */
    void close() {
        lock.lock();
        try {
            closing = true;
            some.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** What still waits is not done any more. */
    void abandon() {
        lock.lock();
        try {
            for (Order order : List.copyOf(waiting)) {
                remove(order, Dropped.STOPPING, Problem.stopping());
            }
        } finally {
            lock.unlock();
        }
    }
}
