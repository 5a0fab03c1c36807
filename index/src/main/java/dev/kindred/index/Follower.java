package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the view up with the truth: a thread of its own takes in what was written, at the latest {@link #LAG} after it; whoever has to
 * find a write at once does so himself, for all that wait with him. What searches read is always the items of one moment.
 *
 * <p>A view that fails is mended by that thread: opened again from its last commit, or made anew where it is damaged, as often as it takes.
 * Until then there is no view, and searches have to read the truth.
 */
final class Follower implements AutoCloseable {
    /** How long after a write nobody waits for it is found. */
    private static final Duration LAG = Duration.ofMillis(200);
    /** How often the view is made durable while it changes. */
    private static final Duration COMMITS = Duration.ofSeconds(30);
    /** How soon a view that could not be mended is tried again. */
    private static final Duration AGAIN = Duration.ofSeconds(2);

    private static final long COMMIT_AFTER = 200_000;
    private static final int PAGE = 2_048;
    /** Views up to this size are checked whole when opened, at some GB/s. */
    private static final long CHECKED_AT_OPENING = 1L << 30;

    private final Path folder;
    private final Truth truth;
    private final Engine engine;
    private final Tuning tuning;
    private final ExecutorService pool;
    private final LuceneView.Building building;
    /** What searches read; null while there is none. */
    private final AtomicReference<@Nullable ViewReader> current = new AtomicReference<>();

    private final ReentrantLock working = new ReentrantLock();
    private final Bell bell = new Bell();
    private final Thread thread;
    private @Nullable LuceneView view;
    private volatile @Nullable Exception failure;
    /** Whether another view is being made of all items, which has to hear of everything that is deleted meanwhile. */
    private boolean rebuilding;
    /** What was mended since it was last told. */
    private @Nullable Exception mended;

    private long committedAt = System.nanoTime();

    private Follower(Path folder, Truth truth, Engine engine, int threads) {
        this.folder = folder;
        this.truth = truth;
        this.engine = engine;
        this.tuning = new Tuning(truth);
        this.pool = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("kindred-graph-", 0).factory());
        this.building = new LuceneView.Building(pool, threads);
        this.thread = Thread.ofPlatform().daemon().name("kindred-view").unstarted(this::follow);
    }

    /** Opens the view of a folder, brings it up to the truth, and follows. One that is damaged is made anew meanwhile. */
    static Follower start(Path folder, Truth truth, Engine engine, int threads) {
        Follower follower = new Follower(folder, truth, engine, threads);
        follower.working.lock();
        try {
            follower.open();
        } catch (IOException | RuntimeException e) {
            follower.broken(e);
        } finally {
            follower.working.unlock();
        }
        follower.thread.start();
        return follower;
    }

    /** Holding {@link #working}. */
    private void open() throws IOException {
        LuceneView opened = LuceneView.open(folder, truth, engine, building);
        view = opened;
        ViewReader first = opened.reader();
        try {
            if (LuceneView.bytes(folder) <= CHECKED_AT_OPENING) {
                first.requireSound();
            }
            take(opened);
            swap(opened.reader());
        } finally {
            first.release();
        }
        failure = null;
        committedAt = System.nanoTime();
    }

    /** What searches read now, released by the caller; null while there is no view, and searches read the truth. */
    @Nullable
    ViewReader reader() {
        while (true) {
            ViewReader now = current.get();
            if (now == null) {
                if (bell.ended()) {
                    throw new IllegalStateException("the items in " + folder + " are closed");
                }
                return null;
            }
            if (now.retain()) {
                return now;
            }
        }
    }

    /** Why there is no view; null where there is one. */
    @Nullable
    Exception failure() {
        return failure;
    }

    Tuning tuning() {
        return tuning;
    }

    /** Gives the view up, which then is mended. */
    void broken(Exception cause) {
        working.lock();
        try {
            if (bell.ended()) {
                return;
            }
            failure = cause;
            swap(null);
            letGo();
        } finally {
            working.unlock();
        }
        wake();
    }

    private void letGo() {
        LuceneView old = view;
        view = null;
        if (old != null) {
            try {
                old.close();
            } catch (IOException | RuntimeException e) {
                // It is given up anyway.
            }
        }
    }

    /** Tried again and again; a damaged one begins from nothing. */
    private void mend() {
        Exception cause = failure;
        if (cause == null) {
            return;
        }
        working.lock();
        try {
            if (LuceneView.isDamage(cause)) {
                LuceneView.clear(folder);
            }
            open();
            mended = cause;
        } catch (IOException | RuntimeException e) {
            failure = e;
            swap(null);
            letGo();
            bell.again(AGAIN);
        } finally {
            working.unlock();
        }
    }

    /** Returns when everything up to a number is found, in the view or without one. */
    void await(long sequence) {
        working.lock();
        try {
            ViewReader now = current.get();
            LuceneView there = view;
            if (now != null && there != null && now.sequence() < sequence) {
                take(there);
                swap(there.reader());
            }
        } catch (IOException | RuntimeException e) {
            broken(e);
        } finally {
            working.unlock();
        }
    }

    /** Says that something was written. */
    void wake() {
        bell.ring();
    }

    /** Takes in all that there is; holding {@link #working}. */
    private void take(LuceneView there) throws IOException {
        Truth.Changes changes;
        do {
            changes = truth.changes(there.sequence(), PAGE);
            there.apply(changes.changes());
            there.holds(changes.through());
        } while (!changes.complete());
    }

    private void swap(@Nullable ViewReader fresh) {
        ViewReader before = current.getAndSet(fresh);
        if (before != null) {
            before.release();
        }
    }

    private void follow() {
        // Writes that come meanwhile are taken in together.
        while (bell.await(COMMITS, LAG.dividedBy(2))) {
            mend();
            await(truth.lastSequence());
            tend();
        }
    }

    /** Makes the view durable where that is due, lets searches read what was merged, and tunes them. */
    private void tend() {
        ViewReader tuned = null;
        working.lock();
        try {
            LuceneView there = view;
            ViewReader now = current.get();
            if (there == null || now == null) {
                return;
            }
            long ahead = there.sequence() - there.committed();
            if (ahead > 0 && (System.nanoTime() - committedAt > COMMITS.toNanos() || ahead > COMMIT_AFTER)) {
                commit(there);
            }
            if (!now.isCurrent()) {
                swap(there.reader());
            }
            tuned = reader();
        } catch (IOException | RuntimeException e) {
            broken(e);
        } finally {
            working.unlock();
        }
        if (tuned != null) {
            try {
                tuning.keepUp(tuned);
            } catch (IOException | RuntimeException e) {
                broken(e);
            } finally {
                tuned.release();
            }
        }
    }

    private void commit(LuceneView there) throws IOException {
        there.commit();
        committedAt = System.nanoTime();
        if (!rebuilding) {
            truth.forget(there.committed());
        }
    }

    /** Searches and writes go on meanwhile. */
    void compact() {
        await(truth.lastSequence());
        LuceneView there = require();
        try {
            there.compact();
            working.lock();
            try {
                if (view == there) {
                    commit(there);
                    swap(there.reader());
                }
            } finally {
                working.unlock();
            }
        } catch (IOException e) {
            broken(e);
            throw failed(folder, e);
        }
    }

    /** Makes another view of all items while this one is searched and written to, and puts it in its place. */
    void rebuild() {
        Path beside = folder.resolveSibling(folder.getFileName() + ".next");
        working.lock();
        try {
            rebuilding = true;
        } finally {
            working.unlock();
        }
        try {
            LuceneView.clear(beside);
            try (LuceneView fresh = LuceneView.open(beside, truth, engine, building)) {
                take(fresh);
                fresh.compact();
                fresh.commit();
            }
            working.lock();
            try {
                swap(null);
                letGo();
                LuceneView.clear(folder);
                Files.deleteIfExists(folder);
                Files.move(beside, folder, StandardCopyOption.ATOMIC_MOVE);
                open();
                mended = null;
            } catch (IOException | RuntimeException e) {
                broken(e);
                throw e;
            } finally {
                working.unlock();
            }
        } catch (IOException e) {
            throw failed(folder, e);
        } finally {
            working.lock();
            rebuilding = false;
            working.unlock();
        }
    }

    private LuceneView require() {
        LuceneView there = view;
        if (there == null) {
            throw failed(folder, failure);
        }
        return there;
    }

    /** The view as it stands, durable, against the truth as it is; nothing is taken in meanwhile. */
    List<Finding> check() {
        working.lock();
        try {
            LuceneView there = view;
            Exception cause = failure;
            if (there == null) {
                return List.of(new Finding(
                        folder.toString(),
                        "failed and is being made anew (" + cause + ")",
                        "searches read the items meanwhile; to wait for it: kindred index rebuild DIR"));
            }
            Exception told = mended;
            if (told != null) {
                mended = null;
                return List.of(new Finding(
                        folder.toString(),
                        "had failed and was made anew (" + told + ")",
                        "check again; where that comes again, look after the disk"));
            }
            take(there);
            commit(there);
            swap(there.reader());
            ViewReader now = reader();
            if (now == null) {
                throw new IllegalStateException("no view to check");
            }
            try {
                List<Finding> findings = ViewCheck.of(now, truth, folder.toString());
                if (!findings.isEmpty()) {
                    broken(new LuceneView.Damage(findings.getFirst().what()));
                }
                return findings;
            } finally {
                now.release();
            }
        } catch (IOException | UncheckedIOException e) {
            broken(e);
            return List.of(new Finding(folder.toString(), "is damaged: " + e.getMessage(), "it is made anew"));
        } finally {
            working.unlock();
        }
    }

    static Refusal failed(Path folder, @Nullable Exception e) {
        return new Refusal(
                "the view of the items failed (" + (e == null ? "it is closed" : e.getMessage()) + ")",
                folder.toString(),
                "the items are safe beside it; it is made anew",
                e == null ? new IllegalStateException("closed") : e);
    }

    @Override
    public void close() {
        bell.end();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        working.lock();
        try {
            LuceneView there = view;
            if (there != null && there.sequence() > there.committed()) {
                commit(there);
            }
        } catch (IOException e) {
            // What was not made durable is replayed at the next opening.
        } finally {
            swap(null);
            letGo();
            working.unlock();
            pool.shutdown();
        }
    }
}
