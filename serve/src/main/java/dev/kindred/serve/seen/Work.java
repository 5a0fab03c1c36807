package dev.kindred.serve.seen;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.Callable;

/** One kind of computing for one collection: how long it takes, and the processor time that it costs. */
public final class Work {
    private final Timer timer;
    private final String stage;
    private final Counter cpuSeconds;
    private final ThreadMXBean accounts = ManagementFactory.getThreadMXBean();

    /**
     * @param stage as traces name it
     * @param cpuSeconds where processor time is added up
     */
    Work(Timer timer, String stage, Counter cpuSeconds) {
        this.timer = timer;
        this.stage = stage;
        this.cpuSeconds = cpuSeconds;
    }

    /** Of its wall time, without the wait for a thread. */
    public Timer timer() {
        return timer;
    }

    /** Does the work on this thread, for the request that it works for: shown in its trace, and its processor time added up. */
    public <T> T counted(Callable<T> work) throws Exception {
        long cpu = begun();
        Stage shown = Trail.current().stage(stage);
        try (shown) {
            return work.call();
        } catch (Exception e) {
            shown.failed(e);
            throw e;
        } finally {
            spent(cpu);
        }
    }

    /** This thread's processor time so far, to be given to {@link #spent}; 0 of a virtual one, of which no account is kept. */
    public long begun() {
        return Thread.currentThread().isVirtual() ? 0 : accounts.getCurrentThreadCpuTime();
    }

    /** Adds what this thread computed since. */
    public void spent(long begun) {
        cpuSeconds.increment(Math.max(0, begun() - begun) * 1e-9);
    }
}
