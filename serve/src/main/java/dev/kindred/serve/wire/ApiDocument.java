package dev.kindred.serve.wire;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.kindred.serve.Door;
import dev.kindred.serve.Wire;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code /openapi.json}: how everything that a {@link Door} has bound is called, as OpenAPI 3.1. Addresses, methods, roles and errors are
 * what the code has; summaries, schemas and examples are {@link ApiWords}.
 */
public final class ApiDocument {
    private static final Pattern NAME = Pattern.compile("\\{(\\w+)}");

    /** What is wrong, by status; which of them an address can answer with follows from how it was bound. */
    private static final Map<Integer, String> ERRORS = new TreeMap<>(Map.of(
            400, "What was sent is not understood.",
            401, "No key, or none that is known.",
            403, "The key may not do that here.",
            404, "There is no such collection, release or item.",
            409, "The collection is of another space than the one expected.",
            413, "More was sent than is taken at once.",
            415, "It was sent as a type that is not taken.",
            422, "A picture cannot be decoded.",
            429, "More is asked than can be answered now: try again after Retry-After.",
            503, "The server is stopping, or the request took too long."));

    private final Door door;
    private byte @Nullable [] text;

    public ApiDocument(Door door) {
        this.door = door;
    }

    public void bind() {
        door.open("/openapi.json", (call, request) -> file(MediaType.JSON_UTF_8, text()));
        byte[] proto = ApiWords.resource("proto/grpc_predict_v2.proto");
        door.open("/proto/grpc_predict_v2.proto", (call, request) -> file(MediaType.PLAIN_TEXT_UTF_8, proto));
    }

    private static HttpResponse file(MediaType type, byte[] bytes) {
        return HttpResponse.of(
                ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(type)
                        .set(HttpHeaderNames.CACHE_CONTROL, "no-cache")
                        .build(),
                Wire.body(bytes));
    }

    private synchronized byte[] text() {
        byte[] made = text;
        if (made == null) {
            made = json().toString().getBytes(StandardCharsets.UTF_8);
            text = made;
        }
        return made;
    }

    /** Of all that is bound when it is asked for first. */
    public JsonObject json() {
        ApiWords words = ApiWords.read();
        JsonObject paths = new JsonObject();
        for (Door.Bound bound : door.bound()) {
            for (HttpMethod method : bound.methods()) {
                if (method != HttpMethod.HEAD) {
                    add(paths, bound.path(), method, operation(bound, method, words));
                }
            }
        }
        JsonObject info = new JsonObject();
        info.addProperty("title", "Kindred");
        info.addProperty("version", Version.current());
        info.addProperty(
                "description",
                "How alike are these two, and what is most like this? Over gRPC the same port answers "
                        + "inference.GRPCInferenceService: /proto/grpc_predict_v2.proto.");
        JsonObject json = new JsonObject();
        json.addProperty("openapi", "3.1.0");
        json.add("info", info);
        json.add("servers", servers());
        json.add("paths", paths);
        json.add("components", components(words));
        return json;
    }

    private static JsonArray servers() {
        JsonObject here = new JsonObject();
        here.addProperty("url", "/");
        JsonArray servers = new JsonArray();
        servers.add(here);
        return servers;
    }

    private static JsonObject components(ApiWords words) {
        JsonObject key = new JsonObject();
        key.addProperty("type", "http");
        key.addProperty("scheme", "bearer");
        key.addProperty("description", "Authorization: Bearer KEY, where the server has keys");
        JsonObject schemes = new JsonObject();
        schemes.add("key", key);
        JsonObject components = new JsonObject();
        components.add("schemas", words.schemas());
        components.add("securitySchemes", schemes);
        return components;
    }

    private static void add(JsonObject paths, String path, HttpMethod method, JsonObject operation) {
        if (!paths.has(path)) {
            paths.add(path, new JsonObject());
        }
        paths.getAsJsonObject(path).add(method.name().toLowerCase(Locale.ROOT), operation);
    }

    private static JsonObject operation(Door.Bound bound, HttpMethod method, ApiWords words) {
        JsonObject said = words.of(method + " " + bound.path());
        JsonObject operation = new JsonObject();
        operation.addProperty("operationId", operationId(method, bound.path()));
        JsonArray tags = new JsonArray();
        tags.add(ApiWords.text(said, "tag", "Other"));
        operation.add("tags", tags);
        operation.addProperty("summary", ApiWords.text(said, "summary", ""));
        bound.role().ifPresent(role -> {
            operation.addProperty("x-kindred-role", role.name().toLowerCase(Locale.ROOT));
            operation.addProperty("description", "Takes the role " + role.name().toLowerCase(Locale.ROOT) + ".");
        });
        operation.add("security", security(bound.keyed()));
        operation.add("parameters", parameters(bound.path(), said.get("query")));
        boolean sends = method == HttpMethod.POST || method == HttpMethod.PUT || method == HttpMethod.PATCH;
        if (sends && said.has("request")) {
            operation.add("requestBody", body(said));
        }
        operation.add("responses", responses(bound, said, sends));
        return operation;
    }

    private static String operationId(HttpMethod method, String path) {
        return (method.name().toLowerCase(Locale.ROOT) + path.replaceAll("[^A-Za-z0-9]+", "-")).replaceAll("-$", "");
    }

    private static JsonArray security(boolean keyed) {
        JsonArray security = new JsonArray();
        if (keyed) {
            JsonObject key = new JsonObject();
            key.add("key", new JsonArray());
            security.add(key);
        }
        return security;
    }

    private static JsonArray parameters(String path, @Nullable JsonElement query) {
        JsonArray parameters = new JsonArray();
        List<String> names =
                NAME.matcher(path).results().map((MatchResult m) -> m.group(1)).toList();
        for (String name : names) {
            JsonObject schema = new JsonObject();
            schema.addProperty("type", "string");
            JsonObject parameter = parameter(name, "path", schema);
            parameter.addProperty("required", true);
            if (name.equals("collection") || name.equals("model")) {
                parameter.addProperty("example", "default");
            }
            parameters.add(parameter);
        }
        if (query instanceof JsonObject stated) {
            stated.entrySet().forEach(each -> parameters.add(parameter(each.getKey(), "query", each.getValue())));
        }
        return parameters;
    }

    private static JsonObject parameter(String name, String in, JsonElement schema) {
        JsonObject parameter = new JsonObject();
        parameter.addProperty("name", name);
        parameter.addProperty("in", in);
        parameter.add("schema", schema);
        return parameter;
    }

    private static JsonObject body(JsonObject said) {
        JsonObject json = new JsonObject();
        json.add("schema", said.get("request"));
        if (said.get("examples") instanceof JsonObject examples) {
            JsonObject valued = new JsonObject();
            examples.entrySet().forEach(each -> valued.add(each.getKey(), valued(each.getValue())));
            json.add("examples", valued);
        }
        JsonObject content = new JsonObject();
        content.add(ApiWords.text(said, "sends", "application/json"), json);
        if (said.get("types") instanceof JsonArray types) {
            types.forEach(type -> content.add(type.getAsString(), new JsonObject()));
        }
        JsonObject body = new JsonObject();
        body.addProperty("required", true);
        body.add("content", content);
        return body;
    }

    private static JsonObject valued(JsonElement value) {
        JsonObject example = new JsonObject();
        example.add("value", value);
        return example;
    }

    private static JsonObject responses(Door.Bound bound, JsonObject said, boolean sends) {
        JsonObject given = new JsonObject();
        given.addProperty("description", ApiWords.text(said, "gives", "Done."));
        JsonObject content = new JsonObject();
        JsonObject schema = new JsonObject();
        if (said.has("reply")) {
            schema.add("schema", said.get("reply"));
        }
        content.add(ApiWords.text(said, "type", "application/json"), schema);
        given.add("content", content);
        JsonObject responses = new JsonObject();
        responses.add(ApiWords.text(said, "status", "200"), given);
        ERRORS.forEach((code, words) -> {
            if (answers(code, bound, sends)) {
                responses.add(Integer.toString(code), error(words, Dialect.of(bound.path())));
            }
        });
        return responses;
    }

    private static boolean answers(int code, Door.Bound bound, boolean sends) {
        boolean keyed = bound.keyed();
        return switch (code) {
            case 400 -> sends || keyed && bound.path().contains("{");
            case 401, 403, 429 -> keyed;
            case 404, 409 -> keyed && (sends || bound.path().contains("{"));
            case 413, 415, 422 -> sends;
            default -> true;
        };
    }

    private static JsonObject error(String words, Dialect dialect) {
        JsonObject reference = new JsonObject();
        reference.addProperty("$ref", "#/components/schemas/" + dialect.schema());
        JsonObject schema = new JsonObject();
        schema.add("schema", reference);
        JsonObject content = new JsonObject();
        content.add(dialect == Dialect.NATIVE ? "application/problem+json" : "application/json", schema);
        JsonObject error = new JsonObject();
        error.addProperty("description", words);
        error.add("content", content);
        return error;
    }
}
