package dev.kindred.serve.seen;

import java.io.PrintWriter;
import java.io.StringWriter;

/** How the log looks: for programs or for people. */
sealed interface LogForm permits JsonLines, PlainLines {
    /** Characters of one stack at most. */
    int MOST_STACK = 16_384;

    /** Whole lines, each ended by a line feed. */
    String of(LogEntry entry);

    /** The stack of a fault, cut where it is endless. */
    static String stack(Throwable cause) {
        StringWriter text = new StringWriter();
        cause.printStackTrace(new PrintWriter(text, true));
        String whole = text.toString().stripTrailing();
        return whole.length() <= MOST_STACK ? whole : whole.substring(0, MOST_STACK) + "…";
    }
}
