package dev.kindred.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Content;
import dev.kindred.core.Refusal;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PngTest {
    private static final int[][] KINDS = {
        {0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16}, {3, 1}, {3, 2}, {3, 4}, {3, 8}, {4, 8}, {4, 16},
        {6, 8}, {6, 16}
    };

    static List<Arguments> kinds() {
        List<Arguments> all = new ArrayList<>();
        for (int[] kind : KINDS) {
            for (boolean interlaced : new boolean[] {false, true}) {
                for (boolean transparent : new boolean[] {false, true}) {
                    all.add(Arguments.of(kind[0], kind[1], interlaced, transparent));
                }
            }
        }
        return all;
    }

    /** Every level against double arithmetic, rounded once: exactly equal. */
    @ParameterizedTest
    @MethodSource("kinds")
    void everyKindComesOutExactly(int type, int depth, boolean interlaced, boolean transparent) {
        for (int seed = 0; seed < 25; seed++) {
            Random random = new Random(seed * 1000L + type * 10L + depth);
            int width = 1 + random.nextInt(40);
            int height = 1 + random.nextInt(40);
            HandMadePng png = new HandMadePng(width, height, type, depth, interlaced, random);
            if (transparent) {
                png.transparency = transparency(png, random);
            }
            Content.Pixels decoded = Pictures.decode(png.bytes(random), "x.png");
            assertThat(decoded.width()).isEqualTo(width);
            assertThat(decoded.height()).isEqualTo(height);
            boolean grey = true;
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int[] expected = expected(png, x, y);
                    grey &= expected[0] == expected[1] && expected[0] == expected[2];
                    for (int c = 0; c < 3; c++) {
                        int at = (y * width + x) * decoded.channels() + (decoded.channels() == 3 ? c : 0);
                        assertThat(decoded.values()[at] & 0xFF)
                                .as("seed %d pixel %d,%d channel %d", seed, x, y, c)
                                .isEqualTo(expected[c]);
                    }
                }
            }
            assertThat(decoded.channels()).isEqualTo(grey ? 1 : 3);
        }
    }

    private static byte[] transparency(HandMadePng png, Random random) {
        int n = png.perPixel();
        byte[] chosen = new byte[png.type == 3 ? 1 + random.nextInt(png.palette.length / 3) : 2 * n];
        if (png.type == 3) {
            random.nextBytes(chosen);
            return chosen;
        }
        for (int s = 0; s < n; s++) {
            int v = png.samples[0][s];
            chosen[2 * s] = (byte) (v >> 8);
            chosen[2 * s + 1] = (byte) v;
        }
        return png.type == 4 || png.type == 6 ? null : chosen;
    }

    /** By doubles, from the specification. */
    private static int[] expected(HandMadePng png, int x, int y) {
        int n = png.perPixel();
        int[] s = Arrays.copyOfRange(png.samples[y], x * n, x * n + n);
        double max = (1 << png.depth) - 1;
        double alpha = 1;
        double[] colour = new double[3];
        if (png.type == 3) {
            for (int c = 0; c < 3; c++) {
                colour[c] = (png.palette[3 * s[0] + c] & 0xFF) / 255.0;
            }
            if (png.transparency != null && s[0] < png.transparency.length) {
                alpha = (png.transparency[s[0]] & 0xFF) / 255.0;
            }
        } else {
            boolean rgb = png.type == 2 || png.type == 6;
            for (int c = 0; c < 3; c++) {
                colour[c] = s[rgb ? c : 0] / max;
            }
            if (png.type == 4 || png.type == 6) {
                alpha = s[n - 1] / max;
            } else if (png.transparency != null) {
                boolean clear = true;
                for (int i = 0; i < n; i++) {
                    clear &= s[i] == ((png.transparency[2 * i] & 0xFF) << 8 | png.transparency[2 * i + 1] & 0xFF);
                }
                alpha = clear ? 0 : 1;
            }
        }
        int[] out = new int[3];
        for (int c = 0; c < 3; c++) {
            out[c] = (int) Math.floor(255 * (colour[c] * alpha + 1 - alpha) + 0.5 + 1e-9);
        }
        return out;
    }

    @Test
    void sixteenBitsAreRoundedToTheNearestOfEight() {
        for (int v = 0; v < 65_536; v++) {
            assertThat(Levels.from16(v)).isEqualTo((int) Math.round(v * 255.0 / 65_535));
        }
    }

    /** The JDK's writer is another hand; grey levels must not pass through a gamma. */
    @Test
    void pngsOfTheJdkComeOutAsTheirRasters() throws IOException {
        int[] types = {
            BufferedImage.TYPE_BYTE_BINARY,
            BufferedImage.TYPE_BYTE_GRAY,
            BufferedImage.TYPE_INT_RGB,
            BufferedImage.TYPE_BYTE_INDEXED
        };
        for (int type : types) {
            BufferedImage image = new BufferedImage(33, 21, type);
            Random random = new Random(type);
            for (int y = 0; y < 21; y++) {
                for (int x = 0; x < 33; x++) {
                    image.setRGB(x, y, random.nextInt());
                }
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ImageIO.write(image, "png", out);
            Content.Pixels decoded = Pictures.decode(out.toByteArray(), "x.png");
            for (int y = 0; y < 21; y++) {
                for (int x = 0; x < 33; x++) {
                    int level = decoded.values()[(y * 33 + x) * decoded.channels()] & 0xFF;
                    int expected = switch (type) {
                        case BufferedImage.TYPE_BYTE_GRAY -> image.getRaster().getSample(x, y, 0);
                        case BufferedImage.TYPE_BYTE_BINARY ->
                            255 * image.getRaster().getSample(x, y, 0);
                        default -> (image.getRGB(x, y) >> 16) & 0xFF;
                    };
                    assertThat(level).as("type %d at %d,%d", type, x, y).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            int channels = seed % 2 == 0 ? 1 : 3;
            byte[] values = new byte[(1 + random.nextInt(50)) * 31 * channels];
            random.nextBytes(values);
            Content.Pixels picture = new Content.Pixels(31, values.length / 31 / channels, channels, values);
            byte[] png = Pictures.png(picture);
            Content.Pixels again = Pictures.decode(png, "x.png");
            assertThat(again.channels()).isEqualTo(channels);
            assertThat(again.values()).isEqualTo(values);
            assertThat(ImageIO.read(new ByteArrayInputStream(png)).getHeight()).isEqualTo(picture.height());
        }
    }

    @Test
    void aPictureThatClaimsTooMuchIsRefusedByItsHeader() {
        assertThatThrownBy(() -> Pictures.decode(HandMadePng.claiming(50_000, 50_000), "big.png"))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.where()).isEqualTo("big.png");
                    assertThat(refusal.what()).contains("50,000×50,000");
                });
        assertThatThrownBy(() -> Pictures.decode(HandMadePng.claiming(-1, 5), "big.png"))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> Pictures.decode(HandMadePng.claiming(0, 5), "big.png"))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> Pictures.decode(HandMadePng.claiming(8000, 8000), "hollow.png"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("more than its");
    }

    @Test
    void fewerPixelsThanClaimedAndWrongChecksumsAreRefused() {
        assertThatThrownBy(() -> Pictures.decode(HandMadePng.claiming(20, 20), "short.png"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("fewer pixels");
        Random random = new Random(4);
        byte[] png = new HandMadePng(20, 20, 2, 8, false, random).bytes(random);
        byte[] flipped = png.clone();
        flipped[png.length / 2] ^= 1;
        assertThatThrownBy(() -> Pictures.decode(flipped, "flipped.png")).isInstanceOf(Refusal.class);
        byte[] cut = Arrays.copyOf(png, png.length - 20);
        assertThatThrownBy(() -> Pictures.decode(cut, "cut.png"))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.line()).startsWith("cut.png: is cut short"));
    }
}
