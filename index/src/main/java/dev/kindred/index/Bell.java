package dev.kindred.index;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Wakes one thread that waits for something to do, until it is told to end. Waiting is never cut short by an interrupt, which would close
 * the files that the thread has open; the interrupt is kept for later.
 */
final class Bell {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean rung;
    private volatile boolean ended;

    void ring() {
        lock.lock();
        try {
            rung = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is waited for any more. */
    void end() {
        ended = true;
        ring();
    }

    boolean ended() {
        return ended;
    }

    /**
     * Waits for a ring, at most so long, then a little for more that may come together with it.
     *
     * @return whether to go on
     */
    boolean await(Duration most, Duration more) {
        lock.lock();
        try {
            pause(most, true);
            pause(more, false);
            rung = false;
            return !ended;
        } finally {
            lock.unlock();
        }
    }

    /** Waits so long, ring or not, and rings then. */
    void again(Duration after) {
        lock.lock();
        try {
            pause(after, false);
            rung = true;
        } finally {
            lock.unlock();
        }
    }

    private void pause(Duration most, boolean untilRung) {
        long end = System.nanoTime() + most.toNanos();
        boolean interrupted = false;
        while (!ended && !(untilRung && rung) && System.nanoTime() < end) {
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
}
