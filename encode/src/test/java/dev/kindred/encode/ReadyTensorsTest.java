package dev.kindred.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.media.PictureShape;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What was prepared elsewhere gives what the encoder's own preparation gives, and nothing of it is believed. */
class ReadyTensorsTest {
    private static final long SEED = 4;

    @Test
    void readyTokensGiveTheTextsEmbeddings() {
        try (Encoder encoder = TinyText.parts(SEED, "").open(2)) {
            assertThat(encoder.inputs().stream().map(TensorInput::name)).containsExactly("input_ids", "attention_mask");
            // [CLS] cat dog [SEP], and [CLS] fox [SEP] filled up with an id that would count if it were read.
            Embeddings given =
                    given(encoder, tokens(2, new long[] {1, 3, 4, 2, 1, 7, 2, 9}, new long[] {1, 1, 1, 1, 1, 1, 1, 0}));
            for (int k = 0; k < TinyText.D; k++) {
                assertThat((double) given.row(0)[k]).isCloseTo(TinyText.expected(SEED, "cat dog")[k], within(1e-6));
                assertThat((double) given.row(1)[k]).isCloseTo(TinyText.expected(SEED, "fox")[k], within(1e-6));
            }
        }
    }

    @Test
    void manyRowsKeepTheirPlaces() {
        int rows = 900;
        long[] ids = new long[rows * 3];
        long[] mask = new long[rows * 3];
        Arrays.fill(mask, 1);
        for (int i = 0; i < rows; i++) {
            ids[3 * i] = 1;
            ids[3 * i + 1] = 3 + i % 9;
            ids[3 * i + 2] = 2;
        }
        try (Encoder encoder = TinyText.parts(SEED, "").open(2)) {
            Embeddings given = given(encoder, tokens(rows, ids, mask));
            for (int i = 0; i < rows; i++) {
                assertThat(given.row(i))
                        .containsExactly(
                                encoder.embed(TinyText.WORDS.get(3 + i % 9)).row(0), within(1e-6f));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "1,12,2; 1,1,1; input_ids has 12 in row 0 tokens are numbered from 0 to 11",
                "1,-1,2; 1,1,1; input_ids has -1 in row 0",
                "1,4294967296,2; 1,1,1; input_ids has 4294967296 in row 0",
                "1,3,2; 1,2,1; attention_mask is not ones and then zeros in row 0",
                "1,3,2; 1,0,1; attention_mask is not ones and then zeros in row 0",
                "1,3,2; 0,0,0; at least one token a row",
                "1,3,2; 1,1; attention_mask is of shape [1, 2]",
                "1,3,3,3,3,3,3,3,3,3,3,3,2; 1,1,1,1,1,1,1,1,1,1,1,1,1; this encoder reads 12 at most",
            })
    void tokensAreNotBelieved(String ids, String mask, String words) {
        long[] given = longs(ids);
        try (Encoder encoder = TinyText.parts(SEED, "").open(1)) {
            assertThatThrownBy(() -> given(encoder, tokens(1, given, longs(mask))))
                    .isInstanceOf(Refusal.class)
                    .satisfies(refusal -> assertThat(String.join(
                                    " ",
                                    ((Refusal) refusal).where(),
                                    ((Refusal) refusal).what(),
                                    ((Refusal) refusal).hint()))
                            .contains(words));
            assertThat(encoder.embed("cat").count()).as("the encoder goes on").isOne();
        }
    }

    private static Embeddings given(Encoder encoder, Map<String, Tensor> tensors) {
        return encoder.run(encoder.ready(tensors));
    }

    private static Map<String, Tensor> tokens(int rows, long[] ids, long[] mask) {
        return Map.of(
                "input_ids", new Tensor.Wholes(List.of(rows, ids.length / rows), LongBuffer.wrap(ids)),
                "attention_mask", new Tensor.Wholes(List.of(rows, mask.length / rows), LongBuffer.wrap(mask)));
    }

    private static Map<String, Tensor> rasters(int rows, float[] values) {
        return Map.of("input", new Tensor.Floats(List.of(rows, 1, 16, 16), FloatBuffer.wrap(values)));
    }

    private static long[] longs(String values) {
        return Arrays.stream(values.split(",")).mapToLong(Long::parseLong).toArray();
    }

    @Test
    void readyRastersGiveThePicturesEmbeddings() {
        Architecture architecture = Architecture.conv4(1, 16, 4, 6);
        PicturePreparation preparation =
                new PicturePreparation(new PictureShape(16, 16, 1, PictureShape.Fit.PAD), List.of(0.5f), List.of(0.3f));
        byte[] levels = new byte[256];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) i;
        }
        Content.Pixels picture = new Content.Pixels(16, 16, 1, levels);
        float[] prepared = new float[256];
        PicturePreparation.planar(preparation.raster(picture), preparation.table(), FloatBuffer.wrap(prepared), 0);
        try (Encoder encoder = EncoderParts.of(
                        architecture, Weights.untrained(architecture, 7), preparation, Distance.COSINE)
                .open(1)) {
            assertThat(encoder.inputs())
                    .containsExactly(new TensorInput("input", TensorInput.Type.FLOAT32, List.of(-1, 1, 16, 16)));
            float[] twice = Arrays.copyOf(prepared, 512);
            System.arraycopy(prepared, 0, twice, 256, 256);
            assertThat(given(encoder, rasters(2, twice)).row(1))
                    .containsExactly(encoder.embed(picture).row(0), within(1e-6f));
            assertThatThrownBy(() -> rasters(2, prepared))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("has 256 values, which do not fill its shape [2, 1, 16, 16]");
            for (float value : new float[] {Float.NaN, Float.MAX_VALUE}) {
                prepared[3] = value;
                assertThatThrownBy(() -> given(encoder, rasters(1, prepared)))
                        .isInstanceOf(Refusal.class)
                        .hasMessageContaining(
                                "has the value " + value + " at 3, outside of what its preprocessing gives");
            }
            assertThatThrownBy(() -> given(encoder, tokens(1, new long[1], new long[1])))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("is no input of this encoder");
        }
    }

    @Test
    void lengthsAreWhatIsRead() {
        try (Encoder encoder = TinyText.parts(SEED, "").open(1)) {
            assertThat(encoder.length("cat dog")).isEqualTo(new TextLength(4, TinyText.MAX_TOKENS, false));
            assertThat(encoder.length("cat ".repeat(20)))
                    .isEqualTo(new TextLength(TinyText.MAX_TOKENS, TinyText.MAX_TOKENS, true));
            assertThat(encoder.truncated()).as("nothing was encoded").isZero();
        }
    }
}
