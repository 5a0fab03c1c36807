package dev.kindred.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What the launcher runs once after a build, so that the JVM archives the classes of the short commands. Not for people. */
final class WarmUp {
    private WarmUp() {}

    static int run() throws IOException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        Terminal quiet = new Terminal(nowhere, nowhere, Map.of(), false, 80);
        Path bundle = Files.createTempFile("kindred", ".kindred");
        try {
            TinyBundle.seal(bundle, 1);
            String[][] lines = {
                {"bundle", "show", bundle.toString()},
                {"bundle", "show", bundle.toString(), "--json"},
                {"--help"},
                {"train", "--help"}
            };
            for (String[] line : lines) {
                int code = new Main(quiet, new StopSignal()).run(line);
                if (code != ExitCode.DONE) {
                    return code;
                }
            }
        } finally {
            Files.deleteIfExists(bundle);
        }
        return ExitCode.DONE;
    }
}
