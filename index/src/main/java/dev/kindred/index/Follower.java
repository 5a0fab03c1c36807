package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the view up with the truth: a thread of its own takes in what was written, a fifth of a second after it at the latest; whoever has to
 * find a write at once does so himself, for all that wait with him. What searches read is always the items of one moment.
 *
 * <p>A view that fails is mended by that thread: opened again from its last commit, or made anew where it is damaged, as often as it takes.
 * Until then there is no view, and searches have to read the truth.
 */
final class Follower implements AutoCloseable {
    /** How long more writes are waited for, to be taken in together. */
    private static final Duration TOGETHER = Duration.ofMillis(100);
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
    private final LuceneView.Building building;
    /** What searches read; null while there is none. */
    private final AtomicReference<@Nullable ViewReader> current = new AtomicReference<>();

    private final ReentrantLock working = new ReentrantLock();
    private final Bell bell = new Bell();
    private final Thread thread;
    private @Nullable LuceneView view;
    private volatile @Nullable Exception failure;
    private volatile boolean lagging;
    /** Whether another view is being made of all items, which has to hear of everything that is deleted meanwhile. */
    private boolean rebuilding;
    /** What was wrong with the view as it was opened. */
    private volatile @Nullable Exception met;
    /** What was mended since it was last told. */
    private @Nullable Exception mended;

    private long committedAt = System.nanoTime();

    private Follower(Path folder, Truth truth, Engine engine, int threads, double share) {
        this.folder = folder;
        this.truth = truth;
        this.engine = engine;
        this.tuning = new Tuning(truth);
        Pace pace = new Pace(share, threads);
        this.building = new LuceneView.Building(GraphThreads.of(threads, pace), threads, pace);
        this.thread = Thread.ofPlatform().daemon().name("kindred-view").unstarted(this::follow);
    }

    /**
     * Opens the view of a folder, brings it up to the truth, and follows. One that is damaged is made anew meanwhile.
     *
     * @param share of the threads' cores that merges in the background may take
     */
    static Follower start(Path folder, Truth truth, Engine engine, int threads, double share) {
        LuceneView.requireOwn(folder);
        Follower follower = new Follower(folder, truth, engine, threads, share);
        follower.working.lock();
        try {
            follower.met = LuceneView.putAhead(folder, truth, engine);
            follower.mended = follower.met;
            follower.open();
        } catch (IOException | RuntimeException e) {
            follower.met = e;
            follower.giveUp(e);
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
            if (taken(opened)) {
                swap(opened.reader());
            } else if (first.sequence() == 0) {
                throw new IOException("a new view cannot be made of items that cannot be read");
            } else if (first.retain()) {
                swap(first);
            }
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

    /** What was wrong with the view as it was opened, which is mended since or being mended; null where nothing was. */
    @Nullable
    Exception met() {
        return met;
    }

    /** Whether the items cannot be read as far as they were written, so that searches see an older moment of them. */
    boolean isLagging() {
        return lagging;
    }

    Tuning tuning() {
        return tuning;
    }

    /** Who builds the view's graphs. */
    LuceneView.Building building() {
        return building;
    }

    /**
     * Gives the view up, which then is mended.
     *
     * @param of the moment that failed; nothing happens where another is read by now
     */
    void broken(Exception cause, ViewReader of) {
        working.lock();
        try {
            if (current.get() == of) {
                giveUp(cause);
            }
        } finally {
            working.unlock();
        }
    }

    /** Holding {@link #working}. */
    void giveUp(Exception cause) {
        if (!bell.ended()) {
            failure = cause;
            swap(null);
            letGo();
            bell.ring();
        }
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
        boolean again = false;
        working.lock();
        try {
            Exception cause = failure;
            if (cause == null || bell.ended()) {
                return;
            }
            try {
                if (LuceneView.isDamage(cause)) {
                    LuceneView.clear(folder);
                }
                open();
                mended = cause;
            } catch (IOException | RuntimeException e) {
                giveUp(e);
                again = true;
            }
        } finally {
            working.unlock();
        }
        if (again) {
            bell.again(AGAIN);
        }
    }

    /** Returns when everything up to a number is found, in the view or without one. */
    void await(long sequence) {
        if (current.get() == null) {
            return;
        }
        working.lock();
        try {
            ViewReader now = current.get();
            LuceneView there = view;
            if (now != null && there != null && now.sequence() < sequence && taken(there)) {
                swap(there.reader());
            }
        } catch (IOException | RuntimeException e) {
            giveUp(e);
        } finally {
            working.unlock();
        }
    }

    /** Says that something was written. */
    void wake() {
        bell.ring();
    }

    /**
     * Takes in all that there is; holding {@link #working}.
     *
     * @return false where the items could not be read: the view is sound then, of a moment before
     */
    boolean taken(LuceneView there) throws IOException {
        try {
            take(there);
            lagging = false;
        } catch (Refusal e) {
            if (LuceneView.isDamage(e)) {
                throw e;
            }
            lagging = true;
        }
        return !lagging;
    }

    /** The same, or fails. */
    void take(LuceneView there) throws IOException {
        take(there, taken -> {});
    }

    /** @param told how many were taken in so far, now and then */
    void take(LuceneView there, LongConsumer told) throws IOException {
        Truth.Changes changes;
        long done = 0;
        do {
            if (bell.ended()) {
                throw new IOException("it is being closed");
            }
            changes = truth.changes(there.sequence(), PAGE);
            there.apply(changes.changes());
            there.holds(changes.through());
            done += changes.changes().size();
            told.accept(done);
        } while (!changes.complete());
    }

    /** What searches read from now on; holding {@link #working}. */
    void swap(@Nullable ViewReader fresh) {
        ViewReader before = current.getAndSet(fresh);
        if (before != null) {
            before.release();
        }
    }

    private void follow() {
        // Writes that come meanwhile are taken in together.
        while (bell.await(COMMITS, TOGETHER)) {
            try {
                mend();
                await(truth.lastSequence());
                tend();
            } catch (Throwable e) {
                // Memory that ran out, a page that cannot be read: the thread goes on, the view is opened again.
                working.lock();
                try {
                    giveUp(new IOException(e));
                } finally {
                    working.unlock();
                }
                bell.again(AGAIN);
            }
        }
    }

    /** Makes the view durable where that is due, lets searches read what was merged, and tunes them. */
    private void tend() {
        ViewReader tuned = null;
        working.lock();
        try {
            LuceneView there = view;
            ViewReader now = current.get();
            if (there == null || now == null || lagging) {
                return;
            }
            long ahead = there.sequence() - there.committed();
            if ((ahead > 0 || there.hasUncommitted())
                    && (System.nanoTime() - committedAt > COMMITS.toNanos() || ahead > COMMIT_AFTER)) {
                commit(there);
            }
            if (!now.isCurrent()) {
                swap(there.reader());
            }
            tuned = reader();
        } catch (IOException | RuntimeException e) {
            giveUp(e);
        } finally {
            working.unlock();
        }
        if (tuned != null) {
            tuning.keepUp(tuned);
        }
    }

    /** Holding {@link #working}. */
    void commit(LuceneView there) throws IOException {
        there.commit();
        committedAt = System.nanoTime();
        if (!rebuilding) {
            truth.forget(there.committed());
        }
    }

    /** The view, which is there. */
    LuceneView require() {
        working.lock();
        try {
            LuceneView there = view;
            if (there == null) {
                throw failed(folder, failure);
            }
            return there;
        } finally {
            working.unlock();
        }
    }

    /** Whoever changes or replaces the view holds it. */
    ReentrantLock working() {
        return working;
    }

    /** Holding {@link #working}. */
    @Nullable
    LuceneView view() {
        return view;
    }

    /** Says whether another view is being made of all items; holding {@link #working}. */
    void rebuilding(boolean now) {
        rebuilding = now;
    }

    /** Puts the view of another folder in the place of this one; holding {@link #working}. */
    void replace(Path by) throws IOException {
        if (bell.ended()) {
            throw failed(folder, null);
        }
        swap(null);
        letGo();
        LuceneView.clear(folder);
        Files.deleteIfExists(folder);
        Files.move(by, folder, StandardCopyOption.ATOMIC_MOVE);
        open();
        mended = null;
    }

    /** What was mended since this was last asked; holding {@link #working}. */
    @Nullable
    Exception told() {
        Exception told = mended;
        mended = null;
        return told;
    }

    static Refusal failed(Path folder, @Nullable Exception e) {
        return new Refusal(
                "the view of the items failed (" + Damage.told(e) + ")",
                folder.toString(),
                "the items are safe beside it; it is made anew",
                new ViewFailed(e));
    }

    @Override
    public void close() {
        bell.end();
        tuning.end();
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
            if (there != null && (there.sequence() > there.committed() || there.hasUncommitted())) {
                commit(there);
            }
        } catch (IOException | RuntimeException e) {
            // What was not made durable is replayed at the next opening.
        } finally {
            swap(null);
            letGo();
            working.unlock();
            building.pool().shutdown();
        }
    }
}
