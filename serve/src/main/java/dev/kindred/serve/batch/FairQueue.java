package dev.kindred.serve.batch;

import dev.kindred.serve.Problem;
import dev.kindred.serve.batch.BatchMeters.Dropped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a computing thread. Whoever is free takes what stands first and all of the same encoder that goes with it, up to its
 * budget; nobody waits for a batch to fill. What cannot be done is turned away before it is worked on.
 */
final class FairQueue {
    /** How much of the usual cost of a request each new one decides. */
    private static final double NEWEST = 0.1;
    /** So long after two flows asked in turn, one thread stays free of great pictures: nobody's search waits for another's. */
    private static final long SHARED = 10_000_000_000L;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition some = lock.newCondition();
    private final Backlog waiting = new Backlog();
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
    private int idle;
    private int great;
    private Flow.@Nullable Id latest;
    /** Until when several flows are taken to ask. */
    private long shared;

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
        this.shared = clock.getAsLong();
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
            if (latest != null && !latest.equals(order.flow())) {
                shared = now + SHARED;
            }
            latest = order.flow();
            for (int i = 0; i < pieces.size(); i++) {
                enter(order, i, same(pieces.get(i)));
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

    private void enter(Order order, int index, Piece piece) {
        if (piece instanceof Piece.Content content) {
            if (!content.entries().isEmpty()) {
                content.line.joined();
            }
            if (content.digest != null) {
                known.put(content.digest, content);
            }
        }
        waiting.enter(order, index, piece);
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
        Flow flow = waiting.find(order.flow());
        long ahead = waiting.ahead(flow, asked) / threads;
        if (ahead + (running(now) + asked) / threads > left) {
            throw refused(Dropped.DEADLINE, Problem.late());
        }
        // Who has nothing waiting is turned away only where that many requests wait that nobody has two.
        if (flow != null && ahead > pressure.limit(asked, now)) {
            throw refused(Dropped.BUSY, Problem.busy(ahead));
        }
        while (waiting.size() >= most || flow != null && waiting.cost() + asked > backlog * threads) {
            if (!forgetGone() && !evict(flow, asked)) {
                throw refused(Dropped.BUSY, Problem.busy(waiting.cost() / threads));
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
            Flow flow = waiting.find(id);
            if (flow == null || isFree()) {
                return;
            }
            long now = clock.getAsLong();
            long asked = Math.max(1, Math.round(usual[id.lane().ordinal()]));
            long ahead = waiting.ahead(flow, asked) / threads;
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
        return waiting.isEmpty() && idle > 0;
    }

    private long running(long now) {
        long left = 0;
        for (Taken taken : running) {
            left += Math.max(0, taken.cost() - (now - taken.at()));
        }
        return left;
    }

    private boolean forgetGone() {
        List<Order> gone =
                waiting.orders().stream().filter(order -> !order.isWanted()).toList();
        gone.forEach(order -> remove(order, Dropped.GONE, Problem.gone()));
        return !gone.isEmpty();
    }

    /** Makes room for a flow at the cost of the one that has the most waiting, if that has more. */
    private boolean evict(@Nullable Flow flow, long asked) {
        Order newest = waiting.inFavourOf(flow, asked, waiting.size() < most);
        if (newest != null) {
            remove(newest, Dropped.BUSY, Problem.busy(waiting.cost() / threads));
        }
        return newest != null;
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
                    if (waiting.isEmpty()) {
                        some.await();
                    } else {
                        some.awaitNanos(Math.max(1, shared - clock.getAsLong()));
                    }
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
        while (true) {
            Entry first = waiting.first(takesGreat(now));
            if (first == null) {
                return null;
            }
            Dropped why = dropped(first.order(), now);
            if (why != null) {
                remove(first.order(), why, why.problem());
                continue;
            }
            List<Entry> chosen = first.piece() instanceof Piece.Content content
                    ? waiting.together(first, content.line, idle, order -> dropped(order, now) == null)
                    : List.of(first);
            long taken = 0;
            List<Piece> pieces = new ArrayList<>(chosen.size());
            for (Entry entry : chosen) {
                taken += entry.cost();
                waiting.take(entry);
                pieces.add(entry.piece());
                begin(entry, now);
            }
            Taken batch = new Taken(pieces, taken, now);
            running.add(batch);
            great += batch.isGreat() ? 1 : 0;
            return batch;
        }
    }

    /** A great picture on every thread would hold up all that comes meanwhile. */
    private boolean takesGreat(long now) {
        return great < Math.max(1, threads - 1) || now - shared >= 0 || closing;
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
            waiting.release(entry);
        }
    }

    /** What was taken is done. */
    void done(Taken taken) {
        locked(() -> {
            pressure.done(taken.cost(), clock.getAsLong());
            if (taken.isGreat()) {
                great--;
                some.signal();
            }
            return running.remove(taken);
        });
    }

    /** Ends an order's waiting, if it waits. */
    void drop(Order order, Dropped why, RuntimeException cause) {
        locked(() -> {
            remove(order, why, cause);
            return order;
        });
    }

    private void remove(Order order, Dropped why, RuntimeException cause) {
        for (Entry entry : List.copyOf(order.waiting)) {
            waiting.release(entry);
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
        return locked(() -> List.copyOf(piece.entries()));
    }

    /** The same, when nobody more can join them: it is done. */
    List<Entry> finish(Piece.Content piece) {
        return locked(() -> {
            forget(piece);
            return List.copyOf(piece.entries());
        });
    }

    private void forget(Piece.Content piece) {
        if (piece.digest != null) {
            known.remove(piece.digest, piece);
        }
    }

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    /** Requests of which anything waits. */
    int orders() {
        return locked(waiting::size);
    }

    /** Nanoseconds of computing that wait. */
    long cost() {
        return locked(waiting::cost);
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
            for (Order order : waiting.orders()) {
                remove(order, Dropped.STOPPING, Problem.stopping());
            }
        } finally {
            lock.unlock();
        }
    }
}
