package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server as a process of its own: what it says, and how it ends by signals. */
@Timeout(180)
class ServeProcessTest {
    @TempDir
    Path folder;

    private Process process;
    private URI url;
    private byte[] picture;

    @BeforeEach
    void start() throws Exception {
        Path bundle = folder.resolve("tiny.kindred");
        Natives.forEncoding(folder.resolve("home"));
        TinyBundle.seal(bundle, 1);
        picture = Drawings.png(0, 0);
        Drawings.folder(folder.resolve("pictures"), 1, 1);
        Path index = folder.resolve("index");
        Shell.Ended built = new Shell(folder.resolve("home"))
                .run("index", "build", bundle, folder.resolve("pictures"), "--out", index);
        assertThat(built.code()).as(built.err()).isZero();
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules",
                "jdk.incubator.vector",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.kindred.cli.Main"));
        line.addAll(List.of("serve", "--index", index.toString(), "--port", "0", "--json", "--log", "json"));
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectError(folder.resolve("err").toFile());
        builder.environment().put("KINDRED_HOME", folder.resolve("home").toString());
        process = builder.start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String said = out.readLine();
        assertThat(said).as(Files.readString(folder.resolve("err"))).isNotNull();
        url = URI.create(
                JsonParser.parseString(said).getAsJsonObject().get("url").getAsString());
    }

    @AfterEach
    void end() {
        process.destroyForcibly();
    }

    private HttpResponse<String> get(HttpClient client, String path) throws Exception {
        return client.send(HttpRequest.newBuilder(url.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** The head of a request and one byte of its body: from now on it is under way. */
    private Socket begin() throws IOException {
        Socket socket = new Socket(url.getHost(), url.getPort());
        String head = "POST /v1/embed HTTP/1.1\r\nHost: " + url.getAuthority()
                + "\r\nContent-Type: image/png\r\nContent-Length: " + picture.length + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(picture, 0, 1);
        return socket;
    }

    private static void until(Callable<Boolean> happened) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!happened.call()) {
            assertThat(System.nanoTime()).as("within thirty seconds").isLessThan(end);
            Thread.sleep(5);
        }
    }

    private void awaitRunning(HttpClient client) throws Exception {
        // The one that asks is under way itself.
        until(() -> get(client, "/metrics").body().contains("kindred_requests_running 2.0"));
    }

    private List<JsonObject> log() throws IOException {
        return Files.readString(folder.resolve("err"))
                .lines()
                // What the JVM itself says of its modules; the launcher sees to it that it does not.
                .filter(line -> !line.startsWith("WARNING: "))
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
    }

    @Test
    void theFirstSignalDrainsAndEndsWithZero() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient();
                Socket slow = begin()) {
            awaitRunning(client);
            assertThat(get(client, "/readyz").statusCode()).isEqualTo(200);
            assertThat(process.toHandle().destroy()).isTrue();
            until(() -> get(client, "/readyz").statusCode() != 200);
            HttpResponse<String> refused = get(client, "/v1/collections/default");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).contains("stopping");
            assertThat(process.isAlive()).isTrue();
            slow.getOutputStream().write(picture, 1, picture.length - 1);
            byte[] status = slow.getInputStream().readNBytes(12);
            assertThat(new String(status, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(log())
                .extracting(line -> line.get("event").getAsString())
                .contains("ready", "request", "signal", "stopping")
                .last()
                .isEqualTo("stopped");
    }

    @Test
    void theSecondSignalEndsAtOnce() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient();
                Socket slow = begin()) {
            awaitRunning(client);
            assertThat(process.toHandle().destroy()).isTrue();
            until(() -> get(client, "/readyz").statusCode() != 200);
            assertThat(process.toHandle().destroy()).isTrue();
            assertThat(process.waitFor(9, TimeUnit.SECONDS))
                    .as("before draining would end")
                    .isTrue();
            assertThat(process.exitValue()).isEqualTo(130);
            assertThat(slow.isConnected()).isTrue();
        }
    }
}
