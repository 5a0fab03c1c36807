package dev.kindred.bench.load;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The least that answers over HTTP: the JDK's own server and one route. {@code BareHttp PORT}. */
public final class BareHttp {
    private BareHttp() {}

    public static void main(String[] words) throws IOException {
        HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(words[0])), 0);
        byte[] reply = "ready\n".getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, reply.length);
            exchange.getResponseBody().write(reply);
            exchange.close();
        });
        server.start();
    }

    /** Started on the server's core; seconds to its first answer. */
    public static double secondsToFirst(Path root, Path home) {
        int port = ServerProcess.freePort();
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classes(),
                BareHttp.class.getName(),
                Integer.toString(port));
        try (ServerProcess server =
                ServerProcess.start(root, home, command, port, ServerProcess.First.ready(), Map.of())) {
            return server.secondsToFirst();
        }
    }

    /** Nothing else stands on its class path. */
    private static String classes() {
        try {
            return Path.of(BareHttp.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
