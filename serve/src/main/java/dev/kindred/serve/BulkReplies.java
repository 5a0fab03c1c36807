package dev.kindred.serve;

import com.google.gson.JsonObject;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponseWriter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is said of each line of a bulk load, in order. A client that sends all of it before it reads anything is not waited for: what went
 * well is told by ranges then ({@code {"from", "to", "status"}}), failures one by one up to a bound, beyond which it has to read.
 */
final class BulkReplies {
    /** Waiting characters from which lines that went well are told by ranges. */
    private static final int FOLDED_FROM = 256 << 10;
    /** Waiting characters beyond which the client has to read; as many again may be on their way. */
    private static final int MOST = 1 << 20;

    private final HttpResponseWriter out;
    private final Executor later;
    private final boolean failuresOnly;
    private final ReentrantLock lock = new ReentrantLock();
    private final StringBuilder waiting = new StringBuilder();
    private CompletableFuture<Void> consumed = CompletableFuture.completedFuture(null);
    private long foldedFrom;
    private long foldedTo;

    /** @param failuresOnly whether nothing is told of lines that went well */
    BulkReplies(HttpResponseWriter out, Executor later, boolean failuresOnly) {
        this.out = out;
        this.later = later;
        this.failuresOnly = failuresOnly;
    }

    void done(long line, String id, String status) {
        if (failuresOnly) {
            return;
        }
        lock.lock();
        try {
            if (waiting.length() > FOLDED_FROM) {
                foldedFrom = foldedFrom == 0 ? line : foldedFrom;
                foldedTo = line;
                return;
            }
            JsonObject json = new JsonObject();
            json.addProperty("line", line);
            json.addProperty("id", id);
            json.addProperty("status", status);
            waiting.append(json).append('\n');
        } finally {
            lock.unlock();
        }
    }

    void failed(long line, String id, JsonObject error) {
        JsonObject json = new JsonObject();
        json.addProperty("line", line);
        if (!id.isEmpty()) {
            json.addProperty("id", id);
        }
        json.addProperty("status", "failed");
        json.add("error", error);
        tell(json);
    }

    /** A line of its own. */
    void tell(JsonObject json) {
        lock.lock();
        try {
            unfold();
            waiting.append(json).append('\n');
        } finally {
            lock.unlock();
        }
    }

    private void unfold() {
        if (foldedFrom > 0) {
            JsonObject range = new JsonObject();
            range.addProperty("from", foldedFrom);
            range.addProperty("to", foldedTo);
            range.addProperty("status", "done");
            waiting.append(range).append('\n');
            foldedFrom = 0;
        }
    }

    /**
     * Sends what waits, at once or as soon as the client has read what came before; waits for that alone where too much waits.
     *
     * @return false where nobody reads any more
     */
    boolean send(Duration patience) {
        CompletableFuture<Void> before;
        boolean full;
        lock.lock();
        try {
            before = consumed;
            full = waiting.length() > MOST;
        } finally {
            lock.unlock();
        }
        if (full && !isConsumed(before, patience)) {
            return false;
        }
        if (before.isDone()) {
            flush();
        } else {
            before.thenRunAsync(this::flush, later);
        }
        return out.isOpen();
    }

    private void flush() {
        lock.lock();
        try {
            unfold();
            if (waiting.isEmpty() || !consumed.isDone()) {
                return;
            }
            boolean taken = out.tryWrite(HttpData.ofUtf8(waiting.toString()));
            waiting.setLength(0);
            if (taken) {
                consumed = out.whenConsumed();
            }
        } finally {
            lock.unlock();
        }
    }

    private static boolean isConsumed(CompletableFuture<Void> written, Duration patience) {
        try {
            written.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Sends the rest and ends the reply, once the client has read so far or its time is over. */
    void end(Duration patience) {
        CompletableFuture<Void> before;
        lock.lock();
        try {
            before = consumed;
        } finally {
            lock.unlock();
        }
        if (isConsumed(before, patience)) {
            flush();
        }
        out.close();
    }
}
