package dev.kindred.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AffineTest {

    @Test
    void nothingAskedNothingChanged() {
        byte[] src = PictureShapeTest.random(13, 9, 3, new Random(1)).values();
        byte[] dst = new byte[src.length];
        Affine.warp(src, 13, 9, 3, Affine.about(0, 1, 1, 0, 0, 0), dst);
        assertThat(dst).isEqualTo(src);
    }

    @Test
    void movesToTheRightAndDownAndRepeatsTheEdge() {
        byte[] src = {1, 2, 3, 4, 5, 6, 7, 8, 9};
        byte[] dst = new byte[9];
        Affine.warp(src, 3, 3, 1, Affine.about(0, 1, 1, 0, 1, 1), dst);
        assertThat(dst).containsExactly(1, 1, 2, 1, 1, 2, 4, 4, 5);
    }

    @Test
    void turnsClockwiseAsSeen() {
        byte[] src = {1, 2, 3, 4, 5, 6, 7, 8, 9};
        byte[] dst = new byte[9];
        Affine.warp(src, 3, 3, 1, Affine.about(90, 1, 1, 0, 0, 0), dst);
        assertThat(dst).containsExactly(7, 4, 1, 8, 5, 2, 9, 6, 3);
    }

    @Test
    void scaleAboveOneEnlarges() {
        byte[] src = new byte[81];
        src[40] = (byte) 200;
        byte[] dst = new byte[81];
        Affine.warp(src, 9, 9, 1, Affine.about(0, 2, 2, 0, 0, 0), dst);
        assertThat(dst[40] & 0xFF).isEqualTo(200);
        assertThat(dst[41] & 0xFF).isEqualTo(100);
        assertThat(dst[42]).isZero();
    }

    /**
     * Positions are taken to 1/256 pixel, so a level may be off by the local slope times 1/512 on each axis: at most
     * 1, and rounding.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
    void agreesWithDoubleLoops(int seed) {
        Random random = new Random(seed);
        int w = 2 + random.nextInt(40);
        int h = 2 + random.nextInt(40);
        int channels = seed % 2 == 0 ? 1 : 3;
        byte[] src = PictureShapeTest.random(w, h, channels, random).values();
        byte[] dst = new byte[src.length];
        double[] m = Affine.about(
                random.nextDouble(-180, 180),
                random.nextDouble(0.5, 2),
                random.nextDouble(0.5, 2),
                random.nextDouble(-20, 20),
                random.nextDouble(-9, 9),
                random.nextDouble(-9, 9));
        Affine.warp(src, w, h, channels, m, dst);
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                double dx = x - (w - 1) / 2.0;
                double dy = y - (h - 1) / 2.0;
                double sx = Math.clamp(m[0] * dx + m[1] * dy + m[2] + (w - 1) / 2.0, 0, w - 1);
                double sy = Math.clamp(m[3] * dx + m[4] * dy + m[5] + (h - 1) / 2.0, 0, h - 1);
                for (int c = 0; c < channels; c++) {
                    double expected = 0;
                    for (int j = 0; j < h; j++) {
                        for (int i = 0; i < w; i++) {
                            double weight = Math.max(0, 1 - Math.abs(sx - i)) * Math.max(0, 1 - Math.abs(sy - j));
                            expected += weight * (src[(j * w + i) * channels + c] & 0xFF);
                        }
                    }
                    assertThat((double) (dst[(y * w + x) * channels + c] & 0xFF))
                            .isCloseTo(expected, within(1.5));
                }
            }
        }
    }

    @Test
    void theInverseOfTheForwardMapIsGiven() {
        double[] m = Affine.about(33, 1.2, 0.8, 10, 3, -2);
        // forward: turn · shear · scale, then the move; the composition must be the identity
        double t = Math.toRadians(33);
        double s = Math.tan(Math.toRadians(10));
        double x = 5;
        double y = -7;
        double px = x * 1.2 + s * y * 0.8;
        double py = y * 0.8;
        double qx = Math.cos(t) * px - Math.sin(t) * py + 3;
        double qy = Math.sin(t) * px + Math.cos(t) * py - 2;
        assertThat(m[0] * qx + m[1] * qy + m[2]).isCloseTo(x, within(1e-9));
        assertThat(m[3] * qx + m[4] * qy + m[5]).isCloseTo(y, within(1e-9));
    }
}
