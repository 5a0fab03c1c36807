package dev.kindred.serve.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Refusal;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MomentsTest {
    private static final Instant NOW = Instant.parse("2026-12-01T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "90d,2027-03-01T12:00:00Z,2026-09-02T12:00:00Z",
        "12h,2026-12-02T00:00:00Z,2026-12-01T00:00:00Z",
        "30min,2026-12-01T12:30:00Z,2026-12-01T11:30:00Z",
        "2w,2026-12-15T12:00:00Z,2026-11-17T12:00:00Z",
        // A key that ends on a day holds until that day is over; a log from a day on begins with it.
        "2026-12-24,2026-12-25T00:00:00Z,2026-12-24T00:00:00Z",
        "2026-12-24T08:00:00Z,2026-12-24T08:00:00Z,2026-12-24T08:00:00Z",
    })
    void aMomentIsMeantFromNow(String text, Instant until, Instant since) {
        assertThat(Moments.until(text, NOW)).isEqualTo(until);
        assertThat(Moments.since(text, NOW)).isEqualTo(since);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-1d", "1y", "2026-13-01", "0d", "2020-01-01", "9999999d"})
    void noMomentAndOneThatIsOverAreRefused(String text) {
        assertThatThrownBy(() -> Moments.until(text, NOW)).isInstanceOf(Refusal.class);
    }

    @Test
    void withoutAWordItIsFromTheBeginning() {
        assertThat(Moments.since("", NOW)).isEqualTo(Instant.EPOCH);
    }
}
