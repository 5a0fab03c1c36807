package dev.kindred.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;

/** What the launcher runs once after a build, so that the JVM archives the classes of the short commands. Not for people. */
final class WarmUp {
    private WarmUp() {}

    static int run() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        Terminal quiet = new Terminal(nowhere, nowhere, Map.of(), false, 80);
        for (String[] line : new String[][] {{"--help"}, {"train", "--help"}}) {
            new Main(quiet, new StopSignal()).run(line);
        }
        return ExitCode.DONE;
    }
}
