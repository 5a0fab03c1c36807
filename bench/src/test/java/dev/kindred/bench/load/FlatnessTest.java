package dev.kindred.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Keyed;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Half an hour of samples every five seconds, drawn with noise. */
class FlatnessTest {
    private static final double BYTES = 500e6;
    private static final double NOISE = 0.01;

    /** @param share of what it had, by seconds */
    private static List<Flatness.Sample> samples(double minutes, DoubleUnaryOperator share) {
        Keyed random = Keyed.of(5);
        List<Flatness.Sample> samples = new ArrayList<>();
        for (double at = 0; at <= 60 * minutes; at += 5) {
            double noise = 1 + random.uniform(-NOISE, NOISE);
            samples.add(new Flatness.Sample(at, Math.round(BYTES * share.applyAsDouble(at) * noise)));
        }
        return samples;
    }

    private static Flatness of(DoubleUnaryOperator share) {
        return Flatness.of(samples(30, share), 300, 300).orElseThrow();
    }

    @Test
    void whatStaysIsFlatHoweverItBegan() {
        Flatness flat = of(at -> at < 300 ? 0.3 + at / 600 : 1);
        assertThat(flat.growth()).isCloseTo(0, within(0.005));
        assertThat(flat.trend()).isCloseTo(0, within(0.005));
        assertThat((double) flat.highest()).isCloseTo(BYTES, within(1.01 * NOISE * BYTES));
    }

    @Test
    void aSlowLeakIsSeenByBoth() {
        // 6% in the 25 minutes that count; the two windows lie 20 minutes apart.
        Flatness leak = of(at -> 1 + 0.06 * (at - 300) / 1_500);
        assertThat(leak.trend()).isCloseTo(0.06, within(0.006));
        assertThat(leak.late()).isCloseTo(0.048, within(0.01));
        assertThat(leak.growth()).isGreaterThan(0.03);
    }

    @Test
    void whatOnlyTheLastMinutesDidIsSeen() {
        Flatness late = of(at -> at < 1_620 ? 1 : 1 + (at - 1_620) / 180);
        assertThat(late.trend()).as("a line does not see it").isLessThan(0.03);
        assertThat(late.late()).isGreaterThan(0.1);
        assertThat(late.growth()).isEqualTo(late.late());
    }

    @Test
    void aFewOddSamplesTurnNeither() {
        assertThat(of(at -> at % 200 == 0 ? 3 : 1).growth()).isCloseTo(0, within(0.006));
    }

    @Test
    void shrinkingIsNoGrowth() {
        assertThat(of(at -> 1 - 0.2 * at / 1_800).growth()).isNegative();
    }

    @Test
    void tooFewSamplesTellNothing() {
        assertThat(Flatness.of(List.of(), 300, 300)).isEmpty();
        assertThat(Flatness.of(samples(10, at -> 1), 300, 300)).isEmpty();
        // It was looked at until two minutes before the end alone, and then again once.
        List<Flatness.Sample> gap = new ArrayList<>(samples(20, at -> 1));
        gap.add(new Flatness.Sample(1_800, Math.round(BYTES)));
        assertThat(Flatness.of(gap, 300, 300)).isEmpty();
    }
}
