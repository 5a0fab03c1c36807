package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RequestNumbersTest {
    @Test
    void laterOnesAreHigherAndNoneIsGivenTwice() {
        AtomicLong millis = new AtomicLong(Instant.parse("2026-11-27T00:00:00Z").toEpochMilli());
        RequestNumbers numbers = new RequestNumbers(() -> Instant.ofEpochMilli(millis.get()));
        List<String> firsts = new ArrayList<>();
        HashSet<String> all = new HashSet<>();
        for (int i = 0; i < 200; i++, millis.incrementAndGet()) {
            firsts.add(numbers.next().text());
            all.add(firsts.getLast());
            for (int j = 1; j < 1_000; j++) {
                all.add(numbers.next().text());
            }
        }
        assertThat(firsts).isSorted();
        assertThat(all).hasSize(200_000);
        assertThat(firsts.getFirst()).as("as text, like others'").matches("[0-9a-f]{16}");
    }
}
