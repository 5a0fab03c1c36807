package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Space;
import dev.kindred.encode.Encoder;
import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.access.Access;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.access.Principal;
import dev.kindred.serve.access.Role;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What waits for one computing thread, over real sockets: the thread is held at a gate while others come, leave and run out of time. */
@Timeout(60)
class BatchServerTest {
    private static final int QUEUE = 24;

    /** As the real one, once the gate is open. */
    private static final class Gated implements Encoder {
        private final Encoder real;
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch gate = new CountDownLatch(1);
        final List<List<String>> packs = Collections.synchronizedList(new ArrayList<>());

        Gated(Encoder real) {
            this.real = real;
        }

        @Override
        public Space space() {
            return real.space();
        }

        @Override
        public Embeddings encode(List<Content> batch) {
            packs.add(batch.stream()
                    .map(content -> ((Content.Text) content).value())
                    .toList());
            entered.countDown();
            try {
                gate.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return real.encode(batch);
        }

        @Override
        public void close() {}
    }

    /** Whoever says {@code X-Key} is that key. */
    private static final Access BY_HEADER = (context, request) -> {
        String key = request.headers().get("x-key", "nobody");
        return new Principal(key, key, Map.of(Principal.EVERY, Role.ADMIN));
    };

    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private WordCollection collection;
    private Gated encoder;
    private KindredServer server;
    private Caller caller;

    @BeforeEach
    void start(@TempDir Path folder) throws InterruptedException {
        collection = WordCollection.in(folder);
        Served real = collection.served();
        encoder = new Gated(real.documents());
        Served gated = real.encodedBy(encoder);
        ServeOptions options = ServeOptions.defaults().onPort(0).withThreads(1).withQueue(QUEUE);
        server = KindredServer.start(
                options, List.of(gated), Oversight.by(BY_HEADER), (request, route, cause) -> cause.printStackTrace());
        caller = new Caller(server.url());
        embed("first", "the first");
        assertThat(encoder.entered.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @AfterEach
    void stop() {
        encoder.gate.countDown();
        caller.close();
        server.close();
        callers.close();
        collection.close();
    }

    private CompletableFuture<Reply> embed(String key, String text, String... headers) {
        return call("/v1/embed", key, text, headers);
    }

    private CompletableFuture<Reply> call(String path, String key, String text, String... headers) {
        List<String> all = new ArrayList<>(List.of("X-Key", key));
        all.addAll(List.of(headers));
        return CompletableFuture.supplyAsync(
                () -> caller.bytes(
                        path, "text/plain", text.getBytes(StandardCharsets.UTF_8), all.toArray(String[]::new)),
                callers);
    }

    private double metric(String line) {
        Matcher matcher = Pattern.compile(
                        "^" + Pattern.quote(line).replace("}", "\\E(?:,release=\"[^\"]*\")?}\\Q") + " (\\S+)$",
                        Pattern.MULTILINE)
                .matcher(caller.get("/metrics").text());
        return matcher.find() ? Double.parseDouble(matcher.group(1)) : 0;
    }

    private void awaitMetric(String line, double value) {
        Await.until(line + " " + value, () -> metric(line) == value);
    }

    private void awaitWaiting(int requests) {
        awaitMetric("kindred_queue_depth", requests);
    }

    @Test
    void oneKeysFloodNeitherDelaysNorShutsOutAnother() {
        List<CompletableFuture<Reply>> flood = new ArrayList<>();
        for (int i = 0; i < 3 * QUEUE; i++) {
            flood.add(embed("flood", "flood number " + i));
        }
        Await.until(
                "all but those that wait are refused",
                () -> flood.stream().filter(CompletableFuture::isDone).count() >= 2 * QUEUE - 1);
        double refused = metric("kindred_dropped_total{reason=\"busy\"}");
        CompletableFuture<Reply> one = embed("one", "a single request");
        CompletableFuture<Reply> search = call("/v1/search", "flood", "a tower for ships");
        // Each takes the place of one of the flood, of which one more may have been refused meanwhile.
        Await.until("two more are refused", () -> metric("kindred_dropped_total{reason=\"busy\"}") >= refused + 2);
        awaitWaiting(QUEUE);
        encoder.gate.countDown();
        assertThat(one.join().code()).isEqualTo(200);
        assertThat(search.join().code()).isEqualTo(200);
        // All wait for one encoder and go together: the place in the pack is the place in the line.
        assertThat(encoder.packs.get(1).subList(0, 4)).contains("a single request", "a tower for ships");
        assertThat(flood.stream().map(CompletableFuture::join).map(Reply::code)).containsOnly(200, 429);
        assertThat(flood.stream().map(CompletableFuture::join).filter(reply -> reply.code() == 429))
                .allSatisfy(reply -> {
                    assertThat(reply.problem()).isEqualTo("busy");
                    assertThat(Integer.parseInt(reply.header("Retry-After"))).isBetween(1, 30);
                });
    }

    @Test
    void aClientThatHangsUpIsNotWorkedFor() throws IOException {
        CompletableFuture<Reply> stays;
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            String body = "hung up";
            socket.getOutputStream()
                    .write(("POST /v1/embed HTTP/1.1\r\n"
                                    + "Host: localhost\r\n"
                                    + "X-Key: leaver\r\n"
                                    + "Content-Type:"
                                    + " text/plain\r\n"
                                    + "Content-Length:"
                                    + " " + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII));
            awaitWaiting(1);
            stays = embed("stays", "waits on");
            awaitWaiting(2);
        }
        // Its end is logged as soon as the server has seen it.
        Await.until(
                "its end is counted",
                () -> caller.get("/metrics")
                        .text()
                        .lines()
                        .anyMatch(line -> line.startsWith("kindred_requests_total") && line.contains("/v1/embed")));
        encoder.gate.countDown();
        assertThat(stays.join().code()).isEqualTo(200);
        assertThat(encoder.packs.stream().flatMap(List::stream)).containsExactly("the first", "waits on");
        assertThat(metric("kindred_dropped_total{reason=\"gone\"}")).isEqualTo(1);
    }

    @Test
    void whoHasNoTimeIsToldSoAndNotWorkedFor() {
        Reply late = embed("hurried", "no time", "Kindred-Timeout-Ms", "80").join();
        assertThat(late.code()).isEqualTo(503);
        assertThat(late.problem()).isIn("deadline", "timeout");
        CompletableFuture<Reply> patient = embed("patient", "has time", "Kindred-Timeout-Ms", "999999999");
        awaitWaiting(1);
        encoder.gate.countDown();
        assertThat(patient.join().code()).isEqualTo(200);
        assertThat(encoder.packs.stream().flatMap(List::stream)).doesNotContain("no time");
        for (String wrong : List.of("0", "-1", "1.5", "soon", "99999999999")) {
            Reply refused = embed("hurried", "x", "Kindred-Timeout-Ms", wrong).join();
            assertThat(refused.code()).as(wrong).isEqualTo(400);
            assertThat(refused.json().get("where").getAsString()).isEqualTo("Kindred-Timeout-Ms");
        }
    }

    /** What is turned away unread leaves the connection as good as it was. */
    @Test
    void aConnectionOutlivesBeingTurnedAway() throws IOException {
        for (int i = 0; i < QUEUE; i++) {
            embed("flood", "flood number " + i);
        }
        awaitWaiting(QUEUE);
        String request = "POST /v1/embed HTTP/1.1\r\nHost: localhost\r\nX-Key: flood\r\nContent-Type: text/plain\r\n"
                + "Content-Length: 4\r\n\r\nmore";
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(10_000);
            for (int i = 0; i < 3; i++) {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                assertThat(reply(socket.getInputStream())).startsWith("HTTP/1.1 429");
            }
        }
    }

    private static String reply(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            assertThat(next).as("after: " + head).isNotNegative();
            head.append((char) next);
        }
        Matcher length = Pattern.compile("content-length: (\\d+)", Pattern.CASE_INSENSITIVE)
                .matcher(head);
        assertThat(length.find()).isTrue();
        in.skipNBytes(Integer.parseInt(length.group(1)));
        return head.toString();
    }

    @Test
    void theSameTextIsComputedOnceForAll() {
        List<CompletableFuture<Reply>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(embed("key" + i, "asked by all"));
        }
        awaitWaiting(8);
        encoder.gate.countDown();
        float[] expected =
                collection.documents.embed(new Content.Text("asked by all")).row(0);
        for (CompletableFuture<Reply> each : all) {
            assertThat(each.join()
                            .json()
                            .getAsJsonArray("embeddings")
                            .get(0)
                            .getAsJsonArray()
                            .get(3)
                            .getAsFloat())
                    .isCloseTo(expected[3], within(1e-6f));
        }
        assertThat(encoder.packs).containsExactly(List.of("the first"), List.of("asked by all"));
        assertThat(metric("kindred_cache_total{collection=\"default\",outcome=\"joined\"}"))
                .isEqualTo(7);
        assertThat(caller.get("/metrics").text())
                .containsPattern("kindred_batch_size_bucket\\{collection=\"default\",.*le=\"1.0\"} 2")
                .contains("kindred_queue_seconds_count{lane=\"embed\"} 9")
                .containsPattern("kindred_queue_cost_seconds \\d")
                .containsPattern("kindred_cache_bytes [1-9]");
    }
}
