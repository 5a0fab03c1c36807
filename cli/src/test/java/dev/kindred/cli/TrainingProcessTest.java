package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The child process that teaches, played by a few lines of shell. */
class TrainingProcessTest {
    private static final String PROPERTY = "kindred.launcher";
    private static final String STEP = "{\"progress\":{\"what\":\"teaching\",\"done\":1,\"total\":9,\"note\":\"\"}}";

    @TempDir
    Path folder;

    private final String before = System.getProperty(PROPERTY);
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final StopSignal stop = new StopSignal();

    @AfterEach
    void launcherAsBefore() {
        if (before == null) {
            System.clearProperty(PROPERTY);
        } else {
            System.setProperty(PROPERTY, before);
        }
    }

    private JsonObject teach(Progress words, String... script) throws IOException, InterruptedException {
        Path launcher = folder.resolve("child");
        Files.writeString(launcher, "#!/bin/sh\n" + String.join("\n", script) + "\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
        System.setProperty(PROPERTY, launcher.toString());
        Terminal terminal = new Terminal(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of(),
                false,
                100);
        Settings settings = Settings.settle(new CommonOptions(), Map.of(), Map.of("KINDRED_HOME", folder.toString()));
        return new TrainingProcess(new Run(terminal, Voice.plain(terminal), settings, false, stop, words, words))
                .teach(List.of("data"));
    }

    @Test
    void itsLastObjectIsTheAnswerAndItsWordsAreShown() throws Exception {
        JsonObject answer = teach(
                Progress.SILENT,
                "echo '" + STEP + "'",
                "echo 'a warning' >&2",
                "echo 'kindred: said by the parent too' >&2",
                "echo '{\"bundle\":\"b1\"}'");
        assertThat(answer.get("bundle").getAsString()).isEqualTo("b1");
        assertThat(err.toString(StandardCharsets.UTF_8).lines()).containsExactly("a warning");
    }

    @Test
    void askedToStopItEndsInOrder() {
        // It still speaks while it ends, as a trainer does that seals the best so far.
        assertThatThrownBy(() -> teach(
                        (what, done, total, note) -> stop.ask(),
                        "trap 'echo \"sealing what there is\" >&2; sleep 0.2; echo \"{}\"; exit 0' TERM",
                        "while true; do echo '" + STEP + "'; sleep 0.05; done"))
                .isInstanceOf(StopSignal.Stopped.class);
        assertThat(err.toString(StandardCharsets.UTF_8).lines()).containsOnly("sealing what there is");
    }

    @Test
    void whatItRefusesIsRefused() {
        assertThatThrownBy(() -> teach(
                        Progress.SILENT,
                        "echo '{\"error\":{\"message\":\"holds one class\",\"where\":\"data\",\"hint\":\"add one\"}}'",
                        "exit 2"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("holds one class");
    }
}
