package dev.kindred.serve;

import com.google.gson.JsonObject;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.kindred.core.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Which address means what. Waiting is done on virtual threads, computing on {@link Compute}'s. */
final class Routes {
    private static final MediaType PROMETHEUS_TEXT = MediaType.parse("text/plain; version=0.0.4; charset=utf-8");

    private final Served served;
    private final Answers answers;
    private final Browsing browsing;
    private final Console console;
    private final Meters meters;
    private final ExecutorService waiting;
    private final int mostBodies;
    private final AtomicInteger bodies = new AtomicInteger();

    /** @param mostBodies requests whose bodies may be in memory at once */
    Routes(Served served, Compute compute, Meters meters, ExecutorService waiting, int mostBodies) {
        this.served = served;
        this.answers = new Answers(served, compute, meters);
        this.browsing = new Browsing(served, compute, meters);
        this.console = new Console();
        this.meters = meters;
        this.waiting = waiting;
        this.mostBodies = mostBodies;
        waiting.execute(browsing::warm);
    }

    void bind(ServerBuilder server, BooleanSupplier ready) {
        for (String path : console.paths()) {
            get(server, path, (ctx, request) -> console.answer(path, request));
        }
        get(server, "/livez", (ctx, request) -> plain("live"));
        get(server, "/readyz", (ctx, request) -> {
            if (!ready.getAsBoolean()) {
                throw new Problem(HttpStatus.SERVICE_UNAVAILABLE, "stopping", "the server is stopping", "", "");
            }
            return plain("ready");
        });
        get(
                server,
                "/metrics",
                (ctx, request) -> HttpResponse.of(HttpStatus.OK, PROMETHEUS_TEXT, HttpData.ofUtf8(meters.text())));

        bindAnswer(server, "embed", answers::embed);
        bindAnswer(server, "verify", answers::verify);
        bindAnswer(server, "search", answers::search);

        get(server, "/v1/collections", (ctx, request) -> Wire.json(browsing.collections()));
        String collection = "/v1/collections/{collection}";
        get(server, collection, (ctx, request) -> Wire.json(browsing.collection(), served));
        get(server, collection + "/items", (ctx, request) -> Wire.json(browsing.items(ctx.queryParams()), served));
        get(
                server,
                collection + "/items/{id}",
                (ctx, request) -> Wire.json(browsing.item(id(ctx), ctx.queryParams()), served));
        get(server, collection + "/items/{id}/source", (ctx, request) -> browsing.source(id(ctx)));
        get(server, collection + "/items/{id}/picture", (ctx, request) -> browsing.picture(id(ctx)));
    }

    @FunctionalInterface
    private interface Answer {
        HttpResponse to(ServiceRequestContext ctx, HttpRequest request);
    }

    private void get(ServerBuilder server, String path, Answer answer) {
        Route route = Route.builder()
                .path(path)
                .methods(HttpMethod.GET, HttpMethod.HEAD)
                .build();
        server.service(
                route,
                (ctx, request) -> HttpResponse.of(CompletableFuture.supplyAsync(
                        () -> {
                            requireCollection(ctx);
                            requireSpace(request);
                            return answer.to(ctx, request);
                        },
                        waiting)));
    }

    private void bindAnswer(ServerBuilder server, String verb, Function<Body, JsonObject> answer) {
        for (String path : new String[] {"/v1/" + verb, "/v1/collections/{collection}/" + verb}) {
            Route route = Route.builder().path(path).methods(HttpMethod.POST).build();
            server.service(route, (ctx, request) -> post(ctx, request, answer));
        }
    }

    private HttpResponse post(ServiceRequestContext ctx, HttpRequest request, Function<Body, JsonObject> answer) {
        requireCollection(ctx);
        requireSpace(request);
        if (bodies.incrementAndGet() > mostBodies) {
            bodies.decrementAndGet();
            throw new Problem(
                    HttpStatus.TOO_MANY_REQUESTS,
                    "busy",
                    "more is asked than can be answered now",
                    "",
                    "try again in a second");
        }
        return HttpResponse.of(body(ctx, request)
                .thenApplyAsync(body -> Wire.json(understood(() -> answer.apply(body)), served), waiting)
                .whenComplete((reply, failure) -> bodies.decrementAndGet()));
    }

    /** Whatever is wrong with the body is a failed future, so that each body counted is discounted once. */
    private CompletableFuture<Body> body(ServiceRequestContext ctx, HttpRequest request) {
        try {
            return Body.read(request, ctx.queryParams(), waiting);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** A refusal on the way is the request's fault; saying so here keeps one from the start of the server a fault of its own. */
    private static JsonObject understood(java.util.function.Supplier<JsonObject> answer) {
        try {
            return answer.get();
        } catch (Refusal refusal) {
            throw Problem.of(HttpStatus.BAD_REQUEST, "bad-request", refusal);
        }
    }

    private void requireCollection(ServiceRequestContext ctx) {
        String asked = ctx.pathParam("collection");
        if (asked != null && !asked.equals(served.collection())) {
            throw new Problem(
                    HttpStatus.NOT_FOUND,
                    "no-collection",
                    "there is no such collection",
                    "collection",
                    "the one here is '" + served.collection() + "'");
        }
    }

    /** A caller who says which space it expects is never answered from another. */
    private void requireSpace(HttpRequest request) {
        String expected = request.headers().get(Wire.SPACE);
        if (expected != null && !expected.equals(served.space().id())) {
            throw new Problem(
                    HttpStatus.CONFLICT,
                    "wrong-space",
                    "this collection is of space " + served.space().shortId() + ", not the one expected",
                    "Kindred-Space",
                    "embed anew with bundle " + served.bundle());
        }
    }

    private static HttpResponse plain(String text) {
        return HttpResponse.of(HttpStatus.OK, MediaType.PLAIN_TEXT_UTF_8, text + "\n");
    }

    /** The id as the address has it: one segment, percent-encoded; it is only ever a key, never part of a path. */
    private static String id(ServiceRequestContext ctx) {
        String path = ctx.rawPath();
        int query = path.indexOf('?');
        return decode((query < 0 ? path : path.substring(0, query)).split("/", -1)[5]);
    }

    static String decode(String segment) {
        ByteBuffer bytes = ByteBuffer.allocate(segment.length());
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (c == '%') {
                int high = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 1), 16) : -1;
                int low = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw Problem.badRequest("the address is not percent-encoded properly", "id", "");
                }
                bytes.put((byte) (high << 4 | low));
                i += 2;
            } else if (c < 0x80) {
                bytes.put((byte) c);
            } else {
                throw Problem.badRequest("the address is not percent-encoded properly", "id", "");
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw Problem.badRequest("the id is not valid UTF-8", "id", "");
        }
    }
}
