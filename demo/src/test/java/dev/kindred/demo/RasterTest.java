package dev.kindred.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Content;
import dev.kindred.core.Keyed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RasterTest {
    private static final int SIDE = 12;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void equalsDenseSamplingOfItsLines(long seed) {
        Outline outline = random(seed);
        Content.Pixels drawn = Raster.draw(outline, SIDE);
        // A sample stands for 1/512 pixel, and each end of a span may be off by one.
        for (int i = 0; i < SIDE * SIDE; i++) {
            double expected = 255 * (1 - sampled(outline, i % SIDE, i / SIDE, 512, Raster.LINES));
            assertThat((double) (drawn.values()[i] & 0xFF))
                    .isCloseTo(expected, org.assertj.core.data.Offset.offset(5.0));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void isNearTheTrueArea(long seed) {
        Outline outline = random(seed);
        Content.Pixels drawn = Raster.draw(outline, SIDE);
        double off = 0;
        for (int i = 0; i < SIDE * SIDE; i++) {
            off += Math.abs((drawn.values()[i] & 0xFF) - 255 * (1 - sampled(outline, i % SIDE, i / SIDE, 64, 64)));
        }
        assertThat(off / (SIDE * SIDE)).isLessThan(3);
    }

    @Test
    void isExactAcross() {
        // From a quarter into pixel 1 to a half of pixel 3; rows 2 and 3 whole.
        Outline box = new Outline(List.of(new double[] {1.25, 2, 3.5, 2, 3.5, 4, 1.25, 4}));
        Content.Pixels drawn = Raster.draw(box, 5);
        assertThat(row(drawn, 1)).containsExactly(255, 255, 255, 255, 255);
        assertThat(row(drawn, 2)).containsExactly(255, 64, 0, 127, 255);
        assertThat(row(drawn, 4)).containsExactly(255, 255, 255, 255, 255);
    }

    @Test
    void windingDecidesWhatIsInside() {
        double[] outer = {0, 0, 4, 0, 4, 4, 0, 4};
        double[] sameWay = {1, 1, 3, 1, 3, 3, 1, 3};
        double[] otherWay = {1, 1, 1, 3, 3, 3, 3, 1};
        assertThat(row(Raster.draw(new Outline(List.of(outer, sameWay)), 4), 1)).containsExactly(0, 0, 0, 0);
        assertThat(row(Raster.draw(new Outline(List.of(outer, otherWay)), 4), 1))
                .containsExactly(0, 255, 255, 0);
    }

    @Test
    void staysWithinThePicture() {
        Outline beyond = new Outline(List.of(new double[] {-9, -9, 50, -9, 50, 50, -9, 50}));
        assertThat(Raster.draw(beyond, 3).values()).containsOnly(0);
    }

    private static int[] row(Content.Pixels picture, int y) {
        int[] row = new int[picture.width()];
        for (int x = 0; x < row.length; x++) {
            row[x] = picture.values()[y * row.length + x] & 0xFF;
        }
        return row;
    }

    private static Outline random(long seed) {
        Keyed random = Keyed.of(seed);
        List<double[]> rings = new ArrayList<>();
        for (int r = 0; r < 3; r++) {
            double[] ring = new double[2 * (3 + random.nextInt(5))];
            for (int i = 0; i < ring.length; i++) {
                ring[i] = random.uniform(-1, SIDE + 1);
            }
            rings.add(ring);
        }
        return new Outline(rings);
    }

    /** The share of a grid of points in one pixel whose winding number, counted edge by edge, is not zero. */
    private static double sampled(Outline outline, int px, int py, int across, int down) {
        int inside = 0;
        for (int i = 0; i < across; i++) {
            for (int j = 0; j < down; j++) {
                inside += winding(outline, px + (i + 0.5) / across, py + (j + 0.5) / down) != 0 ? 1 : 0;
            }
        }
        return (double) inside / (across * down);
    }

    private static int winding(Outline outline, double x, double y) {
        int winding = 0;
        for (double[] ring : outline.rings()) {
            for (int i = 0; i < ring.length; i += 2) {
                int k = (i + 2) % ring.length;
                boolean above = ring[i + 1] <= y;
                if (above != ring[k + 1] <= y) {
                    double at = ring[i] + (y - ring[i + 1]) / (ring[k + 1] - ring[i + 1]) * (ring[k] - ring[i]);
                    if (at < x) {
                        winding += above ? 1 : -1;
                    }
                }
            }
        }
        return winding;
    }
}
