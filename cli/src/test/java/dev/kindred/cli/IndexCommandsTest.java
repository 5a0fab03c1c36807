package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From pictures to neighbours, and the answers about them. */
class IndexCommandsTest {
    @TempDir
    Path folder;

    private Shell shell;
    private Path bundle;
    private Path data;
    private Path index;

    @BeforeEach
    void anIndex() throws IOException {
        shell = new Shell(folder.resolve("home"));
        bundle = folder.resolve("m.kindred");
        TinyBundle.seal(bundle, 1);
        data = Drawings.folder(folder.resolve("data"), 4, 3);
        index = folder.resolve("i");
        Shell.Ended built = shell.run("index", "build", bundle, data, "--out", index, "--json");
        assertThat(built.code()).as(built.err()).isZero();
        assertThat(built.json().get("count").getAsInt()).isEqualTo(12);
    }

    private JsonObject answer(Object... line) {
        Shell.Ended ended = shell.run(line);
        assertThat(ended.code()).as(ended.err()).isZero();
        return ended.json();
    }

    @Test
    void aPictureFindsItself() {
        JsonArray found = answer("index", "search", index, data.resolve("c2/s1.png"), "-k", 3, "--json")
                .getAsJsonArray("neighbors");
        assertThat(found).hasSize(3);
        JsonObject first = found.get(0).getAsJsonObject();
        assertThat(first.get("id").getAsString()).isEqualTo("c2/s1.png");
        assertThat(first.get("score").getAsDouble()).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-5));
        assertThat(first.getAsJsonObject("payload").get("label").getAsString()).isEqualTo("c2");
    }

    @Test
    void anItemIsLeftOutOfItsOwnAnswer() {
        JsonArray found = answer("index", "search", index, "@c2/s1.png", "-k", 50, "--json")
                .getAsJsonArray("neighbors");
        assertThat(found).hasSize(11);
        assertThat(found.toString()).doesNotContain("c2/s1.png");
        JsonArray filtered = answer(
                        "index", "search", index, "@c2/s1.png", "--filter", "{\"equals\":{\"label\":\"c0\"}}", "--json")
                .getAsJsonArray("neighbors");
        assertThat(filtered).hasSize(3);
    }

    @Test
    void anIdIsNeverReadAsAFileOfArguments() throws IOException {
        Path named = Files.writeString(folder.resolve("words"), "--json -k 1");
        assertThat(shell.run("index", "search", index, "@" + named).line())
                .contains("@" + named + ": there is no such item");
    }

    @Test
    void aBuildThatWasKilledIsBegunAgain() throws IOException {
        Path killed = Files.createDirectory(folder.resolve("killed"));
        Path copy = Files.writeString(killed.resolve(".bundle.kindred123.part"), "half");
        Files.writeString(killed.resolve("writer.txt"), "1@gone\nthis computer's Kindred\n2026-01-01T00:00:00Z\n");
        Files.createFile(killed.resolve("writer.lock"));
        assertThat(answer("index", "build", bundle, data, "--out", killed, "--json")
                        .get("count")
                        .getAsInt())
                .isEqualTo(12);
        assertThat(copy).doesNotExist();
        Path mine = Files.createDirectory(folder.resolve("mine"));
        Files.writeString(mine.resolve("letter.txt"), "dear");
        assertThat(shell.run("index", "build", bundle, data, "--out", mine).line())
                .contains("holds other files");
    }

    @Test
    void oddNamesNeitherShiftRowsNorSteerTheTerminal() throws IOException {
        Path odd = Files.createDirectories(folder.resolve("odd"));
        Files.copy(data.resolve("c0/s0.png"), odd.resolve("a\nb\u001b[2J.png"));
        assertThat(shell.run("embed", bundle, odd, "--out", folder.resolve("o.npy"))
                        .line())
                .contains("has a line end in its name");
        assertThat(folder.resolve("o.npy")).doesNotExist();
        Path oddIndex = folder.resolve("oi");
        answer("index", "build", bundle, odd, "--out", oddIndex, "--json");
        String shown = shell.run("index", "search", oddIndex, data.resolve("c0/s0.png"))
                .out();
        assertThat(shown.lines()).hasSize(1);
        assertThat(shown).doesNotContain("\u001b");
        assertThat(shell.run("verify", bundle, odd.resolve("no\u001b[2J"), odd).err())
                .doesNotContain("\u001b");
    }

    @Test
    void aVectorFindsWhatItWasMadeFrom() throws IOException {
        Path out = folder.resolve("e.npy");
        answer("embed", bundle, data, "--out", out, "--json");
        Npy.Matrix all = Npy.read(out);
        assertThat(all.rows()).isEqualTo(12);
        int row = Files.readAllLines(folder.resolve("e.ids.txt")).indexOf("c3/s0.png");
        Path one = folder.resolve("one.npy");
        Npy.write(
                one,
                new Npy.Matrix(
                        1,
                        all.columns(),
                        Arrays.copyOfRange(all.values(), row * all.columns(), (row + 1) * all.columns())));
        assertThat(answer("index", "search", index, one, "-k", 1, "--json").toString())
                .contains("c3/s0.png");
        assertThat(shell.run("index", "search", index, out).line()).contains("12 vectors");
        Path csv = folder.resolve("e.csv");
        answer("embed", bundle, data, "--out", csv, "--json");
        assertThat(Files.readAllLines(csv)).hasSize(13);
    }

    @Test
    void itemsComeAndGo() throws IOException {
        Path more = Drawings.folder(folder.resolve("more"), 5, 1);
        assertThat(answer("index", "add", index, more, "--json").get("count").getAsInt())
                .isEqualTo(13);
        assertThat(answer("index", "delete", index, "c4/s0.png", "c0/s1.png", "--json")
                        .get("count")
                        .getAsInt())
                .isEqualTo(11);
        assertThat(shell.run("index", "delete", index, "c0/s0.png", "c9/none.png")
                        .line())
                .contains("c9/none.png");
        JsonObject stats = answer("index", "stats", index, "--json");
        assertThat(stats.get("count").getAsInt()).as("all or none").isEqualTo(11);
        assertThat(stats.get("dimension").getAsInt()).isEqualTo(8);
        assertThat(answer("index", "check", index, "--json").get("sound").getAsBoolean())
                .isTrue();
    }

    @Test
    void aRebuildTakesTheOldOnesPlace() throws IOException {
        TinyBundle.seal(bundle, 2);
        Path less = Drawings.folder(folder.resolve("less"), 2, 2);
        assertThat(answer("index", "build", bundle, less, "--out", index, "--json")
                        .get("count")
                        .getAsInt())
                .isEqualTo(4);
        assertThat(answer("index", "search", index, less.resolve("c1/s1.png"), "--json")
                        .getAsJsonArray("neighbors"))
                .hasSize(4);
        try (var inside = Files.list(index)) {
            assertThat(inside.map(path -> path.getFileName().toString())).allMatch(name -> !name.endsWith(".part"));
        }
    }

    @Test
    void aDamagedIndexIsNamed() throws IOException {
        Path rows = index.resolve("vectors.rows");
        byte[] bytes = Files.readAllBytes(rows);
        bytes[bytes.length / 2] ^= 1;
        Files.write(rows, bytes);
        Shell.Ended ended = shell.run("index", "search", index, "@c0/s0.png");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.line()).contains("vectors.rows");
        assertThat(shell.run("index", "stats", folder.resolve("none")).line()).contains("does not exist");
    }

    @Test
    void alikeOrNotIsTheExitCode() {
        Path left = data.resolve("c0/s0.png");
        Shell.Ended same = shell.run("verify", bundle, left, left, "--json");
        assertThat(same.code()).isZero();
        assertThat(same.json().keySet())
                .containsExactly("bundle", "space", "same", "score", "probability", "threshold", "fmr");
        // Minus the picture itself no threshold of an untaught encoder says much; a score below it is exit 1.
        double score = shell.run("verify", bundle, left, data.resolve("c3/s2.png"), "--json")
                .json()
                .get("score")
                .getAsDouble();
        assertThat(shell.run("verify", bundle, left, data.resolve("c3/s2.png")).code())
                .isEqualTo(score >= 0.9 ? 0 : 1);
    }

    @Test
    void ctrlCUnwindsAndLeavesNothingHalf() throws IOException {
        shell.stop.ask();
        Path other = folder.resolve("other");
        Shell.Ended ended = shell.run("index", "build", bundle, data, "--out", other);
        assertThat(ended.code()).isEqualTo(130);
        assertThat(ended.line()).contains("stopped");
        assertThat(other).doesNotExist();
    }
}
