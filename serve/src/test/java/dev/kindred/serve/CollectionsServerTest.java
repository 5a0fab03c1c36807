package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kindred.encode.Bundle;
import dev.kindred.release.Bundles;
import dev.kindred.serve.Caller.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Collections and items made, changed and dropped over HTTP, with a home and real bundles behind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CollectionsServerTest {
    private static final String VECTORS = "{\"vectors\":{\"dimension\":3,\"distance\":\"cosine\"}}";

    private ServedHome home;
    private Bundle texts;
    private String pictures;

    @BeforeAll
    void start(@TempDir Path folder) {
        Bundles bundles = new Bundles(folder.resolve("home"));
        texts = TextBundle.seal(folder.resolve("texts.kindred"));
        bundles.add(texts.path());
        try (DrawnCollection drawn = DrawnCollection.in(folder.resolve("drawn"))) {
            pictures = bundles.add(drawn.bundle().path());
        }
        home = ServedHome.in(folder.resolve("home"));
        made("words", "{\"bundle\":\"" + texts.id().substring(0, 12) + "\"}");
        made("pictures", "{\"bundle\":\"" + pictures + "\",\"engine\":\"exact\",\"codes\":\"int8\"}");
        made("vectors", VECTORS);
    }

    @AfterAll
    void stop() {
        home.close();
    }

    private JsonObject made(String name, String body) {
        Reply reply = home.put("/v1/collections/" + name, body);
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    private static List<String> ids(Reply reply) {
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        return StreamSupport.stream(reply.json().getAsJsonArray("neighbors").spliterator(), false)
                .map(each -> each.getAsJsonObject().get("id").getAsString())
                .toList();
    }

    private static JsonObject item(Reply reply) {
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    @Test
    void aTextIsPutFoundShownAndDeleted() {
        String items = "/v1/collections/words/items/";
        Reply put = home.put(
                items + "a%2Fb?until=searchable",
                "{\"text\":\"a tower that warns"
                        + " ships\",\"payload\":{\"part\":\"noun\",\"rank\":3,\"ok\":true,\"tags\":[\"x\"],"
                        + "\"when\":{\"instant\":\"2026-01-31T12:00:00Z\"},\"share\":0.5}}",
                "Kindred-Space",
                texts.space().id());
        assertThat(item(put).get("visibility").getAsString()).isEqualTo("searchable");
        assertThat(put.header("Kindred-Bundle")).isEqualTo(texts.id());
        Reply found = home.caller.json(
                "/v1/collections/words/search",
                "{\"text\":\"a tower that warns"
                        + " ships\",\"filter\":{\"range\":{\"rank\":{\"gte\":3}}},\"fields\":[\"part\"]}");
        assertThat(ids(found)).containsExactly("a/b");
        JsonObject first = found.json().getAsJsonArray("neighbors").get(0).getAsJsonObject();
        assertThat(first.get("score").getAsDouble()).isCloseTo(1, org.assertj.core.api.Assertions.within(1e-5));
        assertThat(first.get("payload")).hasToString("{\"part\":\"noun\"}");
        JsonObject shown = item(home.caller.get(items + "a%2Fb")).getAsJsonObject("payload");
        assertThat(shown.get("text").getAsString()).isEqualTo("a tower that warns ships");
        assertThat(shown.get("when")).hasToString("{\"instant\":\"2026-01-31T12:00:00Z\"}");
        assertThat(item(home.delete(items + "a%2Fb?until=searchable"))
                        .get("deleted")
                        .getAsBoolean())
                .isTrue();
        assertThat(item(home.delete(items + "a%2Fb")).get("deleted").getAsBoolean())
                .isFalse();
        assertThat(home.caller.get(items + "a%2Fb").code()).isEqualTo(404);
    }

    @Test
    void wholeNumbersOfNineteenDigitsAreKeptAndToldApart() {
        made("numbered", VECTORS);
        String items = "/v1/collections/numbered/items/";
        for (String number : List.of("1234567890123456789", "1234567890123456790", "-9223372036854775808")) {
            item(home.put(
                    items + "n" + number + "?until=searchable",
                    "{\"vector\":[1,0,0],\"payload\":{\"tweet\":" + number + "}}"));
            assertThat(item(home.caller.get(items + "n" + number)).getAsJsonObject("payload"))
                    .hasToString("{\"tweet\":" + number + "}");
        }
        assertThat(ids(home.caller.json(
                        "/v1/collections/numbered/search",
                        "{\"vector\":[1,0,0],\"filter\":{\"equals\":{\"tweet\":1234567890123456789}}}")))
                .containsExactly("n1234567890123456789");
    }

    @Test
    void aPictureComesAsBase64AsBytesAndAsAForm() {
        byte[] star = DrawnShapes.png(DrawnShapes.things().get("star"), DrawnShapes.HANDS[0]);
        String items = "/v1/collections/pictures/items/";
        String base64 = Base64.getEncoder().encodeToString(star);
        item(home.put(items + "one", "{\"image\":\"" + base64 + "\",\"payload\":{\"way\":\"json\"}}"));
        item(home.caller.send(home.caller
                .request(items + "two?payload=" + Caller.encoded("{\"way\":\"bytes\"}"))
                .header("Content-Type", "image/png")
                .PUT(java.net.http.HttpRequest.BodyPublishers.ofByteArray(star))
                .build()));
        String form = "--kin\r\nContent-Disposition: form-data; name=\"payload\"\r\n\r\n{\"way\":\"form\"}\r\n"
                + "--kin\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n"
                + "Content-Type: image/png\r\n\r\n";
        java.io.ByteArrayOutputStream body = new java.io.ByteArrayOutputStream();
        body.writeBytes(form.getBytes(StandardCharsets.UTF_8));
        body.writeBytes(star);
        body.writeBytes("\r\n--kin--\r\n".getBytes(StandardCharsets.UTF_8));
        item(home.caller.send(home.caller
                .request(items + "three?until=searchable")
                .header("Content-Type", "multipart/form-data; boundary=kin")
                .PUT(java.net.http.HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
                .build()));
        for (String id : List.of("one", "two", "three")) {
            assertThat(home.caller.get(items + id + "/source").raw().body()).isEqualTo(star);
        }
        Reply found = home.caller.bytes("/v1/collections/pictures/search", "image/png", star);
        assertThat(ids(found)).containsExactlyInAnyOrder("one", "two", "three");
        assertThat(found.text()).contains("json", "bytes", "form");
    }

    @Test
    void vectorsMadeElsewhereNeedNoBundle() {
        JsonObject about = item(home.caller.get("/v1/collections/vectors"));
        assertThat(about.get("space").getAsString()).isEqualTo("external:vectors/3/cosine");
        assertThat(about.get("takes").getAsString()).isEqualTo("vectors");
        String items = "/v1/collections/vectors/items/";
        item(home.put(items + "x", "{\"vector\":[1,0,0]}"));
        item(home.put(items + "y?until=searchable", "{\"vector\":[0.9,0.1,0]}"));
        Reply found = home.caller.json("/v1/collections/vectors/search", "{\"id\":\"x\"}");
        assertThat(ids(found)).containsExactly("y");
        assertThat(found.header("Kindred-Bundle")).isEmpty();
        Reply text = home.caller.json("/v1/collections/vectors/search", "{\"text\":\"x\"}");
        assertThat(text.code()).isEqualTo(400);
        assertThat(text.text()).contains("takes vectors, not texts", "give id or vector");
        assertThat(home.put(items + "z", "{\"vector\":[1,0,0]}", "Kindred-Space", "0".repeat(64))
                        .problem())
                .isEqualTo("wrong-space");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "{\"vector\":[1,2]}|2 numbers where the space has 3",
                "{\"vector\":[1,2,NaN]}|line 1",
                "{\"vector\":[1,2,1e39]}|a number that a float holds",
                "{\"vector\":[0,0,0]}|zero vector",
                "{\"vector\":[]}|a list of numbers",
                "{\"vector\":[1,0,0],\"payload\":[1]}|no JSON object",
                "{\"vector\":[1,0,0],\"payload\":{\"a\":null}}|cannot be kept",
                "{\"vector\":[1,0,0],\"payload\":{\"a\":{\"$gt\":1}}}|cannot be kept",
                "{\"vector\":[1,0,0],\"payload\":{\"\":1}}|",
                "{\"vector\":[1,0,0],\"id\":\"x\"}|no such field",
                "{\"image\":\"https://example.org/a.png\"}|takes vectors",
                "{}|nothing to work on"
            })
    void whatIsNoItemIsRefusedByItsField(String body, String says) {
        Reply reply = home.put("/v1/collections/vectors/items/bad", body);
        assertThat(reply.code()).as(reply.text()).isEqualTo(400);
        assertThat(reply.text()).contains(says == null ? "field" : says);
        assertThat(home.caller.get("/v1/collections/vectors/items/bad").code()).isEqualTo(404);
    }

    @Test
    void anAddressIsNeverFetched() throws IOException {
        try (var trap = new java.net.ServerSocket(0)) {
            trap.setSoTimeout(300);
            String url = "http://127.0.0.1:" + trap.getLocalPort() + "/a.png";
            Reply reply = home.put("/v1/collections/pictures/items/ssrf", "{\"image\":\"" + url + "\"}");
            assertThat(reply.code()).isEqualTo(400);
            assertThat(reply.text()).contains("never fetched");
            assertThat(home.put("/v1/collections/words/items/ssrf", "{\"text\":\"" + url + "\"}")
                            .code())
                    .as("an address is a text like any other")
                    .isEqualTo(200);
            org.assertj.core.api.Assertions.assertThatThrownBy(trap::accept)
                    .isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%00", "a%0Ab", "a%E2%80%AEb", "%7F", "%C3%28", "%ED%A0%80"})
    void idsThatCannotBeReadAreRefused(String id) {
        Reply reply = home.put("/v1/collections/vectors/items/" + id, "{\"vector\":[1,0,0]}");
        assertThat(reply.code()).as(reply.text()).isEqualTo(400);
    }

    @Test
    void idsAreKeysAndLookAlikesAreOthers() {
        String items = "/v1/collections/vectors/items/";
        assertThat(home.put(items + "..%2F..%2Fkindred.db", "{\"vector\":[0,0,1]}")
                        .code())
                .as("no address goes up")
                .isEqualTo(400);
        // In a line it is a key like any other, and leads nowhere.
        List<JsonObject> loaded = home.bulk("vectors", "", "{\"id\":\"../../kindred.db\",\"vector\":[0,0,1]}\n");
        assertThat(loaded.getFirst().get("status").getAsString()).isEqualTo("put");
        item(home.put(items + "paypal?until=searchable", "{\"vector\":[0,1,1]}"));
        assertThat(home.caller.get(items + "p%D0%B0ypal").code()).isEqualTo(404);
        assertThat(ids(home.caller.json("/v1/collections/vectors/search", "{\"id\":\"../../kindred.db\"}")))
                .contains("paypal");
        Reply longest = home.put(items + "a".repeat(513), "{\"vector\":[0,0,1]}");
        assertThat(longest.code()).isEqualTo(400);
        assertThat(longest.text()).contains("longer than 512 bytes");
        assertThat(home.bulk("vectors", "", "{\"delete\":\"../../kindred.db\"}")
                        .getFirst()
                        .get("status")
                        .getAsString())
                .isEqualTo("deleted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..%2Fx", "%2e%2e", ".hidden", "a%2Fb", "a%00b", "ph%D0%BEtos", "a%20b", "*"})
    void noCollectionIsNamedSo(String name) {
        Reply reply = home.put("/v1/collections/" + name, VECTORS);
        assertThat(reply.code()).as(reply.text()).isIn(400, 404, 405);
        assertThat(home.home().resolve("x")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "{}|what its items are embedded with",
                "{\"bundle\":\"ffff\"}|no such bundle",
                "{\"bundle\":\"../../etc\"}|no such bundle",
                "{\"vectors\":{}}|how many values",
                "{\"vectors\":{\"dimension\":0}}|1 to 65536",
                "{\"vectors\":{\"dimension\":3,\"distance\":\"hamming\"}}|unknown distance",
                "{\"vectors\":{\"dimension\":3,\"name\":\"../x\"}}|named so",
                "{\"vectors\":{\"dimension\":3},\"engine\":\"magic\"}|no such engine",
                "{\"vectors\":{\"dimension\":3},\"engine\":\"rows\",\"codes\":\"int8\"}|codes are of",
                "{\"vectors\":{\"dimension\":3},\"targetRecall\":2}|from 0",
                "{\"vectors\":{\"dimension\":3},\"senitive\":true}|no such field"
            })
    void whatIsNoCollectionIsRefused(String body, String says) {
        Reply reply = home.put("/v1/collections/wrong", body);
        assertThat(reply.code()).as(reply.text()).isEqualTo(400);
        assertThat(reply.text()).contains(says);
        assertThat(home.home().resolve("collections/wrong")).doesNotExist();
    }

    @Test
    void settingsAreKeptAndACollectionIsDroppedWithAllThatItHad() throws Exception {
        made("passing", VECTORS);
        assertThat(home.put("/v1/collections/passing", VECTORS).problem()).isEqualTo("exists");
        assertThat(home.put("/v1/collections/Passing", VECTORS).code()).isEqualTo(400);
        item(home.put("/v1/collections/passing/items/x", "{\"vector\":[1,0,0]}"));
        Reply changed = home.send("PATCH", "/v1/collections/passing", "{\"readOnly\":true,\"sensitive\":true}");
        assertThat(item(changed).getAsJsonObject("settings").get("sensitive").getAsBoolean())
                .isTrue();
        Reply refused = home.put("/v1/collections/passing/items/y", "{\"vector\":[1,0,0]}");
        assertThat(refused.code()).isEqualTo(409);
        assertThat(refused.problem()).isEqualTo("read-only");
        home.restart();
        JsonObject about = item(home.caller.get("/v1/collections/passing"));
        assertThat(about.getAsJsonObject("settings").get("readOnly").getAsBoolean())
                .isTrue();
        assertThat(about.get("writable").getAsBoolean()).isFalse();
        assertThat(about.get("items").getAsInt()).isEqualTo(1);
        assertThat(home.caller.get("/metrics").text()).contains("collection=\"passing\"");
        assertThat(home.caller
                        .send(home.caller
                                .request("/v1/collections/passing")
                                .DELETE()
                                .build())
                        .code())
                .isEqualTo(200);
        Reply gone = home.caller.get("/v1/collections/pasing");
        assertThat(gone.problem()).isEqualTo("no-collection");
        assertThat(gone.text()).doesNotContain("did you mean passing?");
        assertThat(home.caller.get("/metrics").text()).doesNotContain("collection=\"passing\"");
        try (var left = Files.list(home.home().resolve("collections"))) {
            assertThat(left).noneMatch(path -> path.getFileName().toString().contains("passing"));
        }
        made("passing", VECTORS);
        JsonObject again = item(home.caller.get("/v1/collections/passing"));
        assertThat(again.get("items").getAsInt()).isZero();
        assertThat(again.getAsJsonObject("settings").get("sensitive").getAsBoolean())
                .isFalse();
        assertThat(home.caller
                        .json("/v1/collections/pasing/search", "{\"id\":\"x\"}")
                        .text())
                .contains("did you mean passing?");
        home.delete("/v1/collections/passing");
    }

    @Test
    void whatBecomesSensitiveIsForgotten() {
        made("secret", "{\"bundle\":\"" + texts.id() + "\"}");
        String embed = "/v1/collections/secret/embed";
        item(home.caller.json(embed, "{\"text\":\"known by all\"}"));
        assertThat(home.caller.get("/metrics").text()).containsPattern("kindred_cache_bytes [1-9]");
        item(home.send("PATCH", "/v1/collections/secret", "{\"sensitive\":true}"));
        item(home.caller.json(embed, "{\"text\":\"known by nobody\"}"));
        assertThat(home.caller.get("/metrics").text()).containsPattern("kindred_cache_bytes 0");
        home.delete("/v1/collections/secret");
    }

    @Test
    void ofLongFieldsTheBeginningIsShownAndTheReplySaysSo() {
        made("long", VECTORS);
        String text = "begins with heather " + "x".repeat(200_000) + " ends with bracken";
        String items = "/v1/collections/long/items";
        item(home.put(items + "/a?until=searchable", "{\"vector\":[1,0,0],\"payload\":{\"note\":\"" + text + "\"}}"));
        JsonObject found = item(home.caller.get(items + "?q=heather"));
        assertThat(found.get("total").getAsInt()).isEqualTo(1);
        assertThat(found.getAsJsonObject("partial")).hasToString("{\"lookedThrough\":1,\"of\":1,\"shortened\":1}");
        JsonObject shown = found.getAsJsonArray("items").get(0).getAsJsonObject();
        assertThat(shown.get("shortened").getAsBoolean()).isTrue();
        assertThat(shown.toString().length()).isLessThan(2 * Brief.MOST);
        assertThat(item(home.caller.get(items + "?q=bracken")).has("partial")).isTrue();
        assertThat(item(home.caller.get(items + "/a"))
                        .getAsJsonObject("payload")
                        .get("note")
                        .getAsString())
                .isEqualTo(text);
        assertThat(home.caller.get("/metrics").text())
                .as("on the pool")
                .containsPattern("kindred_browse_seconds_count\\{collection=\"long\"[^}]*} 2");
        home.delete("/v1/collections/long");
    }

    @Test
    void bundlesAreListedAndAreSharedByCollections() {
        assertThat(item(home.caller.get("/v1/bundles")).getAsJsonArray("bundles"))
                .extracting(JsonElement::getAsString)
                .contains(texts.id(), pictures);
        made("others", "{\"bundle\":\"" + texts.id() + "\",\"engine\":\"rows\",\"keepSources\":false}");
        item(home.put(
                "/v1/collections/others/items/x", "{\"text\":\"a thing\",\"payload\":{\"text\":\"said otherwise\"}}"));
        assertThat(item(home.caller.get("/v1/collections/others/items/x")).toString())
                .contains("said otherwise")
                .doesNotContain("a thing");
        home.delete("/v1/collections/others");
        // The encoder goes on for the other collection of the bundle.
        assertThat(home.caller
                        .json("/v1/collections/words/embed", "{\"text\":\"a thing\"}")
                        .code())
                .isEqualTo(200);
    }

    @Test
    void filtersStayWithinTheirExpression() {
        String items = "/v1/collections/vectors/items/";
        item(home.put(items + "f1", "{\"vector\":[1,1,0],\"payload\":{\"owner\":\"me\"}}"));
        item(home.put(items + "f2?until=searchable", "{\"vector\":[1,1,0],\"payload\":{\"owner\":\"you\"}}"));
        for (String value : List.of("me' OR '1'='1", "me\\\" OR 1=1 --", "* OR owner:you", "me) OR (owner:*", "m?")) {
            Reply reply = home.caller.json(
                    "/v1/collections/vectors/search",
                    "{\"vector\":[1,1,0],\"filter\":{\"equals\":{\"owner\":\"" + value + "\"}}}");
            assertThat(ids(reply)).as(value).isEmpty();
        }
        Reply field = home.caller.json(
                "/v1/collections/vectors/search",
                "{\"vector\":[1,1,0],\"filter\":{\"equals\":{\"owner' OR '1'='1\":\"me\"}}}");
        assertThat(field.code()).isEqualTo(400);
    }

    @Test
    void severalSearchesAreAnsweredInOne() {
        item(home.put("/v1/collections/words/items/s1", "{\"text\":\"one thing\"}"));
        item(home.put("/v1/collections/words/items/s2?until=searchable", "{\"text\":\"quite another\"}"));
        Reply reply = home.caller.json(
                "/v1/collections/words/search",
                "{\"queries\":[{\"text\":\"one"
                    + " thing\",\"k\":1},{\"id\":\"s1\",\"k\":1,\"filter\":{\"ids\":[\"s1\",\"s2\"]}},{\"text\":\"quite"
                    + " another\",\"k\":1}]}");
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().getAsJsonArray("results"))
                .extracting(result -> result.getAsJsonObject()
                        .getAsJsonArray("neighbors")
                        .get(0)
                        .getAsJsonObject()
                        .get("id")
                        .getAsString())
                .containsExactly("s1", "s2", "s2");
        Reply wrong = home.caller.json("/v1/collections/words/search", "{\"queries\":[{\"text\":\"a\"},{\"k\":0}]}");
        assertThat(wrong.code()).isEqualTo(400);
        assertThat(wrong.json().get("where").getAsString()).isEqualTo("queries[1].k");
    }

    @Test
    void effortIsChosenAndOneAtATime() {
        for (String effort : List.of("\"exact\":true", "\"ef\":50", "\"recall\":0.9", "\"first\":2")) {
            Reply reply = home.caller.json("/v1/collections/vectors/search", "{\"vector\":[1,1,0]," + effort + "}");
            assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        }
        Reply two = home.caller.json("/v1/collections/vectors/search", "{\"vector\":[1,1,0],\"ef\":5,\"recall\":0.5}");
        assertThat(two.text()).contains("more than one effort");
    }
}
