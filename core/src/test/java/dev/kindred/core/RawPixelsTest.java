package dev.kindred.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RawPixelsTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void brightnessAndContrastDecideNothing(long seed) {
        Keyed random = Keyed.of(seed, 5);
        byte[] dark = new byte[100];
        byte[] bright = new byte[100];
        byte[] negative = new byte[100];
        for (int i = 0; i < dark.length; i++) {
            int level = random.nextInt(100);
            dark[i] = (byte) level;
            bright[i] = (byte) (2 * level + 55);
            negative[i] = (byte) (255 - level);
        }
        Embeddings pixels = RawPixels.of(List.of(dark, bright, negative, new byte[100]));
        assertThat(pixels.score(0, 1)).isCloseTo(1, within(1e-6));
        assertThat(pixels.score(0, 2)).isCloseTo(-1, within(1e-6));
        assertThat(pixels.score(0, 3)).isZero();
    }
}
