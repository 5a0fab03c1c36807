package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.batch.Batching;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The routes of a collection whose bundle takes texts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TextServerTest {
    private WordCollection collection;
    private KindredServer server;
    private Caller caller;

    @BeforeAll
    void start(@TempDir Path folder) {
        collection = WordCollection.in(folder);
        // One thread that remembers nothing, so that what the encoders were asked can be counted.
        ServeOptions options = ServeOptions.defaults()
                .onPort(0)
                .withThreads(1)
                .withBatching(Batching.defaults().withCacheBytes(0));
        server = KindredServer.start(options, collection.served());
        caller = new Caller(server.url());
    }

    @AfterAll
    void stop() {
        caller.close();
        server.close();
        collection.close();
    }

    @BeforeEach
    void count() {
        collection.queries.calls.set(0);
        collection.documents.calls.set(0);
    }

    private static List<String> ids(Reply reply) {
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        return StreamSupport.stream(reply.json().getAsJsonArray("neighbors").spliterator(), false)
                .map(each -> each.getAsJsonObject().get("id").getAsString())
                .toList();
    }

    @Test
    void aDescriptionFindsItsWordInWhicheverWayItComes() {
        String text = "a tower with a light for ships";
        List<String> found = ids(caller.json("/v1/search", "{\"text\":\"" + text + "\",\"k\":3}"));
        assertThat(found).hasSize(3).first().isEqualTo("lighthouse");
        assertThat(ids(caller.bytes("/v1/search?k=3", "text/plain", text.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(found);
        assertThat(ids(caller.bytes(
                        "/v1/search?k=3", "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(found);
        assertThat(ids(caller.bytes(
                        "/v1/search",
                        "multipart/form-data; boundary=kin",
                        ("--kin\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n" + text
                                        + "\r\n"
                                        + "--kin\r\n"
                                        + "Content-Disposition: form-data; name=\"k\"\r\n\r\n"
                                        + "3\r\n"
                                        + "--kin--\r\n")
                                .getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(found);
        assertThat(collection.queries.calls).as("what is looked for is a query").hasValue(4);
        assertThat(collection.documents.calls).hasValue(0);
    }

    @Test
    void theAnswerCarriesTextsScoresAndProbabilities() {
        JsonObject first = caller.json("/v1/search", "{\"text\":\"speak very quietly\",\"k\":1}")
                .json()
                .getAsJsonArray("neighbors")
                .get(0)
                .getAsJsonObject();
        assertThat(first.getAsJsonObject("payload").get("text").getAsString()).isEqualTo("speak very quietly");
        assertThat(first.get("same").getAsBoolean()).isTrue();
        assertThat(first.get("probability").getAsDouble()).isBetween(0.5, 1.0);
    }

    @Test
    void twoTextsAreComparedAsWhatIsFound() {
        Reply same = caller.json(
                "/v1/verify", "{\"left\":{\"text\":\"speak very loudly\"},\"right\":{\"text\":\"speak loudly\"}}");
        assertThat(same.code()).as(same.text()).isEqualTo(200);
        assertThat(same.json().get("same").getAsBoolean()).isTrue();
        Reply other =
                caller.json("/v1/verify", "{\"left\":{\"text\":\"speak very loudly\"},\"right\":{\"id\":\"compass\"}}");
        assertThat(other.json().get("same").getAsBoolean()).isFalse();
        assertThat(collection.documents.calls).hasValue(2);
        assertThat(collection.queries.calls).hasValue(0);
    }

    @Test
    void embedGivesARowATextByEitherRole() {
        Reply reply = caller.json("/v1/embed", "{\"texts\":[\"northern light\",\"warm water\"]}");
        JsonArray rows = reply.json().getAsJsonArray("embeddings");
        assertThat(rows).hasSize(2);
        float[] expected = new WordCollection.Words()
                .embed(new dev.kindred.core.Content.Text("warm water"))
                .row(0);
        assertThat(rows.get(1).getAsJsonArray().get(5).getAsFloat()).isCloseTo(expected[5], within(1e-6f));
        assertThat(collection.documents.calls).hasValue(1);
        assertThat(caller.json("/v1/embed", "{\"text\":\"warm water\",\"role\":\"query\"}")
                        .code())
                .isEqualTo(200);
        assertThat(collection.queries.calls).hasValue(1);
        assertThat(caller.json("/v1/embed", "{\"text\":\"warm water\",\"role\":\"anchor\"}")
                        .json()
                        .get("hint")
                        .getAsString())
                .contains("query or document");
    }

    @Test
    void aPictureIsRefusedInWords() {
        for (Reply reply : List.of(
                caller.bytes("/v1/search", "image/png", new byte[] {1, 2}),
                caller.json("/v1/search", "{\"image\":\"AAAA\"}"),
                caller.json("/v1/embed", "{\"images\":[\"AAAA\"]}"),
                caller.json("/v1/verify", "{\"left\":{\"image\":\"AAAA\"},\"right\":{\"id\":\"dog\"}}"))) {
            assertThat(reply.code()).isEqualTo(400);
            assertThat(reply.json().get("detail").getAsString()).contains("takes texts, not pictures");
        }
        assertThat(caller.get("/v1/collections/default/items/dog/picture").code())
                .isEqualTo(404);
    }

    @Test
    void whatIsNoTextIsRefused() {
        for (String body : List.of("{\"text\":\"  \"}", "{\"text\":3}", "{\"text\":\"a\",\"id\":\"dog\"}", "{}")) {
            assertThat(caller.json("/v1/search", body).code()).as(body).isEqualTo(400);
        }
        assertThat(caller.bytes("/v1/search", "text/plain", new byte[] {(byte) 0xC3, 'a'})
                        .json()
                        .get("detail")
                        .getAsString())
                .contains("UTF-8");
        String many = "\"a\",".repeat(Inputs.MAX_INPUTS) + "\"a\"";
        assertThat(caller.json("/v1/embed", "{\"texts\":[" + many + "]}").code())
                .isEqualTo(400);
    }

    @Test
    void theCollectionSaysWhatItTakes() {
        JsonObject about = caller.get("/v1/collections/default").json();
        assertThat(about.get("takes").getAsString()).isEqualTo("texts");
        assertThat(about.get("items").getAsInt()).isEqualTo(WordCollection.size());
        assertThat(about.getAsJsonObject("groups").getAsJsonObject("part").keySet())
                .containsExactly("adjective", "adverb", "noun", "verb");
    }
}
