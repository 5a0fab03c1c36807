package dev.kindred.serve.seen;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.List;

/** A stage of a request's work, as its trace shows it; of one that serves several requests, one in the trace of each. */
public final class Stage implements AutoCloseable {
    static final Stage UNSEEN = new Stage(List.of());

    private final List<Span> spans;

    Stage(Span span) {
        this(List.of(span));
    }

    Stage(List<Span> spans) {
        this.spans = spans;
    }

    /** Marks it as failed. */
    public void failed(Throwable cause) {
        for (Span span : spans) {
            span.recordException(cause).setStatus(StatusCode.ERROR);
        }
    }

    /** Ends it; a second time does nothing. */
    @Override
    public void close() {
        for (Span span : spans) {
            span.end();
        }
    }
}
