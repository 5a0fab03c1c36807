package dev.kindred.serve.seen;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.micrometer.core.instrument.Timer;
import io.netty.util.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is seen of one request while it is answered: its trace, and what the log says of it when it is over. Carried along by hand: bound
 * to the thread that answers by a scoped value, which ends with the work and so leaks nowhere, and handed to computing threads with the
 * work itself.
 */
public final class Trail {
    private static final ScopedValue<Trail> CURRENT = ScopedValue.newInstance();
    private static final AttributeKey<Trail> TRAIL = AttributeKey.valueOf(Trail.class, "trail");

    private final @Nullable Tracer tracer;
    private final Span span;
    private final SpanContext named;

    private volatile String collection = "";
    private volatile String release = "";
    private volatile String key = "";
    private volatile int batch;
    private volatile boolean degraded;

    /**
     * @param tracer null where nothing is written
     * @param named the trace that the log names: the span's own, or where nothing is written the one that the caller sent
     */
    Trail(@Nullable Tracer tracer, Span span, SpanContext named) {
        this.tracer = tracer;
        this.span = span;
        this.named = named;
    }

    private static Trail unseen() {
        return new Trail(null, Span.getInvalid(), SpanContext.getInvalid());
    }

    /** Of a request; one that nobody looks at where none was begun. */
    public static Trail of(ServiceRequestContext context) {
        Trail own = context.attr(TRAIL);
        return own == null ? unseen() : own;
    }

    /** Of the request that this thread works for; one that nobody looks at where it works for none. */
    public static Trail current() {
        return CURRENT.isBound() ? CURRENT.get() : unseen();
    }

    static Optional<Trail> bound() {
        return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
    }

    void keptWith(ServiceRequestContext context) {
        context.setAttr(TRAIL, this);
    }

    /** Does the work as this request's. */
    public <T> T during(Supplier<T> work) {
        return ScopedValue.where(CURRENT, this).call(work::get);
    }

    /** The same for work that throws. */
    public <T> T calling(Callable<T> work) throws Exception {
        return ScopedValue.where(CURRENT, this).call(work::call);
    }

    /** Records how long something of it took, its trace beside it where one is written. */
    public void time(Timer timer, long nanos) {
        if (isRecorded()) {
            ScopedValue.where(CURRENT, this).run(() -> timer.record(nanos, TimeUnit.NANOSECONDS));
        } else {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Begins a stage of the work; close it on whichever thread it ends. */
    public Stage stage(String name) {
        Tracer own = tracer;
        return own == null || !span.isRecording() ? Stage.UNSEEN : new Stage(begin(own, name, span));
    }

    private static Span begin(Tracer tracer, String name, Span parent) {
        return tracer.spanBuilder(name).setParent(Context.root().with(parent)).startSpan();
    }

    /** Which collection answers, and its release. */
    public void answeredBy(String collection, String release) {
        this.collection = collection;
        this.release = release;
    }

    /** @param id of the key, never the key */
    public void askedWith(String id) {
        key = id;
    }

    /** How many inputs, of this request and of others, were encoded at once. */
    public void encodedWith(int inputs) {
        batch = Math.max(batch, inputs);
    }

    /** The answer is not the whole one: a part failed. */
    public void degraded() {
        degraded = true;
    }

    /** A fault of Kindred's own. */
    public void failed(Throwable cause) {
        span.recordException(cause);
    }

    /** The trace in hex; empty where there is none. */
    public String trace() {
        return named.isValid() ? named.getTraceId() : "";
    }

    /** As W3C has it, for the reply; empty where no trace is written. */
    String traceparent() {
        SpanContext own = span.getSpanContext();
        return own.isValid()
                ? "00-" + own.getTraceId() + "-" + own.getSpanId() + "-"
                        + own.getTraceFlags().asHex()
                : "";
    }

    boolean isRecorded() {
        return tracer != null && span.isRecording();
    }

    @Nullable
    Tracer tracer() {
        return tracer;
    }

    Span span() {
        return span;
    }

    String collection() {
        return collection;
    }

    String release() {
        return release;
    }

    String key() {
        return key;
    }

    int batch() {
        return batch;
    }

    boolean isDegraded() {
        return degraded;
    }
}
