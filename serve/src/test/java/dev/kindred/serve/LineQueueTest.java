package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What bulk loads keep in memory. */
@Timeout(60)
class LineQueueTest {
    private static final int LINE = 99;
    /** A line, and its text once more when it is understood. */
    private static final int ROOM = 2 * LINE;

    /** Of one request: what it has. */
    private static final class Own implements BulkLines.Growing {
        private final Room room;
        private long held;

        private Own(Room room) {
            this.room = room;
        }

        @Override
        public synchronized void by(long bytes) {
            if (bytes > 0) {
                room.take("one", held, bytes);
            } else {
                room.give("one", -bytes);
            }
            held += bytes;
        }
    }

    private static LineQueue lines(int count, Own room, Duration patience) {
        byte[] all = ("x".repeat(LINE) + "\n").repeat(count).getBytes(StandardCharsets.UTF_8);
        return new LineQueue(new ByteArrayInputStream(all), 1_000, room, patience);
    }

    /** A body of which nothing more comes, and whose closing wakes nobody. */
    private static final class Endless extends InputStream {
        private final CountDownLatch waits = new CountDownLatch(1);

        @Override
        public int read() throws IOException {
            waits.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
            return -1;
        }
    }

    @Test
    void whoeverWaitsForMoreEndsWhenAllIsOver() throws InterruptedException {
        Endless body = new Endless();
        LineQueue lines = new LineQueue(body, 1_000, new Own(new Room(ROOM)), Duration.ofSeconds(1));
        Thread reader = Thread.ofVirtual().start(lines::read);
        body.waits.await();
        lines.stop();
        assertThat(reader.join(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void nobodyBeginsToReadWhenAllIsOver() throws InterruptedException {
        Endless body = new Endless();
        LineQueue lines = new LineQueue(body, 1_000, new Own(new Room(ROOM)), Duration.ofSeconds(1));
        lines.stop();
        Thread reader = Thread.ofVirtual().start(lines::read);
        assertThat(reader.join(Duration.ofSeconds(20))).isTrue();
        assertThat(body.waits.getCount()).isEqualTo(1);
    }

    @Test
    void linesWaitForRoomThatOthersHave() throws InterruptedException {
        Room room = new Room(10 * ROOM);
        room.take("other", 0, 5 * ROOM);
        LineQueue lines = lines(50, new Own(room), Duration.ofSeconds(30));
        Thread reader = Thread.ofVirtual().start(lines::read);
        List<Long> numbers = new ArrayList<>();
        boolean last = false;
        while (!last) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (numbers.size() <= 40 && room.held() < 9L * ROOM && System.nanoTime() < end) {
                Thread.sleep(1);
            }
            if (numbers.size() <= 40) {
                assertThat(room.held())
                        .as("lines that were read count, and no more are read than fit")
                        .isBetween(9L * ROOM, 10L * ROOM);
            }
            List<BulkLines.Line> group = lines.next(TimeUnit.SECONDS.toNanos(20));
            assertThat(group).isNotEmpty().hasSizeLessThanOrEqualTo(6);
            last = group.getLast() == LineQueue.LAST;
            List<BulkLines.Line> there = last ? group.subList(0, group.size() - 1) : group;
            there.forEach(line -> numbers.add(line.number()));
            lines.done(there);
        }
        reader.join();
        assertThat(numbers).hasSize(50).isSorted();
        assertThat(room.held()).isEqualTo(5L * ROOM);
        assertThat(lines.broken()).isNull();
    }

    @Test
    void whoWaitsForRoomTooLongIsToldSo() throws InterruptedException {
        Room room = new Room(4 * ROOM);
        room.take("other", 0, 3 * ROOM);
        LineQueue lines = lines(3, new Own(room), Duration.ofMillis(50));
        lines.read();
        List<BulkLines.Line> group = lines.next(0);
        assertThat(group).hasSize(2);
        assertThat(group.getFirst().number()).isEqualTo(1);
        assertThat(group.getLast()).isSameAs(LineQueue.LAST);
        assertThat(lines.broken())
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.isOf("busy")).isTrue());
    }
}
