package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.release.AuditEntry;
import dev.kindred.release.AuditLog;
import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.KeyedServer.Held;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What one key may take is counted by what it costs, and leaves others their share; what it does is written down as it is done. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BoundsTest {
    private static final String ITEMS = "/v1/collections/default/items";

    private KeyedServer home;
    private Caller caller;
    private Held counted;
    private Held small;
    private Held quick;
    private Held once;
    private Held writer;
    private Held other;

    @BeforeAll
    void start(@TempDir Path folder) {
        home = new KeyedServer(folder);
        counted = home.key("writer", List.of(), null, "inputs=1000/day");
        small = home.key("writer", List.of(), null, "inputs=70/day");
        quick = home.key("writer", List.of(), null, "inputs=100/s");
        once = home.key("writer", List.of(), null, "requests=1/day");
        writer = home.key("writer");
        other = home.key("writer");
        home.look();
        home.start(ServeOptions.defaults().onPort(0).withRequestTime(Duration.ofSeconds(2)));
        caller = new Caller(home.server().url());
    }

    @AfterAll
    void stop() {
        caller.close();
        home.close();
    }

    private static int left(Reply reply) {
        Matcher left = Pattern.compile("\"inputs-day\";r=(\\d+)").matcher(reply.header("RateLimit"));
        assertThat(left.find()).as(reply.header("RateLimit") + reply.text()).isTrue();
        return Integer.parseInt(left.group(1));
    }

    private int left() {
        return left(caller.get("/v1/collections", counted.shown()));
    }

    private Reply send(String method, String path, String body, Held held) {
        return caller.send(caller.request(path, held.shown())
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private Reply bulk(String lines, Held held) {
        return caller.bytes(
                ITEMS + ":bulk", "application/x-ndjson", lines.getBytes(StandardCharsets.UTF_8), held.shown());
    }

    private static String lines(String prefix, int count) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append("{\"id\":\"%s%d\",\"text\":\"word number %d\"}\n".formatted(prefix, i, i));
        }
        return lines.toString();
    }

    @Test
    void whatIsAskedIsCountedByWhatItTakes() {
        int before = left();
        Reply searched = send(
                "POST",
                "/v1/search",
                "{\"queries\":[{\"text\":\"ships\"},{\"text\":\"tower\"},{\"text\":\"light\"}]}",
                counted);
        assertThat(searched.code()).as(searched.text()).isEqualTo(200);
        assertThat(before - left(searched)).isEqualTo(3);
        before = left();
        Reply explained = send(
                "POST", "/v1/explain", "{\"query\":{\"text\":\"tower ships coast\"},\"item\":\"anchor\"}", counted);
        assertThat(explained.code()).as(explained.text()).isEqualTo(200);
        assertThat(before - left(explained))
                .as("the query, and it whole and without each word")
                .isEqualTo(1 + 1 + 3);
        before = left();
        Reply put = send("PUT", ITEMS + "/counted", "{\"text\":\"a thing\"}", counted);
        assertThat(put.code()).as(put.text()).isEqualTo(200);
        assertThat(before - left(put)).isEqualTo(1);
        before = left();
        Reply loaded = bulk(lines("counted", 5) + "not json\n{\"delete\":\"counted\"}\n", counted);
        assertThat(ServedHome.lines(loaded).getLast().get("put").getAsInt()).isEqualTo(5);
        assertThat(before - left()).isEqualTo(5);
    }

    @Test
    void aLoadEndsWhereTheDayIsUsedUpAndWaitsWhereASecondIs() {
        List<JsonObject> told = ServedHome.lines(bulk(lines("small", 200), small));
        JsonObject totals = told.getLast();
        assertThat(totals.getAsJsonObject("error").get("type").getAsString()).endsWith(":quota");
        int put = totals.get("put").getAsInt();
        assertThat(put).isBetween(1, 70);
        assertThat(totals.get("durable").getAsInt()).isEqualTo(put);
        assertThat(told.size()).isLessThanOrEqualTo(71);
        JsonObject whole = ServedHome.lines(bulk(lines("quick", 200), quick)).getLast();
        assertThat(whole.get("status").getAsString()).isEqualTo("complete");
        assertThat(whole.get("put").getAsInt()).isEqualTo(200);
    }

    /** A stream of lines, sent and read by hand. */
    private final class Load implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;

        Load(Held held) throws IOException {
            socket = new Socket("127.0.0.1", home.server().port());
            socket.setSoTimeout(20_000);
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            socket.getOutputStream()
                    .write(("POST " + ITEMS + ":bulk HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + held.key()
                                    + "\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
        }

        void say(String line) throws IOException {
            socket.getOutputStream()
                    .write((Integer.toHexString(line.length()) + "\r\n" + line + "\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
        }

        void end() throws IOException {
            socket.getOutputStream().write("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }

        String read() throws IOException {
            return String.valueOf(in.readLine());
        }

        /** The next line that has this in it. */
        String read(String part) throws IOException {
            String line = in.readLine();
            while (line != null && !line.contains(part)) {
                line = in.readLine();
            }
            return String.valueOf(line);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void oneKeyTakesNotAllPlacesOfLoads() throws IOException {
        List<Load> open = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                Load load = new Load(writer);
                open.add(load);
                assertThat(load.read()).contains("200");
            }
            Reply refused = bulk(lines("more", 1), writer);
            assertThat(refused.code()).isEqualTo(429);
            assertThat(bulk(lines("others", 1), other).code()).isEqualTo(200);
        } finally {
            for (Load load : open) {
                load.close();
            }
        }
        Await.until("places are given back", () -> bulk("", writer).code() == 200);
    }

    /** A blank line now and then would otherwise hold a place for ever. */
    @Test
    void whoSendsBlankLinesAloneIsToldAndEnded() throws Exception {
        try (Load load = new Load(other)) {
            load.say(lines("spoke", 1));
            assertThat(load.read("spoke0")).contains("\"put\"");
            Thread blanks = Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        load.say("\n");
                        Thread.sleep(50);
                    }
                } catch (IOException | InterruptedException e) {
                    // Ended, as it should be.
                }
            });
            JsonObject totals = JsonParser.parseString(load.read("\"ended\"")).getAsJsonObject();
            assertThat(totals.getAsJsonObject("error").get("type").getAsString())
                    .endsWith(":silent");
            assertThat(totals.get("put").getAsInt()).isEqualTo(1);
            blanks.interrupt();
            blanks.join();
        }
    }

    @Test
    void aLoadIsOneRequestHoweverLongItGoesOn() throws IOException {
        try (Load load = new Load(once)) {
            for (int i = 0; i < 6; i++) {
                load.say(lines("once" + i + "-", 1));
                assertThat(load.read("once" + i)).contains("\"put\"");
            }
            load.end();
            assertThat(load.read("lines\"")).contains("\"complete\"");
        }
    }

    @Test
    void whatIsWrittenDownIsWhatIsDone() {
        assertThat(send("PUT", ITEMS + "/items", "{\"text\":\"not to be deleted\"}", writer)
                        .code())
                .isEqualTo(200);
        for (String address : List.of(
                "//v1/collections/default/items/x",
                "/v1//collections/default/items/x",
                "/v1/collections/default/./items/x",
                "/v1/collections/default/items//x")) {
            assertThat(send("DELETE", address, "", writer).code()).as(address).isIn(400, 404);
        }
        assertThat(caller.get(ITEMS + "/items", writer.shown()).code()).isEqualTo(200);
        assertThat(send("PUT", ITEMS + "/a", "{\"text\":\"something\"}", writer).code())
                .isEqualTo(200);
        Reply another = send("PUT", ITEMS + "/a;b", "{\"text\":\"another\"}", writer);
        assertThat(another.code()).as(another.text()).isEqualTo(200);
        Reply deleted = send("DELETE", ITEMS + "/a;b", "", writer);
        assertThat(deleted.json().get("id").getAsString()).isEqualTo("a;b");
        assertThat(caller.get(ITEMS + "/a", writer.shown()).code()).isEqualTo(200);
        assertThat(row(deleted).detail().get("id").getAsString()).isEqualTo("a;b");
        Reply encoded = send("DELETE", ITEMS + "/a%2Fb%20c", "", writer);
        assertThat(row(encoded).detail().get("id").getAsString()).isEqualTo("a/b c");
    }

    private AuditEntry row(Reply reply) {
        AuditLog log = home.audit();
        String request = reply.header("Kindred-Request");
        Await.until(
                "it is written",
                () -> log.newest(0, 1000).stream()
                        .anyMatch(row -> row.entry().request().equals(request)));
        return log.newest(0, 1000).stream()
                .map(AuditLog.Row::entry)
                .filter(entry -> entry.request().equals(request))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void namesLookedThroughAreASearch() {
        Reply all = caller.get("/v1/collections/photos/items?limit=3", writer.shown());
        assertThat(all.code()).isEqualTo(200);
        Reply found = caller.get("/v1/collections/photos/items?q=dog", writer.shown());
        AuditEntry row = row(found);
        assertThat(row.collection()).isEqualTo("photos");
        assertThat(row.detail().toString()).doesNotContain("dog");
        assertThat(home.audit().newest(0, 1000))
                .noneMatch(each -> each.entry().request().equals(all.header("Kindred-Request")));
    }

    @Test
    void ofASensitiveCollectionNothingIsRemembered() {
        assertThat(encodings("photos")).isEqualTo(2);
        assertThat(encodings("default")).isEqualTo(1);
    }

    private int encodings(String collection) {
        int before = home.words.documents.calls.get();
        for (int i = 0; i < 2; i++) {
            Reply reply = send("POST", "/v1/collections/" + collection + "/embed", "{\"text\":\"said twice\"}", writer);
            assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        }
        return home.words.documents.calls.get() - before;
    }
}
