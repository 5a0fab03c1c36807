package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.index.TrialResult.Build;
import dev.kindred.index.TrialResult.Figures;
import dev.kindred.index.TrialResult.Memory;
import dev.kindred.index.TrialResult.Point;
import dev.kindred.index.TrialResult.Rounds;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rule by which an engine is chosen, on made-up curves. */
class TrialChoiceTest {
    private static final TrialEngine EXACT = new TrialEngine("exact", "--engine exact", Engine.exact());
    private static final TrialEngine GRAPH = new TrialEngine("graph", "--engine graph", Engine.graph());
    private static final TrialEngine SMALL = new TrialEngine("small", "--engine graph", Engine.graph());

    /** @param mib of memory */
    private static Figures figures(TrialEngine engine, long mib, Point... curve) {
        return new Figures(engine, new Build(1, 1, 1), new Memory(0, mib << 20, true), List.of(curve));
    }

    private static Point point(int ef, double recall, double error, double perCpuSecond) {
        Rounds any = new Rounds(1, 1, 1);
        return new Point(
                new RecallCurve.Point(ef, recall, error),
                any,
                any,
                new Rounds(perCpuSecond / 2, perCpuSecond, perCpuSecond * 2));
    }

    private static Figures rows(double perCpuSecond) {
        return figures(TrialEngine.ROWS, 100, point(0, 1, 0, perCpuSecond));
    }

    private static String taken(TrialChoice choice) {
        return choice.taken().figures().engine().name();
    }

    @Test
    void theFastestThatSurelyReachesTheRecallIsTaken() {
        // At 20 the mean is above 0.99 but what it is surely above is not: 0.992 − 1.645 × 0.002.
        Figures graph = figures(
                GRAPH,
                130,
                point(14, 0.9, 0.01, 9_000),
                point(20, 0.992, 0.002, 5_000),
                point(28, 0.996, 0.001, 4_000));
        TrialChoice choice = TrialChoice.of(List.of(rows(1_000), graph), 0.99, 1_000, 1_000);
        assertThat(taken(choice)).isEqualTo("graph");
        assertThat(choice.taken().point().recall().ef()).isEqualTo(28);
        assertThat(choice.taken().perCpuSecond()).isEqualTo(4_000);
        assertThat(choice.reaching()).hasSize(2);
        assertThat(taken(TrialChoice.of(List.of(rows(1_000), graph), 0.9, 1_000, 1_000)))
                .isEqualTo("graph");
    }

    @Test
    void whereNoneReachesItAllRowsAreRead() {
        Figures graph = figures(GRAPH, 130, point(14, 0.9, 0.01, 9_000), point(2_560, 0.97, 0.002, 900));
        TrialChoice choice = TrialChoice.of(List.of(rows(50), graph), 0.99, 1_000, 1_000);
        assertThat(taken(choice)).isEqualTo("rows");
        assertThat(choice.taken().point().exact()).isTrue();
        assertThat(choice.reaching()).hasSize(1);
    }

    @Test
    void whatIsHardlyFasterIsNotWorthMore() {
        Figures graph = figures(GRAPH, 130, point(14, 1, 0.0005, 1_200));
        assertThat(taken(TrialChoice.of(List.of(rows(1_000), graph), 0.99, 1_000, 1_000)))
                .isEqualTo("rows");
        assertThat(taken(TrialChoice.of(List.of(rows(900), graph), 0.99, 1_000, 1_000)))
                .isEqualTo("graph");
        // The same on disk and in memory: the simpler one.
        Figures exact = figures(EXACT, 95, point(0, 1, 0, 1_100));
        assertThat(taken(TrialChoice.of(List.of(rows(1_000), exact), 0.99, 1_000, 1_000)))
                .isEqualTo("rows");
    }

    @Test
    void aLittleMemoryIsNoReason() {
        Figures exact = figures(EXACT, 90, point(0, 1, 0, 1_000));
        assertThat(taken(TrialChoice.of(List.of(rows(1_000), exact), 0.99, 1_000, 1_000)))
                .isEqualTo("rows");
        Figures small = figures(EXACT, 80, point(0, 1, 0, 1_000));
        assertThat(taken(TrialChoice.of(List.of(rows(1_000), small), 0.99, 1_000, 1_000)))
                .isEqualTo("exact");
    }

    @Test
    void ofThoseAsFastTheOneOfLeastMemoryIsTaken() {
        Figures graph = figures(GRAPH, 130, point(14, 0.999, 0.0005, 5_000));
        Figures small = figures(SMALL, 40, point(20, 0.999, 0.0005, 4_200));
        Figures slow = figures(SMALL, 40, point(20, 0.999, 0.0005, 3_900));
        assertThat(taken(TrialChoice.of(List.of(rows(500), graph, small), 0.99, 1_000, 1_000)))
                .isEqualTo("small");
        assertThat(taken(TrialChoice.of(List.of(rows(500), graph, slow), 0.99, 1_000, 1_000)))
                .isEqualTo("graph");
    }

    /** On a draw, reading all rows looks better than it will be. */
    @Test
    void theChoiceIsForAllRows() {
        Figures graph = figures(GRAPH, 130, point(14, 0.999, 0.0005, 2_000));
        List<Figures> engines = List.of(rows(3_000), graph);
        assertThat(taken(TrialChoice.of(engines, 0.99, 10_000, 10_000))).isEqualTo("rows");
        TrialChoice choice = TrialChoice.of(engines, 0.99, 10_000, 100_000);
        assertThat(taken(choice)).isEqualTo("graph");
        // log 10,000 / log 100,000 is 4 / 5.
        assertThat(choice.taken().perCpuSecond()).isCloseTo(1_600, within(1e-9));
        assertThat(choice.reaching().getFirst().perCpuSecond()).isCloseTo(300, within(1e-9));
    }

    /** What is little on a draw may be gigabytes of all. */
    @Test
    void memoryIsThatOfAllRows() {
        Figures exact = figures(EXACT, 90, point(0, 1, 0, 1_000));
        List<Figures> engines = List.of(rows(1_000), exact);
        assertThat(taken(TrialChoice.of(engines, 0.99, 30_000, 30_000))).isEqualTo("rows");
        TrialChoice choice = TrialChoice.of(engines, 0.99, 30_000, 30_000_000);
        assertThat(taken(choice)).isEqualTo("exact");
        assertThat(choice.taken().bytes()).isEqualTo(90_000L << 20);
        assertThat(choice.reaching().getFirst().takesClearlyMore(choice.taken()))
                .isTrue();
    }
}
