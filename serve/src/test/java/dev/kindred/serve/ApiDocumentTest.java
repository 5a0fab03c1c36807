package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.access.Role;
import dev.kindred.serve.wire.ApiDocument;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The document of all calls says what the server does: held to it by calling what it says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiDocumentTest {
    private static final Pattern NAME = Pattern.compile("\\{(\\w+)}");

    /** What addresses need to be answered, where the server is that of {@link WordCollection} or {@link DrawnCollection}. */
    private static final Map<String, String> NAMES =
            Map.of("collection", "default", "model", "default", "id", "lighthouse", "version", "");

    private DrawnCollection pictures;
    /** What needs more than these servers have: a folder of collections, and a while. */
    private static final Set<String> ELSEWHERE = Set.of("/v1/bundles", "/v1/collections/{collection}/map");

    private KeyedServer home;
    private KindredServer wordServer;
    private KindredServer pictureServer;
    private JsonObject document;

    @BeforeAll
    void start(@TempDir Path folder) {
        home = new KeyedServer(folder).start();
        pictures = DrawnCollection.in(folder);
        wordServer = home.server();
        pictureServer = KindredServer.start(ServeOptions.defaults().onPort(0), pictures.served());
        try (Caller caller = new Caller(wordServer.url())) {
            document = caller.get("/openapi.json").json();
        }
    }

    @AfterAll
    void stop() {
        home.close();
        pictureServer.close();
        pictures.close();
    }

    /** One call of the document. */
    private record Operation(String path, String method, JsonObject said) {
        /** What is said of its reply where all is well. */
        JsonObject given() {
            JsonObject responses = said.getAsJsonObject("responses");
            return responses.getAsJsonObject(responses.has("201") ? "201" : "200");
        }

        /** What is said of its request as JSON; empty where it takes none. */
        Optional<JsonObject> json() {
            return Optional.ofNullable(said.getAsJsonObject("requestBody"))
                    .map(body -> body.getAsJsonObject("content"))
                    .filter(content -> content.has("application/json"))
                    .map(content -> content.getAsJsonObject("application/json"));
        }

        /** Whether all names in its address are known to this test. */
        boolean isAddressed() {
            return NAME.matcher(path).results().allMatch(name -> NAMES.containsKey(name.group(1)));
        }

        List<String> tags() {
            return said.getAsJsonArray("tags").asList().stream()
                    .map(JsonElement::getAsString)
                    .toList();
        }
    }

    private List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        document.getAsJsonObject("paths")
                .entrySet()
                .forEach(path -> path.getValue()
                        .getAsJsonObject()
                        .entrySet()
                        .forEach(each -> operations.add(new Operation(
                                path.getKey(), each.getKey(), each.getValue().getAsJsonObject()))));
        return operations;
    }

    /** Whoever binds an address says what it is for: {@code serve/…/wire/calls/*.json}. */
    @Test
    void everyAddressIsDescribed() {
        assertThat(document.get("openapi").getAsString()).startsWith("3.1");
        List<String> undescribed = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Operation operation : operations()) {
            String name = operation.method() + " " + operation.path();
            if (operation.said().get("summary").getAsString().isEmpty()) {
                undescribed.add(name);
            }
            assertThat(ids.add(operation.said().get("operationId").getAsString()))
                    .as("the id of " + name + " is its own")
                    .isTrue();
            JsonObject given = operation.given();
            JsonObject content = given.getAsJsonObject("content");
            if (content.has("application/json")
                    && !content.getAsJsonObject("application/json").has("schema")) {
                undescribed.add(name + " has no reply");
            }
            if (operation.method().equals("post")
                    && !operation.path().endsWith("/snapshots")
                    && !operation.said().has("requestBody")) {
                undescribed.add(name + " has no request");
            }
            if (operation.json().isPresent() && !operation.json().orElseThrow().has("examples")) {
                undescribed.add(name + " has no example");
            }
        }
        assertThat(undescribed)
                .as("say in serve/…/wire/calls/*.json what these are")
                .isEmpty();
        assertThat(operations()).hasSizeGreaterThan(30);
    }

    @Test
    void everyFieldOfASearchIsDescribed() {
        JsonObject search = document.getAsJsonObject("paths")
                .getAsJsonObject("/v1/search")
                .getAsJsonObject("post")
                .getAsJsonObject("requestBody")
                .getAsJsonObject("content")
                .getAsJsonObject("application/json")
                .getAsJsonObject("schema")
                .getAsJsonObject("properties");
        Set<String> known = new HashSet<>(SearchQuery.NAMES);
        known.add("queries");
        assertThat(search.keySet()).isEqualTo(known);
    }

    /** An address that nobody has described stands in the document all the same, and {@link #everyAddressIsDescribed} sees it. */
    @Test
    void anAddressWithoutWordsIsSeen() {
        var builder = Server.builder();
        Door door = door(builder);
        door.handle("/v1/unheard/{of}", Role.WRITER, (call, request) -> HttpResponse.of(200), HttpMethod.DELETE);
        JsonObject made = new ApiDocument(door).json();
        JsonObject operation = made.getAsJsonObject("paths")
                .getAsJsonObject("/v1/unheard/{of}")
                .getAsJsonObject("delete");
        assertThat(operation.get("summary").getAsString()).isEmpty();
        assertThat(operation.get("x-kindred-role").getAsString()).isEqualTo("writer");
        assertThat(operation.getAsJsonObject("responses").keySet()).contains("401", "403", "404");
    }

    private static Door door(ServerBuilder builder) {
        Compute compute = new Compute(ServeOptions.defaults(), new SimpleMeterRegistry());
        compute.close();
        return new Door(
                builder,
                Oversight.none(),
                java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor(),
                compute,
                1,
                new Room(1));
    }

    @Test
    void nothingIsDescribedThatIsNotThere() throws Exception {
        Path folder = Path.of("src/main/resources/dev/kindred/serve/wire/calls");
        Set<String> there = new HashSet<>();
        operations().forEach(each -> there.add(each.method().toUpperCase(java.util.Locale.ROOT) + " " + each.path()));
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                JsonObject calls = JsonParser.parseString(Files.readString(file))
                        .getAsJsonObject()
                        .getAsJsonObject("calls");
                assertThat(there).as(file.getFileName().toString()).containsAll(calls.keySet());
            }
        }
    }

    @Test
    void everyReferenceLeadsSomewhereAndEveryNameInAnAddressIsAParameter() {
        JsonObject schemas = document.getAsJsonObject("components").getAsJsonObject("schemas");
        Pattern reference = Pattern.compile("\"\\$ref\":\"([^\"]+)\"");
        assertThat(reference.matcher(document.toString()).results().map(m -> m.group(1)))
                .isNotEmpty()
                .allMatch(name -> name.startsWith("#/components/schemas/")
                        && schemas.has(name.substring("#/components/schemas/".length())));
        for (Operation operation : operations()) {
            List<String> stated = operation.said().getAsJsonArray("parameters").asList().stream()
                    .map(JsonElement::getAsJsonObject)
                    .filter(parameter -> parameter.get("in").getAsString().equals("path"))
                    .map(parameter -> parameter.get("name").getAsString())
                    .toList();
            assertThat(NAME.matcher(operation.path()).results().map(m -> m.group(1)))
                    .as(operation.path())
                    .containsExactlyElementsOf(stated);
        }
    }

    /** Each example is answered with 200 by a collection that takes its kind, and the reply is of the schema that is promised. */
    @Test
    void everyExampleDoesWhatItSays() {
        int sent = 0;
        try (Caller ofWords = new Caller(wordServer.url());
                Caller ofPictures = new Caller(pictureServer.url())) {
            for (Operation operation : operations()) {
                if (operation.json().isEmpty()) {
                    continue;
                }
                JsonObject body = operation.json().orElseThrow();
                for (var example : body.getAsJsonObject("examples").entrySet()) {
                    JsonElement value = example.getValue().getAsJsonObject().get("value");
                    JsonElement asked = body.get("schema");
                    assertThat(faults(value, asked, operation.path())).isEmpty();
                    boolean texts = example.getKey().equals("texts");
                    if ((!texts && !example.getKey().equals("pictures")) || !operation.isAddressed()) {
                        continue; // of something that is not here
                    }
                    Reply reply = (texts ? ofWords : ofPictures).json(address(operation, texts), value.toString());
                    answers(operation, reply, example.getKey());
                    sent++;
                }
            }
        }
        assertThat(sent).isGreaterThan(12);
    }

    @Test
    void whatIsReadIsOfTheSchemaThatIsPromised() {
        try (Caller caller = new Caller(wordServer.url())) {
            for (Operation operation : operations()) {
                if (operation.method().equals("get")
                        && operation.isAddressed()
                        && !ELSEWHERE.contains(operation.path())
                        && !operation.path().endsWith("/source")
                        && !operation.path().endsWith("/picture")) {
                    answers(operation, caller.get(address(operation, true)), "");
                }
            }
        }
    }

    @Test
    void errorsAreOfTheSchemasThatArePromised() {
        try (Caller caller = new Caller(wordServer.url())) {
            for (Operation operation : operations()) {
                if (operation.method().equals("post") && operation.json().isPresent() && operation.isAddressed()) {
                    Reply reply = caller.json(address(operation, true), "[");
                    assertThat(reply.code()).as(operation.path()).isEqualTo(400);
                    JsonObject content = operation
                            .said()
                            .getAsJsonObject("responses")
                            .getAsJsonObject("400")
                            .getAsJsonObject("content");
                    String type = reply.header("Content-Type").replaceFirst(";.*", "");
                    assertThat(content.keySet()).containsExactly(type);
                    assertThat(faults(
                                    reply.json(), content.getAsJsonObject(type).get("schema"), operation.path()))
                            .isEmpty();
                }
            }
        }
    }

    private String address(Operation operation, boolean texts) {
        String bundle = (texts ? home.words.served() : pictures.served()).bundle();
        return NAME.matcher(operation.path())
                .replaceAll(
                        match -> match.group(1).equals("version") ? bundle : NAMES.getOrDefault(match.group(1), ""));
    }

    private void answers(Operation operation, Reply reply, String example) {
        String name = operation.path() + " " + example;
        assertThat(reply.code()).as(name + reply.text()).isEqualTo(200);
        JsonObject content = operation.given().getAsJsonObject("content");
        if (content.has("application/json")) {
            assertThat(faults(
                            JsonParser.parseString(reply.text()),
                            content.getAsJsonObject("application/json").get("schema"),
                            name))
                    .isEmpty();
        } else if (!operation.tags().contains("Console")) {
            assertThat(content.keySet())
                    .as(name)
                    .containsExactly(reply.header("Content-Type").replaceFirst(";.*", ""));
        }
    }

    /** What is not as the schema has it: as much of JSON Schema as the document uses. */
    private List<String> faults(JsonElement value, JsonElement given, String where) {
        JsonObject schema = given.getAsJsonObject();
        if (schema.has("$ref")) {
            String name = schema.get("$ref").getAsString().replace("#/components/schemas/", "");
            return faults(
                    value,
                    document.getAsJsonObject("components")
                            .getAsJsonObject("schemas")
                            .get(name),
                    where);
        }
        List<String> faults = new ArrayList<>();
        if (schema.has("oneOf")) {
            long fitting = schema.getAsJsonArray("oneOf").asList().stream()
                    .filter(one -> faults(value, one, where).isEmpty())
                    .count();
            return fitting == 1 ? faults : List.of(where + " fits " + fitting + " of oneOf");
        }
        if (schema.has("type") && types(schema.get("type")).stream().noneMatch(type -> isOf(value, type))) {
            return List.of(where + " is no " + schema.get("type"));
        }
        if (schema.has("enum") && !schema.getAsJsonArray("enum").contains(value)) {
            faults.add(where + " is none of " + schema.get("enum"));
        }
        if (value instanceof JsonObject object) {
            if (schema.get("required") instanceof JsonArray required) {
                required.forEach(name -> {
                    if (!object.has(name.getAsString())) {
                        faults.add(where + " has no " + name);
                    }
                });
            }
            if (schema.get("properties") instanceof JsonObject properties) {
                object.entrySet().forEach(each -> {
                    if (properties.has(each.getKey())) {
                        faults.addAll(
                                faults(each.getValue(), properties.get(each.getKey()), where + "." + each.getKey()));
                    }
                });
            }
        }
        if (value instanceof JsonArray array && schema.has("items")) {
            array.forEach(element -> faults.addAll(faults(element, schema.get("items"), where + "[]")));
        }
        return faults;
    }

    private static List<String> types(JsonElement type) {
        return type instanceof JsonArray several
                ? several.asList().stream().map(JsonElement::getAsString).toList()
                : List.of(type.getAsString());
    }

    private static boolean isOf(JsonElement value, String type) {
        return switch (type) {
            case "object" -> value instanceof JsonObject;
            case "array" -> value instanceof JsonArray;
            case "null" -> value.isJsonNull();
            case "string" -> value instanceof JsonPrimitive text && text.isString();
            case "boolean" -> value instanceof JsonPrimitive flag && flag.isBoolean();
            case "number" -> value instanceof JsonPrimitive number && number.isNumber();
            case "integer" ->
                value instanceof JsonPrimitive number && number.isNumber() && number.getAsDouble() % 1 == 0;
            default -> throw new IllegalArgumentException(type);
        };
    }
}
