package dev.kindred.serve.access;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes what many requests bring in groups, one transaction a group, on a thread of its own behind a bounded queue. What nobody waits
 * for may linger a little, so that the next ones share its transaction.
 */
final class GroupWriter<T> implements AutoCloseable {
    private static final long RETRY_MILLIS = 500;
    private static final int LAST_TRIES = 3;

    private final BlockingQueue<Waiting<T>> queue;
    private final int group;
    private final long lingerNanos;
    private final boolean keeping;
    private final Consumer<List<T>> write;
    private final Consumer<Throwable> faults;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicBoolean hurried = new AtomicBoolean();
    private final Thread thread;

    private record Waiting<T>(@Nullable T what, @Nullable CompletableFuture<Void> done) {}

    /**
     * @param capacity how many may be queued
     * @param group at most so many in one transaction
     * @param keeping whether what nobody waits for is tried again until it is written; else it is dropped where writing fails
     * @param write all or nothing
     * @param faults told once where writing begins to fail
     */
    GroupWriter(
            String name,
            int capacity,
            int group,
            Duration linger,
            boolean keeping,
            Consumer<List<T>> write,
            Consumer<Throwable> faults) {
        this.queue = new ArrayBlockingQueue<>(capacity);
        this.group = group;
        this.lingerNanos = linger.toNanos();
        this.keeping = keeping;
        this.write = write;
        this.faults = faults;
        this.thread = Thread.ofPlatform().daemon().name(name).start(this::goOn);
    }

    /** Queues it; false where there is no room, even after a wait. */
    boolean offer(T what, Duration patience) throws InterruptedException {
        return !closing.get() && queue.offer(new Waiting<>(what, null), patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Queues it; done once it is written, or failed where that cannot be. Empty where there is no room, even after a wait. */
    @Nullable
    CompletableFuture<Void> write(T what, Duration patience) throws InterruptedException {
        return ask(new Waiting<>(what, new CompletableFuture<>()), patience);
    }

    /** Done once all that was queued before is written. */
    @Nullable
    CompletableFuture<Void> flush(Duration patience) throws InterruptedException {
        return ask(new Waiting<>(null, new CompletableFuture<>()), patience);
    }

    private @Nullable CompletableFuture<Void> ask(Waiting<T> waiting, Duration patience) throws InterruptedException {
        if (closing.get() || !queue.offer(waiting, patience.toNanos(), TimeUnit.NANOSECONDS)) {
            return null;
        }
        hurried.set(true);
        LockSupport.unpark(thread);
        return waiting.done();
    }

    private void goOn() {
        List<Waiting<T>> taken = new ArrayList<>();
        boolean failing = false;
        int triesLeft = LAST_TRIES;
        while (true) {
            if (taken.isEmpty() && !await(taken)) {
                return;
            }
            queue.drainTo(taken, group - taken.size());
            try {
                List<T> all = new ArrayList<>(taken.size());
                for (Waiting<T> each : taken) {
                    if (each.what() != null) {
                        all.add(each.what());
                    }
                }
                if (!all.isEmpty()) {
                    write.accept(all);
                }
                taken.forEach(each -> complete(each, null));
                taken.clear();
                failing = false;
            } catch (RuntimeException e) {
                if (!failing) {
                    faults.accept(e);
                }
                failing = true;
                taken.forEach(each -> complete(each, e));
                taken.removeIf(each -> !keeping || each.done() != null);
                if (closing.get() && --triesLeft == 0) {
                    return;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS));
            }
        }
    }

    /** Takes the first of a group, lingering for others to join it where nobody waits; false where it is over. */
    private boolean await(List<Waiting<T>> taken) {
        while (true) {
            try {
                Waiting<T> first = queue.poll(closing.get() ? 0 : 200, TimeUnit.MILLISECONDS);
                if (first != null) {
                    taken.add(first);
                    boolean hurry = hurried.getAndSet(false) || first.done() != null || closing.get();
                    if (!hurry && lingerNanos > 0 && queue.size() < group) {
                        LockSupport.parkNanos(lingerNanos);
                        hurried.set(false);
                    }
                    return true;
                }
                if (closing.get()) {
                    return false;
                }
            } catch (InterruptedException e) {
                // Nobody interrupts it but the end of the process.
                return false;
            }
        }
    }

    private static <T> void complete(Waiting<T> waiting, @Nullable Throwable failure) {
        CompletableFuture<Void> done = waiting.done();
        if (done != null && failure == null) {
            done.complete(null);
        } else if (done != null) {
            done.completeExceptionally(failure);
        }
    }

    /** Writes what is queued, and ends. */
    @Override
    public void close() {
        closing.set(true);
        LockSupport.unpark(thread);
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
