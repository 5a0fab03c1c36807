package dev.kindred.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Refusal;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CharacterPreparationTest {
    private final CharacterPreparation preparation = new CharacterPreparation(6);

    @Test
    void readsTheFirstBytesOfUtf8() {
        assertThat(preparation.bytes(new Content.Text("aЖ"))).containsExactly('a', 0xd0, 0x96);
        assertThat(preparation.bytes(new Content.Text(""))).isEmpty();
        assertThat(preparation.bytes(new Content.Text("x\uD800y"))).containsExactly('x', '?', 'y');
        assertThat(preparation.bytes(new Content.Text("seven b"))).hasSize(6);
        assertThat(preparation.cuts(new Content.Text("seven b"))).isTrue();
        assertThat(preparation.cuts(new Content.Text("six by"))).isFalse();
        assertThatThrownBy(() -> preparation.bytes(new Content.Vector(new float[2])))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("texts");
    }

    @Test
    void bothLayoutsSetOneChannelAPlaceAndLeaveNothingOfWhatStoodThere() {
        byte[] bytes = preparation.bytes(new Content.Text("abé"));
        FloatBuffer planar = dirty();
        FloatBuffer interleaved = dirty();
        preparation.planar(bytes, planar, 3);
        preparation.interleaved(bytes, interleaved, 3);
        for (int place = 0; place < 6; place++) {
            for (int channel = 0; channel < 256; channel++) {
                float expected = place < bytes.length && (bytes[place] & 0xff) == channel ? 1 : 0;
                assertThat(planar.get(3 + channel * 6 + place)).isEqualTo(expected);
                assertThat(interleaved.get(3 + place * 256 + channel)).isEqualTo(expected);
            }
        }
        assertThat(planar.get(2)).isEqualTo(7);
        assertThat(planar.get(3 + preparation.size())).isEqualTo(7);
    }

    private FloatBuffer dirty() {
        float[] values = new float[preparation.size() + 6];
        Arrays.fill(values, 7);
        return FloatBuffer.wrap(values);
    }

    @Test
    void standsInABundleAsItWas() {
        Fields json = Fields.parse(Bundle.utf8(preparation.json()), "here");
        assertThat(Preparation.read(json)).isEqualTo(preparation);
        assertThatThrownBy(() -> new CharacterPreparation(5000)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anEmbeddingIsWhatItIsInAnyCompany() {
        CharacterPreparation longer = new CharacterPreparation(32);
        Architecture architecture = Architecture.characters(longer.extent(), 8, 12);
        EncoderParts parts = EncoderParts.of(architecture, Weights.untrained(architecture, 3), longer, Distance.COSINE);
        List<Content> texts = Probes.texts();
        try (Encoder encoder = parts.open(2)) {
            float[] together = encoder.encode(texts).values();
            for (int i = 0; i < texts.size(); i++) {
                float[] alone = encoder.embed(texts.get(i)).values();
                for (int k = 0; k < 12; k++) {
                    assertThat(alone[k]).as("text %d", i).isCloseTo(together[i * 12 + k], within(1e-6f));
                }
            }
        }
        assertThatThrownBy(() ->
                        EncoderParts.of(architecture, Weights.untrained(architecture, 3), preparation, Distance.COSINE))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
