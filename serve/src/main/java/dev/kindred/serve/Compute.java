package dev.kindred.serve;

import dev.kindred.serve.seen.Stage;
import dev.kindred.serve.seen.Trail;
import dev.kindred.serve.seen.Work;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The few threads on which everything heavy of a request is done: requests wait on virtual threads, of which there may be thousands,
 * but no more pictures are in memory decoded at once than there are threads here. What does not fit the queue is turned away before
 * any work is done for it.
 */
final class Compute implements AutoCloseable {
    private final ThreadPoolExecutor pool;

    Compute(int threads, int queue) {
        pool = new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(Math.max(1, queue)),
                Thread.ofPlatform().daemon().name("kindred-compute-", 0).factory());
    }

    /** Waits for the work's result; its time is that of the work alone, without the wait for a thread. */
    <T> T run(Work kind, Callable<T> work) {
        Trail trail = Trail.current();
        Stage queued = trail.stage("queue");
        Future<T> done;
        try {
            done = pool.submit(() -> {
                queued.close();
                return kind.call(trail, work);
            });
        } catch (RejectedExecutionException e) {
            queued.close();
            throw Problem.busy();
        }
        try {
            return done.get();
        } catch (InterruptedException e) {
            done.cancel(true);
            Thread.currentThread().interrupt();
            queued.close();
            throw Problem.stopping();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new IllegalStateException("computing failed", e.getCause());
        }
    }

    int waiting() {
        return pool.getQueue().size();
    }

    @Override
    public void close() {
        pool.shutdown();
        try {
            if (!pool.awaitTermination(10, TimeUnit.SECONDS)) {
                pool.shutdownNow();
            }
        } catch (InterruptedException e) {
            pool.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
