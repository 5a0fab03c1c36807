package dev.kindred.serve.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GroupWriterTest {
    private final List<List<Integer>> groups = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger faults = new AtomicInteger();
    private final AtomicBoolean failing = new AtomicBoolean();
    private final CountDownLatch gate = new CountDownLatch(1);
    private final CountDownLatch entered = new CountDownLatch(1);

    private GroupWriter<Integer> writer(int capacity, Duration linger, boolean keeping, boolean gated) {
        return new GroupWriter<>(
                "test",
                capacity,
                100,
                linger,
                keeping,
                group -> {
                    entered.countDown();
                    if (gated) {
                        try {
                            gate.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                    if (failing.get()) {
                        throw new IllegalStateException("disk full");
                    }
                    groups.add(group);
                },
                fault -> faults.incrementAndGet());
    }

    private List<Integer> written() {
        synchronized (groups) {
            return groups.stream().flatMap(List::stream).toList();
        }
    }

    @Test
    void whatComesWhileOneGroupIsWrittenIsTheNextAndWhatHasNoRoomIsTold() throws Exception {
        GroupWriter<Integer> writer = writer(3, Duration.ZERO, true, true);
        assertThat(writer.offer(0, Duration.ZERO)).isTrue();
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        for (int i = 1; i <= 3; i++) {
            assertThat(writer.offer(i, Duration.ZERO)).isTrue();
        }
        assertThat(writer.offer(4, Duration.ofMillis(20))).isFalse();
        assertThat(writer.write(4, Duration.ofMillis(20))).isNull();
        gate.countDown();
        writer.close();
        assertThat(groups).containsExactly(List.of(0), List.of(1, 2, 3));
        assertThat(writer.offer(5, Duration.ZERO)).as("after the end").isFalse();
    }

    @Test
    void whoWaitsHurriesWhatLingers() throws Exception {
        try (GroupWriter<Integer> writer = writer(100, Duration.ofHours(1), false, false)) {
            assertThat(writer.offer(1, Duration.ZERO)).isTrue();
            CompletableFuture<Void> flushed = writer.flush(Duration.ZERO);
            assertThat(flushed).isNotNull();
            flushed.get(10, TimeUnit.SECONDS);
            assertThat(written()).containsExactly(1);
        }
    }

    @Test
    void whatIsKeptIsTriedUntilItIsWrittenAndWhoWaitsIsToldOfTheFailure() throws Exception {
        failing.set(true);
        GroupWriter<Integer> writer = writer(100, Duration.ofHours(1), true, false);
        assertThat(writer.offer(1, Duration.ZERO)).isTrue();
        CompletableFuture<Void> written = writer.write(2, Duration.ZERO);
        assertThat(written).isNotNull();
        assertThatThrownBy(() -> written.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        failing.set(false);
        writer.close();
        assertThat(written()).containsExactly(1);
        assertThat(faults).hasValue(1);
    }

    @Test
    void whatNeedNotBeKeptIsDroppedWhereWritingFails() throws Exception {
        failing.set(true);
        GroupWriter<Integer> writer = writer(100, Duration.ZERO, false, false);
        assertThat(writer.offer(1, Duration.ZERO)).isTrue();
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        failing.set(false);
        writer.close();
        assertThat(faults.get() + written().size()).isEqualTo(1);
    }
}
