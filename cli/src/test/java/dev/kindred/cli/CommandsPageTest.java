package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds {@code docs/commands.md} to what the commands say of themselves. {@code -Dkindred.write=true} writes it anew.
 */
class CommandsPageTest {
    @Test
    void thePageSaysWhatTheCommandsSay(@TempDir Path home) throws IOException {
        Shell shell = new Shell(home);
        StringBuilder page = new StringBuilder("""
            # The commands

            Made from what `./kindred COMMAND --help` prints; a test holds this page to it
            (`mvn -pl cli -am test -Dtest=CommandsPageTest -Dkindred.write=true -Dsurefire.failIfNoSpecifiedTests=false` writes it anew).

            Exit codes: 0 done · 1 done, and the answer is no · 2 bad input or usage, in one line · 3 a fault of Kindred's, its trace
            kept in a file · 130 ended by Ctrl-C. With `--json` the last line of standard output is one JSON object; an error is
            `{"error":{"message","where","hint"}}`. Home, port and threads: flag over environment (`KINDRED_HOME`, `KINDRED_PORT`,
            `KINDRED_THREADS`) over `kindred.yaml` over default.
            """);
        for (CommandList.Entry entry : CommandList.all()) {
            Object[] words = (entry.name() + " --help").split(" ");
            page.append("\n## ")
                    .append(entry.name())
                    .append("\n\n```\n")
                    .append(shell.run(words).out().strip())
                    .append("\n```\n");
        }
        Path file = Path.of(System.getProperty("kindred.root", "..")).resolve("docs/commands.md");
        if (Boolean.getBoolean("kindred.write")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, page);
        }
        assertThat(file).content().isEqualTo(page.toString());
    }
}
