package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reply that is made whole leaves whole: its head does not wake whoever waits before its body is there. */
class OneSegmentTest {
    private static final Pattern LENGTH = Pattern.compile("content-length: ?(\\d+)\r\n", Pattern.CASE_INSENSITIVE);

    @Test
    void headAndBodyArriveTogether(@TempDir Path folder) throws IOException {
        try (DrawnCollection collection = DrawnCollection.in(folder);
                KindredServer server =
                        KindredServer.start(ServeOptions.defaults().onPort(0), collection.served());
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(),
                        URI.create(server.url()).getPort())) {
            socket.setSoTimeout(30_000);
            String id = "{\"id\":\""
                    + DrawnShapes.id(DrawnShapes.things().keySet().iterator().next(), DrawnShapes.HANDS[0])
                    + "\",\"k\":3}";
            for (int call = 0; call < 200; call++) {
                socket.getOutputStream()
                        .write(("POST /v1/search HTTP/1.1\r\n"
                                        + "Host: localhost\r\n"
                                        + "Content-Type: application/json\r\n"
                                        + "Content-Length: "
                                        + id.length() + "\r\n\r\n" + id)
                                .getBytes(StandardCharsets.US_ASCII));
                byte[] bytes = new byte[1 << 16];
                int first = socket.getInputStream().read(bytes);
                String reply = new String(bytes, 0, first, StandardCharsets.ISO_8859_1);
                assertThat(reply).startsWith("HTTP/1.1 200");
                Matcher length = LENGTH.matcher(reply);
                assertThat(length.find()).as(reply).isTrue();
                assertThat(first)
                        .as("bytes of the first segment")
                        .isEqualTo(reply.indexOf("\r\n\r\n") + 4 + Integer.parseInt(length.group(1)));
            }
        }
    }
}
