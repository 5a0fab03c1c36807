package dev.kindred.serve;

import com.google.gson.JsonObject;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestId;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.kindred.serve.seen.RoutePattern;
import dev.kindred.serve.seen.Seen;
import dev.kindred.serve.seen.Trail;
import dev.kindred.serve.seen.Watched;
import dev.kindred.serve.wire.Dialect;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What every reply has in common: its request's id, the headers that keep a browser safe, and how errors look. */
public final class Wire implements DecoratingHttpServiceFunction, ServerErrorHandler {
    public static final String REQUEST = "kindred-request";
    public static final String BUNDLE = "kindred-bundle";
    public static final String SPACE = "kindred-space";
    static final String TIMEOUT = "kindred-timeout-ms";

    /** Keep a browser from doing with a reply what it is not for. */
    private static final HttpHeaders SAFE = HttpHeaders.builder()
            .set("x-content-type-options", "nosniff")
            .set("content-security-policy", Console.CONTENT_SECURITY_POLICY)
            .set("referrer-policy", "no-referrer")
            .set("cross-origin-opener-policy", "same-origin")
            .set("cross-origin-resource-policy", "same-origin")
            .set("x-frame-options", "DENY")
            .build();

    private final Guard guard;
    private final Seen seen;
    private final Faults faults;

    Wire(Guard guard, Seen seen, Faults faults) {
        this.guard = guard;
        this.seen = seen;
        this.faults = faults;
    }

    @Override
    public HttpResponse serve(HttpService delegate, ServiceRequestContext ctx, HttpRequest request) throws Exception {
        ctx.mutateAdditionalResponseHeaders(
                headers -> headers.add(SAFE).set(REQUEST, ctx.id().text()));
        try {
            if (seen.running().isStopping() && !Watched.isProbe(ctx)) {
                // Says Connection: close, so that a client does not try the same one again.
                ctx.initiateConnectionShutdown();
                throw Problem.stopping();
            }
            guard.check(request);
            UnderWay.on(ctx);
            return delegate.serve(ctx, request);
        } catch (Problem problem) {
            request.abort();
            return reply(problem, ctx);
        }
    }

    /**
     * A reply's body, of whoever asks on this thread.
     *
     * @throws Problem 429 where there is no room to keep it until it has left
     */
    public static HttpData body(byte[] bytes) {
        if (Call.CURRENT.isBound()) {
            Call.CURRENT.get().reply(bytes.length);
        }
        return HttpData.wrap(bytes);
    }

    /** The same of a text. */
    public static HttpData body(String text) {
        return body(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A JSON reply. */
    public static HttpResponse json(JsonObject json) {
        return json(
                json.toString(),
                ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(MediaType.JSON_UTF_8)
                        .build());
    }

    /** A JSON reply of another status. */
    static HttpResponse json(JsonObject json, HttpStatus status) {
        return json(
                json.toString(),
                ResponseHeaders.builder(status)
                        .contentType(MediaType.JSON_UTF_8)
                        .build());
    }

    /** A JSON reply that the bundle gave. */
    static HttpResponse json(JsonObject json, Served served) {
        return json(json.toString(), served);
    }

    /** The same, written already. */
    static HttpResponse json(String json, Served served) {
        return json(json, headers(served, MediaType.JSON_UTF_8));
    }

    /** Of a reply that the bundle gave, where there is one. */
    static ResponseHeaders headers(Served served, MediaType type) {
        var headers = ResponseHeaders.builder(HttpStatus.OK)
                .contentType(type)
                .set(SPACE, served.space().id());
        if (!served.bundle().isEmpty()) {
            headers.set(BUNDLE, served.bundle());
        }
        return headers.build();
    }

    private static HttpResponse json(String json, ResponseHeaders headers) {
        return HttpResponse.of(
                headers.toBuilder()
                        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                        .build(),
                body(json));
    }

    @Override
    public HttpResponse onServiceException(ServiceRequestContext ctx, Throwable cause) {
        Problem problem = Exceptions.peel(cause) instanceof RequestTimeoutException && Call.isBeingRead(ctx)
                ? Problem.ofStatus(HttpStatus.REQUEST_TIMEOUT)
                : Problem.of(cause);
        if (problem.isFault()) {
            Trail trail = Trail.of(ctx);
            trail.failed(cause);
            trail.during(() -> {
                faults.tell(ctx.id().text(), RoutePattern.of(ctx), cause);
                return problem;
            });
        }
        return reply(problem, ctx);
    }

    @Override
    public AggregatedHttpResponse onProtocolViolation(
            ServiceConfig config,
            @Nullable RequestHeaders headers,
            HttpStatus status,
            @Nullable String description,
            @Nullable Throwable cause) {
        seen.meters().refused(status.codeAsText());
        return Dialect.NATIVE.reply(Problem.ofStatus(status), RequestId.random().text());
    }

    @Override
    public AggregatedHttpResponse renderStatus(
            @Nullable ServiceRequestContext ctx,
            ServiceConfig config,
            @Nullable RequestHeaders headers,
            HttpStatus status,
            @Nullable String description,
            @Nullable Throwable cause) {
        Problem problem = Problem.ofStatus(status);
        if (ctx == null) {
            seen.meters().refused(status.codeAsText());
            return Dialect.NATIVE.reply(problem, RequestId.random().text());
        }
        return Dialect.of(ctx).reply(problem, ctx.id().text());
    }

    private static HttpResponse reply(Problem problem, ServiceRequestContext ctx) {
        return Dialect.of(ctx).reply(problem, ctx.id().text()).toHttpResponse();
    }
}
