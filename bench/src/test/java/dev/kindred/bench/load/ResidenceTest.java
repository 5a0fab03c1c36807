package dev.kindred.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ResidenceTest {
    @Test
    void whatCannotBeReadIsLostAndNoZero() throws InterruptedException {
        CountDownLatch third = new CountDownLatch(3);
        try (Residence residence = Residence.watch(
                () -> {
                    third.countDown();
                    if (third.getCount() == 0) {
                        throw new IllegalStateException("the server has ended");
                    }
                    return 7;
                },
                Duration.ofMillis(1))) {
            assertThat(third.await(10, TimeUnit.SECONDS)).isTrue();
            residence.close();
            assertThat(residence.lost()).contains("the server has ended");
            assertThat(residence.samples()).extracting(Flatness.Sample::bytes).containsExactly(7L, 7L);
        }
    }

    @Test
    void whoIsClosedWhileItReadsHasLostNothing() throws InterruptedException {
        CountDownLatch reading = new CountDownLatch(1);
        Residence residence = Residence.watch(
                () -> {
                    reading.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IllegalStateException("closed by an interrupt", e);
                    }
                    return 1;
                },
                Duration.ofMillis(1));
        assertThat(reading.await(10, TimeUnit.SECONDS)).isTrue();
        residence.close();
        assertThat(residence.lost()).isEmpty();
    }
}
