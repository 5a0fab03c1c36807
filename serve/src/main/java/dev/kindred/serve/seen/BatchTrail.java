package dev.kindred.serve.seen;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.List;

/**
 * One batch on a computing thread and the requests that it serves. Each request's own trace shows it as a span {@code batch}; that of the
 * first links all requests served, those of the others link to it, so that from any of them one finds who it was computed with. Close it
 * when the batch is done.
 *
 * <pre>{@code
 * try (BatchTrail batch = BatchTrail.of(trails, inputs)) {
 *     try (Stage stage = batch.stage("preprocess")) { … }
 *     try (Stage stage = batch.stage("encode")) { … }
 * }
 * }</pre>
 */
public final class BatchTrail implements AutoCloseable {
    /** More links than this are not written: a span is bounded. */
    private static final int MOST_LINKS = 128;

    private static final AttributeKey<Long> SIZE = AttributeKey.longKey("kindred.batch.size");
    private static final AttributeKey<Long> REQUESTS = AttributeKey.longKey("kindred.batch.requests");

    private record Served(Tracer tracer, Span span) {}

    private final List<Served> served;

    private BatchTrail(List<Served> served) {
        this.served = served;
    }

    /**
     * @param trails of the requests, each {@link Trail#current()} of the thread that waits for the batch
     * @param inputs that are encoded at once, of all of them
     */
    public static BatchTrail of(List<Trail> trails, int inputs) {
        List<Trail> recorded = new ArrayList<>();
        for (Trail trail : trails) {
            trail.encodedWith(inputs);
            if (trail.isRecorded()) {
                recorded.add(trail);
            }
        }
        List<Served> served = new ArrayList<>();
        for (Trail trail : recorded) {
            Tracer tracer = trail.tracer();
            if (tracer != null) {
                SpanBuilder span = tracer.spanBuilder("batch")
                        .setParent(Context.root().with(trail.span()))
                        .setAttribute(SIZE, (long) inputs)
                        .setAttribute(REQUESTS, (long) trails.size());
                if (served.isEmpty()) {
                    recorded.stream()
                            .limit(MOST_LINKS)
                            .forEach(each -> span.addLink(each.span().getSpanContext()));
                } else {
                    span.addLink(served.getFirst().span().getSpanContext());
                }
                served.add(new Served(tracer, span.startSpan()));
            }
        }
        return new BatchTrail(served);
    }

    /** Begins a stage of the batch's work, in the trace of each request served. */
    public Stage stage(String name) {
        if (served.isEmpty()) {
            return Stage.UNSEEN;
        }
        List<Span> spans = new ArrayList<>(served.size());
        for (Served each : served) {
            spans.add(each.tracer()
                    .spanBuilder(name)
                    .setParent(Context.root().with(each.span()))
                    .startSpan());
        }
        return new Stage(spans);
    }

    @Override
    public void close() {
        for (Served each : served) {
            each.span().end();
        }
    }
}
