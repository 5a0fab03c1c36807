package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the view up with the truth: a thread of its own takes in what was written, at the latest {@link #LAG} after it; whoever has to
 * find a write at once does so himself, for all that wait with him. What searches read is always the items of one moment.
 */
final class Follower implements AutoCloseable {
    /** How long after a write nobody waits for it is found. */
    private static final Duration LAG = Duration.ofMillis(200);
    /** How often the view is made durable while it changes. */
    private static final Duration COMMITS = Duration.ofSeconds(30);

    private static final long COMMIT_AFTER = 200_000;
    private static final int PAGE = 2_048;
    private static final String RECALL = "recall";
    private static final int SAMPLE = 200;
    /** Share of the items that may come or be written anew until searches are tuned anew. */
    private static final double STALE = 0.1;

    private final Path folder;
    private final Truth truth;
    private final LuceneView view;
    private final ExecutorService pool;
    private final AtomicReference<@Nullable ViewReader> current;
    private final ReentrantLock working = new ReentrantLock();
    private final ReentrantLock state = new ReentrantLock();
    private final Condition changed = state.newCondition();
    private final Thread thread;
    private boolean woken;
    private volatile boolean closing;
    private long committedAt = System.nanoTime();
    /** What searches are tuned by; none until there is a graph. */
    private volatile @Nullable RecallCurve curve;

    private Follower(Path folder, Truth truth, LuceneView view, ExecutorService pool, ViewReader first) {
        this.folder = folder;
        this.truth = truth;
        this.view = view;
        this.pool = pool;
        this.current = new AtomicReference<>(first);
        this.curve = truth.setting(RECALL).map(RecallCurve::ofText).orElse(null);
        this.thread = Thread.ofPlatform().daemon().name("kindred-view").unstarted(this::follow);
    }

    /** Opens the view of a folder, brings it up to the truth, and follows. */
    static Follower start(Path folder, Truth truth, Engine engine, int threads) {
        ExecutorService pool = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("kindred-graph-", 0).factory());
        boolean started = false;
        try {
            LuceneView view = LuceneView.open(folder, truth, engine, new LuceneView.Building(pool, threads));
            Follower follower = new Follower(folder, truth, view, pool, view.reader());
            follower.await(truth.lastSequence());
            follower.thread.start();
            started = true;
            return follower;
        } catch (IOException e) {
            throw failed(folder, e);
        } finally {
            if (!started) {
                pool.shutdown();
            }
        }
    }

    /** What searches read now; the caller releases it. */
    ViewReader retained() {
        while (true) {
            ViewReader now = current.get();
            if (now == null) {
                throw new IllegalStateException("the items in " + folder + " are closed");
            }
            if (now.retain()) {
                return now;
            }
        }
    }

    /** Returns when everything up to a number is found. */
    void await(long sequence) {
        working.lock();
        try {
            ViewReader now = current.get();
            if (now == null || now.sequence() >= sequence) {
                return;
            }
            catchUp();
        } catch (IOException e) {
            throw failed(folder, e);
        } finally {
            working.unlock();
        }
    }

    /** Says that something was written. */
    void wake() {
        state.lock();
        try {
            woken = true;
            changed.signal();
        } finally {
            state.unlock();
        }
    }

    /** Holding {@link #working}. */
    private void catchUp() throws IOException {
        Truth.Changes changes;
        do {
            changes = truth.changes(view.sequence(), PAGE);
            view.apply(changes.changes());
            view.holds(changes.through());
        } while (!changes.complete());
        swap(view.reader());
    }

    private void swap(@Nullable ViewReader fresh) {
        ViewReader before = current.getAndSet(fresh);
        if (before != null) {
            before.release();
        }
    }

    private void follow() {
        while (waited()) {
            await(truth.lastSequence());
            commitWhereDue();
            tuneWhereDue();
        }
    }

    /** Waits for something to be written, and a little for more; never interrupted, since that would close the view's files. */
    private boolean waited() {
        state.lock();
        try {
            pause(COMMITS, true);
            // Writes that come meanwhile are taken in together.
            pause(LAG.dividedBy(2), false);
            woken = false;
            return !closing;
        } finally {
            state.unlock();
        }
    }

    private void pause(Duration most, boolean untilWoken) {
        long end = System.nanoTime() + most.toNanos();
        boolean interrupted = false;
        while (!closing && !(untilWoken && woken) && System.nanoTime() < end) {
            try {
                changed.awaitNanos(end - System.nanoTime());
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void commitWhereDue() {
        working.lock();
        try {
            long ahead = view.sequence() - view.committed();
            boolean due = System.nanoTime() - committedAt > COMMITS.toNanos() || ahead > COMMIT_AFTER;
            if (ahead > 0 && due) {
                commit();
            }
        } catch (IOException e) {
            throw failed(folder, e);
        } finally {
            working.unlock();
        }
    }

    private void tuneWhereDue() {
        ViewReader now = retained();
        try {
            RecallCurve known = curve;
            boolean walks = now.segments().stream().anyMatch(ViewSegment::hasGraph);
            if (walks && (known == null || stale(known, now))) {
                keep(RecallSample.draw(now, truth.space(), SAMPLE, now.sequence())
                        .curve());
            }
        } catch (IOException e) {
            throw failed(folder, e);
        } finally {
            now.release();
        }
    }

    private static boolean stale(RecallCurve known, ViewReader now) {
        double moved = Math.max(Math.abs(now.count() - known.count()), now.sequence() - known.sequence());
        return moved > STALE * known.count();
    }

    private void keep(RecallCurve measured) {
        truth.set(RECALL, measured.text());
        curve = measured;
    }

    /** What searches are tuned by; measured now where it never was. */
    RecallCurve effort() {
        RecallCurve known = curve;
        return known != null ? known : measured(SAMPLE, 1);
    }

    /** Measures the moment that searches see, and tunes them by it. */
    RecallCurve measured(int queries, long seed) {
        ViewReader now = retained();
        try {
            RecallCurve measured =
                    RecallSample.draw(now, truth.space(), queries, seed).curve();
            keep(measured);
            return measured;
        } catch (IOException e) {
            throw failed(folder, e);
        } finally {
            now.release();
        }
    }

    private void commit() throws IOException {
        view.commit();
        committedAt = System.nanoTime();
        truth.forget(view.committed());
    }

    void compact() {
        working.lock();
        try {
            catchUp();
            view.compact();
            commit();
            swap(view.reader());
        } catch (IOException e) {
            throw failed(folder, e);
        } finally {
            working.unlock();
        }
    }

    /** The view as it stands, durable, against the truth as it is; nothing is taken in meanwhile. */
    List<Finding> check() {
        working.lock();
        try {
            catchUp();
            commit();
            ViewReader now = retained();
            try {
                return ViewCheck.of(now, truth, folder.toString());
            } finally {
                now.release();
            }
        } catch (IOException e) {
            return List.of(new Finding(folder.toString(), "is damaged: " + e.getMessage(), "rebuild the view"));
        } finally {
            working.unlock();
        }
    }

    static Refusal failed(Path folder, IOException e) {
        return new Refusal(
                "the view of the items failed (" + e.getMessage() + ")",
                folder.toString(),
                "the items are safe beside it; delete the folder, and it is made anew at the next opening",
                e);
    }

    @Override
    public void close() {
        closing = true;
        wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        working.lock();
        try {
            if (current.get() != null) {
                if (view.sequence() > view.committed()) {
                    commit();
                }
                swap(null);
                view.close();
            }
        } catch (IOException e) {
            throw failed(folder, e);
        } finally {
            working.unlock();
            pool.shutdown();
        }
    }
}
