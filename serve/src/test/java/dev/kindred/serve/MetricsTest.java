package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kindred.serve.Caller.Reply;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.seen.Meters;
import dev.kindred.serve.seen.Price;
import dev.kindred.serve.seen.Seen;
import dev.kindred.serve.seen.SeenOptions;
import dev.kindred.serve.seen.StartClock;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a scrape is answered with, after real requests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsTest {
    private static final Map<String, String> OWN = Map.of("collection", "default");

    private DrawnCollection collection;
    private KindredServer server;
    private Caller caller;
    private Seen seen;
    private final List<byte[]> pictures = new ArrayList<>();

    @BeforeAll
    void start(@TempDir Path folder) {
        collection = DrawnCollection.in(folder);
        seen = Seen.of(
                SeenOptions.defaults().withPrice(new Price(3600, "EUR")),
                "test",
                new PrintStream(OutputStream.nullOutputStream()),
                StartClock.ofProcess());
        server = KindredServer.start(
                ServeOptions.defaults().onPort(0),
                List.of(collection.served()),
                Oversight.none(),
                (request, route, cause) -> {},
                seen);
        caller = new Caller(server.url());
        // Different ones: what was embedded before is remembered.
        DrawnShapes.things().values().forEach(shape -> pictures.add(DrawnShapes.png(shape, DrawnShapes.HANDS[0])));
        assertThat(pictures).hasSize(20);
        for (byte[] picture : pictures) {
            assertThat(caller.bytes("/v1/embed", "image/png", picture).code()).isEqualTo(200);
        }
        caller.json("/v1/search", "{\"id\":\"octo/bolt.png\"}");
        caller.json("/v1/verify", "{\"left\":{\"id\":\"octo/bolt.png\"},\"right\":{\"id\":\"octo/bolt.png\"}}");
        caller.bytes("/v1/embed", "image/png", new byte[] {1, 2, 3});
        caller.get("/nothing/here");
    }

    @AfterAll
    void stop() {
        caller.close();
        server.close();
        collection.close();
    }

    private PrometheusText scrape() {
        Reply reply = caller.get("/metrics");
        assertThat(reply.header("Content-Type")).startsWith("text/plain; version=0.0.4");
        return new PrometheusText(reply.text());
    }

    @Test
    void theNamesOfTheDesignAreThereWithCollectionAndRelease() {
        PrometheusText metrics = scrape();
        String release = collection.bundle().id().substring(0, 12);
        Map<String, String> own = Map.of("collection", "default", "release", release);
        // A request is counted once its reply is out, a moment after the caller has it.
        assertThat(metrics.value("kindred_embed_seconds_count", own)).isEqualTo(20);
        assertThat(metrics.value("kindred_search_seconds_count", own)).isEqualTo(1);
        assertThat(metrics.value("kindred_batch_size_count", own)).isEqualTo(20);
        assertThat(metrics.value("kindred_batch_size_bucket", with(own, "le", "1.0")))
                .isEqualTo(20);
        assertThat(metrics.value("kindred_preprocessing_failures_total", own)).isEqualTo(1);
        assertThat(metrics.value("kindred_index_items", own)).isEqualTo(100);
        assertThat(metrics.value(
                        "kindred_release_info",
                        with(own, "bundle", collection.bundle().id())))
                .isEqualTo(1);
        assertThat(metrics.value("kindred_requests_total", with(own, "route", "/v1/embed", "code", "200")))
                .isEqualTo(20);
        assertThat(metrics.value("kindred_requests_total", with(own, "route", "/v1/embed", "code", "422")))
                .isEqualTo(1);
        assertThat(metrics.value("kindred_queue_depth", Map.of())).isZero();
        assertThat(metrics.value("kindred_request_seconds_count", Map.of("route", "/v1/search")))
                .isEqualTo(1);
        assertThat(metrics.type("kindred_embed_seconds")).isEqualTo("histogram");
        assertThat(metrics.value("kindred_start_seconds", Map.of())).isPositive();
        assertThat(metrics.families()).contains("process_cpu_seconds_total", "jvm_memory_used_bytes");
        assertThat(metrics.value("process_resident_memory_bytes", Map.of())).isGreaterThan(1e7);
    }

    private static Map<String, String> with(Map<String, String> labels, String... more) {
        Map<String, String> all = new java.util.HashMap<>(labels);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    @Test
    void scoresAndLengthsAreSpreadOverTheirBounds() {
        PrometheusText metrics = scrape();
        // The pair is one item twice: its cosine is 1, the last bound.
        Map<String, String> verify = Map.of("collection", "default", "kind", "verify");
        assertThat(metrics.value("kindred_score_sum", verify)).isCloseTo(1, within(1e-6));
        assertThat(metrics.value("kindred_score_bucket", with(verify, "le", "0.999")))
                .isZero();
        assertThat(metrics.value("kindred_score_count", Map.of("collection", "default", "kind", "search")))
                .isEqualTo(1);
        assertThat(metrics.value("kindred_embedding_norm_sum", OWN)).isCloseTo(20, within(1e-3));
        assertThat(metrics.value("kindred_embedding_norm_bucket", with(OWN, "le", "0.999")))
                .isZero();
        assertThat(metrics.value("kindred_embedding_variance", OWN)).isCloseTo(variance(), within(1e-6));
    }

    /** Summed over dimensions, by the definition. */
    private double variance() {
        List<float[]> vectors = pictures.stream().map(collection::vector).toList();
        double sum = 0;
        for (int k = 0; k < vectors.getFirst().length; k++) {
            double mean = 0;
            for (float[] vector : vectors) {
                mean += vector[k] / (double) vectors.size();
            }
            for (float[] vector : vectors) {
                sum += (vector[k] - mean) * (vector[k] - mean) / vectors.size();
            }
        }
        return sum;
    }

    /** At 3,600 an hour a second of processor time costs 1. */
    @Test
    void costIsProcessorTimeAtItsPrice() {
        PrometheusText metrics = scrape();
        double queries = metrics.value("kindred_queries_total", OWN);
        double seconds = metrics.value("kindred_compute_cpu_seconds_total", OWN);
        // 20 pictures, one that is none, a search and a comparison.
        assertThat(queries).isEqualTo(22);
        assertThat(seconds).isBetween(1e-4, 60.0);
        assertThat(metrics.value("kindred_cost_per_thousand_queries", OWN))
                .isCloseTo(1000 * seconds / queries, within(1e-6));
    }

    @Test
    void strangersMakeNoSeries() {
        int before = scrape().size();
        for (int i = 0; i < 50; i++) {
            caller.get("/nothing/" + i);
            caller.get("/v1/collections/made-up-" + i);
        }
        Reply last = caller.get("/metrics");
        assertThat(last.text()).doesNotContain("made-up").doesNotContain("/nothing");
        assertThat(new PrometheusText(last.text()).size()).isLessThan(before + 40);
    }

    @Test
    void collectionsThatGoTakeTheirSeriesAlongAndTheirNumberIsBounded() {
        int before = scrape().size();
        List<Meters.OfCollection> made = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Meters.OfCollection one = seen.meters()
                    .of("c" + i, "ab".repeat(32), collection.bundle().space(), () -> 7);
            one.score(Meters.Scored.SEARCH, 0.5);
            one.embedding(new float[] {1, 0});
            one.degradedAnswer("exact");
            made.add(one);
        }
        PrometheusText full = scrape();
        assertThat(full.of("kindred_index_items")).hasSize(200);
        // 199 of the 300 and the one that is served have series of their own.
        assertThat(full.value("kindred_degraded_answers_total", Map.of("collection", "(others)")))
                .isEqualTo(101);
        for (int i = 0; i < 300; i++) {
            seen.meters().forget("c" + i);
        }
        made.getFirst().score(Meters.Scored.SEARCH, 0.5);
        PrometheusText after = scrape();
        assertThat(after.of("kindred_index_items")).hasSize(1);
        // What all those beyond the bound shared stays, once.
        assertThat(after.of("kindred_degraded_answers_total")).hasSize(1);
        assertThat(after.size()).isLessThan(2 * before);
    }

    /** {@code promtool} comes with Debian's package {@code prometheus}; scripts/promtool fetches it. */
    @Test
    void prometheusOwnCheckFindsNothing(@TempDir Path folder) throws Exception {
        Path tool = Path.of("/usr/bin/promtool");
        Assumptions.assumeTrue(Files.isExecutable(tool), "no promtool here; scripts/promtool puts it there");
        Path text = folder.resolve("metrics");
        Files.writeString(text, caller.get("/metrics").text());
        Process check = new ProcessBuilder(tool.toString(), "check", "metrics")
                .redirectInput(text.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(check.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(check.exitValue()).as(said).isZero();
        assertThat(said).isEmpty();
    }
}
