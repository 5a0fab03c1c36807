package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.kindred.core.Nearest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressLineTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private String shown() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void plainLinesWithoutATerminal() {
        try (ProgressLine line = new ProgressLine(err, false, 80)) {
            for (int i = 0; i <= 1000; i++) {
                line.at("reading", i, 1000, "");
            }
            line.at("teaching", 1, 10, "loss 2.1");
        }
        assertThat(shown()).doesNotContain("\r", "\u001b");
        assertThat(shown().lines()).hasSize(3);
        assertThat(shown().lines().toList().get(1)).contains("reading 100%  1000/1000");
        assertThat(shown().lines().toList().get(2))
                .contains("teaching  10%  1/10")
                .endsWith("loss 2.1");
    }

    @Test
    void oneLineDrawnOverItselfOnATerminal() {
        try (ProgressLine line = new ProgressLine(err, true, 40)) {
            for (int i = 0; i <= 1000; i++) {
                line.at("reading", i, 1000, "a note that is longer than the line is wide");
            }
        }
        assertThat(shown()).endsWith("\n");
        for (String drawn : shown().split("\r\u001b\\[2K|\n")) {
            assertThat(drawn.length()).isLessThan(40);
        }
    }

    @Test
    void jsonLinesForAProgram() {
        ProgressLine.json(err).at("teaching", 5, 10, "loss \"1\"");
        assertThat(JsonParser.parseString(shown())
                        .getAsJsonObject()
                        .getAsJsonObject("progress")
                        .get("note")
                        .getAsString())
                .isEqualTo("loss \"1\"");
    }

    @ParameterizedTest
    @CsvSource({"0.4,0 s", "59.4,59 s", "59.6,1:00", "187,3:07", "3729,1:02:09"})
    void clocks(double seconds, String expected) {
        assertThat(ProgressLine.clock(seconds)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"abc,abc,0", "abc,acb,1", "steps,stpes,1", "kitten,sitting,3", "'',abc,3"})
    void editDistances(String a, String b, int expected) {
        assertThat(Nearest.distance(a, b)).isEqualTo(expected);
        assertThat(Nearest.distance(b, a)).isEqualTo(expected);
    }
}
