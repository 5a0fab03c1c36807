package dev.kindred.serve.seen;

import com.linecorp.armeria.common.RequestHeaders;
import dev.kindred.core.Refusal;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Traces of requests, written by OTLP over HTTP where somebody collects them; where nobody does, no more of them than the caller's own
 * trace id in the log.
 *
 * @see <a href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>
 */
public final class Traces implements AutoCloseable {
    private static final Duration EXPORT = Duration.ofSeconds(10);
    private static final int CLOSE_SECONDS = 5;
    /** Spans that wait for the collector; what comes beyond is left out. */
    private static final int QUEUE = 4096;

    private static final String TRACEPARENT = "traceparent";

    private final @Nullable SdkTracerProvider provider;
    private final @Nullable Tracer tracer;

    private Traces(@Nullable SdkTracerProvider provider) {
        this.provider = provider;
        this.tracer = provider == null ? null : provider.get("dev.kindred.serve");
    }

    /** Writes nothing. */
    public static Traces off() {
        return new Traces(null);
    }

    /**
     * @param endpoint of the collector, e.g. {@code http://localhost:4318}; where it has no path, {@code /v1/traces} is added
     * @param options of traces begun here their share is written; one that a caller began is written where the caller writes it
     * @param version of Kindred, as the traces name it
     */
    static Traces to(URI endpoint, SeenOptions options, String version, Exports exports) {
        String path = endpoint.getPath();
        String target = path == null || path.isEmpty() || path.equals("/")
                ? endpoint.resolve("/v1/traces").toString()
                : endpoint.toString();
        OtlpHttpSpanExporterBuilder sending = OtlpHttpSpanExporter.builder()
                .setEndpoint(target)
                .setTimeout(EXPORT)
                .setCompression("gzip");
        options.traceHeaders().forEach(sending::addHeader);
        return of(
                BatchSpanProcessor.builder(exports.counting(sending.build()))
                        .setMaxQueueSize(QUEUE)
                        .setScheduleDelay(Duration.ofSeconds(1))
                        .setExporterTimeout(EXPORT)
                        .build(),
                options.traceShare(),
                version);
    }

    /** @param processor closed with this */
    static Traces of(SpanProcessor processor, double ratio, String version) {
        if (!(ratio >= 0 && ratio <= 1)) {
            throw new Refusal("no share is " + ratio, "traces.share", "write a number from 0 to 1");
        }
        return new Traces(SdkTracerProvider.builder()
                .setResource(Resource.getDefault()
                        .merge(Resource.create(Attributes.builder()
                                .put("service.name", "kindred")
                                .put("service.version", version)
                                .build())))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(ratio)))
                .setSpanLimits(
                        SpanLimits.builder().setMaxAttributeValueLength(8 << 10).build())
                .addSpanProcessor(processor)
                .build());
    }

    /** Begins the trail of a request, within the trace that its caller sent, if any. */
    Trail begin(RequestHeaders headers, String name) {
        Context sent = headers.contains(TRACEPARENT)
                ? W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, Headers.GETTER)
                : Context.root();
        Tracer own = tracer;
        if (own == null) {
            SpanContext callers = Span.fromContext(sent).getSpanContext();
            return new Trail(null, Span.getInvalid(), callers);
        }
        Span span = own.spanBuilder(name)
                .setParent(sent)
                .setSpanKind(SpanKind.SERVER)
                .startSpan();
        return new Trail(own, span, span.getSpanContext());
    }

    /** Writes what is left, for five seconds at most. */
    @Override
    public void close() {
        if (provider != null) {
            provider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private enum Headers implements TextMapGetter<RequestHeaders> {
        GETTER;

        @Override
        public Iterable<String> keys(RequestHeaders headers) {
            return headers.names().stream().map(Object::toString).toList();
        }

        @Override
        public @Nullable String get(@Nullable RequestHeaders headers, String name) {
            return headers == null ? null : headers.get(name);
        }
    }
}
