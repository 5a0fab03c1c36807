package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What all commands share: help, refusals, exit codes, JSON. */
class MainTest {
    @TempDir
    Path home;

    private Shell shell;

    @BeforeEach
    void aShell() {
        shell = new Shell(home);
    }

    @Test
    void helpListsWhatWorks() {
        Shell.Ended ended = shell.run("--help");
        assertThat(ended.code()).isZero();
        for (CommandList.Entry entry : CommandList.all()) {
            assertThat(ended.out()).contains(entry.name()).contains(entry.summary());
        }
        assertThat(shell.run().out()).isEqualTo(ended.out());
    }

    @Test
    void everyCommandShowsAnExampleAndItsSummary() {
        for (CommandList.Entry entry : CommandList.all()) {
            Shell.Ended ended = shell.run((Object[]) (entry.name() + " --help").split(" "));
            assertThat(ended.code()).isZero();
            assertThat(ended.out())
                    .contains("Usage: kindred " + entry.name())
                    .contains("--json")
                    .contains("kindred " + entry.name() + " ");
            assertThat(ended.out().substring(ended.out().indexOf("Example"))).contains("kindred " + entry.name());
            assertThat(ended.out().replaceAll("\\s+", " ")).contains(entry.summary());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "trian x|trian: there is no such command; did you mean train?",
                "train x --out y --stpes 3|train: unknown option '--stpes'; did you mean --steps?",
                "train x --out y --zzzzzzzz|train: unknown option '--zzzzzzzz'; kindred train --help shows the options",
                "train x|train: Missing required option: '--out",
                "train x --out y --steps many|'many' is not an int",
                "train x --out y --threads 0|--threads: 0 is out of range",
                "train x --out y --home|Missing required parameter for option '--home'",
                "--json train x|--json: a command comes first",
            })
    void wrongUsageIsOneLineAndExitTwo(String line, String expected) {
        Shell.Ended ended = shell.run((Object[]) line.split(" "));
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.line()).contains(expected);
    }

    @Test
    void anErrorIsJsonWhereJsonIsAskedFor() {
        Shell.Ended ended = shell.run("train", "x", "--out", "y", "--stpes", "3", "--json");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.json().getAsJsonObject("error").get("hint").getAsString())
                .isEqualTo("did you mean --steps?");
        assertThat(ended.json().getAsJsonObject("error").keySet()).containsExactly("message", "where", "hint");
    }

    @Test
    void aFaultKeepsItsTraceInAFile() throws Exception {
        Throwable fault = new IllegalStateException("a tap was left open");
        String log = Ending.record(fault, home, "verify", java.util.List.of("a b"));
        assertThat(Path.of(log).getParent()).isEqualTo(home.resolve("runs"));
        assertThat(Files.readString(Path.of(log)))
                .contains("a tap was left open")
                .contains("\tat ")
                .contains("a b");
        assertThat(Ending.describe(fault)).isEqualTo("IllegalStateException (a tap was left open)");
        assertThat(Ending.refusal(fault)).isEmpty();
    }

    @Test
    void theFirstAskUnwindsAndTheSecondIsTold() {
        StopSignal stop = new StopSignal();
        stop.check();
        assertThat(stop.ask()).isTrue();
        assertThat(stop.ask()).isFalse();
        assertThat(stop.getAsBoolean()).isTrue();
        org.assertj.core.api.Assertions.assertThatThrownBy(stop::check).isInstanceOf(StopSignal.Stopped.class);
        assertThat(Ending.stopped(new IllegalStateException(new StopSignal.Stopped())))
                .isTrue();
    }
}
