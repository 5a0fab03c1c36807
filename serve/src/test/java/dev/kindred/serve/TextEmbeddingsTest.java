package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.core.Distance;
import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.access.Oversight;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** text-embeddings-inference's calls, as its clients make them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TextEmbeddingsTest {
    private TokenCollection collection;
    private KindredServer server;
    private Caller caller;

    @BeforeAll
    void start(@TempDir Path folder) {
        collection = TokenCollection.in(folder);
        server = KindredServer.start(ServeOptions.defaults().onPort(0), collection.served());
        caller = new Caller(server.url());
    }

    @AfterAll
    void stop() {
        caller.close();
        server.close();
        collection.close();
    }

    private JsonArray embed(String body) {
        Reply reply = caller.json("/embed", body.replace('\'', '"'));
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        return JsonParser.parseString(reply.text()).getAsJsonArray();
    }

    private static void holds(JsonArray row, float[] expected) {
        assertThat(row).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(row.get(i).getAsFloat()).isCloseTo(expected[i], within(1e-6f));
        }
    }

    @Test
    void oneTextAndSeveralGiveAListOfRows() {
        float[] expected = collection.encoder.embed("one word").row(0);
        holds(embed("{'inputs':'one word'}").get(0).getAsJsonArray(), expected);
        JsonArray two =
                embed("{'inputs':['another','one word'],'normalize':true,'truncate':true,'prompt_name':'query'}");
        assertThat(two).hasSize(2);
        holds(two.get(1).getAsJsonArray(), expected);
        assertThat(embed("{'inputs':'one','dimensions':7,'prompt_name':null}")
                        .get(0)
                        .getAsJsonArray())
                .hasSize(7);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'inputs':'a','normalize':false} | 400 | are of unit length",
                "{'inputs':'a','prompt_name':'s2p'} | 400 | say query or document",
                "{'inputs':'a','truncation_direction':'Left'} | 400 | lose their end",
                "{'inputs':'a b c d e f g h i j k l m n o p','truncate':false} | 413 | reads 16 tokens",
                "{'inputs':['a',[1,2]]} | 400 | tokens of another tokenizer",
                "{'inputs':[]} | 400 | nothing to embed",
                "{'inputs':''} | 400 | the text is empty",
                "{'input':'a'} | 400 | there is no such field",
                "{'inputs':'a','dimensions':25} | 400 | of a space that has 24",
                "{'inputs': | 400 | ends too soon",
            })
    void whatIsWrongIsSaidInItsShape(String body, int code, String words) {
        Reply reply = caller.json("/embed", body.replace('\'', '"'));
        assertThat(reply.code()).as(reply.text()).isEqualTo(code);
        JsonObject error = reply.json();
        assertThat(error.get("error").getAsString()).contains(words);
        assertThat(error.get("error_type").getAsString()).isEqualTo("Validation");
        assertThat(error.keySet()).containsExactly("error", "error_type");
    }

    @Test
    void textsAreCutUnlessSaidOtherwise() {
        String words = "a b c d e f g h i j k l m n";
        assertThat(embed("{'inputs':'" + words + " o p'}")).isEqualTo(embed("{'inputs':'" + words + "'}"));
        assertThat(embed("{'inputs':'" + words + "','truncate':false}")).hasSize(1);
    }

    @Test
    void infoAndHealthSayWhatTheyMust() {
        JsonObject info = caller.get("/info").json();
        assertThat(info.get("model_id").getAsString()).isEqualTo("default");
        assertThat(info.get("model_sha").getAsString()).isEqualTo(TokenCollection.BUNDLE);
        assertThat(info.get("max_input_length").getAsInt()).isEqualTo(TokenCollection.MOST_TOKENS);
        assertThat(info.get("max_client_batch_size").getAsInt()).isEqualTo(2048);
        assertThat(info.getAsJsonObject("model_type").has("embedding")).isTrue();
        assertThat(caller.get("/health").code()).isEqualTo(200);
    }

    /** Vectors whose lengths count are never changed in length. */
    @Test
    void aSpaceOfLengthsIsNotNormalised(@TempDir Path folder) {
        try (TokenCollection plain = TokenCollection.named(Served.DEFAULT_COLLECTION, Distance.L2, folder);
                KindredServer own = KindredServer.start(
                        ServeOptions.defaults().onPort(0),
                        List.of(plain.served()),
                        Oversight.by(new TestKeys()),
                        (request, route, cause) -> {});
                Caller asking = new Caller(own.url())) {
            String key = "Bearer " + TestKeys.READER;
            Reply refused = asking.json("/embed", "{\"inputs\":\"a\",\"normalize\":true}", "Authorization", key);
            assertThat(refused.json().get("error").getAsString()).contains("compared by l2");
            Reply given = asking.json("/embed", "{\"inputs\":\"one word\"}", "Authorization", key);
            holds(
                    JsonParser.parseString(given.text()).getAsJsonArray().get(0).getAsJsonArray(),
                    plain.encoder.embed("one word").row(0));
            Reply keyless = asking.json("/embed", "{\"inputs\":\"a\"}");
            assertThat(keyless.code()).isEqualTo(401);
            assertThat(keyless.json().get("error_type").getAsString()).isEqualTo("Unauthorized");
            assertThat(asking.get("/health").code()).as("health needs no key").isEqualTo(200);
        }
    }
}
