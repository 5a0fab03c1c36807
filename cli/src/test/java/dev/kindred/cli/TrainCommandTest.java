package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code train} does before and after the engine is at work. */
class TrainCommandTest {
    @TempDir
    Path folder;

    private Shell shell;
    private Path data;

    @BeforeEach
    void data() throws IOException {
        shell = new Shell(folder.resolve("home"));
        data = Drawings.folder(folder.resolve("data"), 6, 4);
    }

    @Test
    void stoppedWhileReadingIsNoFault() {
        shell.stop.ask();
        Shell.Ended ended = shell.run("train", data, "--out", folder.resolve("m.kindred"));
        assertThat(ended.code()).as(ended.err()).isEqualTo(ExitCode.STOPPED);
        assertThat(folder.resolve("m.kindred")).doesNotExist();
        assertThat(folder.resolve("home/runs")).doesNotExist();
    }

    @Test
    void aPlaceThatTakesNoFileIsRefusedBeforeAnythingIsRead() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        Path nothing = folder.resolve("no-data");
        assertThat(refused("train", nothing, "--out", file.resolve("m.kindred")))
                .contains("is no folder");
        assertThat(refused("train", nothing, "--out", folder)).contains("is a folder");
        assertThat(refused("train", nothing, "--out", folder.resolve("m.kindred"), "--report", file))
                .contains("is no folder");
        assertThat(refused("train", nothing, "--out", folder.resolve("new/m.kindred")))
                .contains("no-data");
        assertThat(file).content().isEqualTo("mine");
    }

    private String refused(Object... line) {
        Shell.Ended ended = shell.run(line);
        assertThat(ended.code()).as(ended.err()).isEqualTo(ExitCode.REFUSED);
        return ended.line();
    }
}
