package dev.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.release.Registry;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Serving by the command line, with keys that other commands make meanwhile. */
@Timeout(120)
class ServeCommandTest {
    @TempDir
    Path folder;

    private Shell shell;
    private Path home;

    @BeforeEach
    void aShell() {
        home = folder.resolve("home");
        shell = new Shell(home);
    }

    private Path index() throws IOException {
        Path table = Files.writeString(folder.resolve("words.csv"), "text,name\nan animal that barks,dog\nsoft,cat\n");
        Path bundle = TinyWords.seal(folder.resolve("w.kindred")).path();
        Path index = folder.resolve("i");
        assertThat(shell.run("index", "build", bundle, table, "--out", index).code())
                .isZero();
        return index;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** The code of a reply; 0 where nobody answers. */
    private static int code(int port, String path, String key) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .header("Authorization", "Bearer " + key)
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private static void until(int wanted, int port, String path, String key) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (code(port, path, key) != wanted) {
            assertThat(System.nanoTime()).as("%d of %s", wanted, path).isLessThan(end);
            Thread.sleep(10);
        }
    }

    @Test
    void whatIsRefusedOfAFileOfSettingsIsToldWithItsLine() throws Exception {
        Path index = index();
        Path file = Files.writeString(folder.resolve("mine.yaml"), "server:\n  host: 0.0.0.0\n");
        Shell.Ended refused = shell.run("serve", "--index", index, "--config", file);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.line()).contains("--host 0.0.0.0 (" + file + ":2 server.host)");
        Files.writeString(file, "server:\n  host: 192.0.2.1\n  port: 8317\n");
        shell.run("keys", "add", "me", "--role", "admin");
        assertThat(shell.run("serve", "--index", index, "--config", file).line())
                .as("which of the two it is, nobody here can know")
                .contains("192.0.2.1:8317 (" + file + ":2 server.host, " + file + ":3 server.port)");

        Files.writeString(folder.resolve("k.pem"), "none");
        Files.writeString(file, "server:\n  tls:\n    certificate: c.pem\n    key: k.pem\n");
        Shell.Ended noCertificate = shell.run("serve", "--index", index, "--config", file);
        assertThat(noCertificate.code()).isEqualTo(2);
        assertThat(noCertificate.line())
                .contains("no such file")
                .contains(folder.resolve("c.pem") + " (" + file + ":3 server.tls.certificate)");
    }

    @Test
    void whatEndsTheStartOfAServerWhoseLogIsForProgramsIsALineOfThatLog() {
        Shell.Ended refused = shell.run("serve", "--index", home.resolve("none"), "--log", "json");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()
                        .lines()
                        .map(line -> JsonParser.parseString(line).getAsJsonObject()))
                .last()
                .satisfies(line -> {
                    assertThat(line.get("event").getAsString()).isEqualTo("failed");
                    assertThat(line.get("level").getAsString()).isEqualTo("error");
                    assertThat(line.get("message").getAsString())
                            .contains(home.resolve("none").toString());
                });
    }

    @Test
    void aServerThatRunsAsksForKeysAsSoonAsThereIsOne() throws Exception {
        Path index = index();
        Shell.Ended refused = shell.run("serve", "--index", index, "--host", "0.0.0.0");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.line()).contains("--host 0.0.0.0").contains("kindred keys add NAME --role admin");

        int port = freePort();
        Shell serving = new Shell(home);
        CompletableFuture<Shell.Ended> served =
                CompletableFuture.supplyAsync(() -> serving.run("serve", "--index", index, "--port", port));
        until(200, port, "/v1/keys", "none");
        JsonObject made =
                shell.run("keys", "add", "me", "--role", "admin", "--json").json();
        String key = made.get("key").getAsString();
        until(401, port, "/v1/keys", "none");
        assertThat(code(port, "/v1/keys", key)).isEqualTo(200);
        assertThat(code(port, "/", "none")).as("the console's files").isEqualTo(200);

        Shell.Ended last = shell.run("keys", "revoke", made.get("id").getAsString());
        assertThat(last.code()).isEqualTo(2);
        assertThat(last.line()).contains("last key").contains("--force");
        Shell.Ended forced = shell.run("keys", "revoke", made.get("id").getAsString(), "--force");
        assertThat(forced.code()).isZero();
        assertThat(forced.out()).contains("no key is left").contains("keys add");
        until(401, port, "/v1/keys", key);
        serving.stop.ask();
        Shell.Ended ended = served.get(30, TimeUnit.SECONDS);
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.out()).contains("there are no keys").contains("this machine alone");
    }

    @Test
    void withAKeyItMayBeReachedFromElsewhereAndItsMetricsAreApart() throws Exception {
        Path index = index();
        String key = shell.run("keys", "add", "me", "--role", "reader", "--json")
                .json()
                .get("key")
                .getAsString();
        int port = freePort();
        int admin = freePort();
        Shell serving = new Shell(home).with("KINDRED_HOST", "0.0.0.0").with("KINDRED_ADMIN_PORT", "" + admin);
        CompletableFuture<Shell.Ended> served =
                CompletableFuture.supplyAsync(() -> serving.run("serve", "--index", index, "--port", port, "--json"));
        until(200, port, "/v1/collections", key);
        assertThat(code(port, "/v1/collections", "none")).isEqualTo(401);
        assertThat(code(port, "/metrics", key)).isEqualTo(403);
        assertThat(code(admin, "/metrics", "none")).isEqualTo(200);
        serving.stop.ask();
        JsonObject said = served.get(30, TimeUnit.SECONDS).json();
        assertThat(said.get("keys").getAsBoolean()).isTrue();
        assertThat(said.get("admin").getAsString()).endsWith(":" + admin);
    }

    @Test
    void keysAreListedWithoutThemselvesAndTheAuditLogHoldsOrIsSaidToBeBroken() {
        assertThat(shell.run("keys", "list").out()).contains("There are no keys");
        Shell.Ended added = shell.run(
                "keys",
                "add",
                "the shop",
                "--role",
                "reader",
                "--collection",
                "photos",
                "--collection",
                "faces",
                "--expires",
                "90d",
                "--limit",
                "requests=20/s");
        String key = added.out().lines().findFirst().orElseThrow();
        assertThat(key).startsWith("kin_");
        assertThat(added.out()).contains("reader in faces, reader in photos").contains("every server of this home");
        Shell.Ended listed = shell.run("keys", "list");
        assertThat(listed.out())
                .contains("the shop")
                .contains("requests=20/s")
                .contains("; until ")
                .doesNotContain(key);
        JsonArray keys = shell.run("keys", "list", "--json").json().getAsJsonArray("keys");
        String id = keys.get(0).getAsJsonObject().get("id").getAsString();
        assertThat(shell.run("keys", "revoke", id).code()).isZero();
        assertThat(shell.run("keys", "list").out()).contains("; revoked ");
        Shell.Ended itself = shell.run("keys", "revoke", key);
        assertThat(itself.code()).isEqualTo(2);
        assertThat(itself.err()).doesNotContain(key.substring(10, 30));
        for (String[] wrong : new String[][] {
            {"--role", "raeder"},
            {"--role", "reader", "--limit", "10/s"},
            {"--role", "reader", "--expires", "2020-01-01"}
        }) {
            Shell.Ended refused = shell.run(
                    "keys",
                    "add",
                    "x",
                    wrong[0],
                    wrong[1],
                    wrong.length > 2 ? wrong[2] : "--json",
                    wrong.length > 3 ? wrong[3] : "--json");
            assertThat(refused.code()).as(String.join(" ", wrong)).isEqualTo(2);
        }

        Shell.Ended log = shell.run("audit", "--since", "1h");
        assertThat(log.out()).contains("keys.add").contains("keys.revoke").contains(System.getProperty("user.name"));
        assertThat(shell.run("audit", "--check").code()).isZero();
        try (Registry registry = Registry.open(home)) {
            registry.write(connection -> {
                try (Statement statement = connection.createStatement()) {
                    statement.executeUpdate("DROP TRIGGER audit_is_not_changed");
                    return statement.executeUpdate("UPDATE audit SET name = 'somebody else' WHERE sequence = 1");
                }
            });
        }
        Shell.Ended broken = shell.run("audit", "--check", "--json");
        assertThat(broken.code()).isEqualTo(1);
        assertThat(broken.json().getAsJsonObject("broken").get("sequence").getAsInt())
                .isEqualTo(1);
    }

    @Test
    void itsSettingsAreShownWithWhereTheyComeFrom() throws IOException {
        Path file = Files.writeString(
                folder.resolve("kindred.yaml"), "server:\n  port: 7001\n  host: 127.0.0.2\n  queue: 5\n");
        shell.with("KINDRED_HOST", "127.0.0.3").with("KINDRED_TRACES_HEADERS", "authorization=sesame");
        Shell.Ended shown = shell.run("serve", "--config", file, "--print-config", "--port", 7002);
        assertThat(shown.code()).as(shown.err()).isZero();
        assertThat(shown.out())
                .containsPattern("port: 7002 +# --port")
                .containsPattern("host: 127.0.0.3 +# KINDRED_HOST")
                .containsPattern("queue: 5 +# .*kindred.yaml:4 server.queue")
                .containsPattern("request: 30s +# default")
                .containsPattern("headers: '\\(hidden\\)' +# KINDRED_TRACES_HEADERS")
                .doesNotContain("sesame");
        assertThat(shell.run("serve", "--config", file, "--print-config", "--json")
                        .out())
                .doesNotContain("sesame");
        Files.writeString(file, "server:\n  prot: 1\n");
        Shell.Ended wrong = shell.run("serve", "--config", file, "--print-config");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.line()).contains("kindred.yaml:2").contains("did you mean server.port?");
    }
}
