package dev.kindred.serve.seen;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * What libraries warn of, led into the server's log instead of beside it: all of them end in the JDK's logging, directly or through
 * SLF4J. While it stands it takes the place of the JDK's own handlers.
 */
public final class LibraryLines extends Handler {
    private final Log log;
    private final Logger root = LogManager.getLogManager().getLogger("");
    private final Handler[] before = root.getHandlers();
    private final Level level = root.getLevel();
    private final SimpleFormatter words = new SimpleFormatter();

    private LibraryLines(Log log) {
        this.log = log;
        setLevel(Level.WARNING);
    }

    /** Close it when the log goes. */
    public static LibraryLines into(Log log) {
        LibraryLines lines = new LibraryLines(log);
        for (Handler handler : lines.before) {
            lines.root.removeHandler(handler);
        }
        lines.root.addHandler(lines);
        lines.root.setLevel(Level.WARNING);
        return lines;
    }

    @Override
    public void publish(LogRecord entry) {
        if (isLoggable(entry)) {
            log.warning("library", entry.getLoggerName() + ": " + words.formatMessage(entry), entry.getThrown());
        }
    }

    @Override
    public void flush() {
        // The log's own thread does.
    }

    @Override
    public void close() {
        root.removeHandler(this);
        root.setLevel(level);
        for (Handler handler : before) {
            root.addHandler(handler);
        }
    }
}
