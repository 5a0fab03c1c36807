package dev.kindred.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Preparing and running apart give what encoding gives: to the bit alone, within 2e-6 a value in company. */
class StepsTest {
    private static final long SEED = 4;
    private static final float TOLERANCE = 2e-6f;

    enum Kind {
        PICTURES,
        TEXTS,
        CHARACTERS;

        Encoder open() {
            return switch (this) {
                case PICTURES -> pictures().open(2);
                case TEXTS -> TinyText.parts(SEED, "the ").open(2);
                case CHARACTERS -> characters().open(2);
            };
        }

        List<Content> contents() {
            List<Content> contents = new ArrayList<>();
            for (int copy = 0; copy < 8; copy++) {
                contents.addAll(this == PICTURES ? Probes.pictures() : Probes.texts());
            }
            return contents;
        }
    }

    private static EncoderParts pictures() {
        Architecture architecture = Architecture.conv4(3, 17, 4, 5);
        return EncoderParts.of(
                architecture,
                OnnxGraphTest.lively(architecture),
                OnnxGraphTest.preparation(architecture),
                Distance.COSINE);
    }

    private static EncoderParts characters() {
        CharacterPreparation preparation = new CharacterPreparation(24);
        Architecture architecture = new Architecture(
                "small-characters",
                preparation.extent(),
                List.of(
                        new Layer.Convolution(4, 1, 1, 0, true),
                        new Layer.Relu(),
                        new Layer.GlobalAveragePool(),
                        new Layer.Linear(5, true),
                        new Layer.UnitLength()));
        return EncoderParts.of(architecture, OnnxGraphTest.lively(architecture), preparation, Distance.COSINE);
    }

    /** Native memory must not go under whoever works with it: what was begun ends as if nothing had been closed. */
    @ParameterizedTest
    @EnumSource
    void whatIsClosedWhileItEncodesEncodesToItsEnd(Kind kind) throws Exception {
        List<Content> contents = kind.contents();
        float[] expected;
        try (Encoder encoder = kind.open()) {
            expected = encoder.encode(contents).values();
        }
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        List<Content> held = new AbstractList<>() {
            @Override
            public Content get(int i) {
                entered.countDown();
                try {
                    if (!closed.await(20, TimeUnit.SECONDS)) {
                        throw new IllegalStateException("nobody closed it");
                    }
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return contents.get(i);
            }

            @Override
            public int size() {
                return contents.size();
            }
        };
        Encoder encoder = kind.open();
        CompletableFuture<Embeddings> encoding = CompletableFuture.supplyAsync(() -> encoder.encode(held));
        assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
        encoder.close();
        closed.countDown();
        assertThat(encoding.get(20, TimeUnit.SECONDS).values()).containsExactly(expected, within(TOLERANCE));
        assertThatThrownBy(() -> encoder.encode(contents)).hasMessageContaining("closed");
    }

    @ParameterizedTest
    @EnumSource
    void bothStepsTogetherAreEncoding(Kind kind) {
        List<Content> contents = kind.contents();
        try (Encoder encoder = kind.open()) {
            List<Prepared> prepared = contents.stream().map(encoder::prepare).toList();
            Embeddings together = encoder.run(prepared);
            assertThat(together.space()).isEqualTo(encoder.space());
            assertThat(together.count()).isEqualTo(contents.size());
            Embeddings encoded = encoder.encode(contents);
            for (int i = 0; i < contents.size(); i++) {
                float[] alone = encoder.embed(contents.get(i)).row(0);
                assertThat(encoder.run(List.of(prepared.get(i))).row(0)).containsExactly(alone);
                assertThat(together.row(i)).containsExactly(alone, within(TOLERANCE));
                assertThat(encoded.row(i)).containsExactly(alone, within(TOLERANCE));
            }
            assertThat(encoder.run(List.of()).count()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void costsAreToldBeforehandAndCutsAreCounted(Kind kind) {
        try (Encoder encoder = kind.open()) {
            assertThat(encoder.unit()).isEqualTo(kind == Kind.PICTURES ? Encoder.Unit.PIXELS : Encoder.Unit.TOKENS);
            Content content = kind.contents().getLast();
            int characters = content instanceof Content.Text(String value) ? value.length() : 0;
            // The last text is longer than either encoder reads, so that its cost is the most there is.
            assertThat(encoder.estimate(characters))
                    .isEqualTo(encoder.prepare(content).cost());
            assertThat(encoder.truncated()).isEqualTo(kind == Kind.PICTURES ? 0 : 1);
        }
    }

    @Test
    void whatAnotherEncoderPreparedIsNotRun() {
        try (Encoder pictures = Kind.PICTURES.open();
                Encoder texts = Kind.TEXTS.open()) {
            Prepared text = texts.prepare(new Content.Text("cat"));
            assertThatIllegalArgumentException().isThrownBy(() -> pictures.run(List.of(text)));
            Prepared picture = pictures.prepare(Probes.pictures().getFirst());
            assertThatIllegalArgumentException().isThrownBy(() -> texts.run(List.of(picture)));
            assertThatThrownBy(() -> texts.prepare(Probes.pictures().getFirst()))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("texts, not pictures");
        }
    }

    @Test
    void readyRastersAreAsGoodAsPictures() {
        PicturePreparation preparation = pictures().preparation().pictures();
        List<Content> contents = Probes.pictures();
        int size = preparation.size();
        // As it comes over the wire: little-endian bytes, not at their start.
        ByteBuffer bytes =
                ByteBuffer.allocate(Float.BYTES * (size * contents.size() + 1)).order(ByteOrder.LITTLE_ENDIAN);
        FloatBuffer values = bytes.position(Float.BYTES)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        for (int i = 0; i < contents.size(); i++) {
            PicturePreparation.planar(preparation.raster(contents.get(i)), preparation.table(), values, i * size);
        }
        List<Integer> shape = List.of(contents.size(), 3, 17, 17);
        try (Encoder encoder = Kind.PICTURES.open()) {
            assertThat(encoder.inputs())
                    .containsExactly(
                            new TensorInput("input", TensorInput.Type.FLOAT32, List.of(TensorInput.ANY, 3, 17, 17)));
            List<Prepared> ready = encoder.ready(Map.of("input", new Tensor.Floats(shape, values)));
            for (int i = 0; i < contents.size(); i++) {
                assertThat(encoder.run(List.of(ready.get(i))).row(0))
                        .containsExactly(encoder.embed(contents.get(i)).row(0));
            }
        }
    }

    @Test
    void rastersThatNoPictureGivesAreRefused() {
        float[] good = new float[3 * 17 * 17];
        try (Encoder encoder = Kind.PICTURES.open()) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 255, -1e9f}) {
                float[] values = good.clone();
                values[300] = bad;
                refused(
                        encoder,
                        Map.of("input", floats(values, 1, 3, 17, 17)),
                        "input",
                        "has the value " + bad + " at 300");
            }
            refused(encoder, Map.of("input", floats(good, 1, 3, 289, 1)), "input", "is of shape [1, 3, 289, 1]");
            refused(encoder, Map.of("input", floats(good, 3, 17, 17)), "input", "is of shape");
            refused(encoder, Map.of("input", floats(new float[0], 0, 3, 17, 17)), "input", "is of shape");
            refused(encoder, Map.of(), "input", "is missing");
            refused(encoder, Map.of("pixels", floats(good, 1, 3, 17, 17)), "pixels", "is no input");
            refused(encoder, Map.of("input", wholes(new long[867], 1, 3, 17, 17)), "input", "is of int64");
            assertThat(encoder.ready(Map.of("input", floats(good, 1, 3, 17, 17))))
                    .hasSize(1);
        }
    }

    @Test
    void valuesFillTheirShape() {
        for (List<Integer> shape : List.of(
                List.of(2, 3),
                List.of(-1, -7),
                List.of(65_536, 65_536, 65_536, 65_536),
                List.of(Integer.MAX_VALUE, 2, Integer.MAX_VALUE))) {
            assertThatThrownBy(() -> new Tensor.Floats(shape, FloatBuffer.allocate(7)))
                    .as("%s", shape)
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("do not fill its shape");
        }
        assertThat(new Tensor.Floats(List.of(7, 1), FloatBuffer.allocate(7)).shape())
                .containsExactly(7, 1);
    }

    @Test
    void readyTokensAreAsGoodAsTexts() {
        try (Encoder encoder = TinyText.parts(SEED, "").open(1)) {
            List<Content> texts = List.of(new Content.Text("cat"), new Content.Text("the quick fox jumps ?"));
            long[] ids = new long[2 * 9];
            long[] mask = new long[2 * 9];
            Arrays.fill(ids, 3);
            for (int row = 0; row < 2; row++) {
                int[] own = ((TokenIds) encoder.prepare(texts.get(row))).ids();
                for (int t = 0; t < own.length; t++) {
                    ids[row * 9 + t] = own[t];
                    mask[row * 9 + t] = 1;
                }
            }
            List<Prepared> ready =
                    encoder.ready(Map.of("input_ids", wholes(ids, 2, 9), "attention_mask", wholes(mask, 2, 9)));
            assertThat(ready).extracting(Prepared::cost).containsExactly(3, 7);
            for (int row = 0; row < 2; row++) {
                assertThat(encoder.run(List.of(ready.get(row))).row(0))
                        .containsExactly(encoder.embed(texts.get(row)).row(0));
            }
        }
    }

    @Test
    void tokensThatNoTextGivesAreRefused() {
        long[] ones = {1, 1, 1};
        try (Encoder encoder = TinyText.parts(SEED, "").open(1)) {
            for (long bad : new long[] {-1, TinyText.WORDS.size(), Long.MAX_VALUE}) {
                tokensRefused(encoder, new long[] {1, bad, 2}, ones, "input_ids", "has " + bad + " in row 0");
            }
            for (long[] bad : List.of(
                    new long[] {0, 0, 0}, new long[] {0, 1, 1}, new long[] {1, 0, 1}, new long[] {1, 2, 0}, new long[] {
                        1, 1, -1
                    })) {
                tokensRefused(encoder, new long[] {1, 3, 2}, bad, "attention_mask", "ones and then zeros in row 0");
            }
            int beyond = TinyText.MAX_TOKENS + 1;
            tokensRefused(encoder, new long[beyond], new long[beyond], "input_ids", beyond + " tokens a text");
            refused(encoder, Map.of("input_ids", wholes(new long[3], 1, 3)), "attention_mask", "is missing");
            refused(
                    encoder,
                    Map.of("input_ids", wholes(new long[4], 2, 2), "attention_mask", wholes(new long[] {1, 1}, 1, 2)),
                    "attention_mask",
                    "is of shape [1, 2]");
        }
    }

    private static void tokensRefused(Encoder encoder, long[] ids, long[] mask, String where, String what) {
        refused(
                encoder,
                Map.of("input_ids", wholes(ids, 1, ids.length), "attention_mask", wholes(mask, 1, mask.length)),
                where,
                what);
    }

    private static void refused(Encoder encoder, Map<String, Tensor> tensors, String where, String what) {
        assertThatThrownBy(() -> encoder.ready(tensors)).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.where()).isEqualTo(where);
            assertThat(refusal.what()).contains(what);
            assertThat(refusal.hint()).isNotEmpty();
        });
    }

    private static Tensor floats(float[] values, Integer... shape) {
        return new Tensor.Floats(List.of(shape), FloatBuffer.wrap(values));
    }

    private static Tensor wholes(long[] values, Integer... shape) {
        return new Tensor.Wholes(List.of(shape), LongBuffer.wrap(values));
    }

    @Test
    void readyCharactersAreAsGoodAsTexts() {
        CharacterPreparation preparation = new CharacterPreparation(24);
        Content text = new Content.Text("naïve");
        float[] values = new float[preparation.size()];
        preparation.planar(preparation.bytes(text), FloatBuffer.wrap(values), 0);
        try (Encoder encoder = Kind.CHARACTERS.open()) {
            List<Prepared> ready = encoder.ready(Map.of("input", floats(values, 1, 256, 1, 24)));
            assertThat(encoder.run(ready).row(0))
                    .containsExactly(encoder.embed(text).row(0));
            values[5] = 1.5f;
            refused(encoder, Map.of("input", floats(values, 1, 256, 1, 24)), "input", "has the value 1.5 at 5");
        }
    }

    @Test
    void anEncoderOfOneStepIsRunTheSameWay() {
        try (Encoder real = Kind.TEXTS.open();
                Encoder whole = new Encoder() {
                    @Override
                    public dev.kindred.core.Space space() {
                        return real.space();
                    }

                    @Override
                    public Embeddings encode(List<Content> batch) {
                        return real.encode(batch);
                    }

                    @Override
                    public void close() {}
                }) {
            Content text = new Content.Text("the cat");
            assertThat(whole.run(Collections.nCopies(2, whole.prepare(text))).row(1))
                    .containsExactly(real.embed(text).row(0));
            assertThat(whole.inputs()).isEmpty();
            assertThat(Stream.of(whole.unit(), whole.estimate(99))).containsExactly(Encoder.Unit.CONTENTS, 1);
        }
    }
}
