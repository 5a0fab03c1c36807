package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A disk with no room left, played by the shell's limit on a file's size. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class FullDiskTest {
    @TempDir
    Path folder;

    @Test
    void nothingThatStoodBeforeIsLost() throws Exception {
        Path bundle = folder.resolve("m.kindred");
        TinyBundle.seal(bundle, 1);
        Path data = Drawings.folder(folder.resolve("data"), 30, 20);
        Path out = Files.writeString(folder.resolve("e.npy"), "what stood there before");
        Path index = folder.resolve("i");
        // Another test's home may be gone with the natives that lay there.
        System.clearProperty("onnxruntime.native.path");
        assertThat(new Shell(folder.resolve("home"))
                        .run("index", "build", bundle, data.resolve("c0"), "--out", index)
                        .code())
                .isZero();
        byte[] rows = Files.readAllBytes(index.resolve("vectors.rows"));

        assertThat(limited("embed", bundle.toString(), data.toString(), "--out", out.toString()))
                .contains("e.npy");
        assertThat(limited("index", "build", bundle.toString(), data.toString(), "--out", index.toString()))
                .contains(index.toString());

        assertThat(out).content().isEqualTo("what stood there before");
        assertThat(Files.readAllBytes(index.resolve("vectors.rows"))).isEqualTo(rows);
        try (var left = Files.walk(folder)) {
            assertThat(left.map(path -> path.getFileName().toString())).noneMatch(name -> name.endsWith(".part"));
        }
    }

    /** Runs with files of at most 16 blocks (8 or 16 KiB); the embeddings alone are more than that. */
    private String limited(String... words) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String line = "ulimit -f 16; exec \"$0\" -XX:-UsePerfData --enable-native-access=ALL-UNNAMED --add-modules"
                + " jdk.incubator.vector -Donnxruntime.native.path=\"$ONNX\" -cp \"$CP\" dev.kindred.cli.Main"
                + " \"$@\"";
        ProcessBuilder builder = new ProcessBuilder(new java.util.ArrayList<>(List.of("bash", "-c", line, java)));
        builder.command().addAll(List.of(words));
        builder.environment().put("CP", System.getProperty("java.class.path"));
        // Unpacked already, by this process: the limit would forbid it.
        builder.environment().put("ONNX", System.getProperty("onnxruntime.native.path", ""));
        builder.environment().put("KINDRED_HOME", folder.resolve("home").toString());
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isEqualTo(2);
        assertThat(said).doesNotContain("\tat ");
        return said.lines()
                .filter(text -> text.startsWith("kindred: "))
                .findFirst()
                .orElse(said);
    }
}
