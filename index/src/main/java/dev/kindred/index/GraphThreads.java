package dev.kindred.index;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads on which graphs are built. They end where there is nothing to build, since one that has begun with work of the background
 * gives way for all its life: urgent work that comes later has threads that do not.
 */
final class GraphThreads {
    private static final long IDLE_SECONDS = 10;

    private GraphThreads() {}

    static ExecutorService of(int threads, Pace pace) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                work -> Thread.ofPlatform()
                        .daemon()
                        .name("kindred-graph-" + number.getAndIncrement())
                        .unstarted(() -> {
                            pace.begin();
                            work.run();
                        }));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
