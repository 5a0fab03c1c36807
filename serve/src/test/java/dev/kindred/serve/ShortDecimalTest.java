package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bit for bit what Java itself reads, whichever of the two ways is taken. */
class ShortDecimalTest {
    private static void assertRead(String number) {
        assertThat(Double.doubleToRawLongBits(ShortDecimal.value(number)))
                .as(number)
                .isEqualTo(Double.doubleToRawLongBits(Double.parseDouble(number)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0",
                "-0.0",
                "-0e5",
                "0.1",
                "1e22",
                "1e23",
                "1E+22",
                "1e-22",
                "1e-23",
                "999999999999999e22",
                "9007199254740993.0",
                "9007199254740993e0",
                "123456789012345.6",
                "0.000000000000000000000123",
                "0.0000000000000000000001",
                "1.7976931348623157e308",
                "1.7976931348623159e308",
                "4.9e-324",
                "2.4703282292062327e-324",
                "2.2250738585072011e-308",
                "1e99999999",
                "1e-99999999",
                "1e999999999999999999999",
                "0e999999999999999999999",
                "12345678901234567890123456789012345678901234567890.5",
                "1844674407370955161612345.5"
            })
    void whatLiesAtTheEdges(String number) {
        assertRead(number);
    }

    @Test
    void whatAnyoneMaySend() {
        Random random = new Random(7);
        for (int i = 0; i < 400_000; i++) {
            StringBuilder number = new StringBuilder(random.nextBoolean() ? "-" : "");
            digits(number, random, 1 + random.nextInt(18));
            if (random.nextBoolean()) {
                number.append('.');
                digits(number, random, 1 + random.nextInt(18));
            }
            if (random.nextBoolean()) {
                number.append(random.nextBoolean() ? "e" : "E")
                        .append(new String[] {"", "+", "-"}[random.nextInt(3)])
                        .append(random.nextInt(random.nextBoolean() ? 25 : 330));
            }
            assertRead(number.toString());
        }
    }

    private static void digits(StringBuilder number, Random random, int count) {
        for (int i = 0; i < count; i++) {
            number.append((char) ('0' + random.nextInt(10)));
        }
    }

    @Test
    void whatVectorsAreMadeOf() {
        Random random = new Random(7);
        for (int i = 0; i < 200_000; i++) {
            float value = (float) random.nextGaussian();
            assertRead(Float.toString(value));
            assertRead(Double.toString(random.nextGaussian()));
            assertThat((float) ShortDecimal.value(Float.toString(value))).isEqualTo(value);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "12",
                "-99999999999999999",
                "-999999999999999999",
                "1234567890123456789",
                "9223372036854775807",
                "-9223372036854775808"
            })
    void isAWholeNumber(String number) {
        assertThat(ShortDecimal.isWhole(number)).isTrue();
        assertThat(number).isIn(String.valueOf(Long.parseLong(number)), "-0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1e2", "1E0", "9223372036854775808", "-9223372036854775809", "10000000000000000000"})
    void isNoneThatFits(String number) {
        assertThat(ShortDecimal.isWhole(number)).isFalse();
    }
}
