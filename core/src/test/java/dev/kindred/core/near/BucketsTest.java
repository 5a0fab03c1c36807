package dev.kindred.core.near;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BucketsTest {
    /** One band: {@code many} on the left are in bucket 1, one is in bucket 2; on the right is one of each. */
    private static Buckets.Candidates across(int many, Buckets.Look look) {
        long[][] left = new long[many + 1][];
        Arrays.setAll(left, i -> new long[] {i < many ? 1 : 2});
        return Buckets.across(left, new long[][] {{1}, {2}}, 5, look);
    }

    @Test
    void whereMoreAreThereThanAreLookedAtItIsTold() {
        assertThat(across(50, (l, r) -> l == 49 || r == 1).cut()).containsExactly(false, false);
        Buckets.Candidates all = across(50, (l, r) -> l == 49 || r == 1);
        assertThat(all.lefts().getFirst()).containsExactly(49);
        assertThat(all.lefts().getLast()).containsExactly(50);
        // The last one is not looked at.
        Buckets.Candidates large = across(51, (l, r) -> l == 50);
        assertThat(large.lefts().getFirst()).isEmpty();
        assertThat(large.cut()).containsExactly(true, false);
        // Of six that are worth it five are kept.
        assertThat(across(6, (l, r) -> true).cut()).containsExactly(true, false);
        assertThat(across(5, (l, r) -> true).cut()).containsExactly(false, false);
    }
}
