package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
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
    private static final int MOST = 6;

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

    @Test
    void withoutAKeyARequestThatIsUnderWayKeepsNothing() throws Exception {
        for (int i = 0; i < MOST; i++) {
            // Let in by nobody, and never ended.
            connect("POST /v1/search HTTP/1.1\r\nHost: " + url.getAuthority() + "\r\nContent-Length: 100\r\n\r\n{");
        }
        Thread.sleep(1_500);
        assertThat(status(connect(head("GET /v1/collections")))).isEqualTo("HTTP/1.1 200");
    }
}
