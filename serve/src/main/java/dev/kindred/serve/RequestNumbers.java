package dev.kindred.serve;

import com.linecorp.armeria.common.RequestId;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers of requests, later ones higher: what is kept by them is then written and forgotten side by side, not all over a table. Safe for
 * many threads.
 */
final class RequestNumbers {
    /** Of the number, below the milliseconds: four million requests a millisecond differ. */
    private static final int COUNT_BITS = 22;

    private final InstantSource clock;
    /** Begun anywhere, so that two servers of one home hardly ever give one number twice. */
    private final AtomicLong count = new AtomicLong(ThreadLocalRandom.current().nextLong());

    RequestNumbers(InstantSource clock) {
        this.clock = clock;
    }

    RequestId next() {
        return RequestId.of(clock.millis() << COUNT_BITS | count.getAndIncrement() & (1L << COUNT_BITS) - 1);
    }
}
