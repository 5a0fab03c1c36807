package dev.kindred.core;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * What many threads use and one of them ends: nobody comes in after that, and what is in use is let go of once, after the last has left.
 * Memory of native code is not freed under whoever still works with it. Safe for many threads.
 */
public final class InUse {
    private final Executor afterwards;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();
    private int users;
    private boolean ended;
    private Runnable last = () -> {};

    /** @param afterwards where what is in use is let go of if whoever ended it did not wait for the last to leave */
    public InUse(Executor afterwards) {
        this.afterwards = afterwards;
    }

    /**
     * Comes in; to be followed by one {@link #leave}.
     *
     * @return false where it was ended
     */
    public boolean enter() {
        lock.lock();
        try {
            if (!ended) {
                users++;
            }
            return !ended;
        } finally {
            lock.unlock();
        }
    }

    /** The last to leave what was ended lets go of it. */
    public void leave() {
        Runnable mine = () -> {};
        lock.lock();
        try {
            users--;
            if (users == 0) {
                mine = last;
                last = () -> {};
                left.signalAll();
            }
        } finally {
            lock.unlock();
        }
        mine.run();
    }

    /**
     * Works with it.
     *
     * @throws IllegalStateException where it was ended
     */
    public <T> T during(Supplier<T> work) {
        if (!enter()) {
            throw new IllegalStateException("it was closed");
        }
        try {
            return work.get();
        } finally {
            leave();
        }
    }

    public boolean isEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets nobody in any more. What was ended already is so a second time without effect.
     *
     * @param patience how long those who are in are waited for
     * @param free lets go of it: before this returns where nobody is in by then, else when the last leaves
     */
    public void end(Duration patience, Runnable free) {
        lock.lock();
        try {
            if (ended) {
                return;
            }
            ended = true;
            await(patience.toNanos());
            if (users > 0) {
                last = () -> afterwards.execute(free);
                return;
            }
        } finally {
            lock.unlock();
        }
        free.run();
    }

    private void await(long most) {
        try {
            for (long nanos = most; users > 0 && nanos > 0; ) {
                nanos = left.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
