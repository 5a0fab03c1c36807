package dev.kindred.serve.seen;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One batch that serves three requests, one of which nobody traces. */
class BatchTrailTest {
    private final InMemorySpanExporter kept = InMemorySpanExporter.create();
    private final Traces traces = Traces.of(SimpleSpanProcessor.create(kept), 1, "test");

    private Trail request(String parent) {
        return traces.begin(RequestHeaders.of(HttpMethod.POST, "/v1/embed", "traceparent", parent), "POST /v1/embed");
    }

    @Test
    void linksTheRequestsItServed() throws Exception {
        Trail first = request("00-" + "a".repeat(32) + "-" + "1".repeat(16) + "-01");
        Trail unseen = request("00-" + "b".repeat(32) + "-" + "2".repeat(16) + "-00");
        Trail second = request("00-" + "c".repeat(32) + "-" + "3".repeat(16) + "-01");
        Thread computing = Thread.ofPlatform().start(() -> {
            try (BatchTrail batch = BatchTrail.of(List.of(first, unseen, second), 5);
                    Stage stage = batch.stage("encode")) {
                assertThat(stage).isNotNull();
            }
        });
        computing.join();
        List<SpanData> batches = named("batch");
        assertThat(batches).extracting(SpanData::getTraceId).containsExactlyInAnyOrder("a".repeat(32), "c".repeat(32));
        assertThat(named("encode"))
                .extracting(SpanData::getTraceId)
                .containsExactlyInAnyOrder("a".repeat(32), "c".repeat(32));
        SpanData leading = of(batches, first);
        SpanData other = of(batches, second);
        assertThat(leading.getLinks())
                .extracting(link -> link.getSpanContext().getTraceId())
                .containsExactly("a".repeat(32), "c".repeat(32));
        assertThat(other.getLinks())
                .extracting(link -> link.getSpanContext().getSpanId())
                .containsExactly(leading.getSpanId());
        assertThat(leading.getAttributes().get(AttributeKey.longKey("kindred.batch.size")))
                .isEqualTo(5);
        assertThat(leading.getAttributes().get(AttributeKey.longKey("kindred.batch.requests")))
                .isEqualTo(3);
        // Those that nobody traces know of it for the log all the same.
        assertThat(unseen.batch()).isEqualTo(5);
        assertThat(unseen.trace()).isEqualTo("b".repeat(32));
        assertThat(Trail.bound()).isEmpty();
    }

    private List<SpanData> named(String name) {
        return kept.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .toList();
    }

    private static SpanData of(List<SpanData> spans, Trail trail) {
        return spans.stream()
                .filter(span -> span.getTraceId().equals(trail.trace()))
                .findFirst()
                .orElseThrow();
    }
}
