package dev.kindred.serve.batch;

import dev.kindred.serve.Problem;
import dev.kindred.serve.batch.BatchMeters.Dropped;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The few threads on which everything heavy of a request is done: requests wait on virtual threads, of which there may be thousands, but
 * no more pictures are in memory decoded at once than there are threads here. All collections and both roles of encoders share them.
 */
public final class Pool implements AutoCloseable {
    private static final Duration DRAIN = Duration.ofSeconds(10);
    /** Nanoseconds of a task, and of a pixel of one with a picture, until measured. */
    private static final double TASK_GUESS = 1_000_000;

    private static final double PIXEL_GUESS = 50;

    private final FairQueue queue;
    private final EmbeddingCache cache;
    private final BatchMeters meters;
    private final Batching batching;
    private final List<Thread> threads = new ArrayList<>();
    /** Of tasks, by what times them; a collection's go when it goes. */
    private final Map<Timer, Tempo> tempos = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * @param count threads, at least 1
     * @param most requests that may wait; at least one may
     */
    public Pool(int count, int most, Batching batching, MeterRegistry registry) {
        this.batching = batching;
        this.meters = new BatchMeters(registry);
        this.cache = new EmbeddingCache(batching.cacheBytes());
        this.queue = new FairQueue(count, Math.max(1, most), batching.backlog().toNanos(), meters, System::nanoTime);
        meters.watch(queue::orders, () -> queue.cost() / 1e9, cache::bytes);
        for (int i = 0; i < count; i++) {
            threads.add(
                    Thread.ofPlatform().daemon().name("kindred-compute-" + i).start(this::compute));
        }
    }

    private void compute() {
        try {
            for (Taken taken = queue.take(); taken != null; taken = queue.take()) {
                try {
                    work(taken);
                } finally {
                    queue.done(taken);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whatever goes wrong is told to whoever waits, and the thread goes on. */
    private void work(Taken taken) {
        List<Piece.Content> contents = new ArrayList<>(taken.pieces().size());
        for (Piece piece : taken.pieces()) {
            switch (piece) {
                case Piece.Task task -> task.work().run();
                case Piece.Content content -> contents.add(content);
            }
        }
        if (!contents.isEmpty()) {
            Line line = contents.getFirst().line;
            try {
                line.work(contents, queue);
            } catch (Throwable e) {
                contents.forEach(content -> line.fail(content, e, queue));
            }
        }
    }

    /**
     * Waits for a task's result.
     *
     * @param timer of the work alone, without the wait for a thread
     * @throws Problem 429 where too much waits, 503 where it cannot be done in time; the work is not begun then
     */
    public <T> T run(Asker asker, Lane lane, Timer timer, Callable<T> work) {
        return run(asker, lane, timer, TASK_GUESS, 1, 0, work);
    }

    /**
     * The same of a task that decodes a picture.
     *
     * @param timer of such tasks alone
     * @param pixels of the picture, as its header says; 0 where it is none, as the task will find
     */
    public <T> T picture(Asker asker, Lane lane, Timer timer, long pixels, Callable<T> work) {
        return run(asker, lane, timer, PIXEL_GUESS, Piece.decoding(pixels), pixels, work);
    }

    // NullAway cannot tell whether a T is one that may be null: what the work gave is handed on.
    @SuppressWarnings("NullAway")
    private <T> T run(Asker asker, Lane lane, Timer timer, double guess, long units, long pixels, Callable<T> work) {
        Order order = new Order(asker, lane, List.of(), 0);
        AtomicReference<@Nullable T> result = new AtomicReference<>();
        Tempo tempo = tempos.computeIfAbsent(timer, _ -> new Tempo(guess));
        Runnable task = () -> {
            order.noLongerWaits();
            long start = System.nanoTime();
            @Nullable Throwable failed = null;
            try {
                result.set(order.trail.calling(work));
            } catch (Throwable e) {
                failed = e;
            }
            long took = System.nanoTime() - start;
            order.trail.time(timer, took);
            if (failed == null) {
                // What fails early says nothing of how long the rest takes.
                tempo.record(took, units);
                order.finishOne();
            } else {
                order.fail(failed);
            }
        };
        queue.add(order, List.of(new Piece.Task(task, tempo.of(units), pixels)));
        await(order);
        return result.get();
    }

    /** Waits for embeddings: {@code [n, d]}, the caller's own. */
    float[] embed(Order order, List<Piece.Content> pieces) {
        queue.add(order, pieces);
        return await(order);
    }

    private float[] await(Order order) {
        try {
            long left = order.asker().deadline() - System.nanoTime();
            return order.done().get(Math.max(0, left), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            queue.drop(order, Dropped.DEADLINE, Problem.late());
            throw Problem.late();
        } catch (InterruptedException e) {
            queue.drop(order, Dropped.STOPPING, Problem.stopping());
            Thread.currentThread().interrupt();
            throw Problem.stopping();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new IllegalStateException("computing failed", e.getCause());
        } finally {
            order.noLongerWaits();
        }
    }

    /**
     * Turns a request away before anything of it is read, if it would be turned away anyway.
     *
     * @throws Problem 429
     */
    public void check(String key, Lane lane) {
        queue.check(new Flow.Id(key, lane));
    }

    /** Requests of which anything waits. */
    public int waiting() {
        return queue.orders();
    }

    Batching batching() {
        return batching;
    }

    EmbeddingCache cache() {
        return cache;
    }

    BatchMeters meters() {
        return meters;
    }

    /** Takes no more and does what waits, for ten seconds at most. */
    @Override
    public void close() {
        queue.close();
        long end = System.nanoTime() + DRAIN.toNanos();
        boolean interrupted = false;
        for (Thread thread : threads) {
            try {
                interrupted |= !thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                interrupted = true;
                break;
            }
        }
        if (interrupted) {
            queue.abandon();
            threads.forEach(Thread::interrupt);
        }
    }
}
