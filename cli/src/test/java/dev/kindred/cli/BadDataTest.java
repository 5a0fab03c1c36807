package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DATA that will not do: exit 2, one line that says what, where and what to do, and nothing that stood before is lost. */
class BadDataTest {
    @TempDir
    Path folder;

    private Shell shell;
    private Path bundle;
    private Path data;

    @BeforeEach
    void aBundleAndData() throws IOException {
        shell = new Shell(folder.resolve("home"));
        bundle = folder.resolve("m.kindred");
        TinyBundle.seal(bundle, 1);
        data = Drawings.folder(folder.resolve("data"), 3, 2);
    }

    private String refused(Object... line) {
        Shell.Ended ended = shell.run(line);
        assertThat(ended.code()).as(ended.err()).isEqualTo(2);
        assertThat(ended.out()).isEmpty();
        return ended.line();
    }

    @Test
    void anEmptyFolder() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThat(refused("embed", bundle, empty, "--out", folder.resolve("e.npy")))
                .contains("empty");
        assertThat(refused("embed", bundle, folder.resolve("nowhere"), "--out", folder.resolve("e.npy")))
                .contains("does not exist");
        assertThat(folder.resolve("e.npy")).doesNotExist();
    }

    @Test
    void nothingToTeachOn() throws IOException {
        Path out = Files.writeString(folder.resolve("standing.kindred"), "what stood there before");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Path one = Drawings.folder(folder.resolve("one"), 1, 5);
        Path single = Drawings.folder(folder.resolve("single"), 5, 1);
        assertThat(refused("train", empty, "--out", out)).contains("empty");
        assertThat(refused("train", one, "--out", out)).contains("one class");
        assertThat(refused("train", single, "--out", out)).contains("class");
        assertThat(refused(
                        "train", Drawings.zip(folder.resolve("z.zip"), "../b.png", Drawings.png(0, 0)), "--out", out))
                .contains("z.zip");
        assertThat(refused("evaluate", bundle, one)).contains("one class only");
        assertThat(refused("evaluate", bundle, data, "--episodes", folder.resolve("none.csv")))
                .contains("--task oneshot");
        assertThat(out).content().isEqualTo("what stood there before");
    }

    @Test
    void figuresStandBesideTheirBaselines() {
        Path page = folder.resolve("page.html");
        Shell.Ended ended = shell.run("evaluate", bundle, data, "--report", page, "--json");
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.json().get("task").getAsString()).isEqualTo("retrieval");
        assertThat(ended.json().getAsJsonObject("recall").keySet()).contains("1", "5", "10");
        assertThat(ended.json().getAsJsonObject("baselines").keySet()).contains("pixels", "untrained");
        assertThat(page).content().contains("<svg").doesNotContain("http://", "https://", "src=\"/");
        Shell.Ended shots =
                shell.run("evaluate", bundle, data, "--task", "oneshot", "--way", "3", "--trials", "50", "--json");
        assertThat(shots.json().get("trials").getAsInt()).isEqualTo(50);
        assertThat(shots.json().get("accuracy").getAsDouble()).isBetween(0.0, 1.0);
    }

    @Test
    void aZipThatLeadsOutside() throws IOException {
        Path zip = Drawings.zip(folder.resolve("z.zip"), "a/../../b.png", Drawings.png(0, 0));
        assertThat(refused("embed", bundle, zip, "--out", folder.resolve("e.npy")))
                .contains("z.zip");
    }

    @Test
    void aBomb() throws IOException {
        // 80 MiB of nothing in a few kB: above the bound of one picture's file.
        Path zip = Drawings.zip(folder.resolve("z.zip"), "a/b.png", new byte[80 << 20]);
        assertThat(refused("embed", bundle, zip, "--out", folder.resolve("e.npy")))
                .contains("z.zip");
    }

    @Test
    void rottenPicturesAloneStopTheRun() throws IOException {
        Path rotten = Files.createDirectories(folder.resolve("rotten/c"));
        Files.write(rotten.resolve("empty.png"), new byte[0]);
        assertThat(refused("embed", bundle, folder.resolve("rotten"), "--out", folder.resolve("e.npy")))
                .contains("empty.png");
    }

    @Test
    void oneRottenPictureAmongManyIsNamedAndLeftOut() throws IOException {
        Path many = Drawings.folder(folder.resolve("many"), 8, 40);
        Files.write(many.resolve("c0/zero.png"), new byte[0]);
        Files.writeString(many.resolve("c1/words.png"), "not a picture");
        Files.write(many.resolve("c2/huge.png"), claims(50_000, 50_000));
        Path out = folder.resolve("e.npy");
        Shell.Ended ended = shell.run("embed", bundle, many, "--out", out, "--json");
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.json().get("count").getAsInt()).isEqualTo(320);
        assertThat(ended.json().get("bad").getAsInt()).isEqualTo(3);
        assertThat(ended.err())
                .contains("zero.png")
                .contains("words.png")
                .contains("huge.png")
                .contains("50,000");
        assertThat(Files.readAllLines(folder.resolve("e.ids.txt"))).hasSize(320).contains("c0/s0.png");
        // Which of the three a worker meets first is chance.
        assertThat(refused("embed", bundle, many, "--out", out, "--strict")).containsPattern("(zero|words|huge)\\.png");
        assertThat(out).as("what stood there").isNotEmptyFile();
    }

    @Test
    void labelsThatDifferOnlyByCaseAreKeptApartAndWarnedOf() throws IOException {
        Files.createDirectories(data.resolve("C0"));
        Files.write(data.resolve("C0/s9.png"), Drawings.png(0, 9));
        Shell.Ended ended = shell.run("index", "build", bundle, data, "--out", folder.resolve("i"), "--json");
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.err()).contains("warning: ").contains("C0").contains("c0");
        assertThat(ended.json().get("count").getAsInt()).isEqualTo(7);
    }

    @Test
    void anOutputThatCannotBeWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        assertThat(refused("embed", bundle, data, "--out", file.resolve("e.npy")))
                .contains("file");
        assertThat(refused("embed", bundle, data, "--out", folder.resolve("e.parquet")))
                .contains(".npy or .csv");
        assertThat(refused("index", "build", bundle, data, "--out", file)).contains("is a file");
        Shell.Ended early = shell.run("train", data, "--out", file.resolve("m.kindred"), "--steps", 100_000);
        assertThat(early.code()).isEqualTo(2);
        assertThat(early.line()).contains("m.kindred: cannot be written").contains("is no folder");
        assertThat(early.err()).as("before anything is read").doesNotContain("reading");
        assertThat(refused("index", "build", bundle, data, "--out", data)).contains("holds other files");
        assertThat(file).content().isEqualTo("mine");
    }

    @Test
    void aPictureToVerify() throws IOException {
        Path words = Files.writeString(folder.resolve("w.png"), "words");
        Path good = data.resolve("c0/s0.png");
        assertThat(refused("verify", bundle, good, words)).contains("w.png");
        assertThat(refused("verify", bundle, good, folder.resolve("none.png"))).contains("none.png: does not exist");
        Path texts = Files.writeString(folder.resolve("texts.ndjson"), "{\"text\":\"iVBORw0KGgo\",\"label\":\"a\"}\n");
        assertThat(refused("verify", bundle, good, texts))
                .contains("texts.ndjson: is no picture")
                .doesNotContain("iVBORw0KGgo");
        assertThat(refused("verify", bundle, good, good, "--fmr", "0.5"))
                .contains("0.5")
                .contains("0.01");
    }

    /** The first bytes of a PNG that says it is this large. */
    private static byte[] claims(int width, int height) {
        byte[] header = ByteBuffer.allocate(17)
                .put("IHDR".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .putInt(width)
                .putInt(height)
                .put(new byte[] {8, 2, 0, 0, 0})
                .array();
        CRC32 crc = new CRC32();
        crc.update(header);
        return ByteBuffer.allocate(8 + 4 + 17 + 4)
                .putLong(0x89504E470D0A1A0AL)
                .putInt(13)
                .put(header)
                .putInt((int) crc.getValue())
                .array();
    }
}
