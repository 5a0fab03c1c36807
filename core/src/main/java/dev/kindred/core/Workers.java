package dev.kindred.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A fixed pool for computing: the one thread budget of a process ({@code --threads}). How work is cut never depends on timing, so what
 * is computed by blocks is the same each time.
 */
public final class Workers implements AutoCloseable {
    private final int threads;
    private final ExecutorService pool;

    private Workers(int threads, ExecutorService pool) {
        this.threads = threads;
        this.pool = pool;
    }

    /** @param threads at least 1 */
    public static Workers of(int threads) {
        if (threads < 1) {
            throw new Refusal(
                    "there must be at least one thread, not " + threads, "--threads", "leave it out to use every core");
        }
        return new Workers(
                threads,
                Executors.newFixedThreadPool(
                        threads,
                        Thread.ofPlatform().daemon().name("kindred-worker-", 0).factory()));
    }

    /** As many threads as the control group allows. */
    public static Workers ofAllCores() {
        return of(Runtime.getRuntime().availableProcessors());
    }

    public int threads() {
        return threads;
    }

    /** Work on the half-open range {@code [from, to)}. */
    @FunctionalInterface
    public interface Block {
        void run(int from, int to) throws Exception;
    }

    /**
     * Runs {@code [0, n)} in blocks of {@code size} and waits for all. The first failure, by position, is thrown; unchecked ones as
     * they are. Not to be called from inside a block.
     */
    public void blocks(int n, int size, Block block) {
        List<Callable<Boolean>> calls = new ArrayList<>();
        for (int from = 0; from < n; from += size) {
            int start = from;
            int end = (int) Math.min((long) start + size, n);
            calls.add(() -> {
                block.run(start, end);
                return true;
            });
        }
        try {
            for (Future<Boolean> done : pool.invokeAll(calls)) {
                done.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while computing", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
