package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.encode.Comparators;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.serve.Caller.Reply;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A collection whose bundle has a comparator: its thresholds meet its scores and no cosine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ComparatorServerTest {
    private WordCollection collection;
    private LearnedDistance comparator;
    private KindredServer server;
    private Caller caller;

    @BeforeAll
    void start(@TempDir Path folder) {
        collection = WordCollection.in(folder);
        comparator = WordCollection.comparator();
        server = KindredServer.start(ServeOptions.defaults().onPort(0), collection.served(comparator));
        caller = new Caller(server.url());
    }

    @AfterAll
    void stop() {
        caller.close();
        server.close();
        comparator.close();
        collection.close();
    }

    private JsonObject ok(String path, String body) {
        Reply reply = caller.json(path, body);
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    /** Its line, and the score of that. */
    private static double expected(double cosine) {
        return Comparators.score(3 - 4 * cosine);
    }

    @Test
    void verifyJudgesByTheComparator() {
        JsonObject alike = ok("/v1/verify", "{\"left\":{\"id\":\"dog\"},\"right\":{\"id\":\"dog\"}}");
        assertThat(alike.get("embeddingScore").getAsDouble()).isCloseTo(1, within(1e-5));
        assertThat(alike.get("score").getAsDouble()).isCloseTo(expected(1), within(1e-5));
        assertThat(alike.get("same").getAsBoolean()).isFalse();
        JsonObject apart = ok("/v1/verify", "{\"left\":{\"id\":\"dog\"},\"right\":{\"id\":\"violin\"}}");
        assertThat(apart.get("score").getAsDouble())
                .isCloseTo(expected(apart.get("embeddingScore").getAsDouble()), within(1e-5));
        assertThat(apart.get("same").getAsBoolean())
                .isEqualTo(apart.get("score").getAsDouble() >= 0.95);
    }

    @Test
    void plainSearchIsNotJudgedByItsThresholdsAndARerankedOneIs() {
        JsonObject plain = ok("/v1/search", "{\"text\":\"a tower with a light for ships\",\"k\":24}");
        JsonArray neighbors = plain.getAsJsonArray("neighbors");
        assertThat(plain.has("threshold")).isFalse();
        for (int i = 0; i < neighbors.size(); i++) {
            assertThat(neighbors.get(i).getAsJsonObject().has("probability")).isFalse();
            assertThat(neighbors.get(i).getAsJsonObject().has("same")).isFalse();
        }
        JsonObject reranked = ok("/v1/search", "{\"text\":\"a tower with a light for ships\",\"k\":3,\"rerank\":true}");
        assertThat(reranked.get("reranked").getAsBoolean()).isTrue();
        assertThat(reranked.get("threshold").getAsDouble()).isEqualTo(0.95);
        JsonArray turned = reranked.getAsJsonArray("neighbors");
        assertThat(turned).hasSize(3);
        // It falls where cosines rise: the last of all come first.
        assertThat(turned.get(0).getAsJsonObject().get("id"))
                .isEqualTo(neighbors.get(23).getAsJsonObject().get("id"));
        for (int i = 0; i < 3; i++) {
            JsonObject one = turned.get(i).getAsJsonObject();
            double cosine = neighbors.get(23 - i).getAsJsonObject().get("score").getAsDouble();
            assertThat(one.get("score").getAsDouble()).isCloseTo(expected(cosine), within(1e-5));
            assertThat(one.get("same").getAsBoolean())
                    .isEqualTo(one.get("score").getAsDouble() >= 0.95);
            assertThat(one.has("probability")).isTrue();
        }
        assertThat(caller.json("/v1/search?rerank=true&k=3", "{\"id\":\"dog\"}").code())
                .isEqualTo(200);
    }

    @Test
    void whatWouldMixTheTwoIsRefused() {
        Reply mixed = caller.json("/v1/search", "{\"text\":\"dog\",\"fmr\":0.01}");
        assertThat(mixed.code()).isEqualTo(400);
        assertThat(mixed.text()).contains("comparator");
        assertThat(caller.json("/v1/search", "{\"text\":\"dog\",\"rerank\":1}").code())
                .isEqualTo(400);
    }
}
