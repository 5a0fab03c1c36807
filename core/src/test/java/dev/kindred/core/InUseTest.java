package dev.kindred.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InUseTest {
    private final AtomicInteger freed = new AtomicInteger();
    private final InUse use = new InUse(Runnable::run);

    @Test
    void theLastToLeaveLetsGoOfItOnce() {
        assertThat(use.enter()).isTrue();
        assertThat(use.enter()).isTrue();
        use.end(Duration.ofMillis(1), freed::incrementAndGet);
        use.end(Duration.ZERO, freed::incrementAndGet);
        assertThat(use.isEnded()).isTrue();
        assertThat(use.enter()).isFalse();
        assertThatThrownBy(() -> use.during(() -> 1)).isInstanceOf(IllegalStateException.class);
        use.leave();
        assertThat(freed).hasValue(0);
        use.leave();
        assertThat(freed).hasValue(1);
    }

    @Test
    void whoeverEndsItWaitsForThoseWhoAreIn() throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        assertThat(use.enter()).isTrue();
        Thread ending = Thread.ofVirtual().start(() -> {
            use.end(Duration.ofSeconds(50), freed::incrementAndGet);
            ended.countDown();
        });
        while (!use.isEnded()) {
            Thread.onSpinWait();
        }
        assertThat(freed).hasValue(0);
        use.leave();
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(freed).hasValue(1);
        ending.join();
    }

    @Test
    void whatNobodyUsesIsLetGoOfAtOnce() {
        assertThat(use.during(() -> 7)).isEqualTo(7);
        use.end(Duration.ZERO, freed::incrementAndGet);
        assertThat(freed).hasValue(1);
    }
}
