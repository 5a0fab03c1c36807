package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import dev.kindred.encode.Bundle;
import dev.kindred.release.Bundles;
import dev.kindred.serve.Caller.Reply;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Comparisons over HTTP: which threshold decides, where none does, and what becomes of what was answered. */
class VerifyServerTest {
    private ServedHome home;
    private String words;

    @BeforeEach
    void start(@TempDir Path folder) {
        Bundle texts = TextBundle.seal(folder.resolve("texts.kindred"));
        new Bundles(folder.resolve("home")).add(texts.path());
        home = ServedHome.overseen(folder.resolve("home"));
        words = "{\"bundle\":\"" + texts.id() + "\"}";
        item(home.put("/v1/collections/words", words));
        item(home.put("/v1/collections/vectors", "{\"vectors\":{\"dimension\":3,\"distance\":\"cosine\"}}"));
    }

    @AfterEach
    void stop() {
        home.close();
    }

    private static JsonObject item(Reply reply) {
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    @Test
    void nothingIsAnsweredInTheGreyZoneWhereThatIsAskedFor() {
        String pair = "{\"left\":{\"vector\":%s},\"right\":{\"vector\":%s}%s}";
        String verify = "/v1/collections/words/verify";
        // Cosine 0.9: a probability of one half, by the bundle's calibration.
        String one = unit(1, 0);
        String other = unit(0.9, Math.sqrt(1 - 0.81));
        JsonObject plain = item(home.caller.json(verify, pair.formatted(one, other, ",\"fmr\":0.1")));
        assertThat(plain.get("same").getAsBoolean()).isTrue();
        assertThat(plain.get("probability").getAsDouble()).isCloseTo(0.5, within(1e-3));
        assertThat(plain.has("abstained")).isFalse();
        JsonObject grey = item(home.caller.json(verify, pair.formatted(one, other, ",\"fmr\":0.1,\"abstain\":true")));
        assertThat(grey.get("same").isJsonNull()).isTrue();
        assertThat(grey.get("abstained").getAsBoolean()).isTrue();
        JsonObject narrow =
                item(home.caller.json(verify, pair.formatted(one, other, ",\"abstain\":{\"probability\":[0.6,0.9]}")));
        assertThat(narrow.get("abstained").getAsBoolean()).isFalse();
        assertThat(narrow.get("same").getAsBoolean())
                .as("below the threshold of 1%")
                .isFalse();
        JsonObject between =
                item(home.caller.json(verify, pair.formatted(one, other, ",\"abstain\":{\"fmr\":[0.1,0.01]}")));
        assertThat(between.get("abstained").getAsBoolean()).isTrue();
        assertThat(between.get("zone")).hasToString("{\"score\":[0.8,0.95]}");
        Reply unmeasured = home.caller.json(verify, pair.formatted(one, other, ",\"abstain\":{\"fmr\":[0.1,0.5]}"));
        assertThat(unmeasured.code()).isEqualTo(400);
        assertThat(home.caller
                        .json(
                                "/v1/collections/vectors/verify",
                                "{\"left\":{\"vector\":[1,0,0]},\"right\":{\"vector\":[1,0,0]},\"abstain\":true}")
                        .text())
                .contains("nothing was validated");
    }

    private static String unit(double first, double second) {
        StringBuilder vector = new StringBuilder("[" + first + "," + second);
        return vector.append(",0".repeat(30)).append("]").toString();
    }

    @Test
    void aThresholdIsThatOfItsCohortWhereItWasMeasured() {
        String pair = "{\"left\":{\"vector\":" + unit(1, 0) + "},\"right\":{\"vector\":"
                + unit(0.96, Math.sqrt(1 - 0.96 * 0.96)) + "}%s}";
        String verify = "/v1/collections/words/verify";
        JsonObject common = item(home.caller.json(verify, pair.formatted("")));
        assertThat(common.get("same").getAsBoolean()).isTrue();
        assertThat(common.get("threshold").getAsDouble()).isEqualTo(0.95);
        JsonObject latin = item(home.caller.json(verify, pair.formatted(",\"attribute\":{\"script\":\"latin\"}")));
        assertThat(latin.get("same").getAsBoolean()).isFalse();
        assertThat(latin.get("threshold").getAsDouble()).isEqualTo(0.97);
        assertThat(latin.get("cohort").getAsString()).isEqualTo("script=latin");
        JsonObject unsure = item(home.caller.json(
                verify, pair.formatted(",\"attribute\":{\"script\":\"latin\"},\"abstain\":{\"fmr\":[0.1,0.01]}")));
        assertThat(unsure.getAsJsonObject("zone").getAsJsonArray("score").toString())
                .as("its ends are the cohort's too, the common one where it has none of its own")
                .isEqualTo("[0.8,0.97]");
        assertThat(unsure.get("abstained").getAsBoolean()).isTrue();
        assertThat(unsure.get("same").isJsonNull()).isTrue();
        JsonObject unseen = item(home.caller.json(verify, pair.formatted(",\"attribute\":{\"script\":\"runes\"}")));
        assertThat(unseen.get("threshold").getAsDouble()).isEqualTo(0.95);
        assertThat(unseen.get("cohort").isJsonNull()).isTrue();
        Reply slip = home.caller.json(verify, pair.formatted(",\"attribute\":{\"scrpt\":\"latin\"}"));
        assertThat(slip.code()).isEqualTo(400);
        assertThat(slip.text()).contains("did you mean script?");
    }

    /** Also what was answered a moment ago, and waits to be written. */
    @Test
    void whatADroppedCollectionAnsweredTakesNoFeedback() {
        String pair = "{\"left\":{\"vector\":" + unit(1, 0) + "},\"right\":{\"vector\":" + unit(0, 1) + "}}";
        Reply answered = home.caller.json("/v1/collections/words/verify", pair);
        item(answered);
        String said = "{\"request\":\"" + answered.header("kindred-request") + "\",\"outcome\":\"same\"}";
        assertThat(home.delete("/v1/collections/words").code()).isEqualTo(200);
        item(home.put("/v1/collections/words", words));
        Reply late = home.caller.json("/v1/feedback", said);
        assertThat(late.code()).as(late.text()).isEqualTo(404);
        assertThat(home.caller.get("/v1/collections/words/feedback").text()).isEmpty();
    }
}
