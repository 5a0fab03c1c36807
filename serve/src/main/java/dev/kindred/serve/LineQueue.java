package dev.kindred.serve;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a bulk load that were read and are not written yet. One thread {@link #read reads}, another takes what has come and says when it
 * is {@link #done} with it. They are held to a bound of the load's own, and take room beside all other requests and replies: where there is
 * none, nothing more is read until there is.
 */
final class LineQueue {
    /** Lines that are given at once at most, and that wait to be. */
    static final int GROUP = 1_024;

    /** Marks the end of what is read, by its number. */
    static final BulkLines.Line LAST = new BulkLines.Line(0, new byte[0], false);

    /** Bytes of lines, in KiB; a longer line goes alone. */
    private static final int WAITING_KIB = 32 << 10;

    private static final long PAUSE_MILLIS = 20;

    private final BulkLines lines;
    private final BulkLines.Growing room;
    private final Duration patience;
    private final BlockingQueue<BulkLines.Line> waiting = new ArrayBlockingQueue<>(GROUP);
    private final Semaphore own = new Semaphore(WAITING_KIB);
    private volatile boolean stopped;
    private volatile @Nullable Thread reader;
    private volatile @Nullable Throwable broken;

    /**
     * @param longest bytes of a line
     * @param room takes it, and gives back what is less than 0; a {@link Problem} where there is none
     * @param patience how long room is waited for
     */
    LineQueue(InputStream in, int longest, BulkLines.Growing room, Duration patience) {
        this.lines = new BulkLines(in, longest, this::grow);
        this.room = room;
        this.patience = patience;
    }

    /** Until the last line, or {@link #stop}. */
    void read() {
        // Before it is looked whether all is over: stop() does it the other way round.
        reader = Thread.currentThread();
        try {
            BulkLines.Line line = stopped ? null : lines.next();
            while (line != null && !stopped) {
                own.acquire(permits(line));
                grow(understood(line));
                waiting.put(line);
                line = lines.next();
            }
        } catch (IOException | RuntimeException e) {
            // The client hung up, or sent what HTTP does not know, or there is no room: what came before is written.
            broken = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            offerLast();
        }
    }

    private static int permits(BulkLines.Line line) {
        return Math.min(WAITING_KIB, 1 + (line.bytes().length >> 10));
    }

    /** Bytes that a line takes once it is understood, beside its own. */
    private static long understood(BulkLines.Line line) {
        return line.bytes().length + StrictJson.weight(line.bytes());
    }

    /** Takes room for so many bytes more; waits for it where there is none at the moment. */
    private void grow(long bytes) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (!stopped) {
            try {
                room.by(bytes);
                return;
            } catch (Problem full) {
                if (!full.isOf("busy") || System.nanoTime() - end > 0) {
                    throw full;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private void offerLast() {
        try {
            while (!stopped && !waiting.offer(LAST, 100, TimeUnit.MILLISECONDS)) {}
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** All that is there: no timer decides how many go together. Empty where nothing came for so long; {@link #LAST} is the last. */
    List<BulkLines.Line> next(long nanos) throws InterruptedException {
        List<BulkLines.Line> group = new ArrayList<>();
        BulkLines.Line first = waiting.poll(nanos, TimeUnit.NANOSECONDS);
        if (first != null) {
            group.add(first);
            if (first != LAST) {
                waiting.drainTo(group, GROUP - 1);
            }
        }
        return group;
    }

    /** These are not in memory any more. */
    void done(List<BulkLines.Line> group) throws InterruptedException {
        for (BulkLines.Line line : group) {
            own.release(permits(line));
            room.by(-line.bytes().length - understood(line));
        }
    }

    /** Why reading ended before the last line; null where it did not. */
    @Nullable
    Throwable broken() {
        return broken;
    }

    /**
     * Whoever reads ends, and what is left is forgotten; its room is free once the request is over. Who waits for more of the body is
     * interrupted: closing Armeria's stream by another thread can take away the very mark that would have ended the wait.
     */
    void stop() {
        stopped = true;
        own.release(WAITING_KIB);
        waiting.clear();
        Thread reading = reader;
        if (reading != null) {
            reading.interrupt();
        }
    }
}
