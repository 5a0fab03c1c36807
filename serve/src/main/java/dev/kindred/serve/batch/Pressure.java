package dev.kindred.serve.batch;

import java.time.Duration;

/**
 * Whether much more is asked than can be done, and goes on being asked: work offered in a time, against the time the threads have, and
 * against the work that was done in it, since how long work takes is a guess. A queue that is long for another reason (a burst, a pause of
 * the machine, a second in which it is slow, many clients who each wait for their reply) is no such thing: it ends by itself, so nobody is
 * turned away. Where more keeps coming than is done, a long queue only makes everybody late; then it is kept short.
 *
 * <p>Callers who ask again as soon as they are turned away look like more work than they have: a few of them would keep themselves out for
 * good. So now and then all are let in for a moment. Where they then ask for no more than is done, since they wait for their replies, it was
 * no pressure any more. Guesses are worst just then: turning many away takes so much of a core that all work looks longer than it is.
 *
 * <p>Not safe for threads; costs and times are nanoseconds.
 */
final class Pressure {
    /**
     * The time that is looked back on is of ten parts, of which some at least must have had too much: all of a burst falls into one or two.
     * A part is no shorter than this.
     */
    private static final long LEAST_PART = Duration.ofMillis(50).toNanos();
    /** Requests of usual cost that fit a part, at least: one that is longer than its part would look like too much. */
    private static final int LEAST_IN_PART = 4;

    private static final int PARTS = 10;
    private static final int LEAST_PARTS = 3;
    /** Times what can be done: at this it begins. */
    private static final double ENTER = 1.5;
    /** At this it ends. */
    private static final double LEAVE = 1.2;
    /**
     * What comes beyond so many times of what is done adds up, and it must have added up to so much of each thread's time, and to the time
     * that is looked back on. Of a millisecond's work a request, five times too much does within a quarter of a second, twice too much in
     * little more than one; a second in which work takes two and a half times as long does not, since what is done is guessed longer too.
     */
    private static final double BEYOND = 1.25;

    private static final long LEAST_EXCESS = Duration.ofMillis(800).toNanos();
    /** Times that are looked back on, in which what has added up fades: it may be of requests that nobody waited for. */
    private static final int FADING = 20;
    /** Under pressure a request waits for at most so many of its own size. */
    private static final int MOST_AHEAD = 4;
    /** And for as long as this, however small it is. */
    private static final long LEAST_WAIT = Duration.ofMillis(3).toNanos();

    /** All are let in so long after it began, then after this many times as long, at most so long. */
    private static final long FIRST_TRIAL = Duration.ofSeconds(2).toNanos();

    private static final int LATER = 4;
    private static final long MOST_BETWEEN = Duration.ofSeconds(8).toNanos();
    /** Parts of a trial that are looked at; the one before is for whoever was turned away to come back. */
    private static final int TRIED = 3;
    /** So much of what can be done in them may be asked for ahead of what is done, before they are over. */
    private static final double UNEVEN = 0.5;

    private final int threads;
    private final long backlog;
    private long partLength = LEAST_PART;
    /** Fading with the time that is looked back on, in nanoseconds; and its squares, each request's by itself. */
    private double offered;

    /** The same of what was done. */
    private double finished;

    private double squares;
    /** What has come beyond what is done, in nanoseconds. */
    private double excess;

    private long last;
    private double part;
    private long partBegan;
    /** A bit for each part that is over, the latest last: whether it had too much. */
    private long parts;

    private boolean high;
    /** When the next trial is due, or the one that goes on began; and how long after it the one that follows. */
    private long trialAt;

    private long between;
    private boolean trying;
    /** Asked for, and done, in the parts of a trial that are looked at. */
    private double asked;

    private double did;

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
        offered += cost;
        squares += (double) cost * cost;
        excess += cost;
        part += cost;
        asked += isLooking(now) ? cost : 0;
    }

    /** Counts work that is done, at the cost that it was offered at. */
    void done(long cost, long now) {
        pass(now);
        finished += cost;
        excess = Math.max(0, excess - BEYOND * cost);
        did += isLooking(now) ? cost : 0;
    }

    private boolean isLooking(long now) {
        return trying && now - trialAt >= partLength;
    }

    boolean isHigh(long now) {
        pass(now);
        double times = offered / (threads * (double) PARTS * partLength);
        if (!high) {
            high = times > ENTER
                    && offered > ENTER * finished
                    && excess > threads * (double) Math.max(LEAST_EXCESS, PARTS * partLength)
                    && Long.bitCount(parts & (1 << PARTS) - 1) >= LEAST_PARTS;
            trying = false;
            between = FIRST_TRIAL;
            trialAt = now + between;
        } else if (times <= LEAVE) {
            high = false;
            excess = 0;
        } else {
            tryAll(now);
        }
        return high && !trying;
    }

    private void tryAll(long now) {
        if (!trying && now >= trialAt) {
            trying = true;
            trialAt = now;
            asked = 0;
            did = 0;
        }
        double could = threads * (double) TRIED * partLength;
        boolean over = now - trialAt >= (1 + TRIED) * partLength;
        if (trying && asked > ENTER * did + (over ? 0 : UNEVEN * could)) {
            trying = false;
            between = Math.min(MOST_BETWEEN, LATER * between);
            trialAt = now + between;
        } else if (trying && over) {
            trying = false;
            high = false;
            offered = 0;
            squares = 0;
            excess = 0;
            parts = 0;
        }
    }

    /** The longest that a request of this cost may have to wait for what stands before it. */
    long limit(long cost, long now) {
        return isHigh(now) ? Math.min(backlog, Math.max(LEAST_WAIT, MOST_AHEAD * cost)) : backlog;
    }

    private void pass(long now) {
        if (now <= last) {
            return;
        }
        double kept = Math.exp((last - now) / ((double) PARTS * partLength));
        offered *= kept;
        finished *= kept;
        squares *= kept;
        excess *= Math.pow(kept, 1.0 / FADING);
        last = now;
        long over = (now - partBegan) / partLength;
        if (over > 0) {
            long bit = part > ENTER * threads * partLength ? 1 : 0;
            parts = over >= Long.SIZE ? 0 : (parts << 1 | bit) << (over - 1);
            part = 0;
            partBegan += over * partLength;
            // Where most of the work is in large requests, theirs is the usual cost.
            double usual = offered == 0 ? 0 : squares / offered;
            partLength = Math.max(LEAST_PART, Math.round(LEAST_IN_PART * usual / threads));
        }
    }
}
