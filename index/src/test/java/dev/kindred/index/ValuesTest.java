package dev.kindred.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ValuesTest {
    private static final List<Value> MANY = List.of(
            Value.of("3"),
            Value.of(""),
            Value.of(3L),
            Value.of(3.0),
            Value.of(0L),
            Value.of(-0.0),
            Value.of(2.5),
            Value.of((1L << 53) + 1),
            Value.of(0x1p53),
            Value.of(Long.MAX_VALUE),
            Value.of(Long.MIN_VALUE),
            Value.of(0x1p63),
            Value.of(-0x1p63),
            Value.of(Double.NaN),
            Value.of(Double.POSITIVE_INFINITY),
            Value.of(true),
            Value.of(false),
            Value.of(Instant.EPOCH),
            Value.of(Instant.ofEpochSecond(0, 1)),
            Value.of(List.of("3", "4")),
            Value.of(List.of()));

    @Test
    void oneOfAListIsWhatEqualsOneOfThem() {
        for (Value value : MANY) {
            for (Value wanted : MANY) {
                assertThat(Values.anyOf(List.of(wanted)).passes(value))
                        .as("%s in [%s]", value, wanted)
                        .isEqualTo(Values.equal(value, wanted));
            }
        }
    }

    @Test
    @Timeout(15)
    void listsOfManyNumbersAreNotReadAnewForEveryRow() {
        List<Value> even =
                LongStream.range(0, 100_000).mapToObj(n -> Value.of(2 * n)).toList();
        Values.Test test = Values.anyOf(even);
        assertThat(LongStream.range(0, 200_000)
                        .filter(n -> test.passes(Value.of(n)))
                        .count())
                .isEqualTo(100_000);
    }
}
