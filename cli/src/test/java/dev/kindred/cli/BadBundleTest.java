package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Hashes;
import dev.kindred.core.Keyed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bundles that were cut, changed, swapped or come from the future: refused by name, by every command alike. */
class BadBundleTest {
    @TempDir
    Path folder;

    private Shell shell;
    private Path bundle;
    private Path bad;

    @BeforeEach
    void aBundle() {
        shell = new Shell(folder.resolve("home"));
        bundle = folder.resolve("m.kindred");
        bad = folder.resolve("bad.kindred");
        TinyBundle.seal(bundle, 1);
    }

    private String refused(Object... line) {
        Shell.Ended ended = shell.run(line);
        assertThat(ended.code()).as(ended.err()).isEqualTo(2);
        return ended.line();
    }

    @Test
    void aWholeOneIsShown() throws IOException {
        Shell.Ended plain = shell.run("bundle", "show", bundle);
        assertThat(plain.code()).as(plain.err()).isZero();
        assertThat(plain.out()).contains("space").contains("every byte checked");
        Shell.Ended json = shell.run("bundle", "show", bundle, "--json");
        assertThat(json.json().get("bundle").getAsString()).matches("[0-9a-f]{64}");
        assertThat(shell.run("bundle", "show", "--json", bundle).out())
                .as("by the parser")
                .isEqualTo(json.out());
        assertThat(shell.run("bundle", "show", bundle, "--card").out()).isEqualTo("# Never taught\n");
        assertThat(shell.run("doctor", bundle, "--json").json().get("facts").toString())
                .contains("probes agree");
    }

    @Test
    void cutShortAnywhere() throws IOException {
        byte[] whole = Files.readAllBytes(bundle);
        for (int length : new int[] {0, 1, 100, whole.length / 2, whole.length - 64, whole.length - 1}) {
            Files.write(bad, Arrays.copyOf(whole, length));
            assertThat(refused("bundle", "show", bad)).contains("bad.kindred");
            assertThat(refused("doctor", bad)).contains("bad.kindred");
        }
    }

    @Test
    void oneByteChangedAnywhere() throws IOException {
        byte[] whole = Files.readAllBytes(bundle);
        Keyed draws = Keyed.of(3, 1);
        for (int i = 0; i < 300; i++) {
            byte[] changed = whole.clone();
            int at = i < 40 ? i : i < 140 ? whole.length - 1 - (i - 40) : draws.nextInt(whole.length);
            changed[at] ^= (byte) (1 + draws.nextInt(255));
            Files.write(bad, changed);
            assertThat(refused("bundle", "show", bad)).as("byte %d", at).contains("bad.kindred");
        }
    }

    @Test
    void bytesAfterItsEnd() throws IOException {
        Files.write(bad, Files.readAllBytes(bundle));
        Files.write(bad, new byte[] {0}, java.nio.file.StandardOpenOption.APPEND);
        assertThat(refused("bundle", "show", bad)).contains("bad.kindred");
    }

    @Test
    void aNewerFormat() throws IOException {
        byte[] manifest = entry(bundle, "manifest.json");
        String text = new String(manifest, StandardCharsets.UTF_8);
        assertThat(text).contains("\"format\": 1");
        seal(bad, manifest, text.replaceFirst("\"format\": 1", "\"format\": 2").getBytes(StandardCharsets.UTF_8));
        assertThat(refused("bundle", "show", bad))
                .contains("bad.kindred")
                .contains("format 2")
                .contains("newer Kindred");
    }

    @Test
    void anEncoderSwappedForAnother() throws IOException {
        Path other = folder.resolve("other.kindred");
        TinyBundle.seal(other, 2);
        String model = "encoders/image/model.onnx";
        seal(bad, entry(bundle, model), entry(other, model));
        assertThat(refused("bundle", "show", bad)).contains("bad.kindred").contains(model);
    }

    @Test
    void notABundleAtAll() throws IOException {
        Files.write(bad, Drawings.png(0, 0));
        assertThat(refused("bundle", "show", bad)).contains("bad.kindred");
        assertThat(refused("bundle", "show", folder.resolve("none.kindred"))).contains("none.kindred");
        assertThat(refused("bundle", "show", folder)).contains(folder.toString());
        assertThat(refused("embed", bad, folder, "--out", folder.resolve("e.npy")))
                .contains("bad.kindred");
    }

    @Test
    void anIndexOfAnotherSpace() throws IOException {
        Path data = Drawings.folder(folder.resolve("data"), 2, 2);
        Path index = folder.resolve("i");
        assertThat(shell.run("index", "build", bundle, data, "--out", index).code())
                .isZero();
        TinyBundle.seal(index.resolve("bundle.kindred"), 2);
        assertThat(refused("index", "search", index, data.resolve("c0/s0.png"))).contains("space");
        assertThat(refused("index", "add", index, data)).contains("space");
        Shell.Ended checked = shell.run("index", "check", index);
        assertThat(checked.code()).isEqualTo(ExitCode.NO);
        assertThat(checked.out()).contains("bundle.kindred").contains("space");
        assertThat(refused("doctor", index)).contains("space");
    }

    private static byte[] entry(Path file, String name) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return zip.getInputStream(zip.getEntry(name)).readAllBytes();
        }
    }

    /** The bundle with one entry's content changed and its checksums made good again, as a forger would. */
    private void seal(Path file, byte[] old, byte[] changed) throws IOException {
        assertThat(changed).hasSameSizeAs(old);
        byte[] whole = Files.readAllBytes(bundle);
        replace(whole, old, changed);
        replace(whole, crc(old), crc(changed));
        replace(whole, crc(old), crc(changed));
        byte[] hash = Hashes.sha256Hex(Arrays.copyOf(whole, whole.length - 64)).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(hash, 0, whole, whole.length - 64, 64);
        Files.write(file, whole);
    }

    private static byte[] crc(byte[] content) {
        CRC32 crc = new CRC32();
        crc.update(content);
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) crc.getValue())
                .array();
    }

    private static void replace(byte[] in, byte[] old, byte[] changed) {
        for (int at = 0; at + old.length <= in.length; at++) {
            if (Arrays.equals(in, at, at + old.length, old, 0, old.length)) {
                System.arraycopy(changed, 0, in, at, changed.length);
                return;
            }
        }
        throw new AssertionError("not found");
    }
}
