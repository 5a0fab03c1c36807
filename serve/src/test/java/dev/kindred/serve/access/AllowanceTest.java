package dev.kindred.serve.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindred.core.Keyed;
import dev.kindred.core.Refusal;
import dev.kindred.release.Usage;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Buckets and quotas by a clock that only the test moves. */
class AllowanceTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long NOON = 1_796_126_400_000L;

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 3 * SECOND);
    private final AtomicLong millis = new AtomicLong(NOON);

    private Allowance allowance(String... limits) {
        return new Allowance(Rate.parse(List.of(limits)), nanos::get, millis::get, Usage.Count.NONE);
    }

    private void pass(long passed) {
        nanos.addAndGet(passed);
        millis.addAndGet(passed / 1_000_000);
    }

    private static boolean granted(Allowance.Taken taken) {
        return taken instanceof Allowance.Taken.Granted;
    }

    @Test
    void aBucketGivesItsAmountAtOnceAndThenEvenly() {
        Allowance allowance = allowance("requests=3/s");
        for (int i = 0; i < 3; i++) {
            assertThat(granted(allowance.take(1, 0))).isTrue();
        }
        assertThat(allowance.take(1, 0)).isInstanceOfSatisfying(Allowance.Taken.Refused.class, refused -> {
            assertThat(refused.seconds()).isEqualTo(1);
            assertThat(refused.standings()).singleElement().satisfies(standing -> {
                assertThat(standing.remaining()).isZero();
                assertThat(standing.reset()).isEqualTo(1);
            });
        });
        // A third of a second is one token to the nanosecond; the clock runs over the end of a long meanwhile.
        pass(SECOND / 3);
        assertThat(granted(allowance.take(1, 0))).isFalse();
        pass(1);
        assertThat(granted(allowance.take(1, 0))).isTrue();
        assertThat(granted(allowance.take(1, 0))).isFalse();
        pass(100 * SECOND);
        for (int i = 0; i < 3; i++) {
            assertThat(granted(allowance.take(1, 0))).isTrue();
        }
        assertThat(granted(allowance.take(1, 0))).as("never more than it holds").isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void howeverItIsAskedNoMoreIsGivenThanTheRate(int seed) {
        Keyed random = Keyed.of(seed);
        Allowance allowance = allowance("inputs=7/min");
        long given = 0;
        long passed = 0;
        long refusedToken = 0;
        while (passed < 3600 * SECOND) {
            long step = (long) (random.nextDouble() * 3 * SECOND);
            pass(step);
            passed += step;
            if (granted(allowance.take(0, 1))) {
                given++;
            } else {
                refusedToken++;
            }
        }
        // Asked more often than the rate: the first seven at once, then one each 60/7 seconds, to the token.
        assertThat(refusedToken).isPositive();
        assertThat(given).isBetween(7 * 60L + 6, 7 + Math.floorDiv(passed * 7, 60 * SECOND));
    }

    @Test
    void whatOneLimitRefusesTheOthersKeep() {
        Allowance allowance = allowance("requests=10/s", "inputs=4/s");
        assertThat(granted(allowance.take(1, 4))).isTrue();
        assertThat(granted(allowance.take(1, 4))).isFalse();
        assertThat(allowance.take(0, 5))
                .isInstanceOfSatisfying(
                        Allowance.Taken.TooMany.class,
                        tooMany -> assertThat(tooMany.by()).hasToString("inputs=4/s"));
        assertThat(allowance.take(9, 0))
                .isInstanceOfSatisfying(
                        Allowance.Taken.Granted.class,
                        all -> assertThat(all.standings())
                                .extracting(Allowance.Standing::remaining)
                                .containsExactly(0L, 0L));
        assertThat(allowance.unwritten()).isEqualTo(new Usage.Count(10, 4));
        assertThat(allowance.unwritten()).isEqualTo(Usage.Count.NONE);
    }

    @Test
    void aQuotaIsFullAgainAtMidnightOfUtcAndKnowsWhatWasUsedBefore() {
        Allowance allowance =
                new Allowance(Rate.parse(List.of("requests=100/day")), nanos::get, millis::get, new Usage.Count(98, 0));
        assertThat(granted(allowance.take(2, 0))).isTrue();
        assertThat(allowance.take(1, 0))
                .isInstanceOfSatisfying(
                        Allowance.Taken.Refused.class,
                        refused -> assertThat(refused.seconds()).isEqualTo(12 * 3600));
        pass(12 * 3600 * SECOND - 1_000_000);
        assertThat(granted(allowance.take(1, 0))).isFalse();
        pass(1_000_000);
        assertThat(granted(allowance.take(100, 0))).isTrue();
        assertThat(granted(allowance.take(1, 0))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10/s", "requests=0/s", "requests=-1/s", "requests=1000001/s", "requests=10/y", "x=1/s", ""})
    void whatIsNoLimitIsRefused(String text) {
        assertThatThrownBy(() -> Rate.parse(text)).isInstanceOf(Refusal.class);
    }

    @Test
    void theSameIsNotLimitedTwice() {
        assertThatThrownBy(() -> Rate.parse(List.of("requests=1/s", "requests=2/s")))
                .isInstanceOf(Refusal.class);
        assertThat(Rate.parse(List.of("requests=1/s", "requests=2/hour", "inputs=3/s")))
                .hasToString("[requests=1/s, requests=2/h, inputs=3/s]");
    }
}
