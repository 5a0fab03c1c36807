package dev.kindred.fuzz;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Valid requests to every route of a server, from what its two collections hold. */
public final class Exchanges {

    /**
     * What can be asked about.
     *
     * @param pictures a collection that takes pictures
     * @param picture an item of it
     * @param png a picture
     * @param jpeg the same as a JPEG
     * @param dimension of its vectors
     * @param texts a collection that takes texts
     * @param text an item of it
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on whole, compared never
    public record Things(
            String pictures, String picture, byte[] png, byte[] jpeg, int dimension, String texts, String text) {}

    private final Things things;
    private final List<Exchange> all = new ArrayList<>();

    private Exchanges(Things things) {
        this.things = things;
    }

    /** At least one for each route. */
    public static List<Exchange> of(List<Route> routes, Things things) {
        Exchanges exchanges = new Exchanges(things);
        routes.forEach(exchanges::add);
        return List.copyOf(exchanges.all);
    }

    /** One whose answer never changes. */
    public static Exchange sound(Things things) {
        return Exchange.json(
                "/v1/collections/{collection}/embed",
                "POST",
                "/v1/collections/" + things.pictures() + "/embed",
                object("{'image': '%s'}".formatted(base64(things.png()))));
    }

    private void add(Route route) {
        for (boolean texts : new boolean[] {false, true}) {
            if (texts && !route.pattern().contains("{") && !route.method().equals("POST")) {
                continue;
            }
            String address = address(route.pattern(), texts);
            route.examples().forEach(body -> json(route, address, body));
            if (route.method().equals("GET") || route.method().equals("DELETE")) {
                bare(route, address);
            } else {
                asked(route, address, texts || isOfTexts(route.pattern()));
            }
        }
    }

    /** What others' wires embed are texts. */
    private static boolean isOfTexts(String pattern) {
        return pattern.endsWith("/embeddings") || pattern.equals("/embed");
    }

    private String address(String pattern, boolean texts) {
        String collection = texts ? things.texts() : things.pictures();
        return pattern.replace("{collection}", collection)
                .replace("{model}", collection)
                .replace("{c}", collection)
                .replace("{id}", encoded(texts ? things.text() : things.picture()))
                .replaceAll("\\{[^}]*\\}", "1");
    }

    private void bare(Route route, String address) {
        all.add(Exchange.bare(route.pattern(), route.method(), address));
        if (route.pattern().endsWith("/items")) {
            all.add(Exchange.bare(route.pattern(), "GET", address + "?q=a&from=1&limit=5"));
        } else if (route.pattern().endsWith("/items/{id}")) {
            all.add(Exchange.bare(route.pattern(), "GET", address + "?vector=true"));
        }
    }

    private void asked(Route route, String address, boolean texts) {
        String last = route.pattern().substring(route.pattern().lastIndexOf('/') + 1);
        switch (last) {
            case "embed" -> embed(route, address, texts);
            case "verify" -> verify(route, address, texts);
            case "search", "explain" -> search(route, address, texts);
            case "embeddings" ->
                json(
                        route,
                        address,
                        "{'model': '%s', 'input': ['one', 'two words'], 'encoding_format': 'base64', 'dimensions': 8, 'user': 'a'}"
                                .formatted(things.texts()));
            case "infer" ->
                json(
                        route,
                        address,
                        "{'id': '1', 'parameters': {}, 'inputs': [{'name': 'text', 'shape': [2], 'datatype': 'BYTES',"
                                + " 'data': ['one', 'two']}], 'outputs': [{'name': 'embedding'}]}");
            case "feedback" ->
                json(
                        route,
                        address,
                        "{'request': '1', 'id': '%s', 'outcome': 'same', 'attributes': {'a': 'b'}}"
                                .formatted(id(texts)));
            case "items:bulk" -> bulk(route, address, texts);
            case "ModelInfer", "ModelMetadata", "ModelReady", "ServerLive", "ServerReady", "ServerMetadata" ->
                grpc(route, address, texts);
            default -> {
                if (route.pattern().endsWith("/items/{id}")) {
                    json(route, address, item(texts));
                } else {
                    json(route, address, "{}");
                    json(
                            route,
                            address,
                            "{'id': '%s', 'text': 'one', 'k': 3, 'name': 'a', 'role': 'reader'}".formatted(id(texts)));
                }
            }
        }
    }

    private void embed(Route route, String address, boolean texts) {
        if (route.pattern().equals("/embed")) {
            json(route, address, "{'inputs': ['one', 'two words'], 'normalize': true, 'truncate': true}");
        } else if (texts && address.contains(things.texts())) {
            json(route, address, "{'texts': ['one animal', 'two ships'], 'role': 'query'}");
            json(route, address, "{'text': 'an animal'}");
            raw(route, address, "text/plain", "an animal that barks".getBytes(StandardCharsets.UTF_8));
        } else {
            json(route, address, "{'image': '%s'}".formatted(base64(things.png())));
            json(route, address, "{'images': ['%s', '%s']}".formatted(base64(things.png()), base64(things.png())));
            json(route, address, "{'vector': %s}".formatted(vector()));
            raw(route, address, "image/png", things.png());
            raw(route, address, "image/jpeg", things.jpeg());
            raw(route, address, "multipart/form-data; boundary=kin", form());
        }
    }

    private void verify(Route route, String address, boolean texts) {
        json(
                route,
                address,
                texts && address.contains(things.texts())
                        ? "{'left': {'text': 'a quiet dog'}, 'right': {'id': '%s'}, 'fmr': 0.01}"
                                .formatted(things.text())
                        : "{'left': {'image': '%s'}, 'right': {'id': '%s'}, 'fmr': 0.01}"
                                .formatted(base64(things.png()), things.picture()));
    }

    private void search(Route route, String address, boolean texts) {
        if (texts && address.contains(things.texts())) {
            json(
                    route,
                    address,
                    "{'text': 'ships on the coast', 'k': 5, 'filter': {'and': [{'equals': {'part': 'noun'}}, {'not':"
                            + " {'exists': 'x'}}]}}");
            json(route, address, "{'id': '%s', 'k': 3, 'distinct': 'part', 'per': 2}".formatted(things.text()));
            raw(route, address + "?k=3", "text/plain", "an animal".getBytes(StandardCharsets.UTF_8));
            return;
        }
        json(
                route,
                address,
                "{'id': '%s', 'k': 5, 'filter': {'or': [{'in': {'family': ['octo', 'carbon']}}, {'range': {'n': {'from': 1, 'to': 9}}}, {'ids': ['a', 'b']}]}}"
                        .formatted(things.picture()));
        json(route, address, "{'vector': %s, 'k': 3, 'fmr': 0.1}".formatted(vector()));
        json(route, address, "{'image': '%s', 'k': 2}".formatted(base64(things.png())));
        raw(route, address + "?k=3&fmr=0.1", "image/png", things.png());
        raw(route, address, "multipart/form-data; boundary=kin", form());
    }

    private void bulk(Route route, String address, boolean texts) {
        String line = object(item(texts)).toString();
        raw(
                route,
                address,
                "application/x-ndjson",
                (line + "\n" + line + "\n" + line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private String item(boolean texts) {
        return "{'id': 'fuzzed', 'vector': %s, 'payload': {'a': 'b', 'n': 3, 'x': 0.5, 'ok': true}}"
                .formatted(texts ? "[0.5]" : vector());
    }

    /** A message of inference.ModelInferRequest, or of any whose first field is a name. */
    private void grpc(Route route, String address, boolean texts) {
        byte[] model = (texts ? things.texts() : things.pictures()).getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        field(message, 1, model);
        if (address.endsWith("/ModelInfer")) {
            ByteArrayOutputStream input = new ByteArrayOutputStream();
            field(input, 1, "text".getBytes(StandardCharsets.UTF_8));
            field(input, 2, "BYTES".getBytes(StandardCharsets.UTF_8));
            field(input, 3, new byte[] {1});
            field(message, 5, input.toByteArray());
            field(message, 7, new byte[] {3, 0, 0, 0, 'o', 'n', 'e'});
        }
        ByteArrayOutputStream framed = new ByteArrayOutputStream();
        framed.write(0);
        for (int shift = 24; shift >= 0; shift -= 8) {
            framed.write(message.size() >>> shift);
        }
        framed.writeBytes(message.toByteArray());
        raw(route, address, "application/grpc+proto", framed.toByteArray());
    }

    private static void field(ByteArrayOutputStream out, int number, byte[] bytes) {
        out.write(number << 3 | 2);
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    private byte[] form() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("--kin\r\nContent-Disposition: form-data; name=\"k\"\r\n\r\n3\r\n--kin\r\n"
                        + "Content-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n"
                        + "Content-Type: image/png\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        out.writeBytes(things.png());
        out.writeBytes("\r\n--kin--\r\n".getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    private String vector() {
        return IntStream.range(0, things.dimension())
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
        all.add(Exchange.json(route.pattern(), route.method(), address, body));
    }

    private void raw(Route route, String address, String type, byte[] body) {
        all.add(Exchange.of(route.pattern(), route.method(), address, type, body));
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
