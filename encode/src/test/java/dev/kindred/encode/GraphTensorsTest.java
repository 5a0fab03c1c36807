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
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What was prepared elsewhere gives what the encoder's own preparation gives, and nothing of it is believed. */
class GraphTensorsTest {
    private static final long SEED = 4;

    @Test
    void readyTokensGiveTheTextsEmbeddings() {
        try (Encoder encoder = TinyText.parts(SEED, "").open(2)) {
            assertThat(encoder.graph().stream().map(GraphInput::name)).containsExactly("input_ids", "attention_mask");
            // [CLS] cat dog [SEP], and [CLS] fox [SEP] filled up with an id that would count if it were read.
            Embeddings given = encoder.encode(new GraphTensors.Tokens(
                    2, 4, new long[] {1, 3, 4, 2, 1, 7, 2, 9}, new long[] {1, 1, 1, 1, 1, 1, 1, 0}));
            for (int k = 0; k < TinyText.D; k++) {
                assertThat((double) given.row(0)[k]).isCloseTo(TinyText.expected(SEED, "cat dog")[k], within(1e-6));
                assertThat((double) given.row(1)[k]).isCloseTo(TinyText.expected(SEED, "fox")[k], within(1e-6));
            }
        }
    }

    /** More rows than one pack holds, so that several threads fill their part each. */
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
            Embeddings given = encoder.encode(new GraphTensors.Tokens(rows, 3, ids, mask));
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
                "1,12,2; 1,1,1; ids must be of the encoder's own vocabulary",
                "1,-1,2; 1,1,1; token 1 of text 0 has id -1",
                "1,4294967296,2; 1,1,1; token 1 of text 0 has id 4294967296",
                "1,3,2; 1,2,1; mask 2",
                "1,3,2; 0,0,0; text 0 is masked whole",
                "1,3,2; 1,1; 3 ids and 2 of a mask",
                "1,3,3,3,3,3,3,3,3,3,3,3,2; 1,1,1,1,1,1,1,1,1,1,1,1,1; this encoder reads 1 to 12",
            })
    void tokensAreNotBelieved(String ids, String mask, String words) {
        long[] given = longs(ids);
        try (Encoder encoder = TinyText.parts(SEED, "").open(1)) {
            assertThatThrownBy(() -> encoder.encode(new GraphTensors.Tokens(1, given.length, given, longs(mask))))
                    .isInstanceOf(Refusal.class)
                    .satisfies(refusal -> assertThat(((Refusal) refusal).what() + " " + ((Refusal) refusal).hint())
                            .contains(words));
            assertThat(encoder.embed("cat").count()).as("the encoder goes on").isOne();
        }
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
            assertThat(encoder.graph())
                    .containsExactly(new GraphInput("input", GraphInput.Type.FLOAT, List.of(-1L, 1L, 16L, 16L)));
            float[] twice = Arrays.copyOf(prepared, 512);
            System.arraycopy(prepared, 0, twice, 256, 256);
            assertThat(encoder.encode(new GraphTensors.Values(2, twice)).row(1))
                    .containsExactly(encoder.embed(picture).row(0), within(1e-6f));
            assertThatThrownBy(() -> encoder.encode(new GraphTensors.Values(2, prepared)))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("256 numbers for 2 samples of 256");
            prepared[3] = Float.NaN;
            assertThatThrownBy(() -> encoder.encode(new GraphTensors.Values(1, prepared)))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("number 3 of the tensor is NaN");
            Arrays.fill(prepared, Float.MAX_VALUE);
            assertThatThrownBy(() -> encoder.encode(new GraphTensors.Values(1, prepared)))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("makes no embedding of them");
            assertThatThrownBy(() -> encoder.encode(new GraphTensors.Tokens(1, 1, new long[1], new long[1])))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("not the tensors of this encoder's graph");
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
