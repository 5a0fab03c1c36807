package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Hashes;
import dev.kindred.core.Keyed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
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
        assertThat(shell.run("bundle", "show", "--json", bundle).out()).as("by the parser").isEqualTo(json.out());
        assertThat(shell.run("bundle", "show", bundle, "--card").out()).isEqualTo("# Never taught\n");
        assertThat(shell.run("doctor", bundle, "--json").json().get("facts").toString()).contains("probes agree");
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
        Map<String, byte[]> entries = entries(bundle);
        String manifest = new String(entries.getOrDefault("manifest.json", new byte[0]), StandardCharsets.UTF_8);
        assertThat(manifest).contains("\"format\": 1");
        entries.put("manifest.json", manifest.replaceFirst("\"format\": 1", "\"format\": 2").getBytes(StandardCharsets.UTF_8));
        seal(bad, entries);
        assertThat(refused("bundle", "show", bad)).contains("bad.kindred").contains("format 2").contains("newer Kindred");
    }

    @Test
    void anEncoderSwappedForAnother() throws IOException {
        Path other = folder.resolve("other.kindred");
        TinyBundle.seal(other, 2);
        Map<String, byte[]> entries = entries(bundle);
        entries.putAll(Map.of("encoders/image/model.onnx", entries(other).getOrDefault("encoders/image/model.onnx", new byte[0])));
        seal(bad, entries);
        assertThat(refused("bundle", "show", bad)).contains("bad.kindred").contains("encoders/image/model.onnx");
    }

    @Test
    void notABundleAtAll() throws IOException {
        Files.write(bad, Drawings.png(0, 0));
        assertThat(refused("bundle", "show", bad)).contains("bad.kindred");
        assertThat(refused("bundle", "show", folder.resolve("none.kindred"))).contains("none.kindred");
        assertThat(refused("bundle", "show", folder)).contains(folder.toString());
        assertThat(refused("embed", bad, folder, "--out", folder.resolve("e.npy"))).contains("bad.kindred");
    }

    @Test
    void anIndexOfAnotherSpace() throws IOException {
        Path data = Drawings.folder(folder.resolve("data"), 2, 2);
        Path index = folder.resolve("i");
        assertThat(shell.run("index", "build", bundle, data, "--out", index).code()).isZero();
        TinyBundle.seal(index.resolve("bundle.kindred"), 2);
        assertThat(refused("index", "search", index, data.resolve("c0/s0.png"))).contains("space");
        assertThat(refused("index", "add", index, data)).contains("space");
        assertThat(refused("index", "check", index)).contains("space");
        assertThat(refused("doctor", index)).contains("space");
    }

    private static Map<String, byte[]> entries(Path file) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : zip.stream().map(e -> (ZipEntry) e).toList()) {
                entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        return entries;
    }

    /** As a bundle is sealed: stored, the comment the SHA-256 of all before. The fixed times are copied by setting none. */
    private static void seal(Path file, Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
            for (Map.Entry<String, byte[]> content : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(content.getKey());
                CRC32 crc = new CRC32();
                crc.update(content.getValue());
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(content.getValue().length);
                entry.setCrc(crc.getValue());
                entry.setTimeLocal(java.time.LocalDateTime.of(1980, 1, 1, 0, 0));
                zip.putNextEntry(entry);
                zip.write(content.getValue());
                zip.closeEntry();
            }
            zip.setComment("0".repeat(64));
        }
        byte[] whole = bytes.toByteArray();
        byte[] hash = Hashes.sha256Hex(Arrays.copyOf(whole, whole.length - 64)).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(hash, 0, whole, whole.length - 64, 64);
        Files.write(file, whole);
    }
}
