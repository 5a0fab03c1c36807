package dev.kindred.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Against the same arithmetic by plain double loops, 1e-6 a value. */
class TextEncoderTest {
    private static final long SEED = 4;

    @Test
    void givesWhatTheArithmeticGives() {
        try (Encoder encoder = TinyText.parts(SEED, "").open(2)) {
            for (String text : List.of("cat", "The quick fox jumps over the lazy dog ?", "", "unknown words", "  ")) {
                assertValues(encoder.embed(new Content.Text(text)).row(0), TinyText.expected(SEED, text), text);
            }
        }
    }

    @Test
    void embeddingNeverDependsOnItsCompanions() {
        Keyed draws = Keyed.of(9);
        List<Content> texts = new ArrayList<>();
        for (int i = 0; i < 700; i++) {
            StringBuilder text = new StringBuilder();
            int words = draws.nextInt(14);
            for (int w = 0; w < words; w++) {
                text.append(TinyText.WORDS.get(draws.nextInt(TinyText.WORDS.size())))
                        .append(' ');
            }
            texts.add(new Content.Text(text.toString()));
        }
        try (Encoder encoder = TinyText.parts(SEED, "").open(2)) {
            Embeddings together = encoder.encode(texts);
            for (int i = 0; i < texts.size(); i++) {
                Embeddings alone = encoder.embed(texts.get(i));
                double cosine = Distance.COSINE.score(together.values(), i * TinyText.D, alone.values(), 0, TinyText.D);
                assertThat(cosine).as("text %d", i).isGreaterThanOrEqualTo(0.99999);
            }
        }
    }

    @Test
    void whatIsNoNumberIsNoEmbedding() throws InvalidProtocolBufferException {
        OnnxMl.ModelProto.Builder model = OnnxMl.ModelProto.parseFrom(TinyText.model(SEED)).toBuilder();
        OnnxMl.TensorProto.Builder table = model.getGraphBuilder().getInitializerBuilder(0);
        byte[] rows = table.getRawData().toByteArray();
        int cat = TinyText.WORDS.indexOf("cat") * TinyText.D * Float.BYTES;
        ByteBuffer.wrap(rows).order(ByteOrder.LITTLE_ENDIAN).putFloat(cat, Float.NaN);
        table.setRawData(ByteString.copyFrom(rows));
        EncoderParts parts = EncoderParts.text(
                model.build().toByteArray(),
                TinyText.tokenizer(),
                TinyText.MAX_TOKENS,
                "",
                TinyText.D,
                Distance.COSINE);
        try (Encoder encoder = parts.open(1)) {
            assertValues(encoder.embed(new Content.Text("dog")).row(0), TinyText.expected(SEED, "dog"), "dog");
            assertThatThrownBy(() -> encoder.encode(List.of(new Content.Text("dog"), new Content.Text("a cat"))))
                    .isInstanceOf(LoadedModel.Failed.class)
                    .hasMessageContaining("it gives NaN as a value of one of");
        }
    }

    @Test
    void promptStandsBeforeTheText() {
        try (Encoder encoder = TinyText.parts(SEED, "the dog ").open(1)) {
            assertValues(
                    encoder.embed(new Content.Text("jumps")).row(0),
                    TinyText.expected(SEED, "the dog jumps"),
                    "with a prompt");
        }
    }

    @Test
    void longTextsLoseTheirEndAndAreCounted() {
        String kept = "cat dog ".repeat(5);
        try (Encoder encoder = TinyText.parts(SEED, "").open(2)) {
            assertThat(encoder.truncated()).isZero();
            Embeddings both = encoder.encode(List.of(new Content.Text(kept + "fox fox fox"), new Content.Text(kept)));
            assertThat(encoder.truncated()).isEqualTo(1);
            assertThat(both.row(0)).containsExactly(both.row(1));
        }
    }

    @Test
    void takesWhatComes() {
        String halfPair = "cat \uD800 dog";
        try (Encoder encoder = TinyText.parts(SEED, "").open(2)) {
            assertThat(encoder.embed(new Content.Text(halfPair)).row(0))
                    .containsExactly(
                            encoder.embed(new Content.Text("cat \uFFFD dog")).row(0));
            String megabyte = "fox ".repeat(1 << 18);
            assertValues(
                    encoder.embed(new Content.Text(megabyte)).row(0),
                    TinyText.expected(SEED, "fox ".repeat(20)),
                    "a megabyte");
            assertThat(encoder.truncated()).isEqualTo(1);
        }
    }

    @Test
    void halvesOfPairsAreMendedAndPairsKept() {
        assertThat(Tokenizer.whole("a\uD83D\uDC31b")).isEqualTo("a\uD83D\uDC31b");
        assertThat(Tokenizer.whole("\uDC31\uD83D")).isEqualTo("\uFFFD\uFFFD");
        assertThat(Tokenizer.whole("\uD83D\uD83D\uDC31")).isEqualTo("\uFFFD\uD83D\uDC31");
    }

    @Test
    void otherContentsAreRefusedByPlace() {
        List<Content> mixed = List.of(new Content.Text("cat"), Probes.pictures().getFirst());
        try (Encoder encoder = TinyText.parts(SEED, "").open(2)) {
            assertThatThrownBy(() -> encoder.encode(mixed)).isInstanceOfSatisfying(Refusal.class, refusal -> {
                assertThat(refusal.what()).contains("texts, not pictures");
                assertThat(refusal.where()).isEqualTo("number 2 of the batch");
            });
        }
    }

    @Test
    void whatIsNoTokenizerIsRefused() {
        byte[] model = TinyText.model(SEED);
        for (String json : List.of("", "{", "[]", "{}", "{\"model\":{\"type\":\"Unheard\"}}")) {
            EncoderParts parts = EncoderParts.text(
                    model, json.getBytes(StandardCharsets.UTF_8), 12, "", TinyText.D, Distance.COSINE);
            assertThatThrownBy(() -> parts.open(1))
                    .as(json)
                    .isInstanceOfSatisfying(
                            Refusal.class,
                            refusal -> assertThat(refusal.where()).endsWith("tokenizer.json"));
        }
    }

    @Test
    void graphsOfPicturesAreRefused() {
        Architecture architecture = Architecture.conv4(1, 16, 4, 6);
        byte[] model = OnnxGraph.write(architecture, Weights.untrained(architecture, 1));
        EncoderParts parts = EncoderParts.text(model, TinyText.tokenizer(), 12, "", TinyText.D, Distance.COSINE);
        assertThatThrownBy(() -> parts.open(1)).isInstanceOf(Refusal.class).hasMessageContaining("input_ids");
    }

    private static void assertValues(float[] given, double[] expected, String what) {
        for (int k = 0; k < expected.length; k++) {
            assertThat((double) given[k]).as("%s, value %d", what, k).isCloseTo(expected[k], within(1e-6));
        }
    }
}
