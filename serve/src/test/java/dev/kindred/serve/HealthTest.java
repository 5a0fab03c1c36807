package dev.kindred.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of the last quarter of an hour, from the text of the metrics. */
class HealthTest {

    private static String metrics(int fine, int tooMany, int fast, int slow) {
        return """
            # HELP kindred_requests_total Requests answered.
            # TYPE kindred_requests_total counter
            kindred_requests_total{code="200",route="/v1/search"} %d.0
            kindred_requests_total{code="429",route="/v1/search"} %d.0 # {trace_id="ab"} 1.0 1.7e9
            kindred_requests_total{code="200",route="/console/console.js"} 999.0
            kindred_search_seconds_bucket{collection="a \\"b\\"} c",le="0.001"} %d
            kindred_search_seconds_bucket{collection="a \\"b\\"} c",le="0.005"} %d
            kindred_search_seconds_bucket{collection="a \\"b\\"} c",le="+Inf"} %d
            kindred_search_seconds_count{collection="a \\"b\\"} c"} %d
            kindred_search_seconds_sum{collection="a \\"b\\"} c"} 1.5
            kindred_queue_depth 3.0
            kindred_index_items{collection="a"} 20.0
            kindred_index_items{collection="b"} 22.0
            nonsense
            """.formatted(fine, tooMany, fast, fast + slow, fast + slow, fast + slow);
    }

    @Test
    void spansBetweenMomentsAreTold() {
        String[] now = {metrics(10, 0, 0, 0)};
        try (Health health = new Health(() -> now[0], () -> true)) {
            health.note(1_000_000);
            now[0] = metrics(60, 5, 98, 2);
            health.note(1_005_000);
            now[0] = metrics(60, 5, 98, 2);
            health.note(1_010_000);
            JsonObject json = health.json();
            assertThat(json.getAsJsonArray("at").asList()).hasSize(2);
            assertThat(json.getAsJsonObject("requests")
                            .getAsJsonArray("2xx")
                            .get(0)
                            .getAsDouble())
                    .isEqualTo(10);
            assertThat(json.getAsJsonObject("requests")
                            .getAsJsonArray("429")
                            .get(0)
                            .getAsDouble())
                    .isEqualTo(1);
            JsonObject search = json.getAsJsonObject("search");
            assertThat(search.getAsJsonArray("rate").get(0).getAsDouble()).isEqualTo(20);
            // Half of a hundred lies at 50 of the 98 below a millisecond; the 99th half way between one and five.
            assertThat(search.getAsJsonArray("p50").get(0).getAsDouble()).isCloseTo(0.001 * 50 / 98, within(1e-6));
            assertThat(search.getAsJsonArray("p99").get(0).getAsDouble()).isCloseTo(0.003, within(1e-6));
            assertThat(search.getAsJsonArray("p50").get(1).isJsonNull())
                    .as("nothing was searched")
                    .isTrue();
            assertThat(json.getAsJsonArray("queue").get(0).getAsDouble()).isEqualTo(3);
            assertThat(json.getAsJsonArray("items").get(0).getAsDouble()).isEqualTo(42);
            assertThat(json.getAsJsonArray("batch").get(0).isJsonNull()).isTrue();
            assertThat(json.getAsJsonArray("heap").get(0).getAsDouble()).isGreaterThan(1e6);
        }
    }

    @Test
    void noMoreThanAQuarterOfAnHourIsKept() {
        try (Health health = new Health(() -> metrics(1, 1, 1, 1), () -> true)) {
            for (int i = 0; i < 400; i++) {
                health.note(i * 5_000L);
            }
            JsonArray at = health.json().getAsJsonArray("at");
            assertThat(at.asList()).hasSize(180);
            assertThat(at.get(179).getAsLong() - at.get(0).getAsLong()).isLessThanOrEqualTo(15 * 60_000);
        }
    }

    @Test
    void aServerTellsItsOwn(@TempDir Path folder) {
        try (WordCollection collection = WordCollection.in(folder);
                KindredServer server =
                        KindredServer.start(ServeOptions.defaults().onPort(0), collection.served());
                Caller caller = new Caller(server.url())) {
            JsonObject json = caller.get("/v1/health").json();
            assertThat(json.get("ready").getAsBoolean()).isTrue();
            assertThat(json.get("every").getAsInt()).isEqualTo(5);
            assertThat(caller.get("/metrics").text()).contains("kindred_queue_depth", "kindred_index_items");
            JsonObject offers = caller.get("/console/offers.json").json();
            assertThat(offers.getAsJsonArray("offers").toString())
                    .contains("\"POST /v1/collections/{collection}/search\"", "\"GET /v1/health\"");
        }
    }
}
