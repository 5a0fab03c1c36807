package dev.kindred.serve;

import com.google.gson.JsonObject;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import dev.kindred.core.Refusal;
import dev.kindred.index.Change;
import dev.kindred.index.Receipt;
import dev.kindred.serve.access.Role;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Items put, deleted and loaded. */
final class ItemRoutes {
    private static final String ITEMS = "/v1/collections/{collection}/items";
    /** The colon is part of the last segment, which plain patterns do not have. */
    private static final String BULK = "regex:^/v1/collections/(?<collection>[^/]+)/items:bulk$";

    private static final MediaType LINES = MediaType.parse("application/x-ndjson");
    /** Each holds its lines in memory, within a bound. */
    private static final int MOST_LOADS = 16;
    /** Of one key: no one of them keeps all others out. */
    private static final int LOADS_OF_A_KEY = 4;

    private final Hosting hosting;
    private final Executor threads;
    private final ServeOptions options;
    private final Places loads = new Places(MOST_LOADS, LOADS_OF_A_KEY);

    ItemRoutes(Hosting hosting, Executor threads, ServeOptions options) {
        this.hosting = hosting;
        this.threads = threads;
        this.options = options;
    }

    void bind(Door door) {
        door.read(ITEMS + "/{id}", Role.WRITER, this::put, HttpMethod.PUT);
        door.handle(ITEMS + "/{id}", Role.WRITER, (call, request) -> delete(call), HttpMethod.DELETE);
        door.stream(BULK, Role.WRITER, (call, request) -> load(door, call, request));
    }

    private HttpResponse put(Call call, Body body) {
        Hosted hosted = hosting.hosts().expected(call);
        Putting putting = hosted.putting();
        var until = Putting.until(call.query(), body.fields());
        String id = Routes.id(call);
        putting.requireWritable();
        call.take(1);
        Receipt receipt = putting.write(
                List.of(new Change.Put(
                        putting.items(List.of(putting.draft(id, body))).getFirst())),
                until);
        return Wire.json(receipt(id, receipt), hosted.served());
    }

    private HttpResponse delete(Call call) {
        Hosted hosted = hosting.hosts().expected(call);
        var until = Putting.until(call.query());
        String id = Routes.id(call);
        hosted.putting().requireWritable();
        boolean there = hosted.served().index().get(id).isPresent();
        Receipt receipt = hosted.putting().write(List.of(new Change.Delete(id)), until);
        JsonObject json = receipt(id, receipt);
        json.addProperty("deleted", there);
        return Wire.json(json, hosted.served());
    }

    private static JsonObject receipt(String id, Receipt receipt) {
        JsonObject json = new JsonObject();
        json.addProperty("id", id);
        json.addProperty("sequence", receipt.sequence());
        json.addProperty("visibility", receipt.visibility().name().toLowerCase(Locale.ROOT));
        return json;
    }

    private HttpResponse load(Door door, Call call, HttpRequest request) {
        Hosted hosted = hosting.hosts().expected(call);
        hosted.putting().requireWritable();
        BulkOptions how = BulkOptions.of(call.query());
        requireLines(request);
        String key = call.principal().key();
        loads.take(key);
        boolean begun = false;
        try {
            HttpResponseWriter reply = HttpResponse.streaming();
            reply.write(Wire.headers(hosted.served(), LINES).toBuilder()
                    .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                    .build());
            InputStream in = request.split().body().toInputStream(Function.identity());
            BulkLoad load = new BulkLoad(
                    call,
                    hosted,
                    how,
                    new LineQueue(
                            in,
                            (int) Math.min(
                                    Integer.MAX_VALUE - 8, options.bounds().requestBytes()),
                            Held.of(call)::reading,
                            options.bounds().requestTime()),
                    new BulkReplies(reply, threads, how.failuresOnly()),
                    threads,
                    () -> over(door, call),
                    options.bounds().requestTime());
            threads.execute(() -> {
                try (in) {
                    ScopedValue.where(Call.CURRENT, call).run(load::run);
                } catch (IOException e) {
                    // It is over in any case.
                } finally {
                    loads.giveBack(key);
                }
            });
            begun = true;
            return reply;
        } catch (Refusal e) {
            throw Problem.of(HttpStatus.BAD_REQUEST, "bad-request", e);
        } finally {
            if (!begun) {
                loads.giveBack(key);
            }
        }
    }

    private Optional<Problem> over(Door door, Call call) {
        if (hosting.isStopping()) {
            return Optional.of(Problem.stopping());
        }
        return door.isStillAllowed(call, Role.WRITER)
                ? Optional.empty()
                : Optional.of(new Problem(
                        HttpStatus.FORBIDDEN,
                        "not-allowed",
                        "this key may not write here any more",
                        call.collection(),
                        ""));
    }

    private static void requireLines(HttpRequest request) {
        MediaType type = request.contentType();
        String coding = request.headers().get(HttpHeaderNames.CONTENT_ENCODING, "identity");
        boolean lines = type == null
                || type.is(LINES)
                || type.is(MediaType.JSON)
                || type.is(MediaType.PLAIN_TEXT)
                || type.is(MediaType.parse("application/jsonl"))
                || type.is(MediaType.OCTET_STREAM);
        if (!lines || !coding.equals("identity")) {
            throw new Problem(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                    "media-type",
                    lines ? "what is loaded comes as it is, not as " + coding : "no lines come as " + type,
                    lines ? "Content-Encoding" : "Content-Type",
                    "send application/x-ndjson: one JSON object a line");
        }
    }
}
