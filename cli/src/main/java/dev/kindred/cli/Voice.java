package dev.kindred.cli;

import dev.kindred.core.Refusal;
import dev.kindred.serve.seen.Log;
import java.io.PrintStream;

/**
 * What a command says beside its answer, on standard error: lines for people, or, where a server's log is for programs, lines of that log,
 * so that whatever reads it finds nothing else there.
 *
 * @param least of a log for programs, what matters less is not said
 */
record Voice(Terminal terminal, boolean json, Log.Level least) {

    /** For people. */
    static Voice plain(Terminal terminal) {
        return new Voice(terminal, false, Log.Level.DEBUG);
    }

    /** As the settings have the server's log. */
    static Voice ofServer(Terminal terminal, Settings settings) {
        return SeenOption.inJson(settings) ? new Voice(terminal, true, SeenOption.level(settings)) : plain(terminal);
    }

    /** A line while the work goes on. */
    void say(String line) {
        if (json) {
            log(Log.Level.INFO, "note", line);
        } else {
            // On a terminal a bar may stand there, to be drawn again below.
            err().println((terminal.interactive() ? "\r\u001b[2K" : "") + Words.plain(line));
        }
    }

    /** A line that somebody should look at. */
    void warn(String line) {
        if (json) {
            log(Log.Level.WARN, "note", line);
        } else {
            say(line);
        }
    }

    /** That the work was asked to end, and does. */
    void ending() {
        String words = "ending in order; once more ends at once";
        if (json) {
            log(Log.Level.INFO, "signal", words);
        } else {
            err().println("\nkindred: " + words);
        }
    }

    /** The last line of what was asked to end. */
    void stopped() {
        String words = "stopped; what stood before is untouched";
        if (json) {
            log(Log.Level.INFO, "stopped", words);
        } else {
            err().println("kindred: " + words);
        }
    }

    /** Why the command ends, on one line. */
    void failed(Refusal why) {
        String line = why.line().replaceAll("\\s*\\R\\s*", " ");
        if (json) {
            log(Log.Level.ERROR, "failed", line);
        } else {
            err().println("kindred: " + Words.line(line));
        }
    }

    private void log(Log.Level level, String event, String words) {
        if (level.compareTo(least) >= 0) {
            err().print(Log.jsonLine(level, event, words));
            err().flush();
        }
    }

    private PrintStream err() {
        return terminal.err();
    }
}
