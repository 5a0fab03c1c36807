package dev.kindred.serve.batch;

import java.time.Duration;

/**
 * Whether much more is asked than can be done, and goes on being asked: work offered in a time, against the time the threads have. A queue
 * that is long for another reason (a burst, a pause of the machine, many clients who each wait for their reply) is no such thing: it ends by
 * itself, so nobody is turned away. Where more keeps coming than is done, a long queue only makes everybody late; then it is kept short.
 *
 * <p>Not safe for threads; costs and times are nanoseconds.
 */
final class Pressure {
    /** The time that is looked back on. */
    private static final double WINDOW = Duration.ofMillis(500).toNanos();
    /** It is looked at in parts, of which some at least must have had too much: all of a burst falls into one or two. */
    private static final long PART = Duration.ofMillis(50).toNanos();

    private static final long PARTS = (1 << 10) - 1;
    private static final int LEAST_PARTS = 3;
    /** Times what can be done: at this it begins. */
    private static final double ENTER = 1.5;
    /** At this it ends. */
    private static final double LEAVE = 1.2;
    /** Under pressure a request waits for at most so many of its own size. */
    private static final int MOST_AHEAD = 4;
    /** And for as long as this, however small it is. */
    private static final long LEAST_WAIT = Duration.ofMillis(3).toNanos();

    private final int threads;
    private final long backlog;
    private double offered;
    private long last;
    private double part;
    private long partBegan;
    /** A bit for each part that is over, the latest last: whether it had too much. */
    private long parts;

    private boolean high;

    /**
     * @param backlog the longest wait when there is no pressure
     * @param now where time begins
     */
    Pressure(int threads, long backlog, long now) {
        this.threads = threads;
        this.backlog = backlog;
        this.last = now;
        this.partBegan = now;
    }

    /** Counts work that somebody asks for, taken or not. */
    void offer(long cost, long now) {
        pass(now);
        offered += cost / WINDOW;
        part += cost;
    }

    boolean isHigh(long now) {
        pass(now);
        high = high
                ? offered > LEAVE * threads
                : offered > ENTER * threads && Long.bitCount(parts & PARTS) >= LEAST_PARTS;
        return high;
    }

    /** The longest that a request of this cost may have to wait for what stands before it. */
    long limit(long cost, long now) {
        return isHigh(now) ? Math.min(backlog, Math.max(LEAST_WAIT, MOST_AHEAD * cost)) : backlog;
    }

    private void pass(long now) {
        if (now <= last) {
            return;
        }
        offered *= Math.exp((last - now) / WINDOW);
        last = now;
        long over = (now - partBegan) / PART;
        if (over > 0) {
            long bit = part > ENTER * threads * PART ? 1 : 0;
            parts = over >= Long.SIZE ? 0 : (parts << 1 | bit) << (over - 1);
            part = 0;
            partBegan += over * PART;
        }
    }
}
