package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.kindred.core.Refusal;
import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.seen.Seen;
import dev.kindred.serve.seen.SeenOptions;
import dev.kindred.serve.seen.StartClock;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.awt.Shape;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Traces of real requests: kept in memory, and sent to a collector by OTLP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TracesTest {
    private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

    private final AtomicInteger drawn = new AtomicInteger();
    private final InMemorySpanExporter kept = InMemorySpanExporter.create();
    private DrawnCollection collection;
    private KindredServer server;
    private Caller caller;

    @BeforeAll
    void start(@TempDir Path folder) {
        collection = DrawnCollection.in(folder);
        server = serve(Seen.of(
                SeenOptions.defaults().withTraces("http://localhost:4318", 1),
                SimpleSpanProcessor.create(kept),
                NOWHERE));
        caller = new Caller(server.url());
    }

    private KindredServer serve(Seen seen) {
        return KindredServer.start(
                ServeOptions.defaults().onPort(0),
                List.of(collection.served()),
                Oversight.none(),
                (request, route, cause) -> {},
                seen);
    }

    @AfterAll
    void stop() {
        caller.close();
        server.close();
        collection.close();
    }

    @BeforeEach
    void forget() {
        kept.reset();
    }

    /** Another one each time: what was embedded before is remembered, and has no batch. */
    private byte[] picture() {
        int number = drawn.getAndIncrement();
        List<Shape> shapes = List.copyOf(DrawnShapes.things().values());
        return DrawnShapes.png(
                shapes.get(number % shapes.size()),
                DrawnShapes.HANDS[number / shapes.size() % DrawnShapes.HANDS.length]);
    }

    /** Those of one request, once its own is there: it ends last, a moment after the reply. */
    private List<SpanData> spans() {
        return await(
                () -> kept.getFinishedSpanItems(),
                all -> all.stream().anyMatch(span -> span.getKind() == SpanKind.SERVER)
                        && all.stream()
                                        .filter(span -> span.getName().equals("encode"))
                                        .count()
                                == all.stream()
                                        .filter(span -> span.getName().equals("batch"))
                                        .count());
    }

    private static <T> T await(java.util.function.Supplier<T> what, Predicate<T> until) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (true) {
            T now = what.get();
            if (until.test(now)) {
                return now;
            }
            assertThat(System.nanoTime())
                    .as("waited ten seconds, there is: " + now)
                    .isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @Test
    void oneTraceARequestFromTheCallersOwnToTheIndex() {
        Reply reply = caller.bytes("/v1/search?k=3", "image/png", picture(), "traceparent", PARENT);
        assertThat(reply.code()).as(reply.text()).isEqualTo(200);
        // What the test before left under way may end meanwhile, in a trace of its own.
        List<SpanData> spans = await(
                this::spans,
                all -> all.stream().anyMatch(span -> isOfCaller(span) && span.getKind() == SpanKind.SERVER));
        Map<String, SpanData> byName = spans.stream()
                .filter(TracesTest::isOfCaller)
                .collect(Collectors.toMap(SpanData::getName, span -> span, (first, other) -> first));
        SpanData request = byName.get("POST /v1/search");
        assertThat(request.getParentSpanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(reply.header("traceparent")).isEqualTo("00-" + TRACE + "-" + request.getSpanId() + "-01");
        assertThat(parent(byName, "queue")).isEqualTo(request);
        assertThat(parent(byName, "batch")).isEqualTo(request);
        assertThat(parent(byName, "preprocess")).isEqualTo(byName.get("batch"));
        assertThat(parent(byName, "encode")).isEqualTo(byName.get("batch"));
        assertThat(parent(byName, "index")).isEqualTo(request);
        assertThat(byName.get("encode").getEndEpochNanos())
                .isLessThanOrEqualTo(byName.get("index").getStartEpochNanos());
        assertThat(request.getAttributes().get(AttributeKey.stringKey("kindred.collection")))
                .isEqualTo("default");
        assertThat(request.getAttributes().get(AttributeKey.stringKey("kindred.request")))
                .isEqualTo(reply.header("Kindred-Request"));
        assertThat(request.getAttributes().get(AttributeKey.longKey("http.response.status_code")))
                .isEqualTo(200);
        assertThat(byName.get("batch").getLinks())
                .extracting(link -> link.getSpanContext().getSpanId())
                .containsExactly(request.getSpanId());
    }

    private static boolean isOfCaller(SpanData span) {
        return span.getTraceId().equals(TRACE);
    }

    private static SpanData parent(Map<String, SpanData> byName, String name) {
        SpanData child = byName.get(name);
        assertThat(child).as(name + " of " + byName.keySet()).isNotNull();
        return byName.values().stream()
                .filter(span -> span.getSpanId().equals(child.getParentSpanId()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRequestThatNobodyTracedBeginsItsOwnAndAProbeNone() {
        caller.get("/livez");
        caller.get("/readyz");
        Reply reply = caller.json("/v1/search", "{\"id\":\"octo/bolt.png\"}");
        List<SpanData> spans = spans();
        assertThat(spans)
                .extracting(SpanData::getName)
                .contains("POST /v1/search")
                .noneMatch(name -> name.contains("ez"));
        assertThat(reply.header("traceparent"))
                .startsWith("00-" + spans.getFirst().getTraceId());
    }

    /** Two requests one after the other on the same threads: nothing of the first is left in the second. */
    @Test
    void tracesDoNotLeakFromOneRequestIntoTheNext() {
        caller.bytes("/v1/embed", "image/png", picture(), "traceparent", PARENT);
        spans();
        kept.reset();
        caller.bytes("/v1/embed", "image/png", picture());
        assertThat(spans()).noneMatch(span -> span.getTraceId().equals(TRACE));
    }

    @Test
    void aCallerWhoDoesNotTraceIsNotTraced() {
        Reply reply = caller.bytes(
                "/v1/embed", "image/png", picture(), "traceparent", PARENT.substring(0, PARENT.length() - 2) + "00");
        assertThat(reply.code()).isEqualTo(200);
        caller.json("/v1/search", "{\"id\":\"octo/bolt.png\"}");
        assertThat(spans()).noneMatch(span -> span.getTraceId().equals(TRACE));
    }

    @Test
    void latenciesCarryTheTraceForWhoeverAsksForOpenMetrics() {
        String found = await(
                () -> {
                    caller.bytes("/v1/embed", "image/png", picture(), "traceparent", PARENT);
                    return caller.get("/metrics", "Accept", "application/openmetrics-text; version=1.0.0")
                            .text();
                },
                text -> exemplar(text, "kindred_embed_seconds_bucket")
                        && exemplar(text, "kindred_request_seconds_bucket"));
        assertThat(found).endsWith("# EOF\n");
    }

    private static boolean exemplar(String text, String name) {
        Matcher matcher = Pattern.compile(
                        name + "\\{[^}]*} \\d+ # \\{span_id=\"[0-9a-f]{16}\",trace_id=\"[0-9a-f]{32}\"} ")
                .matcher(text);
        return matcher.find();
    }

    @Test
    void withoutACollectorThereIsNothing() {
        try (KindredServer quiet = serve(Seen.quiet());
                Caller other = new Caller(quiet.url())) {
            Reply reply = other.bytes("/v1/embed", "image/png", picture(), "traceparent", PARENT);
            assertThat(reply.code()).isEqualTo(200);
            assertThat(reply.header("traceparent")).isEmpty();
        }
        assertThatThrownBy(() -> SeenOptions.defaults().withTraces("localhost:4318", 1))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("localhost:4318");
    }

    /** A collector that takes what is sent: protobuf, by its address, with the trace in it. */
    @Test
    void aCollectorIsSentProtobuf() throws Exception {
        record Sent(String type, byte[] body) {}
        BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
            try (var in = new ByteArrayInputStream(body);
                    var out = packed ? new GZIPInputStream(in) : in) {
                sent.add(new Sent(exchange.getRequestHeaders().getFirst("Content-Type"), out.readAllBytes()));
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        String endpoint = "http://127.0.0.1:" + collector.getAddress().getPort();
        Seen seen = Seen.of(SeenOptions.defaults().withTraces(endpoint, 1), "9.9.9", NOWHERE, StartClock.ofProcess());
        try (KindredServer traced = serve(seen);
                Caller other = new Caller(traced.url())) {
            assertThat(other.bytes("/v1/embed", "image/png", picture(), "traceparent", PARENT)
                            .code())
                    .isEqualTo(200);
            Sent first = sent.poll(10, TimeUnit.SECONDS);
            assertThat(first).isNotNull();
            assertThat(first.type()).isEqualTo("application/x-protobuf");
            String inside = new String(first.body(), StandardCharsets.ISO_8859_1);
            assertThat(inside).contains("service.name", "kindred", "9.9.9", "POST /v1/embed", "encode");
            byte[] trace = java.util.HexFormat.of().parseHex(TRACE);
            assertThat(inside).contains(new String(trace, StandardCharsets.ISO_8859_1));
            await(
                    () -> new PrometheusText(other.get("/metrics").text())
                            .value("kindred_trace_spans_sent_total", Map.of()),
                    count -> count >= 4);
        } finally {
            collector.stop(0);
        }
    }
}
