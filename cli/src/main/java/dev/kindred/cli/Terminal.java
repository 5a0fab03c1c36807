package dev.kindred.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What surrounds the process: its two streams and its environment.
 *
 * @param out standard output: answers
 * @param err standard error: progress and errors
 * @param environment the variables
 * @param interactive whether {@code err} is a terminal, where a line can be drawn over
 * @param columns width of that terminal
 */
record Terminal(PrintStream out, PrintStream err, Map<String, String> environment, boolean interactive, int columns) {

    /** The process's own. UTF-8 whatever the locale says: file names and figures carry more than ASCII. */
    static Terminal ofProcess() {
        return new Terminal(
                new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                System.getenv(),
                Boolean.getBoolean("kindred.terminal"),
                Math.max(40, Integer.getInteger("kindred.columns", 80)));
    }
}
