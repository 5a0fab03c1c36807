package dev.kindred.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Content;
import dev.kindred.core.Hashes;
import dev.kindred.media.PictureShape.Fit;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PictureShapeTest {

    /**
     * Against loops in double precision over the continuous definition; ±1 level allows for rounding at exact halves
     * only.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
    void stretchingAgreesWithDoubleLoops(int seed) {
        Random random = new Random(seed);
        int channels = seed % 2 == 0 ? 1 : 3;
        Content.Pixels picture = random(1 + random.nextInt(90), 1 + random.nextInt(90), channels, random);
        PictureShape shape = new PictureShape(1 + random.nextInt(60), 1 + random.nextInt(60), channels, Fit.STRETCH);
        byte[] raster = shape.raster(picture);
        assertThat(raster).hasSize(shape.size());
        int off = 0;
        for (int y = 0; y < shape.height(); y++) {
            for (int x = 0; x < shape.width(); x++) {
                for (int c = 0; c < channels; c++) {
                    double expected = 0;
                    for (int sy = 0; sy < picture.height(); sy++) {
                        double wy = weight(sy, y, picture.height(), shape.height());
                        if (wy == 0) {
                            continue;
                        }
                        for (int sx = 0; sx < picture.width(); sx++) {
                            double wx = weight(sx, x, picture.width(), shape.width());
                            expected += wx * wy * (picture.values()[(sy * picture.width() + sx) * channels + c] & 0xFF);
                        }
                    }
                    int got = raster[(y * shape.width() + x) * channels + c] & 0xFF;
                    assertThat((double) got).isCloseTo(expected, within(0.5 + 1e-6));
                    off += got == Math.round(expected) ? 0 : 1;
                }
            }
        }
        assertThat(off).as("levels off by one").isLessThanOrEqualTo(raster.length / 20);
    }

    /**
     * How much of source place s goes into place i: by overlap where the side shrinks, by the hat between centres
     * where it grows.
     */
    private static double weight(int s, int i, int from, int to) {
        if (from >= to) {
            double scale = (double) from / to;
            return Math.max(0, Math.min((i + 1) * scale, s + 1.0) - Math.max(i * scale, s)) / scale;
        }
        double centre = Math.max(0, Math.min(from - 1.0, (i + 0.5) * from / to - 0.5));
        return Math.max(0, 1 - Math.abs(centre - s));
    }

    @Test
    void aPictureOfTheRightSizeIsUntouched() {
        Content.Pixels picture = random(28, 28, 1, new Random(3));
        for (Fit fit : Fit.values()) {
            assertThat(new PictureShape(28, 28, 1, fit).raster(picture)).isEqualTo(picture.values());
        }
    }

    @Test
    void oneLevelStaysOneLevelAtAnySize() {
        for (int level : new int[] {0, 1, 127, 254, 255}) {
            byte[] values = new byte[37 * 91];
            Arrays.fill(values, (byte) level);
            for (Fit fit : Fit.values()) {
                for (byte v : new PictureShape(48, 32, 3, fit).raster(new Content.Pixels(37, 91, 1, values))) {
                    assertThat(v & 0xFF).isEqualTo(level);
                }
            }
        }
    }

    @Test
    void paddingKeepsAllAndFillsWithTheBordersMean() {
        // 4 wide, 2 high, all 10 but one border pixel of 90: the border is every pixel, its mean 20.
        byte[] values = {10, 10, 10, 10, 10, 10, 10, 90};
        byte[] raster = new PictureShape(4, 4, 1, Fit.PAD).raster(new Content.Pixels(4, 2, 1, values));
        assertThat(raster).containsExactly(20, 20, 20, 20, 10, 10, 10, 10, 10, 10, 10, 90, 20, 20, 20, 20);
    }

    @Test
    void croppingKeepsTheMiddle() {
        byte[] values = {1, 2, 3, 4, 5, 6, 7, 8};
        byte[] raster = new PictureShape(2, 2, 1, Fit.CROP).raster(new Content.Pixels(4, 2, 1, values));
        assertThat(raster).containsExactly(2, 3, 6, 7);
    }

    @Test
    void coloursBecomeLuma() {
        byte[] rgb = {(byte) 255, 0, 0, 0, (byte) 255, 0, 0, 0, (byte) 255, (byte) 255, (byte) 255, (byte) 255};
        byte[] raster = new PictureShape(4, 1, 1, Fit.STRETCH).raster(new Content.Pixels(4, 1, 3, rgb));
        assertThat(raster).containsExactly(76, (byte) 150, 29, (byte) 255);
    }

    @Test
    void extremesOfSizeStayExact() {
        byte[] white = new byte[16_384 * 3];
        Arrays.fill(white, (byte) 255);
        Content.Pixels line = new Content.Pixels(16_384, 1, 3, white);
        for (byte v : new PictureShape(7, 4096, 3, Fit.STRETCH).raster(line)) {
            assertThat(v).isEqualTo((byte) 255);
        }
    }

    /** Sums beyond 16 and beyond 32 bits, against the definition in exact fractions of longs. */
    @ParameterizedTest
    @CsvSource({
        "257, 31, 1, 32, 32",
        "258, 31, 3, 32, 32",
        "40, 3000, 1, 7, 8",
        "3001, 1999, 1, 5, 3",
        "2, 3, 3, 800, 700"
    })
    void largeSidesStayExact(int w, int h, int channels, int toW, int toH) {
        Content.Pixels picture = random(w, h, channels, new Random(w));
        byte[] raster = new PictureShape(toW, toH, channels, Fit.STRETCH).raster(picture);
        Random places = new Random(h);
        for (int k = 0; k < 60; k++) {
            int x = places.nextInt(toW);
            int y = places.nextInt(toH);
            int c = places.nextInt(channels);
            long sum = 0;
            for (int sy = 0; sy < h; sy++) {
                long wy = units(sy, y, h, toH);
                for (int sx = 0; wy != 0 && sx < w; sx++) {
                    sum += wy * units(sx, x, w, toW) * (picture.values()[(sy * w + sx) * channels + c] & 0xFF);
                }
            }
            long whole = (long) (w >= toW ? w : 2 * toW) * (h >= toH ? h : 2 * toH);
            assertThat(raster[(y * toW + x) * channels + c] & 0xFF).isEqualTo((int) ((2 * sum + whole) / (2 * whole)));
        }
    }

    /** {@link #weight} in whole units. */
    private static long units(int s, int i, int from, int to) {
        return Math.round(weight(s, i, from, to) * (from >= to ? from : 2 * to));
    }

    @Test
    void roundingIsDivisionHalfUp() {
        Random random = new Random(5);
        for (int k = 0; k < 400; k++) {
            int divisor =
                    k == 0 ? Axis.Rounding.MAX_DIVISOR : k < 40 ? k : 1 + random.nextInt(Axis.Rounding.MAX_DIVISOR);
            Axis.Rounding rounding = new Axis.Rounding(divisor);
            for (int level = 0; level < 256; level++) {
                // Just below, at and just above each border between two levels.
                for (int sum = level * divisor + divisor / 2 - 1; sum <= level * divisor + divisor / 2 + 1; sum++) {
                    if (sum >= 0 && sum <= 255 * divisor) {
                        assertThat(rounding.level(sum) & 0xFF).isEqualTo((int) ((2L * sum + divisor) / (2L * divisor)));
                    }
                }
            }
        }
    }

    /** The same bytes on every platform: a change here changes every sealed space. */
    @Test
    void theRasterIsFixedForGood() {
        Content.Pixels picture = random(105, 77, 3, new Random(42));
        StringBuilder all = new StringBuilder();
        for (Fit fit : Fit.values()) {
            for (int channels : new int[] {1, 3}) {
                all.append(Hashes.sha256Hex(new PictureShape(28, 32, channels, fit).raster(picture)));
                all.append(Hashes.sha256Hex(new PictureShape(160, 128, channels, fit).raster(picture)));
            }
        }
        assertThat(Hashes.sha256Hex(all.toString()))
                .isEqualTo("b5cf99da29c8202d93b7e0b4d8a682ed5f47e4b5772327d9b00b2e2574b9a651");
    }

    static Content.Pixels random(int width, int height, int channels, Random random) {
        byte[] values = new byte[width * height * channels];
        random.nextBytes(values);
        return new Content.Pixels(width, height, channels, values);
    }
}
