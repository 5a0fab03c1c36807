package dev.kindred.serve.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kindred.serve.Problem;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Turns, bounds and refusals by a clock that the test turns; nothing is computed. */
class FairQueueTest {
    private static final long MS = 1_000_000;

    private final AtomicLong clock = new AtomicLong();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Map<Piece, Order> orders = new IdentityHashMap<>();

    private FairQueue queue(int most, long backlog) {
        return new FairQueue(1, most, backlog, new BatchMeters(registry), clock::get);
    }

    private Order order(String key, Lane lane, long deadline) {
        return new Order(new Asker(key, deadline, () -> false), lane, List.of(), 0);
    }

    private Order add(FairQueue queue, String key, Lane lane, long cost) {
        return add(queue, key, lane, cost, 0);
    }

    private Order add(FairQueue queue, String key, Lane lane, long cost, long pixels) {
        Order order = order(key, lane, Long.MAX_VALUE / 2);
        Piece piece = new Piece.Task(() -> {}, cost, pixels);
        orders.put(piece, order);
        queue.add(order, List.of(piece));
        return order;
    }

    private Order add(FairQueue queue, String key, long cost) {
        return add(queue, key, Lane.EMBED, cost);
    }

    /** Whose turn it is; it takes the time that it costs. */
    private String turn(FairQueue queue) throws InterruptedException {
        Taken taken = queue.take();
        clock.addAndGet(taken.cost());
        queue.done(taken);
        return orders.get(taken.pieces().getFirst()).asker().key();
    }

    private double dropped(String reason) {
        return registry.get("kindred.dropped").tag("reason", reason).counter().count();
    }

    @Test
    void aFloodDelaysAnothersRequestByOneTurn() throws InterruptedException {
        FairQueue queue = queue(1_000, 60_000 * MS);
        for (int i = 0; i < 100; i++) {
            add(queue, "flood", 5 * MS);
        }
        assertThat(turn(queue)).isEqualTo("flood");
        assertThat(turn(queue)).isEqualTo("flood");
        add(queue, "one", 5 * MS);
        List<String> next = List.of(turn(queue), turn(queue));
        assertThat(next).as("its place in the line").contains("one");
    }

    @Test
    void greatPicturesLeaveAThreadToOthers() throws InterruptedException {
        FairQueue queue = new FairQueue(3, 1_000, 600_000 * MS, new BatchMeters(registry), clock::get);
        for (int i = 0; i < 10; i++) {
            add(queue, "flood", Lane.ASK, 1_000 * MS, 8_192 * 8_192);
        }
        List<Taken> alone = List.of(queue.take(), queue.take(), queue.take());
        assertThat(alone).as("who is alone has all threads").allMatch(Taken::isGreat);
        clock.addAndGet(1_000 * MS);
        add(queue, "one", Lane.ASK, MS, Piece.GREAT_PIXELS);
        queue.done(alone.getFirst());
        assertThat(key(queue.take())).as("its turn").isEqualTo("one");
        clock.addAndGet(MS);
        add(queue, "one", Lane.ASK, MS);
        queue.done(alone.get(1));
        assertThat(key(queue.take())).isEqualTo("one");
        queue.done(alone.get(2));
        Taken second = queue.take();
        Taken third = queue.take();
        assertThat(List.of(second, third)).allMatch(Taken::isGreat);
        FutureTask<Taken> free = new FutureTask<>(queue::take);
        Thread.ofVirtual().start(free);
        clock.addAndGet(5_000 * MS);
        add(queue, "one", Lane.ASK, MS);
        assertThat(key(await(free))).as("at once, on the thread left to it").isEqualTo("one");
        add(queue, "one", Lane.ASK, 1_000 * MS, 8_192 * 8_192);
        FutureTask<Taken> next = new FutureTask<>(queue::take);
        Thread.ofVirtual().start(next);
        assertThatThrownBy(() -> next.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        queue.done(second);
        assertThat(key(await(next)))
                .as("a great one of who asks seldom goes before the flood's")
                .isEqualTo("one");
        FutureTask<Taken> last = new FutureTask<>(queue::take);
        Thread.ofVirtual().start(last);
        assertThatThrownBy(() -> last.get(50, TimeUnit.MILLISECONDS))
                .as("two threads are at great ones")
                .isInstanceOf(TimeoutException.class);
        clock.addAndGet(11_000 * MS);
        add(queue, "one", Lane.EMBED, MS, 0);
        assertThat(key(await(last))).isEqualTo("one");
        clock.addAndGet(11_000 * MS);
        assertThat(queue.take().isGreat())
                .as("nobody else asked for ten seconds")
                .isTrue();
    }

    private String key(Taken taken) {
        return orders.get(taken.pieces().getFirst()).asker().key();
    }

    private static Taken await(FutureTask<Taken> taken) throws InterruptedException {
        try {
            return taken.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void keysShareTimeNotTurns() throws InterruptedException {
        FairQueue queue = queue(1_000, 60_000 * MS);
        for (int i = 0; i < 20; i++) {
            add(queue, "slow", 10 * MS);
        }
        for (int i = 0; i < 200; i++) {
            add(queue, "quick", MS);
        }
        int quick = 0;
        for (int i = 0; i < 110; i++) {
            quick += turn(queue).equals("quick") ? 1 : 0;
        }
        assertThat(quick).as("ten for each slow one").isBetween(98, 102);
    }

    @Test
    void aKeysSearchDoesNotWaitForItsEmbeds() throws InterruptedException {
        FairQueue queue = queue(1_000, 60_000 * MS);
        for (int i = 0; i < 50; i++) {
            add(queue, "one", 10 * MS);
        }
        turn(queue);
        turn(queue);
        Order search = add(queue, "one", Lane.ASK, MS);
        turn(queue);
        turn(queue);
        assertThat(search.begun).as("had its turn").isPositive();
    }

    @Test
    void aFullQueueMakesRoomForWhoHasLessWaiting() {
        FairQueue queue = queue(4, 60_000 * MS);
        List<Order> flood = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            flood.add(add(queue, "flood", MS));
        }
        assertThatThrownBy(() -> add(queue, "flood", MS)).isInstanceOf(Problem.class);
        Order one = add(queue, "one", 100 * MS);
        assertThat(one.isOver()).isFalse();
        assertThat(flood.getLast().done()).as("the newest goes").isCompletedExceptionally();
        assertThat(flood.subList(0, 3)).noneMatch(Order::isOver);
        assertThat(queue.orders()).isEqualTo(4);
        add(queue, "one", MS);
        assertThatThrownBy(() -> add(queue, "one", MS))
                .as("both have two: no more room for either")
                .isInstanceOf(Problem.class);
        assertThat(dropped("busy")).isEqualTo(4);
    }

    @Test
    void workIsBoundedByCostAndTheRefusalSaysHowLongItLasts() throws InterruptedException {
        FairQueue queue = queue(1_000, 5_000 * MS);
        for (int i = 0; i < 5; i++) {
            add(queue, "one", 1_000 * MS);
        }
        Problem busy = catchThrowableOfType(Problem.class, () -> add(queue, "one", 1_000 * MS));
        assertThat(busy).hasMessageContaining("more is asked than can be answered");
        assertThat(busy.retryAfter()).as("seconds of what waits").isEqualTo(5);
        turn(queue);
        turn(queue);
        add(queue, "one", 1_000 * MS);
        add(queue, "other", 9_000 * MS);
        assertThat(queue.orders())
                .as("who has nothing waiting is let in, however long")
                .isEqualTo(5);
    }

    @Test
    void whatCannotBeDoneInTimeIsRefusedAtOnceOrDroppedInItsTurn() throws InterruptedException {
        FairQueue queue = queue(1_000, 60_000 * MS);
        for (int i = 0; i < 3; i++) {
            add(queue, "one", 100 * MS);
        }
        Piece work = new Piece.Task(() -> {}, 100 * MS, 0);
        Order hopeless = order("one", Lane.EMBED, clock.get() + 250 * MS);
        assertThatThrownBy(() -> queue.add(hopeless, List.of(work))).hasMessageContaining("in the time that was given");
        Order hopeful = order("one", Lane.EMBED, clock.get() + 450 * MS);
        queue.add(hopeful, List.of(work));
        orders.put(work, hopeful);
        add(queue, "one", 100 * MS);
        turn(queue);
        turn(queue);
        clock.addAndGet(300 * MS);
        turn(queue);
        assertThat(turn(queue)).isEqualTo("one");
        assertThat(hopeful.done()).isCompletedExceptionally();
        assertThat(hopeful.begun).isZero();
        assertThat(dropped("deadline")).isEqualTo(2);
        assertThat(queue.orders()).isZero();
    }

    @Test
    void aBurstIsKeptWhole() throws InterruptedException {
        FairQueue queue = queue(1_000, 5_000 * MS);
        for (int i = 0; i < 900; i++) {
            add(queue, "one", 5 * MS);
        }
        for (int i = 0; i < 900; i++) {
            turn(queue);
        }
        assertThat(dropped("late") + dropped("busy")).isZero();
        assertThat(queue.orders()).isZero();
    }

    /** Open loop, a tick a millisecond: five times what can be done, then four fifths of it. */
    @Test
    void underPressureTheQueueStaysShortAndNoTimeIsLost() throws InterruptedException {
        FairQueue queue = queue(1_000, 5_000 * MS);
        List<Long> waits = new ArrayList<>();
        int done = load(queue, 2_000, 5, waits);
        List<Long> late = waits.stream().filter(wait -> wait > 12 * MS).toList();
        assertThat(late.size()).as("accepted and late, of %d", waits.size()).isLessThan(200);
        assertThat(waits.subList(1_000, waits.size())).allMatch(wait -> wait <= 12 * MS);

        // Once it is tried whether it is over: for a tenth of a second, and nobody is late but then.
        int before = waits.size();
        done += load(queue, 4_000, 5, waits);
        assertThat(done).as("turns of a millisecond in six seconds").isBetween(5_700, 6_001);
        List<Integer> lateTurns = IntStream.range(before, waits.size())
                .filter(turn -> waits.get(turn) > 12 * MS)
                .boxed()
                .toList();
        assertThat(lateTurns).isNotEmpty();
        assertThat(lateTurns.getLast() - lateTurns.getFirst()).isLessThan(110);

        double turnedAway = dropped("busy") + dropped("late");
        load(queue, 2_000, 0.8, new ArrayList<>());
        double recovering = dropped("busy") + dropped("late");
        assertThat(recovering - turnedAway).as("it ends within a second").isLessThan(800);
        load(queue, 2_000, 0.8, new ArrayList<>());
        assertThat(dropped("busy") + dropped("late")).isEqualTo(recovering);
    }

    private int load(FairQueue queue, int millis, double rate, List<Long> waits) throws InterruptedException {
        double due = 0;
        int done = 0;
        long end = clock.get() + millis * MS;
        for (long tick = clock.get(); tick < end; tick += MS) {
            for (due += rate; due >= 1; due--) {
                try {
                    add(queue, "one", MS);
                } catch (Problem busy) {
                    assertThat(busy).hasMessageContaining("more is asked");
                }
            }
            if (queue.orders() > 0 && clock.get() <= tick) {
                long now = clock.get();
                Taken taken = queue.orders() > 0 ? queue.take() : null;
                if (taken != null) {
                    waits.add(now - orders.get(taken.pieces().getFirst()).came);
                    queue.done(taken);
                    done++;
                }
            }
            clock.set(tick + MS);
            orders.values().removeIf(order -> order.isOver() || order.begun != 0);
        }
        return done;
    }

    @Test
    void whatFollowsIsRefusedBeforeItIsRead() {
        FairQueue queue = queue(2, 60_000 * MS);
        Flow.Id flood = new Flow.Id("flood", Lane.EMBED);
        queue.check(flood);
        add(queue, "flood", MS);
        queue.check(flood);
        add(queue, "flood", MS);
        assertThatThrownBy(() -> queue.check(flood)).isInstanceOf(Problem.class);
        queue.check(new Flow.Id("one", Lane.EMBED));
        queue.check(new Flow.Id("flood", Lane.ASK));
    }
}
