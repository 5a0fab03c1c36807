package dev.kindred.fuzz;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.fuzz.Exchange.Header;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Requests to every route of a server, made of what its two collections hold so that each is answered. What is put, made, dropped and
 * deleted is named {@value #SPARE}: nothing that another request asks about goes away.
 */
public final class Exchanges {
    /** What may be deleted. */
    static final String SPARE = "fuzzed";

    private static final String COLLECTION = "/v1/collections/{collection}";

    private final Things things;
    private final Told told;
    private final List<Exchange> all = new ArrayList<>();

    private Exchanges(Things things, Told told) {
        this.things = things;
        this.told = told;
    }

    /** One for each route and collection at least; where the server says examples, those too. */
    public static List<Exchange> of(int port, Things things) {
        return of(Route.discovered(port), things, Told.of(port, things));
    }

    static List<Exchange> of(List<Route> routes, Things things, Told told) {
        Exchanges exchanges = new Exchanges(things, told);
        routes.forEach(exchanges::add);
        return List.copyOf(exchanges.all);
    }

    /** One whose answer never changes. */
    public static Exchange sound(Things things) {
        return things.signed(Exchange.json(
                COLLECTION + "/embed",
                "POST",
                "/v1/collections/" + things.pictures() + "/embed",
                object("{'image': '%s'}".formatted(base64(things.png())))));
    }

    /** A search, whose reply others speak of. */
    static Exchange search(Things things) {
        return things.signed(Exchange.json(
                COLLECTION + "/search",
                "POST",
                "/v1/collections/" + things.texts() + "/search",
                object("{'id': '%s', 'k': 3}".formatted(things.text()))));
    }

    private void add(Route route) {
        boolean named =
                route.pattern().contains("{collection}") || route.pattern().contains("{model}");
        if (named || route.isRpc()) {
            add(route, false);
        }
        // What names no collection is asked of the usual one, which is of texts.
        add(route, true);
    }

    private void add(Route route, boolean texts) {
        String address = address(route, texts);
        switch (route.method()) {
            case "GET", "HEAD", "DELETE" -> bare(route, address);
            default -> {
                // An example changes a collection in ways that the others would feel.
                if (!route.method().equals("PATCH")) {
                    route.examples().forEach(body -> json(route, address, pictured(body)));
                }
                if (route.isRpc()) {
                    rpc(route, texts);
                } else {
                    asked(route, address, texts);
                }
            }
        }
    }

    /** Examples leave a place for a picture. */
    private JsonElement pictured(JsonElement body) {
        return JsonParser.parseString(body.toString().replace("$picture", base64(things.png())));
    }

    private String address(Route route, boolean texts) {
        boolean changes = route.method().equals("PUT") || route.method().equals("DELETE");
        boolean whole = route.pattern().equals(COLLECTION);
        String collection = changes && whole ? SPARE : texts ? things.texts() : things.pictures();
        return route.pattern()
                .replace("{collection}", collection)
                .replace("{model}", collection)
                .replace("{version}", texts ? told.textBundle() : told.pictureBundle())
                .replace("{id}", changes ? SPARE : encoded(texts ? things.text() : things.picture()))
                .replace("{key}", things.spareKey().isEmpty() ? "1" : things.spareKey())
                .replaceAll("\\{[^}]*\\}", "1");
    }

    private void bare(Route route, String address) {
        keep(Exchange.bare(route.pattern(), route.method(), address));
        if (route.method().equals("GET") && route.pattern().endsWith("/items")) {
            keep(Exchange.bare(route.pattern(), "GET", address + "?q=a&from=1&limit=5"));
        } else if (route.method().equals("GET") && route.pattern().endsWith("/items/{id}")) {
            keep(Exchange.bare(route.pattern(), "GET", address + "?vector=true"));
        }
    }

    private void asked(Route route, String address, boolean texts) {
        String last = route.pattern().substring(route.pattern().lastIndexOf('/') + 1);
        switch (last) {
            case "embed" -> embed(route, address, texts);
            case "verify" -> verify(route, address, texts);
            case "search" -> search(route, address, texts);
            case "explain" -> explain(route, address, texts);
            case "embeddings" ->
                json(
                        route,
                        address,
                        "{'model': '%s', 'input': ['one', 'two words'], 'encoding_format': 'base64', 'dimensions': 8, 'user': 'a'}"
                                .formatted(things.texts()));
            case "infer" -> infer(route, address, texts);
            case "feedback" ->
                json(
                        route,
                        address,
                        "{'request': '%s', 'id': '%s', 'outcome': 'same', 'attributes': {'a': 'b'}}"
                                .formatted(told.request(), told.neighbor()));
            case "items:bulk" -> bulk(route, address, texts);
            case "keys" ->
                json(
                        route,
                        address,
                        "{'name': '%s', 'role': 'reader', 'collections': ['%s'], 'expires': '90d', 'limits': ['rps=5']}"
                                .formatted(SPARE, things.texts()));
            case "snapshots" -> keep(Exchange.bare(route.pattern(), route.method(), address));
            case "{collection}" -> collection(route, address);
            case "{id}" -> item(route, address, texts);
            default -> json(route, address, "{'id': '%s', 'text': 'one', 'k': 3}".formatted(id(texts)));
        }
    }

    private void embed(Route route, String address, boolean texts) {
        if (route.pattern().equals("/embed")) {
            json(route, address, "{'inputs': ['one', 'two words'], 'normalize': true, 'truncate': true}");
        } else if (texts) {
            json(route, address, "{'texts': ['one animal', 'two ships'], 'role': 'query'}");
            json(route, address, "{'text': 'an animal'}");
            raw(route, address, "text/plain", "an animal that barks".getBytes(StandardCharsets.UTF_8));
        } else {
            json(route, address, "{'image': '%s'}".formatted(base64(things.png())));
            json(route, address, "{'images': ['%s', '%s']}".formatted(base64(things.png()), base64(things.jpeg())));
            raw(route, address, "image/png", things.png());
            raw(route, address, "image/jpeg", things.jpeg());
            raw(route, address, "multipart/form-data; boundary=kin", form(false));
        }
    }

    private void verify(Route route, String address, boolean texts) {
        json(
                route,
                address,
                texts
                        ? "{'left': {'text': 'a quiet dog'}, 'right': {'id': '%s'}, 'fmr': 0.01}"
                                .formatted(things.text())
                        : "{'left': {'image': '%s'}, 'right': {'id': '%s'}, 'fmr': 0.01}"
                                .formatted(base64(things.png()), things.picture()));
        json(
                route,
                address,
                "{'left': {'vector': %s}, 'right': {'id': '%s'}, 'abstain': {'probability': [0.1, 0.9]}}"
                        .formatted(vector(texts), id(texts)));
    }

    private void explain(Route route, String address, boolean texts) {
        json(
                route,
                address,
                texts
                        ? "{'query': {'text': 'a quiet dog'}, 'item': '%s', 'k': 2}".formatted(things.text())
                        : "{'left': {'image': '%s'}, 'right': {'id': '%s'}, 'grid': 2}"
                                .formatted(base64(things.png()), things.picture()));
    }

    private void search(Route route, String address, boolean texts) {
        json(
                route,
                address,
                "{'id': '%s', 'k': 5, 'filter': {'or': [{'in': {'family': ['octo', 'carbon']}}, {'range': {'n': {'from': 1, 'to': 9}}}, {'ids': ['a', 'b']}]}}"
                        .formatted(id(texts)));
        json(route, address, "{'vector': %s, 'k': 3, 'fmr': 0.01}".formatted(vector(texts)));
        if (texts) {
            json(
                    route,
                    address,
                    "{'text': 'ships on the coast', 'k': 5, 'filter': {'and': [{'equals': {'part': 'noun'}}, {'not':"
                            + " {'exists': 'x'}}]}}");
            json(route, address, "{'id': '%s', 'k': 3, 'distinct': 'part', 'per': 2}".formatted(things.text()));
            raw(route, address + "?k=3", "text/plain", "an animal".getBytes(StandardCharsets.UTF_8));
        } else {
            json(route, address, "{'image': '%s', 'k': 2}".formatted(base64(things.png())));
            raw(route, address + "?k=3&fmr=0.01", "image/png", things.png());
            raw(route, address, "multipart/form-data; boundary=kin", form(true));
        }
    }

    private void infer(Route route, String address, boolean texts) {
        json(
                route,
                address,
                "{'id': '1', 'parameters': {}, 'inputs': [{'name': '%s', 'shape': [%d], 'datatype': 'BYTES', 'data': %s}], 'outputs': [{'name': 'embedding'}]}"
                        .formatted(
                                texts ? "text" : "image",
                                texts ? 2 : 1,
                                texts ? "['one', 'two']" : "['" + base64(things.png()) + "']"));
    }

    private void collection(Route route, String address) {
        if (route.method().equals("PATCH")) {
            json(route, address, "{'targetRecall': 0.95, 'snapshotHours': 24}");
        } else {
            json(
                    route,
                    address,
                    "{'vectors': {'name': 'a', 'dimension': 4, 'distance': 'cosine'}, 'engine': 'exact', 'codes':"
                            + " 'int8', 'targetRecall': 0.9}");
        }
    }

    private void item(Route route, String address, boolean texts) {
        String payload = "'payload': {'a': 'b', 'n': 3, 'x': 0.5, 'ok': true}";
        json(route, address, "{'vector': %s, %s}".formatted(vector(texts), payload));
        if (texts) {
            json(route, address, "{'text': 'an animal', %s}".formatted(payload));
        } else {
            json(route, address, "{'image': '%s', %s}".formatted(base64(things.png()), payload));
            raw(route, address, "image/png", things.png());
        }
    }

    private void bulk(Route route, String address, boolean texts) {
        String vector = object("{'id': '%s', 'vector': %s, 'payload': {'n': 3}}".formatted(SPARE, vector(texts)))
                .toString();
        String other = object(
                        texts
                                ? "{'id': 'fuzzed-2', 'text': 'an animal'}"
                                : "{'id': 'fuzzed-2', 'image': '%s'}".formatted(base64(things.png())))
                .toString();
        String lines = vector + "\n" + other + "\n" + "{\"delete\": \"fuzzed-2\"}\n";
        raw(route, address, "application/x-ndjson", lines.getBytes(StandardCharsets.UTF_8));
    }

    /** Messages of the service's methods: the first field of each names a model, but those of the server's, which have none. */
    private void rpc(Route route, boolean texts) {
        String model = texts ? things.texts() : things.pictures();
        byte[] content = texts ? "two words".getBytes(StandardCharsets.UTF_8) : things.png();
        String name = texts ? "text" : "image";
        if (route.pattern().endsWith("/ModelInfer")) {
            rpc(
                    route,
                    new Message()
                            .text(1, model)
                            .text(3, "1")
                            .message(5, tensor(name))
                            .bytes(7, Message.elements(content)));
            rpc(
                    route,
                    new Message()
                            .text(1, model)
                            .text(2, texts ? told.textBundle() : told.pictureBundle())
                            .message(4, new Message().text(1, "role").message(2, new Message().text(3, "query")))
                            .message(5, tensor(name).message(5, new Message().bytes(8, content)))
                            .message(6, new Message().text(1, "embedding")));
        } else {
            rpc(route, route.pattern().contains("/Model") ? new Message().text(1, model) : new Message());
        }
    }

    private static Message tensor(String name) {
        return new Message().text(1, name).text(2, "BYTES").bytes(3, new byte[] {1});
    }

    private void rpc(Route route, Message message) {
        keep(Exchange.of(
                        route.pattern(),
                        route.method(),
                        route.pattern(),
                        "application/grpc+proto",
                        Message.framed(message.bytes()))
                .with(new Header("te", "trailers")));
    }

    private byte[] form(boolean search) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String k = search ? "Content-Disposition: form-data; name=\"k\"\r\n\r\n3\r\n--kin\r\n" : "";
        out.writeBytes(("--kin\r\n" + k
                        + "Content-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n"
                        + "Content-Type: image/png\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        out.writeBytes(things.png());
        out.writeBytes("\r\n--kin--\r\n".getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    private String vector(boolean texts) {
        return IntStream.range(0, texts ? things.textDimension() : things.dimension())
                .mapToObj(i -> i % 2 == 0 ? "0.25" : "-0.125")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private String id(boolean texts) {
        return texts ? things.text() : things.picture();
    }

    private void json(Route route, String address, String body) {
        json(route, address, object(body));
    }

    private void json(Route route, String address, JsonElement body) {
        keep(Exchange.json(route.pattern(), route.method(), address, body));
    }

    private void raw(Route route, String address, String type, byte[] body) {
        keep(Exchange.of(route.pattern(), route.method(), address, type, body));
    }

    private void keep(Exchange exchange) {
        all.add(things.signed(exchange));
    }

    /** JSON with apostrophes where quotation marks belong. */
    private static JsonElement object(String text) {
        JsonElement tree = JsonParser.parseString(text.replace('\'', '"'));
        return tree instanceof JsonObject || tree instanceof JsonArray ? tree : new JsonObject();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
