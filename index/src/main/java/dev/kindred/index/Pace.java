package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * How much of the machine work in the background may take: all its threads together at most {@code share × threads} cores, over any
 * second, but for 20 milliseconds of computing and the stretch between two steps of each thread. What was not taken is not saved up. While
 * somebody waits for the work ({@link #hurry}) there is no bound.
 *
 * <p>The threads say at every {@link #step} what they computed since the last, by the operating system's account, and wait where that was
 * too much. Safe for many threads.
 */
final class Pace {
    /** Of computing, in nanoseconds: what may be ahead before anybody waits. */
    private static final long AHEAD = 20_000_000;
    /** How soon who waits looks whether it has become urgent. */
    private static final long LOOK = 20_000_000;
    /** A smaller share would never be done. */
    private static final double LEAST = 0.01;

    private final int threads;
    private final AtomicInteger urgent = new AtomicInteger();
    private final ThreadMXBean accounts = ManagementFactory.getThreadMXBean();
    private final boolean accounted = accounts.isCurrentThreadCpuTimeSupported();
    /** What each thread had computed at its last step. */
    private final ThreadLocal<long[]> known = ThreadLocal.withInitial(() -> new long[] {computed()});

    private volatile double share;
    /** Computed beyond what was allowed, in nanoseconds. */
    private double ahead;

    private long seen = System.nanoTime();

    /** @param share of the threads' cores, 0.01 to 1, which is no bound */
    Pace(double share, int threads) {
        this.threads = threads;
        set(share);
    }

    void set(double newShare) {
        share = require(newShare);
    }

    double share() {
        return share;
    }

    static double require(double share) {
        if (!(share >= LEAST && share <= 1)) {
            throw refused(Double.toString(share));
        }
        return share;
    }

    /** @param text of a share, as it is kept */
    static double ofText(String text) {
        try {
            return require(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            throw refused("'" + text + "'");
        }
    }

    private static Refusal refused(String share) {
        return new Refusal("a share of " + share + " for merges in the background", "merge share", "use 0.01 to 1");
    }

    /** Ends the bound until it is closed. */
    interface Hurry extends AutoCloseable {
        @Override
        void close();
    }

    Hurry hurry() {
        urgent.incrementAndGet();
        return urgent::decrementAndGet;
    }

    /** Said first by each thread that does the work: it gives way to all others, unless somebody waits for the work by now. */
    void begin() {
        if (isBound()) {
            Niceness.giveWay();
        }
    }

    /** Says that this thread has done a little of the work; waits where all of them did too much. Some microseconds otherwise. */
    void step() {
        long[] last = known.get();
        long cpu = computed();
        long wait = owed(cpu - last[0]);
        last[0] = cpu;
        long until = System.nanoTime() + wait;
        for (long left = wait; left > 0 && isBound(); left = until - System.nanoTime()) {
            if (Thread.currentThread().isInterrupted()) {
                break;
            }
            LockSupport.parkNanos(this, Math.min(left, LOOK));
        }
        if (!accounted) {
            // Waiting is no computing.
            last[0] = computed();
        }
    }

    private long computed() {
        return accounted ? accounts.getCurrentThreadCpuTime() : System.nanoTime();
    }

    private boolean isBound() {
        return share < 1 && urgent.get() == 0;
    }

    private synchronized long owed(long computed) {
        long now = System.nanoTime();
        double allowed = share * threads;
        if (isBound()) {
            ahead = Math.max(0, ahead - allowed * (now - seen)) + computed;
        } else {
            ahead = 0;
        }
        seen = now;
        return ahead > AHEAD ? (long) (ahead / allowed) : 0;
    }
}
