package dev.kindred.fuzz;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
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
    /** What the addresses begin with that gRPC is spoken at. */
    static final String SERVICE = "/inference.GRPCInferenceService/";
    /** What a server answers over gRPC is in no OpenAPI document. */
    private static final List<String> RPCS =
            List.of("ServerLive", "ServerReady", "ServerMetadata", "ModelReady", "ModelMetadata", "ModelInfer");
    /** What such a document may leave out. */
    private static final List<String> OPEN = List.of("GET /", "GET /openapi.json", "GET /metrics");

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

    boolean isRpc() {
        return pattern.startsWith(SERVICE);
    }

    private static String braced(String pattern) {
        return pattern.replaceAll("/:([A-Za-z]+)", "/{$1}")
                .replaceAll("\\(\\?<(\\w+)>[^)]*\\)", "{$1}")
                .replaceAll("^\\^|\\$$", "");
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

    /** Asks a server for its own list; what it answers over gRPC is behind it, where it answers that. */
    public static List<Route> discovered(int port) {
        Exchange asked = Exchange.bare("/openapi.json", "GET", "/openapi.json");
        List<Route> all = new ArrayList<>(Survey.reply(port, asked)
                .filter(reply -> reply.code() == 200)
                .map(reply -> of(JsonParser.parseString(reply.text()).getAsJsonObject()))
                .orElseGet(Route::known));
        List<String> there = all.stream().map(Route::line).toList();
        OPEN.stream().filter(line -> !there.contains(line)).map(Route::of).forEach(all::add);
        if (speaksGrpc(port)) {
            RPCS.forEach(rpc -> all.add(new Route("POST", SERVICE + rpc, List.of())));
        }
        return all;
    }

    private static boolean speaksGrpc(int port) {
        String live = SERVICE + RPCS.getFirst();
        Exchange asked = Exchange.of(live, "POST", live, "application/grpc+proto", Message.framed(new byte[0]));
        return Survey.reply(port, asked)
                .filter(reply -> reply.header("content-type").startsWith("application/grpc"))
                .isPresent();
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
