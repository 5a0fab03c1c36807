package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import dev.kindred.release.AuditEntry;
import dev.kindred.release.AuditLog;
import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.KeyedServer.Held;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.access.Role;
import dev.kindred.serve.seen.Seen;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the door does for every route behind it: changes are written down, streams end with their key, limits come before work. */
@Timeout(60)
class DoorTest {
    private static final String ITEM = "/v1/collections/{collection}/items/{id}";

    private final AtomicLong nanos = new AtomicLong(1_000_000_000_000L);
    private final AtomicInteger done = new AtomicInteger();
    private final CountDownLatch uploading = new CountDownLatch(1);
    private final CompletableFuture<Throwable> uploadEnded = new CompletableFuture<>();
    private KeyedServer home;
    private Server server;
    private Compute compute;
    private Seen seen;
    private ExecutorService waiting;
    private Caller caller;
    private final AtomicReference<List<AuditLog.Row>> seenWithin = new AtomicReference<>(List.of());

    @BeforeEach
    void start(@TempDir Path folder) {
        home = new KeyedServer(folder, nanos::get);
        waiting = Executors.newVirtualThreadPerTaskExecutor();
        ServerBuilder builder = Server.builder().http(0).requestTimeoutMillis(0);
        seen = Seen.quiet();
        compute = new Compute(ServeOptions.defaults(), seen.meters().registry());
        Wire wire = new Wire(new Guard("127.0.0.1"), seen, (request, route, cause) -> home.told.add(route + cause));
        builder.errorHandler(wire).decorator(wire);
        Door door = new Door(builder, home.oversight(), waiting, compute, 8, new Room(1 << 24));
        door.handle(
                ITEM,
                Role.WRITER,
                (call, request) -> {
                    seenWithin.set(home.audit().newest(0, 1));
                    if (String.valueOf(call.context().pathParam("id")).startsWith("bad")) {
                        throw Problem.badRequest("not this one", "id", "");
                    }
                    done.incrementAndGet();
                    return HttpResponse.of("done");
                },
                HttpMethod.PUT,
                HttpMethod.DELETE);
        door.handle(
                "/v1/collections/{collection}/items:bulk",
                Role.WRITER,
                (call, request) -> upload(request),
                HttpMethod.POST);
        door.give("/v1/collections/{collection}/all", Role.READER, (call, request) -> endless(call));
        door.post("/v1/collections/{collection}/embed", Role.READER, (call, body) -> {
            done.incrementAndGet();
            return HttpResponse.of("embedded");
        });
        server = builder.build();
        server.start().join();
        home.oversight().begin();
        caller = new Caller("http://127.0.0.1:" + server.activeLocalPort());
    }

    @AfterEach
    void stop() {
        seen.close();
        caller.close();
        server.close();
        compute.close();
        waiting.close();
        home.close();
    }

    /** On the network's own threads a long list would keep all others waiting. */
    @Test
    void whatWasSentIsUnderstoodWhereWaitingIsDone() throws Exception {
        LinkedBlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
        CountDownLatch free = new CountDownLatch(1);
        try (ExecutorService one = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, work)) {
            one.execute(() -> {
                try {
                    free.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            ServerBuilder builder = Server.builder().http(0);
            builder.errorHandler(new Wire(new Guard("127.0.0.1"), seen, (request, route, cause) -> {}));
            new Door(builder, Oversight.none(), one, compute, 8, new Room(1 << 24))
                    .post("/v1/open", Role.READER, (call, body) -> HttpResponse.of("understood"));
            try (Server other = builder.build()) {
                other.start().join();
                try (Caller caller = new Caller("http://127.0.0.1:" + other.activeLocalPort())) {
                    CompletableFuture<Reply> reply =
                            CompletableFuture.supplyAsync(() -> caller.json("/v1/open", "{no JSON"));
                    Runnable understanding = Objects.requireNonNull(work.poll(30, TimeUnit.SECONDS));
                    assertThat(reply).isNotDone();
                    understanding.run();
                    assertThat(reply.get(30, TimeUnit.SECONDS).code()).isEqualTo(400);
                }
            } finally {
                free.countDown();
            }
        }
    }

    /** Reads for as long as somebody sends. */
    private HttpResponse upload(HttpRequest request) {
        CompletableFuture<HttpResponse> reply = new CompletableFuture<>();
        request.subscribe(new org.reactivestreams.Subscriber<>() {
            @Override
            public void onSubscribe(org.reactivestreams.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(com.linecorp.armeria.common.HttpObject part) {
                uploading.countDown();
            }

            @Override
            public void onError(Throwable cause) {
                uploadEnded.complete(cause);
                reply.completeExceptionally(cause);
            }

            @Override
            public void onComplete() {
                reply.complete(HttpResponse.of("all of it"));
            }
        });
        return HttpResponse.of(reply);
    }

    private static HttpResponse endless(Call call) {
        HttpResponseWriter out = HttpResponse.streaming();
        out.write(ResponseHeaders.of(HttpStatus.OK));
        Thread.ofVirtual().start(() -> {
            byte[] line = "line\n".repeat(200).getBytes(StandardCharsets.UTF_8);
            while (!call.isGone() && out.tryWrite(HttpData.wrap(line))) {
                try {
                    out.whenConsumed().join();
                } catch (RuntimeException e) {
                    return;
                }
            }
        });
        return out;
    }

    private Reply send(String method, String path, Held held) {
        return caller.send(caller.request(path, held.shown())
                .method(method, BodyPublishers.noBody())
                .build());
    }

    private Held known(String role, String expires, String... limits) {
        Held held = home.key(role, List.of(), expires, limits);
        home.look();
        return held;
    }

    @Test
    void aChangeIsWrittenDownBeforeItIsMade() {
        Held writer = known("writer", null);
        Reply reply = send("PUT", "/v1/collections/photos/items/a%20dog", writer);
        assertThat(reply.text()).isEqualTo("done");
        AuditEntry within = seenWithin.get().getFirst().entry();
        assertThat(within.action()).isEqualTo("PUT /v1/collections/:collection/items/:id");
        assertThat(within.collection()).isEqualTo("photos");
        assertThat(within.key()).isEqualTo(writer.id());
        assertThat(within.request()).isEqualTo(reply.header("Kindred-Request"));
        assertThat(within.detail().toString()).isEqualTo("{\"id\":\"a dog\"}");

        assertThat(send("DELETE", "/v1/collections/photos/items/bad", writer).code())
                .isEqualTo(400);
        Await.until(
                "how it ended is written",
                () -> home.audit().newest(0, 1).getFirst().entry().detail().has("failed"));
        assertThat(home.audit().newest(0, 2))
                .extracting(row -> row.entry().detail().toString())
                .containsExactly("{\"id\":\"bad\"}", "{\"id\":\"bad\",\"failed\":\"bad-request\"}");
        assertThat(home.audit().check().wrong()).isEmpty();
    }

    @Test
    void aKeyInAnAddressIsNotWrittenDown() {
        Held writer = known("writer", null);
        assertThat(send("PUT", "/v1/collections/photos/items/" + writer.key(), writer)
                        .code())
                .isEqualTo(200);
        assertThat(home.audit()
                        .newest(0, 1)
                        .getFirst()
                        .entry()
                        .detail()
                        .get("id")
                        .getAsString())
                .isEqualTo("kin_…");
    }

    @Test
    void nothingIsDoneThatCannotBeWrittenDown() {
        Held writer = known("writer", null);
        home.elsewhere.write(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate(
                        "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END");
            }
        });
        Reply reply = send("PUT", "/v1/collections/photos/items/dog", writer);
        assertThat(reply.code()).isEqualTo(503);
        assertThat(reply.problem()).isEqualTo("not-audited");
        assertThat(done).hasValue(0);
        assertThat(home.told).singleElement().asString().contains("disk full");
        home.elsewhere.write(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate("DROP TRIGGER full");
            }
        });
        assertThat(send("PUT", "/v1/collections/photos/items/dog", writer).code())
                .isEqualTo(200);
    }

    @Test
    void anUploadEndsWhenItsKeyIsRevoked() throws Exception {
        Held writer = known("writer", null);
        try (PipedOutputStream lines = new PipedOutputStream();
                PipedInputStream body = new PipedInputStream(lines, 1 << 16);
                HttpClient client = HttpClient.newHttpClient()) {
            CompletableFuture<java.net.http.HttpResponse<String>> reply = client.sendAsync(
                    caller.request("/v1/collections/photos/items:bulk", writer.shown())
                            .POST(BodyPublishers.ofInputStream(() -> body))
                            .build(),
                    BodyHandlers.ofString());
            // More than the client gathers before it sends.
            lines.write("{\"id\":\"a\"}\n".repeat(4000).getBytes(StandardCharsets.UTF_8));
            lines.flush();
            assertThat(uploading.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(uploadEnded).isNotDone();
            home.revoke(writer);
            assertThat(uploadEnded.get(20, TimeUnit.SECONDS)).isNotNull();
            lines.close();
            String ended = reply.handle((done, failure) ->
                            failure == null ? done.statusCode() + " " + done.body() : "closed " + failure)
                    .get(20, TimeUnit.SECONDS);
            assertThat(ended).startsWith("401").contains("revoked-key");
        }
        assertThat(send("PUT", "/v1/collections/photos/items/dog", writer).problem())
                .isEqualTo("revoked-key");
        assertThat(done).hasValue(0);
        assertThat(home.told).isEmpty();
    }

    @Test
    void aLongReplyEndsWhenItsKeyIsRevokedOrExpires() throws Exception {
        for (boolean revoked : new boolean[] {true, false}) {
            Held reader = known("reader", "10s");
            try (HttpClient client = HttpClient.newHttpClient()) {
                java.net.http.HttpResponse<InputStream> reply = client.send(
                        caller.request("/v1/collections/photos/all", reader.shown())
                                .GET()
                                .build(),
                        BodyHandlers.ofInputStream());
                assertThat(reply.statusCode()).isEqualTo(200);
                try (InputStream lines = reply.body()) {
                    assertThat(lines.readNBytes(100_000)).hasSize(100_000);
                    if (revoked) {
                        home.revoke(reader);
                    } else {
                        home.now.updateAndGet(now -> now.plusSeconds(10));
                    }
                    assertThatThrownBy(() -> lines.transferTo(java.io.OutputStream.nullOutputStream()))
                            .isInstanceOf(IOException.class);
                }
            }
        }
        assertThat(home.told).isEmpty();
    }

    @Test
    void whatIsBeyondAKeysLimitIsTurnedAwayBeforeWorkIsDone() {
        Held held = known("reader", null, "requests=3/s", "inputs=5/min");
        Held other = known("reader", null);
        String one = "{\"text\":\"a\"}";
        String four = "{\"texts\":[\"a\",\"b\",\"c\",\"d\"]}";
        String path = "/v1/collections/photos/embed";
        Reply first = caller.json(path, one, held.shown());
        assertThat(first.code()).isEqualTo(200);
        assertThat(first.header("RateLimit-Policy")).isEqualTo("\"requests-s\";q=3;w=1, \"inputs-min\";q=5;w=60");
        assertThat(first.header("RateLimit")).isEqualTo("\"requests-s\";r=2;t=1, \"inputs-min\";r=4;t=12");
        assertThat(caller.json(path, four, held.shown()).code()).isEqualTo(200);
        Reply refused = caller.json(path, one, held.shown());
        assertThat(refused.code()).isEqualTo(429);
        assertThat(refused.problem()).isEqualTo("rate-limit");
        assertThat(refused.header("Retry-After"))
                .as("one input each twelve seconds")
                .isEqualTo("12");
        assertThat(refused.header("RateLimit")).contains("\"inputs-min\";r=0;t=60");
        assertThat(caller.json(path, one, held.shown()).header("Retry-After"))
                .as("three requests a second were made")
                .isEqualTo("1");
        assertThat(done).hasValue(2);

        nanos.addAndGet(12_000_000_000L);
        assertThat(caller.json(path, one, held.shown()).code()).isEqualTo(200);
        Reply tooMany = caller.json(path, "{\"texts\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]}", held.shown());
        assertThat(tooMany.code()).isEqualTo(413);
        assertThat(tooMany.problem()).isEqualTo("too-many-inputs");
        assertThat(done).hasValue(3);
        Reply free = caller.json(path, four, other.shown());
        assertThat(free.code()).isEqualTo(200);
        assertThat(free.header("RateLimit")).isEmpty();
    }
}
