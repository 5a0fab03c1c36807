package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kindred.encode.Bundle;
import dev.kindred.release.Bundles;
import dev.kindred.serve.Caller.Reply;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bulk loads: line by line, in order, within bounds, resumable. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BulkTest {
    private static final int LONGEST = 1 << 16;

    private ServedHome home;

    @BeforeAll
    void start(@TempDir Path folder) {
        Bundle texts = TextBundle.seal(folder.resolve("texts.kindred"));
        new Bundles(folder.resolve("home")).add(texts.path());
        home = ServedHome.in(
                folder.resolve("home"),
                ServeOptions.defaults().onPort(0).withThreads(1).withMaxRequestBytes(LONGEST));
        assertThat(home.put("/v1/collections/words", "{\"bundle\":\"" + texts.id() + "\"}")
                        .code())
                .isEqualTo(200);
    }

    @BeforeEach
    void empty() {
        home.delete("/v1/collections/v");
        Reply made = home.put(
                "/v1/collections/v", "{\"vectors\":{\"dimension\":2,\"distance\":\"l2\"},\"engine\":\"exact\"}");
        assertThat(made.code()).as(made.text()).isEqualTo(200);
    }

    @AfterAll
    void stop() {
        home.close();
    }

    private static String line(int i) {
        return "{\"id\":\"i" + i + "\",\"vector\":[" + i + ",1]}\n";
    }

    private int count() {
        return home.caller.get("/v1/collections/v").json().get("items").getAsInt();
    }

    private static String status(JsonObject line) {
        return line.get("status").getAsString();
    }

    @Test
    void eachLineIsToldInOrderAndOneThatFailsStopsNoOther() {
        String lines = line(1)
                + "not json\n"
                + "\n"
                + "{\"id\":\"short\",\"vector\":[1]}\n"
                + "{\"id\":\"far\",\"vector\":[1e16,0]}\n"
                + "{\"id\":\"a\\u0000\",\"vector\":[1,1]}\n"
                + "{\"vector\":[1,1]}\n"
                + "{\"id\":\"long\",\"payload\":{\"t\":\"" + "x".repeat(LONGEST) + "\"},\"vector\":[1,1]}\n"
                + line(2)
                + "{\"delete\":\"i1\"}\n"
                + "{\"delete\":\"never\"}\n"
                + "{\"delete\":\"i2\",\"vector\":[1,1]}\n"
                + "{\"id\":\"last\",\"vector\":[3,3],\"payload\":{\"n\":1}}";
        List<JsonObject> told = home.bulk("v", "?until=searchable", lines);
        assertThat(told.subList(0, told.size() - 1))
                .extracting(each -> each.get("line").getAsInt())
                .containsExactly(1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
        assertThat(told.subList(0, told.size() - 1))
                .extracting(BulkTest::status)
                .containsExactly(
                        "put", "failed", "failed", "failed", "failed", "failed", "failed", "put", "deleted", "deleted",
                        "failed", "put");
        assertThat(told.get(1).getAsJsonObject("error").get("detail").getAsString())
                .contains("not JSON");
        assertThat(told.get(2).getAsJsonObject("error").get("detail").getAsString())
                .contains("1 numbers");
        assertThat(told.get(3).getAsJsonObject("error").get("detail").getAsString())
                .contains("length 1");
        assertThat(told.get(6).getAsJsonObject("error").get("detail").getAsString())
                .contains("longer");
        assertThat(told.getLast())
                .hasToString(
                        "{\"status\":\"complete\",\"lines\":13,\"put\":3,\"deleted\":2,\"failed\":7,\"durable\":13}");
        assertThat(count()).isEqualTo(2);
    }

    @Test
    void strictStopsAtTheFirstFailureWithAllBeforeItWritten() {
        List<JsonObject> told = home.bulk(
                "v",
                "?strict=true&until=searchable",
                line(1) + line(2) + "{\"id\":\"far\",\"vector\":[1e16,0]}\n" + line(3));
        assertThat(told).extracting(BulkTest::status).containsExactly("put", "put", "failed", "ended");
        assertThat(told.getLast().get("durable").getAsInt()).isEqualTo(2);
        home.bulk("v", "?until=searchable", "");
        assertThat(count()).isEqualTo(2);
    }

    @Test
    void aLoadIsResumedAfterTheLinesThatAreThere() {
        String lines = line(1) + line(2) + line(3) + line(4);
        List<JsonObject> told = home.bulk("v", "?from=2&until=searchable", lines);
        assertThat(told.subList(0, 2))
                .extracting(each -> each.get("line").getAsInt())
                .containsExactly(3, 4);
        assertThat(told.getLast().get("put").getAsInt()).isEqualTo(2);
        assertThat(count()).isEqualTo(2);
    }

    @Test
    void textsAreEncodedAsOneByOneTheyAre() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 150; i++) {
            lines.append("{\"id\":\"t")
                    .append(i)
                    .append("\",\"text\":\"thing number ")
                    .append(i)
                    .append("\"}\n");
        }
        lines.append("{\"id\":\"blank\",\"text\":\"  \"}\n");
        List<JsonObject> told = home.bulk("words", "?until=searchable", lines.toString());
        assertThat(told.getLast().get("put").getAsInt()).isEqualTo(150);
        assertThat(told.getLast().get("failed").getAsInt()).isEqualTo(1);
        for (int i : new int[] {0, 77, 149}) {
            JsonObject stored = home.caller
                    .get("/v1/collections/words/items/t" + i + "?vector=true")
                    .json();
            JsonObject alone = home.caller
                    .json("/v1/collections/words/embed", "{\"text\":\"thing number " + i + "\"}")
                    .json();
            assertThat(stored.getAsJsonArray("vector"))
                    .isEqualTo(alone.getAsJsonArray("embeddings").get(0));
        }
    }

    @Test
    void aHundredThousandTinyLinesAreToldShortly() {
        byte[] tiny = "1\n".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        Reply reply = home.caller.bytes("/v1/collections/v/items:bulk", "application/x-ndjson", tiny);
        assertThat(reply.code()).isEqualTo(200);
        List<JsonObject> told = ServedHome.lines(reply);
        assertThat(told).hasSize(100_001);
        assertThat(home.caller.get("/metrics").text())
                .contains("route=\"/v1/collections/:collection/items:bulk\"")
                .doesNotContain("route=\"^");
        assertThat(told.getLast().get("failed").getAsInt()).isEqualTo(100_000);
    }

    @Test
    void aClientThatSendsAllBeforeItReadsIsNotWaitedForForEver() throws IOException {
        int count = 8_000;
        try (Socket socket = new Socket("127.0.0.1", home.server().port())) {
            OutputStream out = socket.getOutputStream();
            out.write(head(""));
            for (int i = 0; i < count; i += 200) {
                chunk(out, ("[" + "x".repeat(50) + "\n").repeat(200));
            }
            chunk(out, "");
            out.flush();
            List<String> told = replies(socket);
            assertThat(told).hasSize(count + 1);
            assertThat(json(told.getLast()).get("failed").getAsInt()).isEqualTo(count);
        }
    }

    @Test
    void whatAClientThatHangsUpWasToldIsThere() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", home.server().port())) {
            OutputStream out = socket.getOutputStream();
            out.write(head(""));
            chunk(out, line(1) + line(2) + "{\"id\":\"half\",\"vec");
            out.flush();
            BufferedReader in = reader(socket);
            String told = in.readLine();
            while (told == null || !told.contains("\"line\":2")) {
                told = in.readLine();
            }
        }
        assertThat(home.caller.get("/v1/collections/v/items/i1").code()).isEqualTo(200);
        assertThat(home.caller.get("/v1/collections/v/items/i2").code()).isEqualTo(200);
        assertThat(home.caller.get("/v1/collections/v/items/half").code()).isEqualTo(404);
        assertThat(home.bulk("v", "", line(3)).getLast().get("put").getAsInt()).isEqualTo(1);
    }

    @Test
    void aServerThatStopsEndsTheLoadAtOnceAndSaysSo() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", home.server().port())) {
            OutputStream out = socket.getOutputStream();
            out.write(head(""));
            chunk(out, line(1));
            out.flush();
            BufferedReader in = reader(socket);
            awaitFirst(in);
            long begun = System.nanoTime();
            Thread stopping = Thread.ofVirtual().start(home::stop);
            StringBuilder rest = new StringBuilder();
            for (String told = in.readLine(); told != null; told = in.readLine()) {
                rest.append(told).append('\n');
            }
            assertThat(rest).contains("\"status\":\"ended\"", "stopping", "\"durable\":1");
            stopping.join();
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .as("the ten seconds of a drain are not waited for")
                    .isLessThan(Duration.ofSeconds(9));
        }
        home.start();
        assertThat(home.caller.get("/v1/collections/v/items/i1").code()).isEqualTo(200);
    }

    @Test
    void aCollectionThatIsDroppedMeanwhileEndsTheLoad() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", home.server().port())) {
            OutputStream out = socket.getOutputStream();
            out.write(head(""));
            chunk(out, line(1));
            out.flush();
            BufferedReader in = reader(socket);
            awaitFirst(in);
            Thread dropping = Thread.ofVirtual().start(() -> home.delete("/v1/collections/v"));
            StringBuilder all = new StringBuilder();
            int i = 2;
            while (all.indexOf("ended") < 0) {
                chunk(out, line(i++));
                out.flush();
                all.append(in.readLine()).append('\n');
            }
            assertThat(all).contains("the collection was dropped");
            try {
                dropping.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        assertThat(home.caller.get("/v1/collections/v").code()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"?strict=perhaps", "?from=-1", "?from=x", "?until=later", "?report=all"})
    void anOptionThatIsNoneIsRefused(String query) {
        Reply reply = home.caller.bytes("/v1/collections/v/items:bulk" + query, "application/x-ndjson", new byte[0]);
        assertThat(reply.code()).isEqualTo(400);
    }

    @Test
    void onlyLinesAsTheyAreAreTaken() {
        Reply zipped = home.caller.bytes(
                "/v1/collections/v/items:bulk", "application/x-ndjson", new byte[10], "Content-Encoding", "gzip");
        assertThat(zipped.code()).isEqualTo(415);
        assertThat(home.caller
                        .bytes("/v1/collections/v/items:bulk", "image/png", new byte[10])
                        .code())
                .isEqualTo(415);
        Reply space = home.caller.bytes(
                "/v1/collections/v/items:bulk",
                "application/x-ndjson",
                line(1).getBytes(StandardCharsets.UTF_8),
                "Kindred-Space",
                "external:w/2/l2");
        assertThat(space.problem()).isEqualTo("wrong-space");
        assertThat(count()).isZero();
    }

    @Test
    void linesAreCutWhereverTheBytesBreak() throws IOException, InterruptedException {
        AtomicLong kept = new AtomicLong();
        List<String> cut = new ArrayList<>();
        BulkLines lines = new BulkLines(
                new ByteArrayInputStream("a\n\nbb\r\ntoo long\nend".getBytes(StandardCharsets.UTF_8)) {
                    @Override
                    public synchronized int read(byte[] into, int at, int length) {
                        return super.read(into, at, Math.min(length, 2));
                    }
                },
                4,
                kept::addAndGet);
        for (BulkLines.Line line = lines.next(); line != null; line = lines.next()) {
            cut.add(line.number() + (line.isTooLong() ? "!" : ":") + new String(line.bytes(), StandardCharsets.UTF_8));
        }
        assertThat(cut).containsExactly("1:a", "2:", "3:bb\r", "4!", "5:end");
        assertThat(kept).as("nothing of what is too long").hasValue(7);
    }

    private static byte[] head(String query) {
        return ("POST /v1/collections/v/items:bulk" + query + " HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void chunk(OutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.write(bytes);
        out.write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Until the first line is told of. */
    private static void awaitFirst(BufferedReader in) throws IOException {
        String told = in.readLine();
        while (told != null && !told.contains("\"line\":1")) {
            told = in.readLine();
        }
        assertThat(told).as("what is told of the first line").isNotNull();
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        socket.setSoTimeout(20_000);
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /** The lines of a chunked reply, whatever chunks they came in. */
    private static List<String> replies(Socket socket) throws IOException {
        BufferedReader in = reader(socket);
        while (!in.readLine().isEmpty()) {}
        StringBuilder body = new StringBuilder();
        for (int length = chunkLength(in); length > 0; length = chunkLength(in)) {
            // Replies are ASCII, so that characters are bytes.
            char[] chunk = new char[length];
            for (int at = 0; at < length; ) {
                at += in.read(chunk, at, length - at);
            }
            body.append(chunk);
            in.readLine();
        }
        return body.toString().lines().toList();
    }

    private static int chunkLength(BufferedReader in) throws IOException {
        return Integer.parseInt(in.readLine(), 16);
    }

    private static JsonObject json(String line) {
        return com.google.gson.JsonParser.parseString(line).getAsJsonObject();
    }
}
