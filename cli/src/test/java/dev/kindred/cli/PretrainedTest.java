package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Hashes;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is fetched once and held to its hash; Maven is played by a script. */
class PretrainedTest {
    private static final byte[] MODEL = "weights".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TOKENIZER = "{}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path home;

    private Path jar;
    private Path path;

    @BeforeEach
    void repository() throws IOException {
        jar = home.resolve("remote.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("m.onnx"));
            out.write(MODEL);
            out.putNextEntry(new JarEntry("t.json"));
            out.write(TOKENIZER);
        }
        path = Files.createDirectories(home.resolve("bin"));
        maven("for word; do case $word in -DoutputDirectory=*) cp " + jar + " ${word#*=}/tiny-1.jar ;; esac; done");
    }

    @Test
    void fetchedOnceAndKept() throws IOException {
        Path folder = pretrained().folder(run());
        assertThat(folder).isEqualTo(home.resolve("pretrained").resolve("tiny"));
        assertThat(folder.resolve("model.onnx")).hasBinaryContent(MODEL);
        assertThat(folder.resolve("tokenizer.json")).hasBinaryContent(TOKENIZER);
        assertThat(folder.resolve("1_Pooling").resolve("config.json")).hasContent("{}");
        maven("exit 1");
        assertThat(pretrained().folder(run())).isEqualTo(folder);
        assertThat(home.resolve("pretrained")).isDirectoryContaining(file -> file.equals(folder));
        try (var files = Files.list(home.resolve("pretrained"))) {
            assertThat(files).as("nothing is left beside").hasSize(1);
        }
    }

    @Test
    void damagedOneIsFetchedAgain() throws IOException {
        Path folder = pretrained().folder(run());
        Files.writeString(folder.resolve("model.onnx"), "Weights");
        assertThat(pretrained().folder(run()).resolve("model.onnx")).hasBinaryContent(MODEL);
    }

    @Test
    void otherFileThanIsKnownIsRefused() throws IOException {
        Pretrained other = new Pretrained(
                "tiny",
                pretrained().from(),
                "0".repeat(64),
                pretrained().model(),
                pretrained().tokenizer(),
                Map.of());
        assertThatThrownBy(() -> other.folder(run()))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("not 000000000000");
        assertThat(home.resolve("pretrained").resolve("tiny")).doesNotExist();
    }

    @Test
    void networkThatIsNotThereIsSaidInOneLine() throws IOException {
        maven("echo '[ERROR] Failed to execute goal: Unknown host repository.example -> [Help 1]'; exit 1");
        assertThatThrownBy(() -> pretrained().folder(run()))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.line())
                                .contains(
                                        "dev.tiny:tiny:1",
                                        "Unknown host repository.example;",
                                        "settings.xml",
                                        "--from DIR")
                                .doesNotContain("\n"));
    }

    private Pretrained pretrained() throws IOException {
        return new Pretrained(
                "tiny",
                new MavenFetch("dev.tiny", "tiny", "1"),
                Hashes.sha256Hex(Files.readAllBytes(jar)),
                new Pretrained.Entry("m.onnx", MODEL.length, Hashes.sha256Hex(MODEL)),
                new Pretrained.Entry("t.json", TOKENIZER.length, Hashes.sha256Hex(TOKENIZER)),
                Map.of("1_Pooling/config.json", "{}"));
    }

    private void maven(String script) throws IOException {
        Path file = path.resolve("mvn");
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Run run() {
        PrintStream nothing = new PrintStream(java.io.OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        Terminal terminal = new Terminal(nothing, nothing, Map.of("PATH", path.toString()), false, 80);
        Settings settings = Settings.settle(
                new CommonOptions(), Map.of(), Map.of("KINDRED_HOME", home.toString(), "KINDRED_THREADS", "1"));
        return new Run(
                terminal, Voice.plain(terminal), settings, false, new StopSignal(), Progress.SILENT, Progress.SILENT);
    }
}
