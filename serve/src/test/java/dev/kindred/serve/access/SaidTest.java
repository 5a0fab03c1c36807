package dev.kindred.serve.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;

class SaidTest {
    private static JsonObject scores(Said said) {
        return JsonParser.parseString(said.json()).getAsJsonObject().getAsJsonObject("scores");
    }

    @Test
    void aPairHasAScoreAndWhereThereIsOneItsThreshold() {
        Said said = Said.ofPair(0.5);
        assertThat(said.json()).isEqualTo("{\"score\":0.5}");
        said.threshold(0.8);
        assertThat(said.json()).isEqualTo("{\"score\":0.5,\"threshold\":0.8}");
    }

    @Test
    void ofSeveralSearchesTheFirstScoreAndThresholdStand() {
        Said said = Said.ofItems();
        said.item("b", 0.9);
        said.item("a", 0.25);
        said.threshold(0.8);
        said.item("b", 0.1);
        said.threshold(0.7);
        assertThat(said.json()).isEqualTo("{\"scores\":{\"b\":0.9,\"a\":0.25},\"threshold\":0.8}");
        assertThat(Said.ofItems().json()).isEqualTo("{\"scores\":{}}");
    }

    @Test
    void aHundredAreKept() {
        Said said = Said.ofItems();
        for (int i = 0; i < 150; i++) {
            said.item("item" + i, i);
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
            said.item(i + "x".repeat(4_095), i);
        }
        said.item("short", 1);
        assertThat(scores(said).size()).isEqualTo(2);
    }
}
