package dev.kindred.serve;

import dev.kindred.media.Pictures;
import dev.kindred.serve.batch.Lane;
import dev.kindred.serve.batch.Pool;
import dev.kindred.serve.seen.Work;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What of a request is computed: on the one pool, for whoever asks on this thread. */
final class Compute implements AutoCloseable {
    private static final int LARGE_AT_ONCE = 8;

    private final Pool pool;
    private final Semaphore atOnce = new Semaphore(LARGE_AT_ONCE);

    Compute(ServeOptions options, MeterRegistry registry) {
        this.pool = new Pool(options.threads(), options.queue(), options.batching(), registry);
    }

    /** Waits for the work's result, as {@link Pool#run} does; its time is that of the work alone, without the wait for a thread. */
    <T> T run(Work kind, Callable<T> work) {
        return pool.run(Call.asker(), Lane.ASK, kind.timer(), () -> kind.counted(work));
    }

    /**
     * The same of work on a picture, which is decoded in it.
     *
     * @param kind of such work alone
     */
    <T> T picture(Work kind, byte[] file, Callable<T> work) {
        return pool.picture(Call.asker(), Lane.ASK, kind.timer(), Pictures.claimed(file), () -> kind.counted(work));
    }

    /**
     * Makes a reply of what may be large, a few at once: how large is not known before it is read, and only then is there room for it or
     * none. Waits for its turn.
     *
     * @throws Problem where nobody waits for it any more
     */
    <T> T large(Supplier<T> made) {
        try {
            while (!atOnce.tryAcquire(1, TimeUnit.SECONDS)) {
                if (Call.CURRENT.isBound() && Call.CURRENT.get().isGone()) {
                    throw Problem.gone();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.gone();
        }
        try {
            return made.get();
        } finally {
            atOnce.release();
        }
    }

    /** @throws Problem 429 where a request of this key would be turned away anyway */
    void check(Call call, Lane lane) {
        pool.check(call.principal().key(), lane);
    }

    Pool pool() {
        return pool;
    }

    @Override
    public void close() {
        pool.close();
    }
}
