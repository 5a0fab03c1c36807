package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.util.Exceptions;
import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Space;
import dev.kindred.encode.Encoder;
import dev.kindred.media.Pictures;
import dev.kindred.serve.Caller.Reply;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What strangers send: each is answered with a problem that says what and where, and the server goes on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttackTest {
    private static final int MOST = 1 << 20;

    private DrawnCollection collection;
    private KindredServer server;
    private Caller caller;

    @BeforeAll
    void start(@TempDir Path folder) {
        collection = DrawnCollection.in(folder);
        server = KindredServer.start(ServeOptions.defaults().onPort(0).withMaxRequestBytes(MOST), collection.served());
        caller = new Caller(server.url());
    }

    @AfterAll
    void stop() {
        caller.close();
        server.close();
        collection.close();
    }

    private static void isProblem(Reply reply, int code, String kind) {
        assertThat(reply.code()).as(reply.text()).isEqualTo(code);
        assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(reply.header("Kindred-Request")).isNotEmpty();
        assertThat(reply.problem()).isEqualTo(kind);
        assertThat(reply.json().get("status").getAsInt()).isEqualTo(code);
        assertThat(reply.text())
                .doesNotContain("Exception")
                .doesNotContain("dev.kindred")
                .doesNotContain("\tat ");
    }

    @Test
    void aBodyBeyondTheBoundIsNotRead() {
        isProblem(caller.bytes("/v1/embed", "image/png", new byte[MOST + 1]), 413, "too-large");
        isProblem(caller.json("/v1/embed", "{\"image\":\"" + "A".repeat(MOST) + "\"}"), 413, "too-large");
    }

    @Test
    void aPictureThatClaimsAHugeSizeIsRefusedOnItsHeader() throws IOException {
        Reply reply = caller.bytes("/v1/embed", "image/png", header(50_000, 50_000));
        isProblem(reply, 422, "picture");
        assertThat(reply.json().get("detail").getAsString()).contains("50").containsAnyOf("16", "64", "67");
    }

    /** Each body is counted while it is read: one that cannot be must not stay counted, or the server would end up answering nobody. */
    @Test
    void formsThatCannotBeReadTakeNobodysPlace() {
        for (String type : List.of(
                "multipart/form-data", "multipart/form-data; boundary=\"\"", "multipart/form-data; boundary=abc")) {
            isProblem(
                    caller.bytes("/v1/search", type, "--abc\r\n\r\nx".getBytes(StandardCharsets.UTF_8)),
                    400,
                    "bad-request");
        }
        for (int i = 0; i < ServeOptions.defaults().queue() + 50; i++) {
            caller.bytes("/v1/search", "multipart/form-data", new byte[1]);
        }
        assertThat(caller.bytes("/v1/embed", "image/png", Pictures.png(new Content.Pixels(8, 8, 1, new byte[64])))
                        .code())
                .isEqualTo(200);
    }

    /** Late is the client here, not the server: no answer of 503 would be true. */
    @Test
    void whoSendsTooSlowlyIsToldSo() throws IOException {
        ServeOptions hasty = ServeOptions.defaults()
                .onPort(0)
                .withMaxRequestBytes(MOST)
                .withRequestTime(Duration.ofMillis(700))
                .withThreads(1)
                .withQueue(8);
        KindredServer impatient = KindredServer.start(hasty, collection.served());
        try (Socket socket = new Socket("127.0.0.1", impatient.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("POST /v1/embed HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                    + "Content-Length: 100\r\n\r\n{\"image\":")
                            .getBytes(StandardCharsets.ISO_8859_1));
            assertThat(answered(socket)).startsWith("HTTP/1.1 408").contains("application/problem+json");
        } finally {
            impatient.close();
        }
    }

    /** A megabyte in chunks of one byte is a million objects. */
    @Test
    void aBodyInVeryManyPiecesIsCutOff() throws IOException {
        assertThat(inPieces("x".repeat(8), 5_000)).startsWith("HTTP/1.1 400");
        assertThat(inPieces("x".repeat(100), 5_000)).as("not for its pieces").startsWith("HTTP/1.1 422");
        assertThat(inPieces("x", 1_900)).as("few enough").startsWith("HTTP/1.1 422");
    }

    private String inPieces(String piece, int times) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(10_000);
            String chunk = Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n";
            try {
                socket.getOutputStream()
                        .write(("POST /v1/embed HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
                                        + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(times) + "0\r\n\r\n")
                                .getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                // Cut off while it was sent; the reply may still be there.
            }
            return answered(socket);
        }
    }

    /** What is answered to who never reads would otherwise be kept, without end. */
    @Test
    void whoAsksAndNeverReadsIsCutOff() throws IOException {
        int asked = 5_000;
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.setSoTimeout(10_000);
            socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
            byte[] request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
            int received = 0;
            try {
                for (int i = 0; i < asked; i++) {
                    socket.getOutputStream().write(request);
                }
                byte[] part = new byte[1 << 16];
                InputStream in = socket.getInputStream();
                for (int read = in.read(part); read >= 0; read = in.read(part)) {
                    received += read;
                }
            } catch (SocketException e) {
                // Closed without a word, which is all that can be said to who does not listen.
            }
            assertThat(received)
                    .isLessThan(asked * caller.get("/metrics").text().length() / 2);
        }
        assertThat(caller.get("/livez").code()).isEqualTo(200);
    }

    /** Who hangs up is no fault of the server's, and is counted as what it is. */
    @Test
    void whoHangsUpIsCountedAsSuch() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream()
                    .write(("POST /v1/verify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                    + "Content-Length: 100\r\n\r\n{")
                            .getBytes(StandardCharsets.ISO_8859_1));
        }
        Await.until(
                "its hanging up is counted",
                () -> caller.get("/metrics").text().matches("(?s).*code=\"499\"[^}]*route=\"/v1/verify\".*"));
        assertThat(caller.get("/metrics").text())
                .containsPattern("code=\"499\"[^}]*route=\"/v1/verify\"")
                .doesNotContainPattern("code=\"500\"[^}]*route=\"/v1/verify\"")
                .doesNotContain("code=\"0\"");
    }

    /** The answer sends people to the log, so there must be one. */
    @Test
    void aFaultIsToldUnderTheRequestsId() {
        Map<String, Throwable> told = new ConcurrentHashMap<>();
        Served real = collection.served();
        Encoder broken = new Encoder() {
            @Override
            public Space space() {
                return real.space();
            }

            @Override
            public Embeddings encode(List<Content> batch) {
                throw new IllegalStateException("out of order");
            }

            @Override
            public void close() {}
        };
        Served served = real.encodedBy(broken);
        KindredServer failing = KindredServer.start(
                ServeOptions.defaults().onPort(0), served, (request, route, cause) -> told.put(request, cause));
        try (Caller other = new Caller(failing.url())) {
            Reply reply =
                    other.bytes("/v1/embed", "image/png", Pictures.png(new Content.Pixels(8, 8, 1, new byte[64])));
            isProblem(reply, 500, "fault");
            assertThat(told).containsOnlyKeys(reply.header("Kindred-Request"));
            assertThat(told.values())
                    .allSatisfy(cause -> assertThat(Exceptions.peel(cause)).hasMessage("out of order"));
        } finally {
            failing.close();
        }
    }

    @Test
    void smallPicturesThatDecodeToMuchAreBoundedTogether() {
        byte[] great = Pictures.png(new Content.Pixels(5_000, 5_000, 1, new byte[5_000 * 5_000]));
        String image = '"' + Base64.getEncoder().encodeToString(great) + '"';
        Reply reply = caller.json("/v1/embed", "{\"images\":[%s,%s,%s]}".formatted(image, image, image));
        isProblem(reply, 413, "too-large");
        assertThat(reply.json().get("where").getAsString()).isEqualTo("images[2]");
        assertThat(caller.json("/v1/embed", "{\"images\":[%s]}".formatted(image))
                        .code())
                .isEqualTo(200);
    }

    /** A PNG of a header alone. */
    private static byte[] header(int width, int height) throws IOException {
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(chunk);
        fields.writeBytes("IHDR");
        fields.writeInt(width);
        fields.writeInt(height);
        fields.write(new byte[] {8, 2, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(chunk.toByteArray());
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(png);
        out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        out.writeInt(13);
        out.write(chunk.toByteArray());
        out.writeInt((int) crc.getValue());
        return png.toByteArray();
    }

    @Test
    void whatIsNoPictureIsSaidToBeNone() {
        isProblem(caller.bytes("/v1/embed", "image/png", "hello".getBytes(StandardCharsets.UTF_8)), 422, "picture");
        isProblem(caller.bytes("/v1/search", "image/jpeg", new byte[0]), 422, "picture");
        isProblem(caller.json("/v1/embed", "{\"image\":\"http://example.org/a.png\"}"), 400, "bad-request");
        isProblem(caller.bytes("/v1/embed", "text/html", new byte[] {1}), 415, "media-type");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "{\"k\": 5,,}|line 1 column",
                "{'id':'a'}|line 1",
                "{\"id\": \"a\"|ends too soon",
                "{\"id\": \"a\"} x|line 1",
                "[1,2]|object is wanted",
                "|ends too soon",
                "{\"id\":\"a\",\"id\":\"b\"}|twice",
                "{\"id\":\"a\",\"k\":0}|1 to 1000",
                "{\"id\":\"a\",\"k\":1.5}|1 to 1000",
                "{\"id\":\"a\",\"k\":\"5\"}|1 to 1000",
                "{\"id\":\"a\",\"kk\":5}|no such field",
                "{\"vector\":[1,2]}|2 numbers",
                "{\"vector\":[1e999]}|double",
                "{\"vector\":[NaN]}|line 1",
                "{\"id\":\"a\",\"vector\":[1]}|more than one",
                "{\"id\":\"octo/star.png\",\"filter\":{\"drop\":1}}|is no filter",
                "{\"id\":\"octo/star.png\",\"filter\":{\"equals\":{\"a\":{\"b\":1}}}}|cannot be kept",
                "{\"id\":\"octo/star.png\",\"after\":\"zzz\"}|page",
                "{\"id\":7}|string is wanted",
                "{}|nothing to work on"
            })
    void badJsonIsSaidWithItsPlace(String body, String says) {
        Reply reply = caller.json("/v1/search", body == null ? "" : body);
        isProblem(reply, 400, "bad-request");
        assertThat(reply.text()).contains(says).doesNotContain("JsonReader");
    }

    @Test
    void longListsAreRefusedByTheirPlace() {
        Reply reply = caller.json("/v1/search", "{\"vector\":[0" + ",0".repeat(65_536) + "]}");
        isProblem(reply, 400, "bad-request");
        assertThat(reply.text()).contains("more than 65,536 values").contains("$.vector[65536]");
        Reply most = caller.json("/v1/search", "{\"vector\":[0" + ",0".repeat(65_535) + "]}");
        assertThat(most.text()).contains("65536 numbers where the space has");
        Reply great = caller.json("/v1/search", "{\"vector\":[0,1e999,0]}");
        assertThat(great.text()).contains("beyond what a double holds").contains("$.vector[1]");
        String ids = "{\"ids\":[\"a\"" + ",\"a\"".repeat(59_999) + "]}";
        Reply filter =
                caller.json("/v1/search", "{\"id\":\"octo/star.png\",\"filter\":{\"or\":[" + ids + "," + ids + "]}}");
        isProblem(filter, 400, "bad-request");
        assertThat(filter.text()).contains("more than 100,000 values and ids");
    }

    @Test
    void deepNestingAndBrokenUtf8AreRefused() {
        isProblem(caller.json("/v1/search", "{\"filter\":" + "[".repeat(5000)), 400, "bad-request");
        byte[] broken = {'{', '"', (byte) 0xC3, '"', ':', '1', '}'};
        isProblem(caller.bytes("/v1/search", "application/json", broken), 400, "bad-request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..%2F..%2F..%2Fetc%2Fpasswd",
                "%2Fetc%2Fpasswd",
                "%2e%2e",
                "..%5c..%5cwindows",
                "octo%2Fstar.png%00",
                "%00",
                "%C3%28",
                "%E2%80%AE",
                "octo%2F..%2Fstar.png"
            })
    void noIdLeadsOutOfTheCollection(String id) throws IOException {
        for (String end : List.of("", "/source", "/picture")) {
            int code = rawGet("/v1/collections/default/items/" + id + end);
            assertThat(code).isIn(400, 404);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../../etc/passwd",
                "/console/../../etc/passwd",
                "/console/%2e%2e/api.js",
                "//etc/passwd",
                "/console/"
            })
    void noPathLeadsOutOfTheConsole(String path) throws IOException {
        assertThat(rawGet(path)).isIn(400, 403, 404, 307);
    }

    /** A request as it is, which no client library has tidied. */
    private int rawGet(String path) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            String reply = answered(socket);
            assertThat(reply).doesNotContain("root:");
            assertThat(reply.toLowerCase(java.util.Locale.ROOT)).contains("kindred-request: ");
            return Integer.parseInt(reply.substring(9, 12));
        }
    }

    /** The reply's head and what of its body came along; the server closes a while later. */
    private static String answered(Socket socket) throws IOException {
        StringBuilder reply = new StringBuilder();
        InputStream in = socket.getInputStream();
        byte[] part = new byte[8192];
        while (reply.indexOf("\r\n\r\n") < 0) {
            int read = in.read(part);
            if (read < 0) {
                break;
            }
            reply.append(new String(part, 0, read, StandardCharsets.ISO_8859_1));
        }
        return reply.toString();
    }

    @Test
    void anotherSpaceIsRefused() {
        String mine = collection.bundle().space().id();
        String body = "{\"id\":\"octo/star.png\"}";
        assertThat(caller.json("/v1/search", body, "Kindred-Space", mine).code())
                .isEqualTo(200);
        isProblem(caller.json("/v1/search", body, "Kindred-Space", "0".repeat(64)), 409, "wrong-space");
        isProblem(caller.get("/v1/collections/default/items", "Kindred-Space", "elsewhere"), 409, "wrong-space");
    }

    @Test
    void whatIsNotThereIsSaidSo() {
        isProblem(caller.json("/v1/collections/defalt/search", "{\"id\":\"a\"}"), 404, "no-collection");
        isProblem(caller.json("/v1/search", "{\"id\":\"a\"}"), 404, "no-item");
        isProblem(caller.get("/v1/nothing"), 404, "not-found");
        isProblem(caller.get("/v1/search"), 405, "method-not-allowed");
        isProblem(caller.get("/v1/collections/default/items?from=-1"), 400, "bad-request");
    }

    /** The body that is announced is never sent: whoever waits for it before it refuses hangs until the request's time is over. */
    @ParameterizedTest
    @CsvSource({"/v1/collections/defalt/embed, X-Nothing: 1, 404", "/v1/embed, Kindred-Space: elsewhere, 409"})
    void whatIsRefusedAnywayIsSoBeforeItsBodyIsRead(String path, String header, int code) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                    + header + "\r\nContent-Length: 1000\r\n\r\n{")
                            .getBytes(StandardCharsets.ISO_8859_1));
            assertThat(answered(socket)).startsWith("HTTP/1.1 " + code);
        }
    }

    @Test
    void pagesOfOtherSitesAreKeptOut() throws IOException {
        String body = "{\"id\":\"octo/star.png\"}";
        isProblem(caller.json("/v1/search", body, "Origin", "http://evil.example"), 403, "other-site");
        isProblem(caller.json("/v1/search", body, "Origin", "null"), 403, "other-site");
        isProblem(caller.json("/v1/search", body, "Sec-Fetch-Site", "cross-site"), 403, "other-site");
        assertThat(caller.json("/v1/search", body, "Origin", server.url()).code())
                .isEqualTo(200);
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.ISO_8859_1));
            assertThat(answered(socket)).startsWith("HTTP/1.1 403");
        }
    }

    @Test
    void aFloodOfHeadersIsCutOff() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: localhost\r\nX-Flood: " + "a".repeat(200_000) + "\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            assertThat(answered(socket)).startsWith("HTTP/1.1 4");
        }
        assertThat(caller.get("/livez").code()).isEqualTo(200);
        assertThat(URI.create(server.url()).getPort()).isEqualTo(server.port());
    }
}
