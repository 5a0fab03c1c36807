package dev.kindred.serve.seen;

import java.time.Duration;

/** The requests under way, so that stopping can wait for them. */
public final class Running {
    private int count;
    private boolean stopping;

    synchronized void began() {
        count++;
    }

    synchronized void ended() {
        count--;
        notifyAll();
    }

    /** From now on new ones are refused. */
    public synchronized void stop() {
        stopping = true;
        notifyAll();
    }

    /** Waits so long, or less where the server stops meanwhile; whether it does. */
    public synchronized boolean stopsWithin(Duration most) throws InterruptedException {
        long until = System.nanoTime() + most.toNanos();
        while (!stopping && System.nanoTime() < until) {
            wait(Math.max(1, (until - System.nanoTime()) / 1_000_000));
        }
        return stopping;
    }

    public synchronized boolean isStopping() {
        return stopping;
    }

    synchronized int count() {
        return count;
    }

    /** Waits until none is under way; false where that took longer. */
    public synchronized boolean await(Duration most) throws InterruptedException {
        long until = System.nanoTime() + most.toNanos();
        while (count > 0) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            // At least one: zero would wait for ever.
            wait(Math.max(1, left / 1_000_000));
        }
        return true;
    }
}
