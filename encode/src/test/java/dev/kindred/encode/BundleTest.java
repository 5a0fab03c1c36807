package dev.kindred.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.gson.JsonObject;
import com.sun.management.ThreadMXBean;
import dev.kindred.core.Calibration;
import dev.kindred.core.Content;
import dev.kindred.core.Decision;
import dev.kindred.core.Distance;
import dev.kindred.core.Hashes;
import dev.kindred.core.Interval;
import dev.kindred.core.Refusal;
import dev.kindred.core.Threshold;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bundle opens as it was sealed or not at all. */
class BundleTest {
    private static final Architecture ARCHITECTURE = Architecture.conv4(1, 16, 4, 6);
    private static final Decision DECISION = new Decision(
            new Calibration(List.of(-0.5, 0.2, 0.9), List.of(-4.0, 0.0, 5.5)),
            List.of(new Threshold(0.01, 0.61, 0.0098, 0.12, new Interval(0.1, 0.15))),
            Map.of("drawer=01", List.of(new Threshold(0.01, 0.7, 0.009, 0.2, null))));

    @TempDir
    Path folder;

    @Test
    void opensAsItWasSealed() {
        Bundle sealed = seal(1, DECISION, "# card");
        Bundle opened = Bundle.open(sealed.path());
        assertThat(opened.id()).isEqualTo(sealed.id());
        assertThat(opened.space()).isEqualTo(parts(1).space());
        assertThat(opened.architecture()).contains(ARCHITECTURE);
        assertThat(opened.decision()).contains(DECISION);
        assertThat(opened.card()).isEqualTo("# card");
        try (Encoder encoder = opened.encoder(1);
                Encoder direct = parts(1).open(1)) {
            Content picture = Probes.pictures().getFirst();
            assertThat(encoder.embed(picture).values())
                    .containsExactly(direct.embed(picture).values());
        }
    }

    @Test
    void cardAndDecisionChangeTheBundleAndNotTheSpace() {
        Bundle one = seal(1, DECISION, "# one");
        Bundle other = seal(1, null, "# other");
        assertThat(other.id()).isNotEqualTo(one.id());
        assertThat(other.space()).isEqualTo(one.space());
        assertThat(seal(2, DECISION, "# one").space()).isNotEqualTo(one.space());
    }

    @Test
    void sameContentsGiveTheSameBytes() throws IOException {
        byte[] once = Files.readAllBytes(seal(1, DECISION, "# card").path());
        assertThat(Files.readAllBytes(seal(1, DECISION, "# card").path())).isEqualTo(once);
    }

    @Test
    void theUntrainedEncoderComesFromAnySeed() {
        for (long seed : new long[] {Long.MIN_VALUE, -7, (1L << 53) + 1, Long.MAX_VALUE}) {
            Bundle bundle = seal(seed, DECISION, "# card");
            try (Encoder untrained = bundle.untaught(EncoderParts.IMAGE, 1).orElseThrow();
                    Encoder expected = parts(1).untaught(seed).orElseThrow().open(1)) {
                Content picture = Probes.pictures().getFirst();
                assertThat(untrained.embed(picture).values())
                        .as("seed %d", seed)
                        .containsExactly(expected.embed(picture).values());
            }
        }
    }

    @Test
    void anyUnzipReadsIt() throws IOException {
        Path path = seal(1, DECISION, "# card").path();
        try (ZipFile zip = new ZipFile(path.toFile())) {
            assertThat(zip.stream().map(ZipEntry::getName))
                    .contains("manifest.json", "encoders/image/model.onnx", "card.md");
            assertThat(zip.getComment()).hasSize(64);
            assertThat(zip.getInputStream(zip.getEntry("card.md")).readAllBytes())
                    .isEqualTo("# card".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void oneByteChangedAnywhereIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(seal(1, DECISION, "# card").path());
        Path changed = folder.resolve("changed.kindred");
        // Every byte of the small parts, a stride through the weights.
        for (int at = 0; at < whole.length; at += at > 6_000 && at < whole.length - 6_000 ? 37 : 1) {
            byte[] bytes = whole.clone();
            bytes[at] ^= 0x10;
            Files.write(changed, bytes);
            Throwable thrown = catchThrowable(() -> Bundle.open(changed));
            assertThat(thrown).as("byte %d", at).isInstanceOf(Refusal.class);
            assertThat(((Refusal) thrown).where()).contains("changed.kindred");
        }
    }

    @Test
    void changedEntryIsNamed() throws IOException {
        Path path = seal(1, DECISION, "# card").path();
        byte[] bytes = Files.readAllBytes(path);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int model =
                text.indexOf("encoders/image/model.onnx" + new String(parts(1).model(), StandardCharsets.ISO_8859_1));
        bytes[model + 100] ^= 1;
        Files.write(path, bytes);
        assertThatThrownBy(() -> Bundle.open(path))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("was changed after sealing in encoders/image/model.onnx");
    }

    @Test
    void cutShortOrGrownIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(seal(1, DECISION, "# card").path());
        Path changed = folder.resolve("changed.kindred");
        for (int length : new int[] {0, 1, 21, 64, 86, 500, whole.length / 2, whole.length - 65, whole.length - 1}) {
            Files.write(changed, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Bundle.open(changed))
                    .as("%d bytes", length)
                    .isInstanceOf(Refusal.class);
        }
        Files.write(changed, Arrays.copyOf(whole, whole.length + 1));
        assertThatThrownBy(() -> Bundle.open(changed))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("added after its end");
    }

    @Test
    void swappedEncoderIsRefusedByName() {
        Map<String, byte[]> entries = entries(seal(1, DECISION, "# card"));
        entries.put("encoders/image/model.onnx", parts(2).model());
        assertRefused(entries, "encoders/image/model.onnx is not the one that was sealed");
    }

    @Test
    void swappedEncoderWithAForgedManifestIsRefusedByItsSpace() {
        Map<String, byte[]> entries = entries(seal(1, DECISION, "# card"));
        String old = Hashes.sha256Hex(entries.get("encoders/image/model.onnx"));
        entries.put("encoders/image/model.onnx", parts(2).model());
        String manifest = new String(entries.get("manifest.json"), StandardCharsets.UTF_8)
                .replace(old, Hashes.sha256Hex(parts(2).model()));
        entries.put("manifest.json", manifest.getBytes(StandardCharsets.UTF_8));
        assertRefused(entries, "its manifest says otherwise");
    }

    @Test
    void newerFormatIsRefusedByName() {
        Map<String, byte[]> entries = entries(seal(1, DECISION, "# card"));
        String manifest = new String(entries.get("manifest.json"), StandardCharsets.UTF_8)
                .replace("\"format\": 1", "\"format\": 2");
        entries.put("manifest.json", manifest.getBytes(StandardCharsets.UTF_8));
        assertRefused(entries, "is a bundle of format 2, this Kindred reads up to 1");
    }

    @Test
    void unlistedEntryIsRefused() {
        Map<String, byte[]> entries = entries(seal(1, DECISION, "# card"));
        entries.put("extra.txt", new byte[] {1});
        assertRefused(entries, "extra.txt");
    }

    @Test
    void otherNumbersOfTheTrainerAreNotSealed() {
        PicturePreparation preparation = OnnxGraphTest.preparation(ARCHITECTURE);
        Probes probes = Sealing.probe(preparation, rasters -> new float[rasters.size() * ARCHITECTURE.dimension()]);
        Path out = folder.resolve("never.kindred");
        assertThatThrownBy(() -> new Sealing(parts(1), probes, null, null, new JsonObject(), "").write(out))
                .isInstanceOf(IllegalStateException.class);
        assertThat(out).doesNotExist();
    }

    /** A thousand names of the same megabyte would be a thousand copies of it. */
    @Test
    void entriesThatOverlapAreNotCopied() throws IOException {
        byte[] content = new byte[1 << 20];
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("m0", content);
        for (int i = 1; i < 1_000; i++) {
            entries.put("m" + i, new byte[0]);
        }
        byte[] zip = CanonicalZip.bytes(entries);
        ByteBuffer bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
        int at = bytes.getInt(zip.length - 64 - 6);
        for (int i = 0; i < 1_000; i++) {
            bytes.putInt(at + 20, content.length)
                    .putInt(at + 24, content.length)
                    .putInt(at + 42, 0);
            at += 46 + bytes.getShort(at + 28);
        }
        byte[] sha = Hashes.sha256Hex(Arrays.copyOf(zip, zip.length - 64)).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(sha, 0, zip, zip.length - 64, 64);
        Path path = Files.write(folder.resolve("overlapping.kindred"), zip);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> CanonicalZip.read(path))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("not one that Kindred writes");
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10L * content.length);
    }

    @Test
    void foreignFilesAreRefusedKindly() throws IOException {
        Path text = Files.writeString(
                folder.resolve("notes.kindred"), "not a bundle at all, but long enough to hold an end\n".repeat(5));
        assertThatThrownBy(() -> Bundle.open(text))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("is not a Kindred bundle");
        assertThatThrownBy(() -> Bundle.open(folder.resolve("absent.kindred")))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("no such file");
    }

    private void assertRefused(Map<String, byte[]> entries, String words) {
        Path path = folder.resolve("forged.kindred");
        CanonicalZip.write(path, entries);
        assertThatThrownBy(() -> Bundle.open(path)).isInstanceOf(Refusal.class).hasMessageContaining(words);
    }

    private static Map<String, byte[]> entries(Bundle bundle) {
        return new LinkedHashMap<>(CanonicalZip.read(bundle.path()));
    }

    private Bundle seal(long seed, Decision decision, String card) {
        EncoderParts parts = parts(seed);
        Probes probes;
        try (Encoder encoder = parts.open(1)) {
            float[] embeddings = encoder.encode(Probes.pictures()).values();
            probes = Sealing.probe(parts.preparation().pictures(), rasters -> embeddings);
        }
        JsonObject provenance = new JsonObject();
        provenance.addProperty("seed", seed);
        return new Sealing(parts, probes, decision, null, provenance, card).write(folder.resolve("m.kindred"));
    }

    private static EncoderParts parts(long seed) {
        return EncoderParts.of(
                ARCHITECTURE,
                Weights.untrained(ARCHITECTURE, seed),
                OnnxGraphTest.preparation(ARCHITECTURE),
                Distance.COSINE);
    }
}
