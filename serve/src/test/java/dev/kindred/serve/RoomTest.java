package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindred.core.Progress;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Item;
import dev.kindred.index.Value;
import dev.kindred.index.VectorIndex;
import dev.kindred.serve.Caller.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What requests and replies may take of memory, over real sockets. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoomTest {
    /** Of one key a quarter of it: 256 KiB. */
    private static final int IN_ALL = 1 << 20;
    /** More than any socket keeps for its reader. */
    private static final int SOURCE = 12 << 20;

    private static final int LARGE = 20;

    private WordCollection words;
    private VectorIndex index;
    private KindredServer server;
    private KindredServer hasty;
    private Caller caller;
    private Caller again;

    @BeforeAll
    void start(@TempDir Path folder) {
        words = WordCollection.in(folder);
        Served usual = words.served();
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < LARGE; i++) {
            Map<String, Value> payload = Map.of("name", Value.of("n" + i), "long", Value.of("x".repeat(1_000_000)));
            float[] vector = words.documents.embed("whisper " + i).row(0);
            items.add(new Item("item" + i, vector, payload, i == 0 ? new byte[SOURCE] : null));
        }
        index = ExactIndex.build(folder.resolve("large"), usual.space(), items.stream(), Progress.SILENT);
        Served served = usual.over(index);
        ServeOptions options = ServeOptions.defaults()
                .onPort(0)
                .withThreads(1)
                .withMaxRequestBytes(4 << 20)
                .withHeldBytes(IN_ALL);
        server = KindredServer.start(options, served);
        hasty = KindredServer.start(options.withRequestTime(Duration.ofSeconds(3)), served);
        caller = new Caller(server.url());
        again = new Caller(hasty.url());
    }

    @AfterAll
    void stop() {
        caller.close();
        again.close();
        server.close();
        hasty.close();
        index.close();
        words.close();
    }

    /** The last reply of a test before may be on its way still. */
    @BeforeEach
    void empty() {
        Await.until("nothing is held", () -> server.held() == 0 && hasty.held() == 0);
    }

    private static void isBusy(Reply reply) {
        assertThat(reply.code()).as(reply.text()).isEqualTo(429);
        assertThat(reply.problem()).isEqualTo("busy");
        assertThat(reply.header("Retry-After")).isEqualTo("1");
    }

    /** A body of 200,000 bytes that never comes; returns when there is room for it. */
    private Socket announced() throws IOException {
        Socket socket = new Socket("127.0.0.1", server.port());
        socket.getOutputStream()
                .write(("POST /v1/embed HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
                                + "Content-Length: 200000\r\n\r\nx")
                        .getBytes(StandardCharsets.ISO_8859_1));
        Await.until("it is let in", () -> server.held() >= 200_000);
        return socket;
    }

    private Reply text(int bytes) {
        return caller.bytes("/v1/embed", "text/plain", "x".repeat(bytes).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aBodyThatThereIsNoRoomForIsRefusedBeforeItIsRead() throws IOException {
        try (Socket first = announced();
                Socket second = new Socket("127.0.0.1", server.port())) {
            second.setSoTimeout(10_000);
            second.getOutputStream()
                    .write(("POST /v1/embed HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
                                    + "Content-Length: 100000\r\n\r\nx")
                            .getBytes(StandardCharsets.ISO_8859_1));
            byte[] head = second.getInputStream().readNBytes(12);
            assertThat(new String(head, StandardCharsets.ISO_8859_1)).isEqualTo("HTTP/1.1 429");
            isBusy(text(100_000));
            assertThat(text(1_000).code()).as("a small one").isNotEqualTo(429);
            assertThat(first.isConnected()).isTrue();
        }
        Await.until("its room is given back", () -> text(100_000).code() != 429);
    }

    /** Who does not say how much it is takes room as it comes. */
    @Test
    void aBodyOfUnknownLengthTakesRoomAsItComes() throws IOException {
        try (Socket first = announced();
                Socket second = new Socket("127.0.0.1", server.port())) {
            second.setSoTimeout(10_000);
            String chunk = "2710\r\n" + "x".repeat(10_000) + "\r\n";
            second.getOutputStream()
                    .write(("POST /v1/embed HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
                                    + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(10) + "0\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            byte[] head = second.getInputStream().readNBytes(12);
            assertThat(new String(head, StandardCharsets.ISO_8859_1)).isEqualTo("HTTP/1.1 429");
            assertThat(first.isConnected()).isTrue();
        }
    }

    /** Ten kilobytes that become a third of a megabyte. */
    @Test
    void manySmallValuesTakeTheRoomThatTheyBecome() throws IOException {
        String many = "{\"texts\":[" + "1,".repeat(5_000) + "1]}";
        try (Socket first = announced()) {
            isBusy(caller.json("/v1/embed", many));
            assertThat(caller.json("/v1/embed", "{\"text\":\"" + "1,".repeat(5_000) + "\"}")
                            .code())
                    .as("commas within a text are none")
                    .isNotEqualTo(429);
            assertThat(first.isConnected()).isTrue();
        }
        Await.until(
                "its room is given back", () -> caller.json("/v1/embed", many).code() == 400);
    }

    /** More than its share, but nothing else is asked: what may be asked at all is answered some time. */
    @Test
    void theLongestListsOfVectorsAreReadWhereNothingElseIs() {
        String vector = "{\"vector\":[" + "0.25,".repeat(4_095) + "0.25]}";
        Reply reply = caller.json("/v1/search", "{\"queries\":[" + (vector + ",").repeat(63) + vector + "]}");
        assertThat(reply.code()).as(reply.text()).isEqualTo(400);
        assertThat(reply.text()).contains("4096 numbers").contains("queries[0].vector");
    }

    @Test
    void whatASearchCarriesIsBounded() {
        Reply reply = caller.json("/v1/search", "{\"text\":\"whisper\",\"k\":" + LARGE + "}");
        assertThat(reply.code()).as(reply.problem()).isEqualTo(413);
        assertThat(reply.json().get("where").getAsString()).isEqualTo("k");
        assertThat(reply.text()).contains("fields");
        String one = "{\"text\":\"whisper\",\"k\":6}";
        Reply several = caller.json("/v1/search", "{\"queries\":[%s,%s,%s]}".formatted(one, one, one));
        assertThat(several.code()).as(several.problem()).isEqualTo(413);
        assertThat(several.json().get("where").getAsString()).isEqualTo("queries[2].k");
        assertThat(caller.json("/v1/search", one).code()).isEqualTo(200);
        empty();
        Reply thin = caller.json("/v1/search", "{\"text\":\"whisper\",\"k\":" + LARGE + ",\"fields\":[\"name\"]}");
        assertThat(thin.json().getAsJsonArray("neighbors")).hasSize(LARGE);
    }

    /** Sixty-four times twenty items of a megabyte, three times at once, would be more than the heap. */
    @Test
    void whatIsNotWantedIsNotKeptUntilTheLastSearch() throws Exception {
        String one = "{\"text\":\"whisper\",\"k\":" + LARGE + ",\"fields\":[\"name\"]}";
        String all = "{\"queries\":[" + (one + ",").repeat(63) + one + "]}";
        try (KindredServer roomy = KindredServer.start(
                        ServeOptions.defaults().onPort(0), words.served().over(index));
                Caller callers = new Caller(roomy.url());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Reply>> replies = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                replies.add(threads.submit(() -> callers.json("/v1/search", all)));
            }
            for (Future<Reply> reply : replies) {
                assertThat(reply.get().code()).as(reply.get().text()).isEqualTo(200);
                assertThat(reply.get().json().getAsJsonArray("results")).hasSize(64);
            }
        }
    }

    /** Its reply is kept for it, and others are refused meanwhile, but not for long. */
    @Test
    void whoDoesNotReadTakesRoomUntilItIsCutOff() throws IOException {
        String path = "/v1/collections/default/items/item0/source";
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.setSoTimeout(20_000);
            socket.connect(new InetSocketAddress("127.0.0.1", hasty.port()));
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .repeat(4)
                            .getBytes(StandardCharsets.ISO_8859_1));
            Await.until("its reply waits", () -> hasty.held() >= SOURCE);
            isBusy(again.get(path));
            Await.until("it is cut off", () -> again.get(path).code() == 200);
            long received = 0;
            try {
                byte[] part = new byte[1 << 16];
                InputStream in = socket.getInputStream();
                for (int read = in.read(part); read >= 0; read = in.read(part)) {
                    received += read;
                }
            } catch (SocketException e) {
                // Closed without a word, which is all that can be said to who does not listen.
            }
            assertThat(received).isLessThan(SOURCE);
        }
    }

    /** Slow is not deaf: who takes some of it in time has all of it in the end. */
    @Test
    void whoReadsSlowlyIsNotCutOff() throws Exception {
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(1 << 16);
            socket.setSoTimeout(20_000);
            socket.connect(new InetSocketAddress("127.0.0.1", hasty.port()));
            socket.getOutputStream()
                    .write(("GET /v1/collections/default/items/item0/source HTTP/1.1\r\nHost: localhost\r\n"
                                    + "Connection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            long received = 0;
            InputStream in = socket.getInputStream();
            for (int i = 0; i < 18; i++) {
                received += in.readNBytes(SOURCE / 20).length;
                Thread.sleep(400);
            }
            received += in.readAllBytes().length;
            assertThat(received).isGreaterThan(SOURCE);
        }
    }
}
