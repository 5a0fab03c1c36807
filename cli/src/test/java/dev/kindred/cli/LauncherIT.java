package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real {@code ./kindred} on what this build packaged. */
class LauncherIT {
    private static final Path LAUNCHER = Path.of(System.getProperty("kindred.root", ".."))
            .resolve("kindred")
            .toAbsolutePath()
            .normalize();

    @TempDir
    Path folder;

    @BeforeEach
    void packaged() throws Exception {
        Assumptions.assumeTrue(
                Files.exists(LAUNCHER.resolveSibling("cli/target/dist/built")),
                "the launcher has nothing to start before package");
        // The first start after a build, or without its archive, prepares quick ones, and says so.
        new ProcessBuilder(LAUNCHER.toString(), "--version").inheritIO().start().waitFor();
    }

    private record Ended(int code, String out, String err) {}

    private Process start(Path launcher, String... words) throws IOException {
        List<String> line = new ArrayList<>(List.of(launcher.toString()));
        line.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().put("KINDRED_HOME", folder.resolve("home").toString());
        return builder.start();
    }

    private Ended run(Path launcher, String... words) throws IOException, InterruptedException {
        Process process = start(launcher, words);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Ended(
                process.exitValue(), Files.readString(folder.resolve("out")), Files.readString(folder.resolve("err")));
    }

    @Test
    void runsFromAnyFolderAndThroughALink() throws Exception {
        assertThat(run(LAUNCHER, "--help").out()).startsWith("Usage: kindred");
        Path link = Files.createSymbolicLink(folder.resolve("k"), LAUNCHER);
        assertThat(run(link, "--version").out()).startsWith("kindred ");
        Files.delete(link);
    }

    @Test
    void standardErrorIsTheRefusalAlone() throws Exception {
        Ended ended = run(LAUNCHER, "train", "nothing-here", "--out", "m.kindred", "--stpes", "3");
        assertThat(ended.err()).isEqualTo("kindred: train: unknown option '--stpes'; did you mean --steps?\n");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.out()).isEmpty();
    }

    @Test
    void aDeadBuildersLockIsTakenOver() throws Exception {
        Path state = LAUNCHER.resolveSibling(".kindred-build");
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        Files.deleteIfExists(state.resolve("light.aot"));
        Files.createSymbolicLink(state.resolve("lock"), Path.of(Long.toString(gone.pid())));
        assertThat(run(LAUNCHER, "--version").code()).isZero();
        assertThat(Files.exists(state.resolve("lock"), java.nio.file.LinkOption.NOFOLLOW_LINKS))
                .isFalse();
        assertThat(state.resolve("light.aot")).isNotEmptyFile();
    }

    @Test
    void aDamagedArchiveOfClassesIsLeftAlone() throws Exception {
        Path archive = LAUNCHER.resolveSibling(".kindred-build").resolve("light.aot");
        Assumptions.assumeTrue(Files.size(archive) > 0, "this Java makes no such archive");
        try (RandomAccessFile damaged = new RandomAccessFile(archive.toFile(), "rw")) {
            byte[] noise = new byte[4096];
            Arrays.fill(noise, (byte) 0x5A);
            for (long at = 64 << 10; at < damaged.length() - noise.length; at += 1 << 20) {
                damaged.seek(at);
                damaged.write(noise);
            }
        }
        try {
            Ended ended = run(LAUNCHER, "--version");
            assertThat(ended.code()).as(ended.out()).isZero();
            assertThat(ended.err()).isEmpty();
        } finally {
            Files.delete(archive); // made anew by the next start
        }
    }
}
