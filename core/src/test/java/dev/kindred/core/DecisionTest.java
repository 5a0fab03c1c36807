package dev.kindred.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DecisionTest {
    private static final Calibration CALIBRATION = new Calibration(List.of(0.0, 0.5, 1.0), List.of(-4.0, 0.0, 2.0));
    private static final Threshold TENTH = new Threshold(0.1, 0.4, 0.09, 0.02, null);
    private static final Threshold HUNDREDTH = new Threshold(0.01, 0.7, 0.0099, 0.1, new Interval(0.05, 0.2));

    @Test
    void logOddsAreLinearBetweenKnotsAndFlatBeyond() {
        assertThat(CALIBRATION.logOddsAt(0.25)).isCloseTo(-2, within(1e-12));
        assertThat(CALIBRATION.logOddsAt(0.75)).isCloseTo(1, within(1e-12));
        assertThat(CALIBRATION.logOddsAt(-9)).isEqualTo(-4);
        assertThat(CALIBRATION.logOddsAt(9)).isEqualTo(2);
        assertThat(CALIBRATION.probability(0.5)).isEqualTo(0.5);
        assertThat(CALIBRATION.probability(1)).isCloseTo(0.8807970779778823, within(1e-12));
    }

    @Test
    void aCalibrationThatFallsIsRefused() {
        assertThatThrownBy(() -> new Calibration(List.of(0.0, 1.0), List.of(1.0, 0.0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Calibration(List.of(0.0, 0.0), List.of(0.0, 1.0)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theUsualThresholdIsForOnePercent() {
        Decision decision = new Decision(CALIBRATION, List.of(TENTH, HUNDREDTH));
        assertThat(decision.usualThreshold()).contains(HUNDREDTH);
        assertThat(decision.decide(0.7).same()).isTrue();
        assertThat(decision.decide(0.69999).same()).isFalse();
        assertThat(decision.decide(0.5, 0.1).same()).isTrue();
    }

    @Test
    void whereOnePercentWasNotSeenTheNextLargerRateDecides() {
        assertThat(new Decision(CALIBRATION, List.of(TENTH)).usualThreshold()).contains(TENTH);
        Decision.Answer answer = new Decision(CALIBRATION, List.of()).decide(0.6);
        assertThat(answer.same()).isTrue();
        assertThat(answer.threshold()).isNull();
    }

    @Test
    void aRateThatWasNotMeasuredIsRefusedByName() {
        Decision decision = new Decision(CALIBRATION, List.of(TENTH, HUNDREDTH));
        assertThatThrownBy(() -> decision.decide(0.5, 0.0001))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.line()).contains("0.0001", "0.1, 0.01"));
    }

    @Test
    void aCohortHasItsOwnThresholdOrTheCommonOne() {
        Threshold own = new Threshold(0.01, 0.8, 0.008, 0.2, null);
        Decision decision = new Decision(CALIBRATION, List.of(TENTH, HUNDREDTH), Map.of("camera=old", List.of(own)));
        assertThat(decision.threshold("camera=old", 0.01)).isEqualTo(own);
        assertThat(decision.threshold("camera=old", 0.1)).isEqualTo(TENTH);
        assertThat(decision.threshold("camera=new", 0.01)).isEqualTo(HUNDREDTH);
    }
}
