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
        tell(Log.Level.INFO, "note", line, said(line));
    }

    /** The same, of what somebody should look at. */
    void warn(String line) {
        tell(Log.Level.WARN, "note", line, said(line));
    }

    /** That the work was asked to end, and does. */
    void ending() {
        String words = "ending in order; once more ends at once";
        tell(Log.Level.INFO, "signal", words, "\nkindred: " + words);
    }

    /** The last line of what was asked to end. */
    void stopped() {
        String words = "stopped; what stood before is untouched";
        tell(Log.Level.INFO, "stopped", words, "kindred: " + words);
    }

    /** Why the command ends, on one line. */
    void failed(Refusal why) {
        String line = why.line().replaceAll("\\s*\\R\\s*", " ");
        tell(Log.Level.ERROR, "failed", line, "kindred: " + Words.line(line));
    }

    /** On a terminal a bar may stand there, to be drawn again below. */
    private String said(String line) {
        return (terminal.interactive() ? "\r\u001b[2K" : "") + Words.plain(line);
    }

    private void tell(Log.Level level, String event, String words, String forPeople) {
        PrintStream err = terminal.err();
        if (!json) {
            err.println(forPeople);
        } else if (level.compareTo(least) >= 0) {
            err.print(Log.jsonLine(level, event, words));
            err.flush();
        }
    }
}
