package dev.kindred.serve.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.release.Answered.Answer;
import org.junit.jupiter.api.Test;

class SaidTest {
    private static JsonObject scores(Said said) {
        return JsonParser.parseString(said.json()).getAsJsonObject().getAsJsonObject("scores");
    }

    @Test
    void aPairHasAScoreAndWhereThereIsOneItsThreshold() {
        assertThat(Said.ofPair(0.5, null).json()).isEqualTo("{\"score\":0.5}");
        assertThat(Said.ofPair(0.5, 0.8).json()).isEqualTo("{\"score\":0.5,\"threshold\":0.8}");
    }

    @Test
    void ofAnItemThatSeveralSearchesFoundTheFirstScoreAndItsThresholdStand() {
        Said said = Said.ofItems();
        said.item("b", 0.9, 0.8);
        said.item("a", 0.25, 0.8);
        said.item("b", 0.1, 0.7);
        assertThat(said.json()).isEqualTo("{\"scores\":{\"b\":0.9,\"a\":0.25},\"threshold\":0.8}");
        assertThat(Said.ofItems().json()).isEqualTo("{\"scores\":{}}");
    }

    @Test
    void otherThresholdsStandApart() {
        Said said = Said.ofItems();
        said.item("a", 0.9, 0.8);
        said.item("b", 0.9, 0.7);
        said.item("c", 12.5, null);
        assertThat(said.json())
                .isEqualTo("{\"scores\":{\"a\":0.9,\"b\":0.9,\"c\":12.5},\"threshold\":0.8,"
                        + "\"thresholds\":{\"b\":0.7,\"c\":null}}");
        Answer answer = new Answer("r", 0, "k", "c", "b", "search", said.json());
        assertThat(answer.threshold("a")).contains(0.8);
        assertThat(answer.threshold("b")).contains(0.7);
        assertThat(answer.threshold("c")).isEmpty();
        assertThat(answer.score("c")).contains(12.5);
    }

    @Test
    void whereTheFirstIsJudgedByNoneTheOthersSayTheirOwn() {
        Said said = Said.ofItems();
        said.item("a", 12.5, null);
        said.item("b", 0.9, 0.8);
        assertThat(said.json()).isEqualTo("{\"scores\":{\"a\":12.5,\"b\":0.9},\"thresholds\":{\"b\":0.8}}");
    }

    @Test
    void aHundredAreKept() {
        Said said = Said.ofItems();
        for (int i = 0; i < 150; i++) {
            said.item("item" + i, i, 0.5);
        }
        assertThat(scores(said).keySet())
                .hasSize(100)
                .contains("item0", "item99")
                .doesNotContain("item100");
    }

    @Test
    void fewerWhereTheirIdsAreLong() {
        Said said = Said.ofItems();
        for (int i = 0; i < 5; i++) {
            said.item(i + "x".repeat(4_095), i, 0.5);
        }
        said.item("short", 1, 0.5);
        assertThat(scores(said).size()).isEqualTo(2);
    }
}
