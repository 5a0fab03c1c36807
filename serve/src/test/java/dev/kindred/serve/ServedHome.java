package dev.kindred.serve;

import com.google.gson.JsonObject;
import dev.kindred.release.Collections;
import dev.kindred.release.Registry;
import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.access.Oversight;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A home on disk and a server of all its collections, called over a real socket. */
final class ServedHome implements AutoCloseable {
    private final Path home;
    private final ServeOptions options;
    final List<String> told = new CopyOnWriteArrayList<>();
    private Registry registry;
    private KindredServer server;
    Caller caller;

    private final boolean overseen;
    private Oversight oversight = Oversight.none();

    private ServedHome(Path home, ServeOptions options, boolean overseen) {
        this.home = home;
        this.options = options;
        this.overseen = overseen;
    }

    /** One that keeps what was answered and said of it. */
    static ServedHome overseen(Path home) {
        ServedHome served =
                new ServedHome(home, ServeOptions.defaults().onPort(0).withThreads(1), true);
        served.start();
        return served;
    }

    static ServedHome in(Path home) {
        return in(home, ServeOptions.defaults().onPort(0).withThreads(1));
    }

    static ServedHome in(Path home, ServeOptions options) {
        ServedHome served = new ServedHome(home, options, false);
        served.start();
        return served;
    }

    Path home() {
        return home;
    }

    KindredServer server() {
        return server;
    }

    void start() {
        registry = Registry.open(home);
        Holdings holdings = Holdings.ofHome(new Collections(home, registry), 1, "a test", told::add);
        if (overseen) {
            oversight = Oversight.of(registry, options.kept(), cause -> told.add("oversight: " + cause));
        }
        server = KindredServer.start(
                options, holdings, oversight, (request, route, cause) -> told.add(route + ": " + cause));
        caller = new Caller(server.url());
    }

    void stop() {
        caller.close();
        server.close();
        oversight.close();
        registry.close();
    }

    void restart() {
        stop();
        start();
    }

    Reply send(String method, String path, String body, String... headers) {
        return caller.send(caller.request(path, headers)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    Reply put(String path, String body, String... headers) {
        return send("PUT", path, body, headers);
    }

    Reply delete(String path) {
        return caller.send(caller.request(path).DELETE().build());
    }

    /** A bulk load's reply, a JSON object a line. */
    List<JsonObject> bulk(String collection, String query, String lines) {
        Reply reply = caller.bytes(
                "/v1/collections/" + collection + "/items:bulk" + query,
                "application/x-ndjson",
                lines.getBytes(StandardCharsets.UTF_8));
        return lines(reply);
    }

    static List<JsonObject> lines(Reply reply) {
        return reply.text()
                .lines()
                .map(line -> com.google.gson.JsonParser.parseString(line).getAsJsonObject())
                .toList();
    }

    @Override
    public void close() {
        stop();
    }
}
