package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Strangers who take all connections and ask for nothing, over real sockets. */
@Timeout(60)
class SeatsTest {
    /** Four times as many are more than may be open for the moment in which they are closed. */
    private static final int MOST = 24;

    private final List<Socket> sockets = new ArrayList<>();
    private KeyedServer home;
    private KeyedServer.Held key;
    private URI url;

    @BeforeEach
    void start(@TempDir Path folder) {
        home = new KeyedServer(folder);
        key = home.key("reader");
        home.look();
        ServeOptions.Bounds usual = ServeOptions.defaults().bounds();
        home.start(ServeOptions.defaults()
                .onPort(0)
                .with(new ServeOptions.Bounds(
                        usual.requestBytes(), Duration.ofSeconds(30), usual.drain(), MOST, usual.heldBytes())));
        url = URI.create(home.server().url());
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket each : sockets) {
            each.close();
        }
        home.close();
    }

    private Socket connect(String begun) throws IOException {
        Socket socket = new Socket(url.getHost(), url.getPort());
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
        sockets.add(socket);
        return socket;
    }

    private String head(String line, String... more) {
        return line + " HTTP/1.1\r\nHost: " + url.getAuthority() + "\r\nAuthorization: Bearer " + key.key() + "\r\n"
                + String.join("", more) + "\r\n";
    }

    /** The reply's first line; empty where it was cut off. */
    private static String status(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
        } catch (SocketException reset) {
            return "";
        }
    }

    /** One by one, each after the one before was accepted. */
    private void strangers(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            connect("GET /v1/collections HTTP/1.1\r\nX: ");
            Thread.sleep(20);
        }
    }

    @Test
    void whoeverComesHasThePlaceOfWhoNeverAsks() throws Exception {
        strangers(MOST);
        AtomicBoolean over = new AtomicBoolean();
        Thread trickle = Thread.ofVirtual().start(() -> {
            while (!over.get()) {
                for (Socket each : List.copyOf(sockets.subList(0, MOST))) {
                    try {
                        each.getOutputStream().write('x');
                    } catch (IOException e) {
                        // That one had to go.
                    }
                }
                try {
                    Thread.sleep(100);
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
        try {
            Thread.sleep(1_500);
            for (int i = 0; i < 2; i++) {
                assertThat(status(connect(head("GET /v1/collections")))).isEqualTo("HTTP/1.1 200");
            }
            assertThat(isEnded(sockets.getFirst())).as("the first had to go").isTrue();
        } finally {
            over.set(true);
            trickle.join();
        }
    }

    @Test
    void aRequestThatIsUnderWayKeepsItsPlace() throws Exception {
        String body = "{\"text\":\"a tower with a light\"}";
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < MOST; i++) {
            slow.add(connect(head(
                    "POST /v1/search",
                    "Content-Type: application/json\r\n",
                    "Content-Length: " + body.length() + "\r\n")));
        }
        Thread.sleep(1_500);
        assertThat(status(connect(head("GET /v1/collections"))))
                .as("there is no place")
                .isEmpty();
        for (Socket each : slow) {
            each.getOutputStream().write(body.getBytes(StandardCharsets.US_ASCII));
            assertThat(status(each)).isEqualTo("HTTP/1.1 200");
        }
        Thread.sleep(1_500);
        assertThat(status(connect(head("GET /v1/collections"))))
                .as("they rest, and one of them goes")
                .isEqualTo("HTTP/1.1 200");
    }

    /** A page of the console over HTTP/2, for everyone, by a client that reads nothing of it: the stream stays open. */
    private Socket stuck() throws IOException {
        byte[] authority = url.getAuthority().getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        // SETTINGS_INITIAL_WINDOW_SIZE = 0
        bytes.write(new byte[] {0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0});
        bytes.write(new byte[] {0, 0, (byte) (5 + authority.length), 1, 5, 0, 0, 0, 1});
        // :method GET, :scheme http, :path /, :authority as it follows
        bytes.write(new byte[] {(byte) 0x82, (byte) 0x86, (byte) 0x84, 0x41, (byte) authority.length});
        bytes.write(authority);
        Socket socket = connect("");
        socket.getOutputStream().write(bytes.toByteArray());
        return socket;
    }

    @Test
    void withoutAKeyARequestThatIsUnderWayKeepsNothing() throws Exception {
        for (int round = 0; round < 5; round++) {
            List<Socket> strangers = new ArrayList<>();
            for (int i = 0; i < MOST - 1; i++) {
                strangers.add(stuck());
            }
            for (Socket each : strangers) {
                // The head of a frame: it was let in.
                assertThat(each.getInputStream().readNBytes(9))
                        .as("round " + round)
                        .hasSize(9);
            }
            Thread.sleep(1_200);
            assertThat(status(connect(head("GET /v1/collections"))))
                    .as("round " + round)
                    .isEqualTo("HTTP/1.1 200");
        }
        assertThat(isEnded(sockets.getFirst())).as("the first had to go").isTrue();
    }

    private static boolean isEnded(Socket socket) throws IOException {
        try {
            socket.setSoTimeout(1_000);
            socket.getInputStream().readAllBytes();
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Test
    void whoIsKnownIsTheLastToGo() throws Exception {
        Socket known = connect(head("GET /v1/collections"));
        assertThat(status(known)).isEqualTo("HTTP/1.1 200");
        Thread.sleep(300);
        strangers(MOST - 1);
        Thread.sleep(1_200);
        for (int i = 0; i < 3; i++) {
            assertThat(status(connect(head("GET /v1/collections")))).isEqualTo("HTTP/1.1 200");
        }
        assertThat(known.getInputStream().available()).isPositive();
        known.getInputStream().skipNBytes(known.getInputStream().available());
        known.getOutputStream().write(head("GET /v1/collections").getBytes(StandardCharsets.US_ASCII));
        assertThat(status(known)).as("it has rested longest, and is known").isEqualTo("HTTP/1.1 200");
    }
}
