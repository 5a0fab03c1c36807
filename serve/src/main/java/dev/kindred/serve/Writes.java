package dev.kindred.serve;

import com.linecorp.armeria.common.HttpStatus;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that writes wait for the disk on. They are apart from those that compute, which a slow disk must not hold up, and no virtual
 * ones, since SQLite waits in native code. Those that wait together are made durable together, so there are more of them than cores.
 */
final class Writes implements AutoCloseable {
    private static final int THREADS = 32;
    private static final int QUEUE = 1_024;

    private final ThreadPoolExecutor pool;

    Writes() {
        pool = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUEUE),
                Thread.ofPlatform().daemon().name("kindred-write-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
    }

    <T> T run(Callable<T> write) {
        Future<T> done;
        try {
            done = pool.submit(write);
        } catch (RejectedExecutionException e) {
            throw Problem.busy(0);
        }
        try {
            return done.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(
                    HttpStatus.SERVICE_UNAVAILABLE, "stopping", "the server is stopping", "", "try again later");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new IllegalStateException("a write failed", e.getCause());
        }
    }

    /** Writes under way are made durable first. */
    @Override
    public void close() {
        pool.close();
    }
}
