package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import dev.kindred.release.AuditEntry;
import dev.kindred.release.AuditLog;
import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.KeyedServer.Held;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may do what, over real sockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessTest {
    private static final String SEARCH = "{\"text\":\"a tower with a light\",\"k\":3}";

    private Path folder;
    private KeyedServer home;
    private Caller caller;
    private final Map<String, Held> keys = new LinkedHashMap<>();

    @BeforeAll
    void start(@TempDir Path empty) {
        folder = empty;
        home = new KeyedServer(empty);
        for (String role : List.of("reader", "writer", "operator", "admin")) {
            keys.put(role, home.key(role));
            keys.put("photos " + role, home.key(role, "photos"));
        }
        home.look();
        home.start();
        caller = new Caller(home.server().url());
    }

    @AfterAll
    void stop() {
        caller.close();
        home.close();
    }

    private int code(String method, String path, String... headers) {
        return switch (method) {
            case "GET" -> caller.get(path, headers).code();
            case "POST" ->
                caller.json(path, path.endsWith("search") ? SEARCH : "{}", headers)
                        .code();
            default ->
                caller.send(caller.request(path, headers)
                                .method(method, java.net.http.HttpRequest.BodyPublishers.noBody())
                                .build())
                        .code();
        };
    }

    /** Columns: nobody; reader, writer, operator, admin of all; the same of photos alone. 400 and 404 are beyond the door. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET  /                                | 200 | 200 200 200 200 | 200 200 200 200",
                "GET  /console/console.js              | 200 | 200 200 200 200 | 200 200 200 200",
                "GET  /livez                           | 200 | 200 200 200 200 | 200 200 200 200",
                "GET  /readyz                          | 200 | 200 200 200 200 | 200 200 200 200",
                "GET  /v1/collections                  | 401 | 200 200 200 200 | 200 200 200 200",
                "GET  /v1/collections/default          | 401 | 200 200 200 200 | 403 403 403 403",
                "GET  /v1/collections/photos           | 401 | 200 200 200 200 | 200 200 200 200",
                "GET  /v1/collections/none             | 401 | 404 404 404 404 | 403 403 403 403",
                "GET  /v1/collections/default/items    | 401 | 200 200 200 200 | 403 403 403 403",
                "GET  /v1/collections/photos/items/dog | 401 | 200 200 200 200 | 200 200 200 200",
                "POST /v1/search                       | 401 | 200 200 200 200 | 403 403 403 403",
                "POST /v1/collections/photos/search    | 401 | 200 200 200 200 | 200 200 200 200",
                "POST /v1/collections/photos/verify    | 401 | 400 400 400 400 | 400 400 400 400",
                "POST /v1/feedback                     | 401 | 400 400 400 400 | 400 400 400 400",
                "GET  /v1/collections/default/feedback | 401 | 403 403 200 200 | 403 403 403 403",
                "GET  /v1/collections/photos/feedback  | 401 | 403 403 200 200 | 403 403 200 200",
                "GET  /metrics                         | 401 | 403 403 404 404 | 403 403 403 403",
                "GET  /v1/bundles                      | 401 | 403 403 409 409 | 403 403 403 403",
                "GET  /v1/keys                         | 401 | 403 403 403 200 | 403 403 403 403",
                "POST /v1/keys                         | 401 | 403 403 403 400 | 403 403 403 403",
                "DELETE /v1/keys/none                  | 401 | 403 403 403 404 | 403 403 403 403",
                "GET  /v1/audit                        | 401 | 403 403 403 200 | 403 403 403 403",
            })
    void eachRoleAtEachAddress(String address, String nobody, String ofAll, String ofPhotos) {
        String[] parts = address.strip().split("\\s+");
        List<Integer> codes = new ArrayList<>();
        codes.add(code(parts[0], parts[1]));
        for (String role : List.of("reader", "writer", "operator", "admin")) {
            codes.add(code(parts[0], parts[1], keys.get(role).shown()));
        }
        for (String role : List.of("reader", "writer", "operator", "admin")) {
            codes.add(code(parts[0], parts[1], keys.get("photos " + role).shown()));
        }
        assertThat(codes)
                .isEqualTo(Stream.of(
                                (nobody + " " + ofAll + " " + ofPhotos).strip().split("[\\s|]+"))
                        .map(Integer::valueOf)
                        .toList());
    }

    @Test
    void aKeySeesOnlyItsOwnCollections() {
        assertThat(caller.get("/v1/collections", keys.get("photos reader").shown())
                        .json()
                        .getAsJsonArray("collections"))
                .hasSize(1);
        assertThat(caller.get("/v1/collections", keys.get("reader").shown())
                        .json()
                        .getAsJsonArray("collections"))
                .hasSize(2);
    }

    @Test
    void whoShowsNoKeyIsToldHowAndWhoMistypesItIsToldThat() {
        String key = keys.get("reader").key();
        Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put("", "no-key");
        wrong.put("Basic a2luOmtpbg==", "no-key");
        wrong.put("Bearer " + key.substring(0, 40), "mistyped-key");
        wrong.put("Bearer " + key.substring(0, 52) + (key.endsWith("A") ? "B" : "A"), "mistyped-key");
        wrong.put("Bearer sk-1234", "unknown-key");
        wrong.put("Bearer " + dev.kindred.serve.access.ApiKey.make().reveal(), "unknown-key");
        wrong.forEach((header, kind) -> {
            Reply reply = header.isEmpty()
                    ? caller.get("/v1/collections")
                    : caller.get("/v1/collections", "Authorization", header);
            assertThat(reply.code()).as(kind).isEqualTo(401);
            assertThat(reply.problem()).isEqualTo(kind);
            assertThat(reply.header("WWW-Authenticate")).startsWith("Bearer realm=\"kindred\"");
            assertThat(reply.header("Kindred-Request")).isNotEmpty();
            assertThat(reply.text()).doesNotContain(key.substring(4, 30));
        });
        assertThat(caller.get("/v1/collections", "Authorization", "bearer  " + key)
                        .code())
                .as("the scheme in any case")
                .isEqualTo(200);
    }

    @Test
    void metricsAreAtTheAdminPortAlone() {
        try (Caller admin = new Caller(home.server().adminUrl().orElseThrow())) {
            assertThat(admin.get("/metrics").text()).contains("kindred_");
            assertThat(admin.get("/readyz").json().has("collections")).isTrue();
            for (String other : List.of("/", "/v1/collections", "/v1/keys", "/console/api.js")) {
                assertThat(admin.get(other).code()).as(other).isEqualTo(404);
            }
        }
    }

    @Test
    void aKeyThatIsRevokedOrExpiresOpensNothingAtOnce() {
        Held revoked = home.key("reader");
        Held expiring = home.key("reader", List.of(), "10s");
        Await.until(
                "both are known",
                () -> caller.get("/v1/collections", revoked.shown()).code() == 200);
        assertThat(caller.get("/v1/collections", expiring.shown()).code()).isEqualTo(200);

        home.revoke(revoked);
        long start = System.nanoTime();
        Await.until(
                "it is revoked",
                () -> caller.get("/v1/collections", revoked.shown()).code() == 401);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThat(caller.get("/v1/collections", revoked.shown()).problem()).isEqualTo("revoked-key");

        home.now.updateAndGet(now -> now.plusSeconds(9));
        assertThat(caller.get("/v1/collections", expiring.shown()).code()).isEqualTo(200);
        home.now.updateAndGet(now -> now.plusSeconds(1));
        Reply expired = caller.get("/v1/collections", expiring.shown());
        assertThat(expired.code()).isEqualTo(401);
        assertThat(expired.problem()).isEqualTo("expired-key");
        assertThat(expired.header("WWW-Authenticate")).contains("invalid_token");
    }

    /** Forty times: where a reply's head leaves before its body, about one revocation in ten comes between the two. */
    @Test
    void whoeverAsksWhileTheKeyIsRevokedHasAllOfTheAnswerOrARefusal() {
        for (int round = 0; round < 40; round++) {
            Held key = home.key("reader");
            Await.until(
                    "it is known",
                    () -> caller.get("/v1/collections", key.shown()).code() == 200);
            home.revoke(key);
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            Reply reply = caller.get("/v1/collections", key.shown());
            while (reply.code() == 200 && System.nanoTime() < end) {
                assertThat(reply.json().getAsJsonArray("collections")).hasSize(2);
                reply = caller.get("/v1/collections", key.shown());
            }
            assertThat(reply.code()).isEqualTo(401);
            assertThat(reply.problem()).isEqualTo("revoked-key");
        }
    }

    @Test
    void anAdminMakesAndRevokesKeysAndTheLogSaysSo() {
        String[] admin = keys.get("admin").shown();
        Reply made = caller.json(
                "/v1/keys",
                "{\"name\":\"shop\",\"role\":\"reader\",\"collections\":[\"photos\"],\"expires\":\"30d\","
                        + "\"limits\":[\"requests=5/s\"]}",
                admin);
        assertThat(made.code()).as(made.text()).isEqualTo(201);
        JsonObject json = made.json();
        String id = json.get("id").getAsString();
        String[] shown = {"Authorization", "Bearer " + json.get("key").getAsString()};
        assertThat(caller.get("/v1/collections/photos", shown).code()).isEqualTo(200);
        assertThat(caller.get("/v1/collections/default", shown).code()).isEqualTo(403);
        String listed = caller.get("/v1/keys", admin).text();
        assertThat(listed)
                .contains(id)
                .contains("requests=5/s")
                .doesNotContain(json.get("key").getAsString());
        assertThat(code("DELETE", "/v1/keys/" + id, admin)).isEqualTo(200);
        assertThat(caller.get("/v1/collections/photos", shown).problem()).isEqualTo("revoked-key");

        assertThat(caller.json("/v1/keys", "{\"name\":\"x\",\"role\":\"raeder\"}", admin)
                        .json()
                        .get("hint")
                        .getAsString())
                .isEqualTo("did you mean reader?");
        assertThat(home.audit().newest(0, 2))
                .extracting(row -> row.entry().action() + " by " + row.entry().key())
                .containsExactly(
                        "keys.add by " + keys.get("admin").id(),
                        "keys.revoke by " + keys.get("admin").id());
        JsonObject checked = caller.get("/v1/audit?check=true", admin).json();
        assertThat(checked.get("whole").getAsBoolean()).isTrue();
        assertThat(checked.get("head").getAsString())
                .isEqualTo(home.audit().check().head());
    }

    @Test
    void ofASensitiveCollectionItIsKeptWhoSearchedAndComparedNotWhat() {
        String[] reader = keys.get("photos reader").shown();
        String request =
                caller.json("/v1/collections/photos/search", SEARCH, reader).header("Kindred-Request");
        caller.json("/v1/collections/default/search", SEARCH, keys.get("reader").shown());
        AuditLog log = home.audit();
        Await.until(
                "it is written",
                () -> log.newest(0, 1000).stream()
                        .anyMatch(row -> row.entry().request().equals(request)));
        List<AuditEntry> searches = log.newest(0, 1000).stream()
                .map(AuditLog.Row::entry)
                .filter(entry -> entry.action().endsWith("/search"))
                .toList();
        assertThat(searches).isNotEmpty().allSatisfy(entry -> {
            assertThat(entry.collection()).isEqualTo("photos");
            assertThat(entry.detail().toString()).isEqualTo("{}");
        });
        assertThat(searches)
                .anySatisfy(entry -> assertThat(entry.key())
                        .isEqualTo(keys.get("photos reader").id()));
    }

    @Test
    void aKeyShowsNowhere() throws Exception {
        Held held = home.key("admin");
        Await.until(
                "it is known", () -> caller.get("/v1/collections", held.shown()).code() == 200);
        String key = held.key();
        String[] shown = held.shown();
        List<Reply> replies = new ArrayList<>();
        for (String[] headers : List.of(shown, new String[] {"Authorization", key}, new String[] {"X-Api-Key", key})) {
            replies.add(caller.get("/v1/collections/" + key, headers));
            replies.add(caller.get("/v1/collections/default/items/" + key, headers));
            replies.add(caller.get("/v1/collections?key=" + key, headers));
            replies.add(caller.get("/nowhere/" + key, headers));
            replies.add(caller.json("/v1/search", "{\"" + key + "\":1}", headers));
            replies.add(caller.json("/v1/keys", "{\"name\":\"" + key + "\",\"role\":\"reader\"}", headers));
            replies.add(caller.json("/v1/keys", "{\"name\":\"x\",\"role\":\"" + key + "\"}", headers));
            replies.add(caller.json("/v1/collections/photos/search", SEARCH, headers));
            replies.add(caller.send(
                    caller.request("/v1/keys/" + key, headers).DELETE().build()));
        }
        assertThat(replies).extracting(Reply::code).contains(200, 400, 401, 404).doesNotContain(500);
        caller.get("/v1/audit", shown);
        home.revoke(held);
        Await.until("it is revoked", () -> caller.get("/v1/collections", shown).code() == 401);
        StringBuilder everything = new StringBuilder();
        try (Caller admin = new Caller(home.server().adminUrl().orElseThrow())) {
            everything.append(admin.get("/metrics").text());
        }
        everything.append(caller.get("/v1/audit", keys.get("admin").shown()).text());
        everything.append(caller.get("/v1/keys", keys.get("admin").shown()).text());
        everything.append(home.told);
        home.audit().newest(0, 100_000).forEach(row -> everything.append(row.json()));
        try (Stream<Path> files = Files.list(folder.resolve("home"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                everything.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        assertThat(everything.length()).isGreaterThan(10_000);
        assertThat(everything.indexOf(key.substring(0, 30))).isNegative();
        assertThat(everything.indexOf(key.substring(20))).isNegative();
    }

    @Test
    void aDaysQuotaOutlivesTheServer(@TempDir Path first, @TempDir Path second, @TempDir Path quotas) {
        Held held;
        try (KeyedServer before = new KeyedServer(first, quotas, System::nanoTime)) {
            held = before.key("reader", List.of(), null, "requests=3/day");
            before.look();
            before.start();
            try (Caller own = new Caller(before.server().url())) {
                assertThat(own.get("/v1/collections", held.shown()).code()).isEqualTo(200);
                assertThat(own.get("/v1/collections", held.shown()).header("RateLimit"))
                        .startsWith("\"requests-day\";r=1;t=");
            }
        }
        try (KeyedServer after = new KeyedServer(second, quotas, System::nanoTime).start();
                Caller own = new Caller(after.server().url())) {
            assertThat(own.get("/v1/collections", held.shown()).code()).isEqualTo(200);
            Reply refused = own.get("/v1/collections", held.shown());
            assertThat(refused.code()).isEqualTo(429);
            assertThat(refused.problem()).isEqualTo("quota");
            after.now.updateAndGet(now -> now.plusSeconds(86_400));
            assertThat(own.get("/v1/collections", held.shown()).code()).isEqualTo(200);
        }
    }

    @Test
    void whereTheLastKeyWasRevokedTheNextServerAsksForOneToo(
            @TempDir Path first, @TempDir Path second, @TempDir Path home) {
        Held last;
        try (KeyedServer before = new KeyedServer(first, home, System::nanoTime)) {
            last = before.key("admin");
            before.revoke(last);
        }
        try (KeyedServer after = new KeyedServer(second, home, System::nanoTime).start();
                Caller anybody = new Caller(after.server().url())) {
            assertThat(anybody.get("/v1/collections").code()).isEqualTo(401);
            assertThat(anybody.get("/v1/collections", last.shown()).problem()).isEqualTo("revoked-key");
            Held another = after.key("admin");
            after.look();
            assertThat(anybody.get("/v1/collections", another.shown()).code()).isEqualTo(200);
        }
    }

    @Test
    void withoutKeysItKeepsToThisMachineAndOnceItHadKeysItNeverOpens(@TempDir Path other) {
        try (KeyedServer open = new KeyedServer(other)) {
            assertThatThrownBy(
                            () -> open.start(ServeOptions.defaults().onPort(0).onHost("0.0.0.0")))
                    .isInstanceOfSatisfying(Refusal.class, refusal -> {
                        assertThat(refusal.where()).isEqualTo("--host 0.0.0.0");
                        assertThat(refusal.hint()).contains("kindred keys add");
                    });
            open.start();
            assertThat(open.server().adminUrl()).isEmpty();
            try (Caller anybody = new Caller(open.server().url())) {
                assertThat(anybody.get("/v1/keys").code()).isEqualTo(200);
                assertThat(anybody.get("/metrics").code()).isEqualTo(200);
                assertThat(anybody.json("/v1/search", SEARCH, "Authorization", "Bearer sk-none")
                                .code())
                        .as("a client that must send some key")
                        .isEqualTo(200);
                assertThat(anybody.get("/readyz").json().has("collections")).isTrue();
                Held first = open.key("admin");
                Await.until("it asks", () -> anybody.get("/v1/keys").code() == 401);
                assertThat(anybody.get("/readyz").json().keySet()).containsOnly("ready", "state");
                assertThat(anybody.get("/v1/keys", first.shown()).code()).isEqualTo(200);
                assertThat(anybody.get("/metrics", first.shown()).code())
                        .as("there is no admin port yet")
                        .isEqualTo(200);
                open.revoke(first);
                Await.until(
                        "it is revoked",
                        () -> anybody.get("/v1/keys", first.shown()).code() == 401);
                assertThat(anybody.get("/v1/keys").code()).isEqualTo(401);
            }
        }
    }
}
