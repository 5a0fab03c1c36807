package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import dev.kindred.serve.Caller.Reply;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The routes over real HTTP, with a real bundle behind them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServerTest {
    private DrawnCollection collection;
    private KindredServer server;
    private Caller caller;

    @BeforeAll
    void start(@TempDir Path folder) {
        collection = DrawnCollection.in(folder);
        server = KindredServer.start(ServeOptions.defaults().onPort(0), collection.served());
        caller = new Caller(server.url());
    }

    @AfterAll
    void stop() {
        caller.close();
        server.close();
        collection.close();
    }

    private static byte[] drawing(String thing, int hand) {
        return DrawnShapes.png(DrawnShapes.things().get(thing), DrawnShapes.HANDS[hand]);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static List<String> ids(Reply reply) {
        return StreamSupport.stream(reply.json().getAsJsonArray("neighbors").spliterator(), false)
                .map(each -> each.getAsJsonObject().get("id").getAsString())
                .toList();
    }

    @Test
    void embedGivesWhatTheEncoderGivesInWhicheverWayThePictureComes() {
        byte[] star = drawing("star", 0);
        float[] expected = collection.vector(star);
        byte[] form = multipart("image", star);
        for (Reply reply : List.of(
                caller.json("/v1/embed", "{\"image\":\"" + base64(star) + "\"}"),
                caller.json("/v1/embed", "{\"image\":\"data:image/png;base64," + base64(star) + "\"}"),
                caller.json("/v1/collections/default/embed", "{\"images\":[\"" + base64(star) + "\"]}"),
                caller.bytes("/v1/embed", "image/png", star),
                caller.bytes("/v1/embed", "multipart/form-data; boundary=kin", form))) {
            assertThat(reply.code()).as(reply.text()).isEqualTo(200);
            JsonArray row = reply.json().getAsJsonArray("embeddings").get(0).getAsJsonArray();
            assertThat(row).hasSize(expected.length);
            for (int i = 0; i < expected.length; i++) {
                assertThat(row.get(i).getAsFloat()).isEqualTo(expected[i]);
            }
            assertThat(reply.json().get("space").getAsString())
                    .isEqualTo(collection.bundle().space().id());
            assertThat(reply.header("Kindred-Space"))
                    .isEqualTo(collection.bundle().space().id());
            assertThat(reply.header("Kindred-Bundle"))
                    .isEqualTo(collection.bundle().id());
            assertThat(reply.header("Kindred-Request")).isNotEmpty();
        }
    }

    private static byte[] multipart(String name, byte[] file) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String head = "--kin\r\n"
                + "Content-Disposition: form-data; name=\"%s\"; filename=\"a.png\"\r\n"
                + "Content-Type: image/png\r\n\r\n";
        out.writeBytes(head.formatted(name).getBytes(StandardCharsets.UTF_8));
        out.writeBytes(file);
        out.writeBytes("\r\n--kin--\r\n".getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    @Test
    void severalPicturesGiveTheirRowsInOrder() {
        byte[] star = drawing("star", 0);
        byte[] moon = drawing("moon", 2);
        Reply reply = caller.json("/v1/embed", "{\"images\":[\"%s\",\"%s\"]}".formatted(base64(star), base64(moon)));
        JsonArray rows = reply.json().getAsJsonArray("embeddings");
        assertThat(rows.get(0).getAsJsonArray().get(0).getAsFloat())
                .isEqualTo(collection.vector(star)[0]);
        assertThat(rows.get(1).getAsJsonArray().get(0).getAsFloat())
                .isEqualTo(collection.vector(moon)[0]);
    }

    @Test
    void searchByPictureFindsThePictureItselfFirst() {
        Reply reply = caller.bytes("/v1/search?k=5", "image/png", drawing("heart", 1));
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        assertThat(ids(reply)).hasSize(5).first().isEqualTo("carbon/heart.png");
        JsonObject first = reply.json().getAsJsonArray("neighbors").get(0).getAsJsonObject();
        assertThat(first.get("score").getAsDouble()).isCloseTo(1, within(1e-5));
        assertThat(first.get("same").getAsBoolean()).isTrue();
        assertThat(first.get("probability").getAsDouble()).isBetween(0.9, 1.0);
        assertThat(first.getAsJsonObject("payload").get("name").getAsString()).isEqualTo("heart");
        assertThat(first.keySet()).containsExactly("id", "score", "probability", "same", "payload");
        assertThat(reply.json().keySet())
                .containsExactly("bundle", "space", "neighbors", "exact", "threshold", "fmr", "next");
        assertThat(reply.text()).as("written by hand").isEqualTo(reply.json().toString());
    }

    @Test
    void searchByIdLeavesTheItemItselfOutAndFilters() {
        String filter = "{\"not\":{\"equals\":{\"family\":\"feather\"}}}";
        Reply reply = caller.json("/v1/search", "{\"id\":\"feather/star.png\",\"k\":50,\"filter\":" + filter + "}");
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        assertThat(ids(reply)).hasSize(50).noneMatch(id -> id.startsWith("feather/"));
        Reply every = caller.json("/v1/search", "{\"id\":\"feather/star.png\",\"k\":100}");
        assertThat(ids(every)).hasSize(99).doesNotContain("feather/star.png");
        Reply each = caller.json("/v1/search", "{\"id\":\"feather/star.png\",\"k\":50,\"distinct\":\"family\"}");
        assertThat(each.json().getAsJsonArray("neighbors"))
                .extracting(n -> n.getAsJsonObject().getAsJsonObject("payload").get("family"))
                .isNotEmpty()
                .doesNotHaveDuplicates();
        Reply slip = caller.json(
                "/v1/search", "{\"id\":\"feather/star.png\",\"filter\":{\"equals\":{\"famly\":\"feather\"}}}");
        assertThat(slip.code()).isEqualTo(400);
        assertThat(slip.text()).contains("no item has a field 'famly'", "did you mean 'family'?");
        Reply bytes = caller.bytes("/v1/search?k=50&filter=" + Caller.encoded(filter), "image/png", drawing("star", 0));
        assertThat(ids(bytes)).isEqualTo(ids(reply));
    }

    @Test
    void aTextIsRefusedWherePicturesAreTaken() {
        for (Reply reply : List.of(
                caller.json("/v1/search", "{\"text\":\"a star\"}"),
                caller.bytes("/v1/search", "text/plain", "a star".getBytes(StandardCharsets.UTF_8)),
                caller.json("/v1/embed", "{\"texts\":[\"a star\"]}"))) {
            assertThat(reply.code()).isEqualTo(400);
            assertThat(reply.json().get("detail").getAsString()).contains("takes pictures, not texts");
        }
        assertThat(caller.get("/v1/collections/default").json().get("takes").getAsString())
                .isEqualTo("pictures");
    }

    @Test
    void scoresFallAndPagesJoin() {
        Reply whole = caller.json("/v1/search", "{\"id\":\"octo/bolt.png\",\"k\":30}");
        double before = Double.POSITIVE_INFINITY;
        for (JsonElement each : whole.json().getAsJsonArray("neighbors")) {
            double score = each.getAsJsonObject().get("score").getAsDouble();
            assertThat(score).isLessThanOrEqualTo(before);
            before = score;
        }
        Reply first = caller.json("/v1/search", "{\"id\":\"octo/bolt.png\",\"k\":12}");
        String next = first.json().get("next").getAsString();
        Reply second = caller.json("/v1/search", "{\"id\":\"octo/bolt.png\",\"k\":18,\"after\":\"" + next + "\"}");
        assertThat(ids(first)).isEqualTo(ids(whole).subList(0, 12));
        assertThat(ids(second)).isEqualTo(ids(whole).subList(12, 30));
    }

    @Test
    void verifyAnswersAsTheDecisionDoes() {
        Reply same = caller.json(
                "/v1/verify",
                "{\"left\":{\"id\":\"feather/star.png\"},\"right\":{\"image\":\"" + base64(drawing("star", 0))
                        + "\"}}");
        assertThat(same.code()).as(same.text()).isEqualTo(200);
        assertThat(same.json().get("same").getAsBoolean()).isTrue();
        assertThat(same.json().get("score").getAsDouble()).isCloseTo(1, within(1e-5));
        assertThat(same.json().get("threshold").getAsDouble()).isEqualTo(0.975);
        assertThat(same.json().get("fmr").getAsDouble()).isEqualTo(0.01);
        Reply loose = caller.json(
                "/v1/verify",
                "{\"left\":{\"id\":\"feather/star.png\"},\"right\":{\"id\":\"feather/card.png\"},\"fmr\":0.1}");
        assertThat(loose.json().get("threshold").getAsDouble()).isEqualTo(0.95);
        double score = loose.json().get("score").getAsDouble();
        assertThat(loose.json().get("probability").getAsDouble())
                .isCloseTo(collection.bundle().decision().orElseThrow().probability(score), within(1e-12));
        Reply unmeasured = caller.json(
                "/v1/verify",
                "{\"left\":{\"id\":\"feather/star.png\"},\"right\":{\"id\":\"feather/card.png\"},\"fmr\":0.3}");
        assertThat(unmeasured.code()).isEqualTo(400);
        assertThat(unmeasured.json().get("hint").getAsString()).contains("0.1, 0.01");
    }

    @Test
    void itemsAreListedFoundByNameAndShown() {
        JsonObject all = caller.get("/v1/collections/default/items?limit=30").json();
        assertThat(all.get("total").getAsInt()).isEqualTo(100);
        assertThat(all.getAsJsonArray("items")).hasSize(30);
        assertThat(all.get("next").getAsInt()).isEqualTo(30);
        JsonObject arrows =
                caller.get("/v1/collections/default/items?q=ARROW%20up").json();
        assertThat(arrows.get("total").getAsInt()).isEqualTo(5);
        assertThat(arrows.has("next")).isFalse();
        assertThat(caller.get("/v1/collections/default/items?family=octo&q=arrow")
                        .json()
                        .get("total")
                        .getAsInt())
                .isEqualTo(3);
        Reply misspelt = caller.get("/v1/collections/default/items?famly=octo");
        assertThat(misspelt.code()).isEqualTo(400);
        assertThat(misspelt.json().get("detail").getAsString()).isEqualTo("no item has a field 'famly'");
        assertThat(misspelt.json().get("hint").getAsString()).contains("family");
        Reply item = caller.get("/v1/collections/default/items/" + Caller.encoded("octo/star.png") + "?vector=true");
        assertThat(item.json().getAsJsonObject("payload").get("family").getAsString())
                .isEqualTo("octo");
        assertThat(item.json().getAsJsonArray("vector")).hasSize(32);
        Reply source = caller.get("/v1/collections/default/items/" + Caller.encoded("octo/star.png") + "/source");
        assertThat(source.header("Content-Type")).isEqualTo("image/png");
        assertThat(source.raw().body()).isEqualTo(drawing("star", 3));
        Reply picture = caller.get("/v1/collections/default/items/" + Caller.encoded("octo/star.png") + "/picture");
        assertThat(picture.raw().body()).isEqualTo(drawing("star", 3));
        JsonObject about = caller.get("/v1/collections/default").json();
        assertThat(about.getAsJsonObject("groups")
                        .getAsJsonObject("family")
                        .get("octo")
                        .getAsInt())
                .isEqualTo(20);
        assertThat(about.get("items").getAsInt()).isEqualTo(100);
        assertThat(caller.get("/v1/collections").json().getAsJsonArray("collections"))
                .containsExactly(about);
    }

    @Test
    void healthAndMetrics() {
        assertThat(caller.get("/livez").text()).isEqualTo("live\n");
        assertThat(caller.get("/readyz").json().get("state").getAsString()).isEqualTo("ready");
        caller.json("/v1/search", "{\"id\":\"octo/bolt.png\"}");
        caller.bytes("/v1/embed", "image/png", drawing("star", 0));
        caller.get("/nothing/here");
        String metrics = caller.get("/metrics").text();
        assertThat(metrics)
                .containsPattern("kindred_requests_total\\{code=\"200\",.*route=\"/v1/search\"} [1-9]")
                .containsPattern("kindred_search_seconds_count\\{collection=\"default\",.*} [1-9]")
                .containsPattern("kindred_index_items\\{collection=\"default\",.*} 100")
                .contains("kindred_release_info{bundle=\"" + collection.bundle().id() + "\"")
                .doesNotContain("nothing");
    }

    @Test
    void everyFileOfTheConsoleComesFromHere() {
        Reply page = caller.get("/");
        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.header("Content-Security-Policy"))
                .contains("default-src 'none'")
                .doesNotContain("http");
        assertThat(page.text()).doesNotContain("http://").doesNotContain("https://");
        for (String path :
                List.of("/console/console.js", "/console/console.css", "/console/theme.js", "/favicon.svg")) {
            Reply file = caller.get(path);
            assertThat(file.code()).isEqualTo(200);
            String tag = file.header("ETag");
            assertThat(caller.get(path, "If-None-Match", tag).code()).isEqualTo(304);
        }
    }

    @Test
    void aStatedPortThatIsBusyIsRefusedAndAnUnstatedOneMovesOn() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            ServeOptions stated = ServeOptions.defaults().onPort(port);
            assertThatThrownBy(() ->
                            KindredServer.start(stated, collection.served()).close())
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("busy");
            ServeOptions unstated = new ServeOptions(
                    new ServeOptions.Listening(stated.main().host(), port, false),
                    stated.admin(),
                    stated.tls(),
                    stated.bounds(),
                    stated.computing(),
                    stated.kept());
            try (KindredServer moved = KindredServer.start(unstated, collection.served());
                    Caller other = new Caller(moved.url())) {
                assertThat(moved.port()).isNotEqualTo(port);
                assertThat(other.get("/readyz").code()).isEqualTo(200);
            }
        }
    }
}
