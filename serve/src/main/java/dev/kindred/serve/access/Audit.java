package dev.kindred.serve.access;

import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.release.AuditEntry;
import dev.kindred.release.AuditLog;
import dev.kindred.serve.Problem;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Writes the audit log in groups. Nothing is done that could not be written down: where the queue has no room or the disk fails, the
 * request is refused.
 */
final class Audit implements AutoCloseable {
    private static final int QUEUED = 4096;
    private static final int GROUP = 256;
    private static final Duration LINGER = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long LONGEST_WRITE_SECONDS = 20;

    private final GroupWriter<AuditEntry> writer;

    Audit(AuditLog log, Consumer<Throwable> faults) {
        this.writer = new GroupWriter<>("kindred-audit", QUEUED, GROUP, LINGER, true, log::add, faults);
    }

    /**
     * Before a change: durable when it returns.
     *
     * @throws Problem 503 where it cannot be written
     */
    void now(AuditEntry entry) {
        try {
            CompletableFuture<Void> written = writer.write(entry, PATIENCE);
            if (written == null) {
                throw unwritten();
            }
            written.get(LONGEST_WRITE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw unwritten();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unwritten();
        }
    }

    /**
     * Before a search: queued when it returns, durable a few hundredths of a second later. A crash in between loses it, and the answer
     * with it or not.
     *
     * @throws Problem 503 where there is no room for it
     */
    void soon(AuditEntry entry) {
        try {
            if (!writer.offer(entry, PATIENCE)) {
                throw unwritten();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unwritten();
        }
    }

    private static Problem unwritten() {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "not-audited",
                "the audit log cannot be written, and nothing is done without it",
                "",
                "try again later; the server's log says more");
    }

    @Override
    public void close() {
        writer.close();
    }
}
