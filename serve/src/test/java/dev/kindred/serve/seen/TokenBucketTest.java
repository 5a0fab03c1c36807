package dev.kindred.serve.seen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
    @Test
    void aBurstAndThenSoManyASecond() {
        AtomicLong now = new AtomicLong(5);
        TokenBucket allowance = new TokenBucket(3, 0.5, now::get);
        assertThat(taken(allowance, 10)).isEqualTo(3);
        now.addAndGet(TimeUnit.SECONDS.toNanos(4));
        assertThat(taken(allowance, 10)).isEqualTo(2);
        now.addAndGet(TimeUnit.HOURS.toNanos(1));
        assertThat(taken(allowance, 10)).isEqualTo(3);
    }

    private static int taken(TokenBucket allowance, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += allowance.take() ? 1 : 0;
        }
        return taken;
    }
}
