package dev.kindred.serve.seen;

import io.micrometer.core.instrument.Timer;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;

/** One kind of computing for one collection: how long it takes, and the processor time that it costs. */
public final class Work {
    private final Timer timer;
    private final String stage;
    private final LongAdder cpuNanos;
    private final ThreadMXBean accounts = ManagementFactory.getThreadMXBean();

    /**
     * @param stage as traces name it; empty where the work names its own stages
     * @param cpuNanos where processor time is added up
     */
    Work(Timer timer, String stage, LongAdder cpuNanos) {
        this.timer = timer;
        this.stage = stage;
        this.cpuNanos = cpuNanos;
    }

    /** Does the work on this thread, as that of one request: counted, timed and shown in its trace. */
    public <T> T call(Trail trail, Callable<T> work) throws Exception {
        return trail.calling(() -> {
            long start = System.nanoTime();
            long cpu = spent();
            Stage shown = stage.isEmpty() ? Stage.UNSEEN : trail.stage(stage);
            try (shown) {
                return work.call();
            } catch (Exception e) {
                shown.failed(e);
                throw e;
            } finally {
                record(System.nanoTime() - start, spent() - cpu);
            }
        });
    }

    /** Nanoseconds of this thread's on the processor; 0 of a virtual one, of which no account is kept. */
    private long spent() {
        return Thread.currentThread().isVirtual() ? 0 : accounts.getCurrentThreadCpuTime();
    }

    /** Wall time alone, for whom no thread's account is kept. */
    public void record(Duration wall) {
        timer.record(wall);
    }

    /**
     * @param nanos from begin to end
     * @param cpu of that, on the processor; of a batch the share of this collection's part
     */
    public void record(long nanos, long cpu) {
        timer.record(Duration.ofNanos(nanos));
        cpuNanos.add(Math.max(0, cpu));
    }
}
