package dev.kindred.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ObjectivesTest {
    private static final Objectives ALL = new Objectives(10.0, 10.0, 5L, 0.1, null);

    /** Calls that took 2 ms each, where they were answered well. */
    private static Figures figures(long asked, long turnedAway, long errors) {
        long ok = asked - turnedAway - errors;
        double millis = ok > 0 ? 2 : Double.NaN;
        Latency latency = new Latency(ok, millis, millis, millis, millis, millis, millis, List.of());
        Figures.OfKind all = new Figures.OfKind("all", asked, ok, turnedAway, 0, errors, latency, latency);
        return new Figures(
                1,
                ok,
                all,
                List.of(all),
                new TreeMap<>(),
                new TreeMap<>(),
                List.of(),
                new Figures.Schedule(0, 0, 0, 0, 0, 0.1));
    }

    private static List<Boolean> met(Figures figures) {
        return ALL.judge(figures).stream().map(Objectives.Judged::met).toList();
    }

    @Test
    void whereNothingWasAskedNothingIsMet() {
        assertThat(met(figures(0, 0, 0))).containsExactly(false, false, false, false);
        assertThat(met(figures(1_000, 0, 0))).containsExactly(true, true, true, true);
    }

    @Test
    void manyFailuresLeaveNoPercentile() {
        assertThat(met(figures(1_000, 100, 5))).containsExactly(true, true, true, true);
        assertThat(met(figures(1_000, 0, 11))).containsExactly(true, false, false, true);
        assertThat(met(figures(1_000, 101, 501))).containsExactly(false, false, false, false);
    }
}
