package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.core.Distance;
import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.access.Oversight;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What OpenAI's clients ask for: by themselves, and by hand where they would not send it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenAiTest {
    private static final String KEY = "Bearer " + TestKeys.READER;

    private TokenCollection collection;
    private TokenCollection other;
    private KindredServer server;
    private Caller caller;

    @BeforeAll
    void start(@TempDir Path folder) {
        collection = TokenCollection.in(folder);
        other = TokenCollection.named("other", Distance.L2, folder);
        server = KindredServer.start(
                ServeOptions.defaults().onPort(0).withMaxRequestBytes(1 << 20),
                List.of(collection.served(), other.served()),
                Oversight.by(new TestKeys()),
                (request, route, cause) -> cause.printStackTrace());
        caller = new Caller(server.url());
    }

    @AfterAll
    void stop() {
        caller.close();
        server.close();
        other.close();
        collection.close();
    }

    private Reply embed(String body) {
        return caller.json("/v1/embeddings", body, "Authorization", KEY);
    }

    private static float[] floats(JsonArray row) {
        float[] values = new float[row.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.get(i).getAsFloat();
        }
        return values;
    }

    private static JsonObject data(Reply reply, int i) {
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        return reply.json().getAsJsonArray("data").get(i).getAsJsonObject();
    }

    private float[] expected(String text) {
        return collection.encoder.embed(text).row(0);
    }

    /** Each would have been split at, one within the other. */
    @Test
    void aNameOfNothingButSeparatorsIsRefused() {
        for (String name : List.of("@".repeat(500_000), "a".repeat(65), "a".repeat(65) + "@c0ffee")) {
            Reply reply = embed("{\"model\":\"" + name + "\",\"input\":\"a\"}");
            assertThat(reply.code()).as(reply.text()).isEqualTo(400);
            assertThat(reply.text()).contains("more than 64 characters");
        }
        assertThat(embed("{\"model\":\"default@\",\"input\":\"a\"}").code()).isEqualTo(200);
    }

    /** {@code npm install openai}: nothing of it is mocked. */
    @Test
    void openAisOwnClientIsServed() throws Exception {
        Path root = Path.of(System.getProperty("kindred.root"));
        Path folder = client(root);
        Path script = folder.resolve("openai-client.mjs");
        try (var source = OpenAiTest.class.getResourceAsStream("openai-client.mjs")) {
            Files.write(script, source.readAllBytes());
        }
        Process node = new ProcessBuilder("node", script.toString(), server.url(), TestKeys.READER)
                .redirectErrorStream(true)
                .start();
        String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor()).as(said).isZero();
        JsonObject seen = JsonParser.parseString(said).getAsJsonObject();

        for (String way : List.of("unasked", "floats")) {
            JsonArray rows = seen.getAsJsonArray(way);
            assertThat(rows).as(way).hasSize(2);
            assertThat(floats(rows.get(0).getAsJsonArray()))
                    .as(way)
                    .containsExactly(expected("speak very quietly"), within(1e-6f));
            assertThat(floats(rows.get(1).getAsJsonArray()))
                    .as(way)
                    .containsExactly(expected("a tower with a light"), within(1e-6f));
        }
        assertThat(seen.getAsJsonArray("one")).hasSize(1);
        float[] cut = floats(seen.getAsJsonArray("cut").get(0).getAsJsonArray());
        assertThat(cut).hasSize(16);
        assertThat(norm(cut)).isCloseTo(1, within(1e-6));
        // Three words and five, each framed by two.
        assertThat(seen.getAsJsonObject("usage").get("prompt_tokens").getAsInt())
                .isEqualTo(12);
        assertThat(seen.getAsJsonArray("models").toString()).isEqualTo("[\"default\",\"other\"]");
        assertThat(seen.getAsJsonObject("model").get("release").getAsString()).isEqualTo(TokenCollection.BUNDLE);
        refused(seen, "unknown", "NotFoundError", "did you mean default?");
        JsonObject unknown = seen.getAsJsonObject("unknown");
        assertThat(unknown.get("code").getAsString()).isEqualTo("model_not_found");
        assertThat(unknown.get("param").getAsString()).isEqualTo("model");
        refused(seen, "tokens", "BadRequestError", "tokens of another tokenizer");
        refused(seen, "wide", "BadRequestError", "4096 dimensions");
        refused(seen, "keyless", "AuthenticationError", "this key is not known");
    }

    private static void refused(JsonObject seen, String call, String name, String words) {
        JsonObject error = seen.getAsJsonObject(call);
        assertThat(error.get("name").getAsString()).as(call).isEqualTo(name);
        assertThat(error.get("message").getAsString()).as(call).contains(words);
        assertThat(error.get("type").getAsString()).as(call).endsWith("_error");
    }

    /** The folder that the client is in; skips, saying why, where it cannot be had. */
    private static Path client(Path root) throws Exception {
        File log = File.createTempFile("openai-client", ".log");
        Process script = new ProcessBuilder(
                        root.resolve("scripts/openai-client").toString())
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        boolean done = script.waitFor(3, TimeUnit.MINUTES);
        script.destroy();
        List<String> lines = Files.readAllLines(log.toPath());
        String last = lines.isEmpty() ? "it said nothing" : lines.getLast();
        boolean there = done && script.exitValue() == 0;
        if (!there) {
            System.out.println("OpenAI's own client is not tested: " + last);
        }
        Assumptions.assumeTrue(there, last);
        return Path.of(last);
    }

    private static double norm(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }

    @Test
    void langchain4jIsServed() {
        OpenAiEmbeddingModel model = model("default", TestKeys.READER);
        List<Embedding> found = model.embedAll(
                        List.of(TextSegment.from("speak very quietly"), TextSegment.from("a tower with a light")))
                .content();
        assertThat(found.get(1).vector()).containsExactly(expected("a tower with a light"), within(1e-6f));
        assertThat(model.embed("one").tokenUsage().inputTokenCount()).isEqualTo(3);
        OpenAiEmbeddingModel narrow = OpenAiEmbeddingModel.builder()
                .baseUrl(server.url() + "/v1")
                .apiKey(TestKeys.READER)
                .modelName("default@c0ffee")
                .dimensions(8)
                .maxRetries(0)
                .build();
        assertThat(narrow.embed("one").content().vector()).hasSize(8);
        assertThatThrownBy(() -> model("defalt", TestKeys.READER).embed("one"))
                .hasMessageContaining("did you mean default?");
        assertThatThrownBy(() -> model("default", "nobody").embed("one")).hasMessageContaining("this key is not known");
    }

    private OpenAiEmbeddingModel model(String name, String key) {
        return OpenAiEmbeddingModel.builder()
                .baseUrl(server.url() + "/v1")
                .apiKey(key)
                .modelName(name)
                .maxRetries(0)
                .build();
    }

    @Test
    void base64HoldsTheSameNumbersLittleEndian() {
        Reply reply = embed("{\"model\":\"default\",\"input\":\"one word\",\"encoding_format\":\"base64\"}");
        byte[] bytes =
                Base64.getDecoder().decode(data(reply, 0).get("embedding").getAsString());
        float[] values = new float[TokenCollection.DIMENSION];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        assertThat(values).containsExactly(expected("one word"));
        assertThat(reply.header("Kindred-Space"))
                .isEqualTo(collection.encoder.space().id());
        assertThat(reply.header("Kindred-Bundle")).isEqualTo(TokenCollection.BUNDLE);
    }

    @Test
    void fewerDimensionsAreTheFirstOnesAndSayTheirSpace() {
        Reply cosine = embed("{\"model\":\"default\",\"input\":\"one word\",\"dimensions\":5}");
        float[] cut = floats(data(cosine, 0).getAsJsonArray("embedding"));
        float[] whole = expected("one word");
        double scale = 0;
        for (int i = 0; i < 5; i++) {
            scale += (double) whole[i] * whole[i];
        }
        for (int i = 0; i < 5; i++) {
            assertThat(cut[i]).isCloseTo((float) (whole[i] / Math.sqrt(scale)), within(1e-6f));
        }
        assertThat(cosine.header("Kindred-Space"))
                .isEqualTo(collection.encoder.space().id() + ":5");
        // Where lengths count they stay as they are.
        float[] plain = floats(data(embed("{\"model\":\"other\",\"input\":\"one word\",\"dimensions\":5}"), 0)
                .getAsJsonArray("embedding"));
        assertThat(plain)
                .containsExactly(
                        java.util.Arrays.copyOf(other.encoder.embed("one word").row(0), 5), within(1e-6f));
    }

    @Test
    void manyTextsAreTakenAtOnceAndMoreRefused() {
        List<String> most = Collections.nCopies(2048, "\"a b\"");
        Reply reply = embed("{\"model\":\"default\",\"input\":" + most + "}");
        assertThat(reply.json().getAsJsonArray("data")).hasSize(2048);
        assertThat(data(reply, 2047).get("index").getAsInt()).isEqualTo(2047);
        List<String> more = new ArrayList<>(most);
        more.add("\"a\"");
        assertThat(error(embed("{\"model\":\"default\",\"input\":" + more + "}"), 400))
                .contains("2049 inputs");
    }

    private static String error(Reply reply, int code) {
        assertThat(reply.code()).as(reply.text()).isEqualTo(code);
        assertThat(reply.header("Kindred-Request")).isNotEmpty();
        assertThat(reply.text()).doesNotContain("Exception").doesNotContain("dev.kindred");
        return reply.json().getAsJsonObject("error").get("message").getAsString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | 400 | no model is named",
                "{'model':'default'} | 400 | a string or a list of strings",
                "{'model':3,'input':'a'} | 400 | a string is wanted",
                "{'model':'default','input':[]} | 400 | nothing to embed",
                "{'model':'default','input':'  '} | 400 | the text is empty",
                "{'model':'default','input':['a','']} | 400 | the text is empty",
                "{'model':'default','input':[1,2]} | 400 | tokens of another tokenizer",
                "{'model':'default','input':[[1,2],[3]]} | 400 | tokens of another tokenizer",
                "{'model':'default','input':['a',{}]} | 400 | a list of strings",
                "{'model':'default','input':null} | 400 | a list of strings",
                "{'model':'default','input':'a','encoding_format':'int8'} | 400 | float or base64",
                "{'model':'default','input':'a','dimensions':0} | 400 | a whole number",
                "{'model':'default','input':'a','dimensions':-1} | 400 | a whole number",
                "{'model':'default','input':'a','dimensions':2.5} | 400 | a whole number",
                "{'model':'default','input':'a','dimensions':25} | 400 | 25 dimensions of a space that has 24",
                "{'model':'default','input':'a','dimension':5} | 400 | there is no such field",
                "{'model':'default@beef','input':'a'} | 404 | live is default@c0ffee",
                "{'model':'default@c','input':'a'} | 404 | is not live",
                "{'model':'','input':'a'} | 404 | no such collection",
                "{'model':'../etc','input':'a'} | 404 | no such collection",
                "{'model':'default','input':'a' | 400 | ends too soon",
                "[1] | 400 | a JSON object is wanted",
            })
    void whatIsWrongIsSaidInOpenAisShape(String body, int code, String words) {
        assertThat(error(embed(body.replace('\'', '"')), code)).contains(words);
    }

    @Test
    void keysAndSpacesAndBodiesAreHeldToInTheSameShape() {
        String body = "{\"model\":\"default\",\"input\":\"a\"}";
        assertThat(error(caller.json("/v1/embeddings", body), 401)).contains("Bearer KEY");
        assertThat(error(caller.json("/v1/embeddings", body, "Authorization", "Bearer " + TestKeys.ELSEWHERE), 403))
                .contains("may not do that here");
        // The collection in the body is what counts.
        assertThat(caller.json(
                                "/v1/embeddings",
                                body.replace("default", "other"),
                                "Authorization",
                                "Bearer " + TestKeys.ELSEWHERE)
                        .code())
                .isEqualTo(200);
        assertThat(error(
                        caller.json("/v1/embeddings", body, "Authorization", KEY, "Kindred-Space", "0".repeat(64)),
                        409))
                .contains("not the one expected");
        assertThat(error(embed("{\"model\":\"default\",\"input\":\"" + "a ".repeat(1 << 20) + "\"}"), 413))
                .contains("too large");
        assertThat(error(
                        caller.bytes(
                                "/v1/embeddings",
                                "application/json",
                                new byte[8],
                                "Authorization",
                                KEY,
                                "Content-Encoding",
                                "gzip"),
                        415))
                .contains("packed");
        assertThat(error(caller.get("/v1/models/nothing", "Authorization", KEY), 404))
                .contains("those here: default, other");
        JsonArray mine = caller.get("/v1/models", "Authorization", "Bearer " + TestKeys.ELSEWHERE)
                .json()
                .getAsJsonArray("data");
        assertThat(mine).hasSize(1);
        assertThat(mine.get(0).getAsJsonObject().get("id").getAsString()).isEqualTo("other");
    }
}
