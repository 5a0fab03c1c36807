package dev.kindred.index;

import java.io.IOException;
import java.util.concurrent.Executor;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.RateLimitedIndexOutput;
import org.apache.lucene.store.RateLimiter;

/**
 * Merges one after another, beside searches and writes, at a {@link Pace}. Where so many wait that writes would have to wait for them, they
 * are hurried instead.
 */
final class BackgroundMerges extends ConcurrentMergeScheduler {
    private static final int MOST_WAITING = 6;
    private static final long STEP_BYTES = 1 << 16;

    private final Pace pace;

    BackgroundMerges(Pace pace) {
        this.pace = pace;
        setMaxMergesAndThreads(MOST_WAITING, 1);
    }

    /** A merge computes on its own thread; graphs alone are built by more. */
    @Override
    public Executor getIntraMergeExecutor(MergePolicy.OneMerge merge) {
        return Runnable::run;
    }

    /** On the merge's own thread. */
    @Override
    protected void doMerge(MergeSource source, MergePolicy.OneMerge merge) throws IOException {
        pace.begin();
        super.doMerge(source, merge);
    }

    /** It has closed the writer by now, which tells whoever uses it next; nobody else is to be told. */
    @Override
    protected void handleMergeException(Throwable e) {}

    @Override
    protected void doStall() {
        try (Pace.Hurry hurry = pace.hurry()) {
            super.doStall();
        }
    }

    @Override
    public Directory wrapForMerge(MergePolicy.OneMerge merge, Directory in) {
        return new FilterDirectory(super.wrapForMerge(merge, in)) {
            @Override
            public IndexOutput createOutput(String name, IOContext context) throws IOException {
                return new RateLimitedIndexOutput(new Steps(pace), in.createOutput(name, context));
            }
        };
    }

    /** Writing counts by what it computes, not by its bytes. */
    private static final class Steps extends RateLimiter {
        private final Pace pace;

        Steps(Pace pace) {
            this.pace = pace;
        }

        @Override
        public long pause(long bytes) {
            long begun = System.nanoTime();
            pace.step();
            return System.nanoTime() - begun;
        }

        @Override
        public long getMinPauseCheckBytes() {
            return STEP_BYTES;
        }

        @Override
        public double getMBPerSec() {
            return Double.POSITIVE_INFINITY;
        }

        /** Nobody sets bytes: the pace is set by a share of the cores. */
        @Override
        public void setMBPerSec(double mbPerSec) {}
    }
}
