package dev.kindred.serve.seen;

import io.prometheus.metrics.tracer.common.SpanContext;
import org.jspecify.annotations.Nullable;

/** Hangs the trace of the request under way on what is observed of it. */
final class Exemplars implements SpanContext {
    @Override
    public @Nullable String getCurrentTraceId() {
        return Trail.bound()
                .map(trail -> trail.span().getSpanContext().getTraceId())
                .orElse(null);
    }

    @Override
    public @Nullable String getCurrentSpanId() {
        return Trail.bound()
                .map(trail -> trail.span().getSpanContext().getSpanId())
                .orElse(null);
    }

    @Override
    public boolean isCurrentSpanSampled() {
        return Trail.bound()
                .map(trail -> trail.span().getSpanContext().isSampled())
                .orElse(false);
    }

    @Override
    public void markCurrentSpanAsExemplar() {
        // Every trace that is written is kept.
    }
}
