package dev.kindred.serve.seen;

import java.io.PrintStream;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The server's log, written by one thread of its own: whoever logs never waits for a disk or a pipe. What the queue has no room for is
 * left out and counted. Faults come with their stacks, as long as there is no flood of them.
 */
public final class Log implements AutoCloseable {
    /** How lines look. */
    public enum Form {
        /** For people: what is out of the ordinary, and nothing of a request that went well. */
        PLAIN,
        /** For programs: one JSON object a line, one line a request. */
        JSON
    }

    /** How much something matters. */
    public enum Level {
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    private static final int ROOM = 8192;
    private static final long CLOSE_SECONDS = 3;

    private final LogForm lines;
    private final Level least;
    private final boolean everyRequest;
    private final PrintStream out;
    private final BlockingQueue<LogEntry> queue = new ArrayBlockingQueue<>(ROOM);
    private final LongAdder dropped = new LongAdder();
    /** A burst of stacks, then one in five seconds: at the very worst some 280 MB a day. */
    private final TokenBucket stacks = new TokenBucket(20, 0.2);
    /** Lines that are not one a request: of faults, and what libraries say. */
    private final TokenBucket notes = new TokenBucket(100, 5);

    private final Thread writer;
    private volatile boolean closed;

    /** @param out is not closed */
    public Log(Form form, PrintStream out) {
        this(form, Level.INFO, out);
    }

    /** @param least what matters less is not told */
    public Log(Form form, Level least, PrintStream out) {
        this.least = least;
        this.lines = form == Form.JSON ? new JsonLines() : new PlainLines();
        this.everyRequest = form == Form.JSON;
        this.out = out;
        this.writer = Thread.ofPlatform().daemon().name("kindred-log").start(this::write);
    }

    /** One line of a log for programs, with its end: for what is said where no log is open, before it and after. */
    public static String jsonLine(Level level, String event, String words) {
        return new JsonLines().of(new LogEntry.Note(Instant.now(), level, event, words, null));
    }

    /** A request that was answered; people are not told of these. */
    void answered(LogEntry.Answered request) {
        if (everyRequest) {
            add(request);
        }
    }

    /**
     * What failed, with its stack while there is no flood of them.
     *
     * @param request its id; empty or a dash where it was none
     * @param where its route, or what failed
     */
    public void fault(String request, String where, Throwable cause) {
        if (!notes.take()) {
            dropped.increment();
            return;
        }
        Trail trail = Trail.current();
        add(new LogEntry.Fault(
                Instant.now(), request, trail.trace(), where, trail.collection(), trail.key(), cause, stacks.take()));
    }

    /** Something that happened to the server, not to a request. */
    public void event(String event, String words) {
        add(new LogEntry.Note(Instant.now(), Level.INFO, event, words, null));
    }

    /** The same, which somebody should look at. */
    public void warning(String event, String words, @Nullable Throwable cause) {
        if (notes.take()) {
            add(new LogEntry.Note(Instant.now(), Level.WARN, event, words, cause));
        } else {
            dropped.increment();
        }
    }

    private void add(LogEntry entry) {
        if (entry.level().compareTo(least) >= 0 && (closed || !queue.offer(entry))) {
            dropped.increment();
        }
    }

    /** Lines left out so far, for want of room or because there were too many of a kind. */
    public long dropped() {
        return dropped.sum();
    }

    private void write() {
        try {
            while (!closed || !queue.isEmpty()) {
                LogEntry entry = queue.poll(100, TimeUnit.MILLISECONDS);
                if (entry != null) {
                    out.print(lines.of(entry));
                    if (queue.isEmpty()) {
                        out.flush();
                    }
                }
            }
        } catch (InterruptedException e) {
            // Closing takes too long: whoever reads does not.
            Thread.currentThread().interrupt();
        }
    }

    /** Writes what waits, for three seconds at most: whoever reads the other end of a pipe may have stopped doing so. */
    @Override
    public void close() {
        closed = true;
        try {
            writer.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        writer.interrupt();
    }
}
