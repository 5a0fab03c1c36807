package dev.kindred.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RecordingTest {
    private static final long SECOND = 1_000_000_000L;

    /** A hundred a second, evenly. */
    private static Recording of(double seconds) {
        Recording recording = new Recording(List.of("embed"), 0, 60 * SECOND);
        for (long i = 0; i < Math.round(100 * seconds); i++) {
            long due = i * SECOND / 100;
            recording.left(0, due, due, false);
            recording.answered(0, due, due + 1_000, 200, false);
        }
        return recording;
    }

    private static List<Double> rates(Figures figures) {
        return figures.slices().stream().map(each -> each.ok() / each.seconds()).toList();
    }

    @Test
    void aRunThatIsStoppedEarlyIsDrawnAsFarAsItCame() {
        Figures figures = of(10.25).figures(10 * SECOND + SECOND / 4, 0, true);
        assertThat(figures.slices()).hasSize(11);
        assertThat(figures.slices().getLast().seconds()).isCloseTo(0.25, Offset.offset(1e-9));
        assertThat(figures.slices().getLast().at()).isCloseTo(10.125, Offset.offset(1e-9));
        assertThat(rates(figures)).allSatisfy(rate -> assertThat(rate).isCloseTo(100, Offset.offset(4.0)));
    }

    @Test
    void aWholeRunHasWholeSlices() {
        Figures figures = of(60).figures(61 * SECOND, 0, false);
        assertThat(figures.slices()).hasSize(60).allSatisfy(each -> {
            assertThat(each.seconds()).isEqualTo(1);
            assertThat(each.ok()).isEqualTo(100);
        });
        assertThat(figures.slices().getFirst().at()).isEqualTo(0.5);
    }
}
