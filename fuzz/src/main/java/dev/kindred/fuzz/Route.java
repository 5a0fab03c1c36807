package dev.kindred.fuzz;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The addresses of a server: what it says itself at {@code /openapi.json}, else those known here.
 *
 * @param method in capitals
 * @param pattern with parameters in braces
 * @param examples of bodies, as the server tells them
 */
public record Route(String method, String pattern, List<JsonElement> examples) {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

    public Route {
        pattern = braced(pattern);
        examples = List.copyOf(examples);
    }

    /** @param line e.g. {@code GET /v1/collections/:collection} */
    public static Route of(String line) {
        String[] words = line.split(" ", 2);
        return new Route(words[0], words[1], List.of());
    }

    /** As it is compared: {@code GET /v1/collections/{collection}}. */
    public String line() {
        return method + " " + pattern;
    }

    private static String braced(String pattern) {
        return pattern.replaceAll("/:([A-Za-z]+)", "/{$1}");
    }

    /** What a server that tells nothing is taken to answer; of the console's files, some. */
    public static List<Route> known() {
        List<String> lines = new ArrayList<>(List.of(
                "GET /",
                "GET /console/api.js",
                "GET /favicon.svg",
                "GET /livez",
                "GET /readyz",
                "GET /metrics",
                "POST /v1/embed",
                "POST /v1/verify",
                "POST /v1/search",
                "GET /v1/collections",
                "GET /v1/collections/{collection}",
                "POST /v1/collections/{collection}/embed",
                "POST /v1/collections/{collection}/verify",
                "POST /v1/collections/{collection}/search",
                "GET /v1/collections/{collection}/items",
                "GET /v1/collections/{collection}/items/{id}",
                "GET /v1/collections/{collection}/items/{id}/source",
                "GET /v1/collections/{collection}/items/{id}/picture"));
        return lines.stream().map(Route::of).toList();
    }

    /** Asks a server for its own list. */
    public static List<Route> discovered(int port) {
        Exchange asked = Exchange.bare("/openapi.json", "GET", "/openapi.json");
        Case one = new Case(
                -3,
                "openapi",
                "/openapi.json",
                List.of(Case.Piece.of(asked.bytes("127.0.0.1:" + port))),
                Case.Ending.LAST_REPLY);
        Duration patience = Duration.ofSeconds(10);
        try (Watch watch = new Watch(patience);
                Conversation conversation = new Conversation("127.0.0.1", port, patience, watch)) {
            List<Reply> replies = conversation.hold(one).replies();
            return !replies.isEmpty() && replies.getFirst().code() == 200
                    ? of(JsonParser.parseString(replies.getFirst().text()).getAsJsonObject())
                    : known();
        }
    }

    private static List<Route> of(JsonObject openapi) {
        List<Route> all = new ArrayList<>();
        openapi.getAsJsonObject("paths").entrySet().forEach(path -> {
            for (var operation : path.getValue().getAsJsonObject().entrySet()) {
                if (METHODS.contains(operation.getKey())) {
                    all.add(new Route(
                            operation.getKey().toUpperCase(Locale.ROOT),
                            path.getKey(),
                            examples(operation.getValue().getAsJsonObject())));
                }
            }
        });
        return all;
    }

    private static List<JsonElement> examples(JsonObject operation) {
        List<JsonElement> examples = new ArrayList<>();
        if (operation.get("requestBody") instanceof JsonObject body
                && body.get("content") instanceof JsonObject content
                && content.get("application/json") instanceof JsonObject json) {
            if (json.has("example")) {
                examples.add(json.get("example"));
            }
            if (json.get("examples") instanceof JsonObject several) {
                several.entrySet().forEach(each -> {
                    if (each.getValue() instanceof JsonObject one && one.has("value")) {
                        examples.add(one.get("value"));
                    }
                });
            }
        }
        return examples;
    }
}
