package dev.kindred.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Refusal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bundles of texts: one encoder, two roles, and a head on either. */
class TextBundleTest {
    private static final Content CAT = new Content.Text("the lazy cat");
    private static final Architecture HEAD = new Architecture(
            "linear",
            new Extent(TinyText.D, 1, 1),
            List.of(
                    new Layer.Residual(List.of(new Layer.Linear(TinyText.D, true)), List.of()),
                    new Layer.UnitLength()));

    @TempDir
    Path folder;

    @Test
    void opensAsItWasSealed() {
        Bundle bundle = seal(List.of(TinyText.parts(1, "")));
        assertThat(bundle.space()).isEqualTo(TinyText.parts(1, "").space());
        assertThat(bundle.preparation().takes()).isEqualTo("texts");
        assertThat(bundle.architecture()).isEmpty();
        assertThat(bundle.untaught(EncoderParts.TEXT, 1)).isEmpty();
        try (Encoder encoder = bundle.encoder(1);
                Encoder query = bundle.encoder(EncoderParts.QUERY, 1)) {
            assertThat(encoder.truncated()).as("the probes count as nobody's").isZero();
            assertThat(encoder.embed(CAT).values())
                    .containsExactly(query.embed(CAT).values());
        }
    }

    @Test
    void tokenizerPromptAndLengthDecideTheSpace() {
        EncoderParts plain = TinyText.parts(1, "");
        byte[] other = new String(TinyText.tokenizer(), StandardCharsets.UTF_8)
                .replace("fox", "box")
                .getBytes(StandardCharsets.UTF_8);
        assertThat(List.of(
                        TinyText.parts(2, ""),
                        TinyText.parts(1, "query: "),
                        EncoderParts.text(plain.model(), TinyText.tokenizer(), 11, "", TinyText.D, Distance.COSINE),
                        EncoderParts.text(plain.model(), other, 12, "", TinyText.D, Distance.COSINE)))
                .extracting(EncoderParts::space)
                .doesNotContain(plain.space())
                .doesNotHaveDuplicates();
    }

    @Test
    void queriesAndDocumentsShareOneGraphAndOneSpace() {
        Bundle bundle = seal(roles());
        assertThat(bundle.entrySizes().keySet())
                .filteredOn(name -> name.endsWith("model.onnx") || name.endsWith("tokenizer.json"))
                .containsExactly("encoders/document/model.onnx", "encoders/document/tokenizer.json");
        try (Encoder query = bundle.encoder("query", 1);
                Encoder document = bundle.encoder("document", 1)) {
            assertThat(query.space()).isEqualTo(document.space()).isEqualTo(bundle.space());
            assertClose(query.embed(CAT).row(0), TinyText.expected(1, "quick the lazy cat"));
            assertClose(document.embed(CAT).row(0), TinyText.expected(1, "the lazy cat"));
        }
        assertThatThrownBy(() -> bundle.encoder(1))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.hint()).contains("document, query"));
        assertThatThrownBy(() -> bundle.encoder("image", 1)).isInstanceOf(Refusal.class);
    }

    @Test
    void headStandsOnEveryRole() {
        Weights weights = OnnxGraphTest.lively(HEAD);
        List<EncoderParts> headed = EncoderParts.withHead(roles(), HEAD, weights);
        assertThat(headed).allMatch(EncoderParts::hasHead);
        assertThat(roles()).noneMatch(EncoderParts::hasHead);
        Bundle bundle = seal(headed);
        assertThat(bundle.space()).isNotEqualTo(roles().getFirst().space());
        try (Encoder taught = bundle.encoder("query", 1);
                Encoder before = bundle.untaught("query", 1).orElseThrow();
                Encoder frozen = roles().get(1).open(1)) {
            float[] below = frozen.embed(CAT).values();
            assertThat(before.embed(CAT).values()).containsExactly(below);
            assertClose(taught.embed(CAT).row(0), new ReferenceNetwork(weights).embed(HEAD, below));
        }
    }

    @Test
    void trainersOwnProofIsOfTheHead() {
        Weights weights = OnnxGraphTest.lively(HEAD);
        EncoderParts frozen = TinyText.parts(1, "");
        EncoderParts headed =
                EncoderParts.withHead(List.of(frozen), HEAD, weights).getFirst();
        Probes probes = Sealing.probe(frozen, below -> {
            float[] given = new float[below.length];
            for (int at = 0; at < below.length; at += TinyText.D) {
                double[] row = new ReferenceNetwork(weights)
                        .embed(HEAD, java.util.Arrays.copyOfRange(below, at, at + TinyText.D));
                for (int k = 0; k < TinyText.D; k++) {
                    given[at + k] = (float) row[k];
                }
            }
            return given;
        });
        assertThat(new Sealing(headed, probes, null, null, new JsonObject(), "")
                        .write(folder.resolve("h.kindred"))
                        .space())
                .isEqualTo(headed.space());
        Probes wrong = Sealing.probe(frozen, below -> below);
        assertThatThrownBy(() ->
                        new Sealing(headed, wrong, null, null, new JsonObject(), "").write(folder.resolve("w.kindred")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("differs from the trainer's");
    }

    @Test
    void tokenizerThatCutsOtherwiseIsRefused() {
        Bundle sealed = seal(List.of(TinyText.parts(1, "")));
        EncoderParts parts = TinyText.parts(1, "");
        Probes honest = Sealing.proven(List.of(parts)).getFirst().probes();
        Probes forged = new Probes("0".repeat(64), honest.embeddings());
        new Sealing(parts, forged, null, null, new JsonObject(), "").write(sealed.path());
        Bundle changed = Bundle.open(sealed.path());
        assertThatThrownBy(() -> changed.encoder(1))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("preprocessing gives");
    }

    @Test
    void otherCombinationsOfEncodersAreRefused() {
        Map<String, byte[]> entries =
                new LinkedHashMap<>(CanonicalZip.read(seal(roles()).path()));
        String manifest = new String(entries.getOrDefault(Bundle.MANIFEST, new byte[0]), StandardCharsets.UTF_8);
        entries.put(
                Bundle.MANIFEST,
                manifest.replace("\"name\": \"query\"", "\"name\": \"document\"")
                        .getBytes(StandardCharsets.UTF_8));
        Path twice = folder.resolve("twice.kindred");
        CanonicalZip.write(twice, entries);
        assertThatThrownBy(() -> Bundle.open(twice))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("two encoders named document");
    }

    private static List<EncoderParts> roles() {
        return EncoderParts.textRoles(
                TinyText.model(1),
                TinyText.tokenizer(),
                TinyText.MAX_TOKENS,
                "quick ",
                "",
                TinyText.D,
                Distance.COSINE);
    }

    private Bundle seal(List<EncoderParts> parts) {
        return new Sealing(Sealing.proven(parts), null, null, new JsonObject(), "# card")
                .write(folder.resolve("t.kindred"));
    }

    private static void assertClose(float[] given, double[] expected) {
        for (int k = 0; k < expected.length; k++) {
            assertThat((double) given[k]).isCloseTo(expected[k], within(1e-5));
        }
    }
}
