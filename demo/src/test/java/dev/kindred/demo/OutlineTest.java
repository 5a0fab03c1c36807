package dev.kindred.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.awt.geom.GeneralPath;
import org.junit.jupiter.api.Test;

class OutlineTest {

    @Test
    void cutsCurvesWithinTheTolerance() {
        // A circle of radius 100 by four cubics; the usual constant is within 0.03% of round.
        double k = 100 * 0.5522847498;
        GeneralPath circle = new GeneralPath();
        circle.moveTo(100, 0);
        circle.curveTo(100, k, k, 100, 0, 100);
        circle.curveTo(-k, 100, -100, k, -100, 0);
        circle.curveTo(-100, -k, -k, -100, 0, -100);
        circle.curveTo(k, -100, 100, -k, 100, 0);
        circle.closePath();
        double[] ring = Outline.of(circle, 0.01).rings().getFirst();
        for (int i = 0; i < ring.length; i += 2) {
            int next = (i + 2) % ring.length;
            assertThat(Math.hypot(ring[i], ring[i + 1])).isCloseTo(100, offset(0.04));
            double middle = Math.hypot((ring[i] + ring[next]) / 2, (ring[i + 1] + ring[next + 1]) / 2);
            assertThat(middle).isCloseTo(100, offset(0.05));
        }
    }

    @Test
    void cutsQuadraticsWithinTheTolerance() {
        GeneralPath path = new GeneralPath();
        path.moveTo(0, 0);
        path.quadTo(50, 100, 100, 0);
        path.closePath();
        double[] ring = Outline.of(path, 0.05).rings().getFirst();
        for (int i = 0; i + 3 < ring.length; i += 2) {
            // The parabola y = 2x − x²/50.
            double x = (ring[i] + ring[i + 2]) / 2;
            double chord = (ring[i + 1] + ring[i + 3]) / 2;
            if (ring[i] < ring[i + 2]) {
                assertThat(chord).isCloseTo(2 * x - x * x / 50, offset(0.06 * Math.sqrt(5)));
            }
        }
        assertThat(ring.length / 2).isBetween(10, 40);
    }

    @Test
    void fitsTheLongerSide() {
        GeneralPath bar = new GeneralPath();
        bar.moveTo(100, 100);
        bar.lineTo(300, 100);
        bar.lineTo(300, 150);
        bar.lineTo(100, 150);
        bar.closePath();
        assertThat(Outline.of(bar, 1).fitted(48, 3).bounds()).containsExactly(3, 18.75, 45, 29.25);
    }

    @Test
    void nothingIsNotDrawable() {
        assertThat(Outline.of(new GeneralPath(), 1).drawable()).isFalse();
        GeneralPath line = new GeneralPath();
        line.moveTo(0, 0);
        line.lineTo(9, 0);
        line.lineTo(5, 0);
        assertThat(Outline.of(line, 1).drawable()).isFalse();
    }
}
