package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.seen.Log;
import dev.kindred.serve.seen.Seen;
import dev.kindred.serve.seen.SeenOptions;
import dev.kindred.serve.seen.StartClock;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The log of a real server: a line a request, faults with their stacks, and an end to both. */
@Timeout(120)
class LogTest {
    @TempDir
    Path folder;

    private static KindredServer serve(Served served, Log.Form form, OutputStream out) {
        Seen seen = Seen.of(
                SeenOptions.defaults().withLog(form),
                "test",
                new PrintStream(out, false, StandardCharsets.UTF_8),
                StartClock.ofProcess());
        return KindredServer.start(
                ServeOptions.defaults().onPort(0), List.of(served), Oversight.none(), seen.log()::fault, seen);
    }

    private static byte[] star() {
        return DrawnShapes.png(DrawnShapes.things().get("star"), DrawnShapes.HANDS[0]);
    }

    private static List<JsonObject> lines(ByteArrayOutputStream out, String event) {
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .filter(line -> line.get("event").getAsString().equals(event))
                .toList();
    }

    @Test
    void aLineARequestThatSaysWhoWhatAndHowLongButNoAddressAndNoKey() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Reply reply;
        try (DrawnCollection collection = DrawnCollection.in(folder)) {
            try (KindredServer server = serve(collection.served(), Log.Form.JSON, out);
                    Caller caller = new Caller(server.url())) {
                caller.get("/livez");
                reply = caller.bytes(
                        "/v1/embed?role=query",
                        "image/png",
                        star(),
                        "traceparent",
                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                        "Authorization",
                        "Bearer s3cret-key");
                caller.get("/v1/collections/default/items/" + Caller.encoded("octo/star.png"));
                caller.get("/v1/collections/default/items/" + Caller.encoded("a\"} {\"event\":\"forged\"}"));
                // Refused before anybody knows what it asks: counted, and no line.
                assertThat(caller.get("/v1/collections/default/items/a%0d%0aforged")
                                .code())
                        .isEqualTo(400);
                PrometheusText metrics =
                        new PrometheusText(caller.get("/metrics").text());
                assertThat(metrics.value("kindred_requests_total", Map.of("route", "(unread)", "code", "400")))
                        .isEqualTo(1);
            }
            List<JsonObject> requests = lines(out, "request");
            assertThat(requests).hasSize(3);
            JsonObject line = requests.getFirst();
            assertThat(line.get("request").getAsString()).isEqualTo(reply.header("Kindred-Request"));
            assertThat(line.get("trace").getAsString()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
            assertThat(line.get("method").getAsString()).isEqualTo("POST");
            assertThat(line.get("route").getAsString()).isEqualTo("/v1/embed");
            assertThat(line.get("collection").getAsString()).isEqualTo("default");
            assertThat(line.get("release").getAsString())
                    .isEqualTo(collection.bundle().id().substring(0, 12));
            assertThat(line.get("key").getAsString()).isEqualTo("local");
            assertThat(line.get("code").getAsInt()).isEqualTo(200);
            assertThat(line.get("ms").getAsDouble()).isPositive();
            assertThat(line.get("batch").getAsInt()).isEqualTo(1);
            assertThat(line.get("bytesIn").getAsInt()).isEqualTo(star().length);
            assertThat(line.get("bytesOut").getAsInt()).isEqualTo(reply.raw().body().length);
            assertThat(lines(out, "ready")).hasSize(1);
            assertThat(lines(out, "stopped")).hasSize(1);
            assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("s3cret", "octo", "forged");
        }
    }

    @Test
    void aFaultHasItsStackInTheLogAndNeverInTheReplyAndAFloodOfThemAnEnd() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DrawnCollection collection = DrawnCollection.in(folder)) {
            Served broken = Gated.with(collection.served(), batch -> {
                throw new IllegalStateException("the wheel came off");
            });
            try (KindredServer server = serve(broken, Log.Form.JSON, out);
                    Caller caller = new Caller(server.url())) {
                Reply reply = caller.bytes("/v1/embed", "image/png", star());
                assertThat(reply.code()).isEqualTo(500);
                assertThat(reply.text()).doesNotContain("wheel").doesNotContain("\tat ");
                for (int i = 1; i < 150; i++) {
                    caller.bytes("/v1/embed", "image/png", star());
                }
                PrometheusText metrics =
                        new PrometheusText(caller.get("/metrics").text());
                assertThat(metrics.value("kindred_log_lines_dropped_total", Map.of()))
                        .isPositive();
            }
            List<JsonObject> faults = lines(out, "fault");
            assertThat(faults).hasSizeBetween(20, 149);
            assertThat(faults.getFirst().get("fault").getAsString()).contains("the wheel came off");
            assertThat(faults.getFirst().get("stack").getAsString()).contains("\tat dev.kindred.serve.LogTest");
            assertThat(faults.stream().filter(line -> line.has("stack")).count())
                    .isBetween(20L, 60L);
            assertThat(faults.getFirst().get("request"))
                    .isEqualTo(lines(out, "request").getFirst().get("request"));
            assertThat(lines(out, "request")).hasSize(150);
        }
    }

    @Test
    void peopleAreToldNothingOfWhatGoesWell() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DrawnCollection collection = DrawnCollection.in(folder);
                KindredServer server = serve(collection.served(), Log.Form.PLAIN, out);
                Caller caller = new Caller(server.url())) {
            assertThat(caller.bytes("/v1/embed", "image/png", star()).code()).isEqualTo(200);
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    /** A pipe that nobody reads: whoever logs goes on, what does not fit is counted, and closing takes its end. */
    @Test
    void aLogThatNobodyReadsHoldsNobodyUp() {
        CountDownLatch read = new CountDownLatch(1);
        OutputStream stuck = new OutputStream() {
            @Override
            public void write(int b) {
                try {
                    read.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        try (Log log = new Log(Log.Form.JSON, new PrintStream(stuck, true, StandardCharsets.UTF_8))) {
            for (int i = 0; i < 20_000; i++) {
                log.event("test", "line " + i);
            }
            assertThat(log.dropped()).isBetween(11_000L, 12_000L);
        }
        read.countDown();
    }
}
