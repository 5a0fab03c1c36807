package dev.kindred.serve;

import dev.kindred.serve.batch.Lane;
import dev.kindred.serve.batch.Pool;
import dev.kindred.serve.seen.Work;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.Callable;

/** What of a request is computed: on the one pool, for whoever asks on this thread. */
final class Compute implements AutoCloseable {
    private final Pool pool;

    Compute(ServeOptions options, MeterRegistry registry) {
        this.pool = new Pool(options.threads(), options.queue(), options.batching(), registry);
    }

    /** Waits for the work's result, as {@link Pool#run} does; its time is that of the work alone, without the wait for a thread. */
    <T> T run(Work kind, Callable<T> work) {
        return pool.run(Call.asker(), Lane.ASK, kind.timer(), () -> kind.counted(work));
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
