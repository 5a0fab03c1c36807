package dev.kindred.serve.seen;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.logging.RequestLog;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/** Counts, times, traces and logs each request, whatever becomes of it; the outermost of what stands around the answers. */
public final class Watched implements DecoratingHttpServiceFunction {
    /** Asked every few seconds by machines: no traces of them, no lines, and never refused. */
    private static final Set<String> PROBES = Set.of("/livez", "/readyz", "/metrics");
    /** What the client never saw the code of, having hung up. */
    private static final int HUNG_UP = 499;

    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<String> REQUEST = AttributeKey.stringKey("kindred.request");
    private static final AttributeKey<String> COLLECTION = AttributeKey.stringKey("kindred.collection");
    private static final AttributeKey<String> RELEASE = AttributeKey.stringKey("kindred.release");
    private static final AttributeKey<String> KEY = AttributeKey.stringKey("kindred.key");

    private final Meters meters;
    private final Traces traces;
    private final Traces none = Traces.off();
    private final Log log;
    private final Running running;

    Watched(Meters meters, Traces traces, Log log, Running running) {
        this.meters = meters;
        this.traces = traces;
        this.log = log;
        this.running = running;
    }

    /** Whether a request asks how the server is, not for work. */
    public static boolean isProbe(ServiceRequestContext context) {
        return PROBES.contains(RoutePattern.of(context));
    }

    @Override
    public HttpResponse serve(HttpService delegate, ServiceRequestContext context, HttpRequest request)
            throws Exception {
        boolean probe = isProbe(context);
        Trail trail =
                (probe ? none : traces).begin(request.headers(), request.method() + " " + RoutePattern.of(context));
        trail.keptWith(context);
        String traceparent = trail.traceparent();
        if (!traceparent.isEmpty()) {
            context.mutateAdditionalResponseHeaders(headers -> headers.set("traceparent", traceparent));
        }
        running.began();
        context.log().whenComplete().thenAccept(whole -> {
            try {
                over(whole, context, trail, probe);
            } finally {
                running.ended();
            }
        });
        return delegate.serve(context, request);
    }

    private void over(RequestLog whole, ServiceRequestContext context, Trail trail, boolean probe) {
        int told = whole.responseStatus().code();
        int code = told == 0 ? HUNG_UP : told;
        Duration took = Duration.ofNanos(whole.totalDurationNanos());
        String route = RoutePattern.of(context);
        trail.during(() -> {
            meters.request(route, Integer.toString(code), trail, took);
            return code;
        });
        end(trail, context, route, code);
        if (!probe) {
            log.answered(new LogEntry.Answered(
                    Instant.now(),
                    context.id().text(),
                    trail.trace(),
                    context.method().name(),
                    route,
                    trail.collection(),
                    trail.release(),
                    trail.key(),
                    code,
                    took.toNanos() / 1e6,
                    trail.batch(),
                    whole.requestLength(),
                    whole.responseLength(),
                    trail.isDegraded()));
        }
    }

    private static void end(Trail trail, ServiceRequestContext context, String route, int code) {
        Span span = trail.span();
        if (span.isRecording()) {
            span.setAttribute(METHOD, context.method().name())
                    .setAttribute(ROUTE, route)
                    .setAttribute(STATUS, (long) code)
                    .setAttribute(REQUEST, context.id().text());
            put(span, COLLECTION, trail.collection());
            put(span, RELEASE, trail.release());
            put(span, KEY, trail.key());
            if (code >= 500) {
                span.setStatus(StatusCode.ERROR);
            }
        }
        span.end();
    }

    private static void put(Span span, AttributeKey<String> name, String value) {
        if (!value.isEmpty()) {
            span.setAttribute(name, value);
        }
    }
}
