package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.linecorp.armeria.common.MediaType;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.access.Role;
import dev.kindred.serve.access.Said;
import dev.kindred.serve.batch.Lane;
import dev.kindred.serve.wire.ApiDocument;
import dev.kindred.serve.wire.OpenAi;
import dev.kindred.serve.wire.OpenInference;
import dev.kindred.serve.wire.TextEmbeddings;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;

/** Which address means what. */
final class Routes {
    private static final MediaType PROMETHEUS_TEXT = MediaType.parse("text/plain; version=0.0.4; charset=utf-8");
    private static final String COLLECTION = "/v1/collections/{collection}";

    private final Hosts hosts;
    private final Hosting hosting;
    private final Console console;
    private final Oversight oversight;
    private final BooleanSupplier ready;

    Routes(Hosting hosting, Oversight oversight, BooleanSupplier ready) {
        this.hosting = hosting;
        this.hosts = hosting.hosts();
        this.console = new Console();
        this.oversight = oversight;
        this.ready = ready;
    }

    void bind(Door door, int atOnce) {
        new OpenAi(hosts, Clock.systemUTC()).bind(door);
        new TextEmbeddings(hosts, ready, atOnce).bind(door);
        new OpenInference(hosts, ready).bind(door);
        new ApiDocument(door).bind();
        for (String path : console.paths()) {
            door.open(path, (call, request) -> console.answer(path, request));
        }
        oversight.keys().ifPresent(keys -> new KeyRoutes(keys, oversight).bind(door));
        oversight.auditLog().ifPresent(log -> new AuditRoutes(log).bind(door));
        oversight.feedback().ifPresent(feedback -> new FeedbackRoutes(feedback, oversight).bind(door));

        bindAnswer(
                door, "embed", Lane.EMBED, (_, hosted, body) -> hosted.answers().embed(body));
        bindScored(door, "verify", Answers::verify);
        bindScored(door, "search", Answers::search);

        door.get("/v1/collections", Rule.KNOWN, (call, request) -> Wire.json(collections(call)));
        browse(door, "", (hosted, call) -> hosted.about());
        browse(door, "/items", (hosted, call) -> {
            if (Browsing.isSearch(call.query())) {
                call.tell(hosted);
            }
            return hosted.browsing().items(call.query());
        });
        browse(door, "/items/{id}", (hosted, call) -> hosted.browsing().item(id(call), call.query()));
        door.get(
                COLLECTION + "/items/{id}/source",
                Role.READER,
                (call, request) -> hosts.expected(call).browsing().source(id(call)));
        door.get(
                COLLECTION + "/items/{id}/picture",
                Role.READER,
                (call, request) -> hosts.expected(call).browsing().picture(id(call)));
    }

    private void browse(Door door, String path, BiFunction<Hosted, Call, JsonObject> answer) {
        door.get(COLLECTION + path, Role.READER, (call, request) -> {
            Hosted hosted = hosts.expected(call);
            return hosting.large(() -> Wire.json(answer.apply(hosted, call), hosted.served()));
        });
    }

    /** From a body to the reply's text. */
    @FunctionalInterface
    private interface Answered {
        String by(Call call, Hosted hosted, Body body);
    }

    /** What has scores that somebody could speak of: kept for feedback to come. */
    private void bindScored(Door door, String verb, BiFunction<Answers, Body, Answers.Scored> answer) {
        bindAnswer(door, verb, Lane.ASK, (call, hosted, body) -> {
            Answers.Scored scored = answer.apply(hosted.answers(), body);
            keep(call, verb, hosted.served(), scored.said());
            return scored.json();
        });
    }

    private void bindAnswer(Door door, String verb, Lane lane, Answered answered) {
        for (String path : new String[] {"/v1/" + verb, COLLECTION + "/" + verb}) {
            door.post(
                    path,
                    Role.READER,
                    lane,
                    hosts::expected,
                    (call, body) -> hosting.answered(call, hosted -> answered.by(call, hosted, body)));
        }
    }

    private void keep(Call call, String verb, Served served, Said said) {
        oversight
                .answers()
                .ifPresent(kept ->
                        kept.keep(call.request(), call.principal(), served.collection(), served.bundle(), verb, said));
    }

    /** All collections that this caller may read, each as {@link Browsing#collection} has it. */
    private JsonObject collections(Call call) {
        JsonArray all = new JsonArray();
        for (Hosted hosted : hosts.readable(call.principal())) {
            // One that is dropped meanwhile is none any more.
            hosted.whileHeld(() -> all.add(hosted.about()));
        }
        hosts.shut().forEach((name, why) -> {
            if (call.principal().may(Role.READER, name)) {
                JsonObject shut = new JsonObject();
                shut.addProperty("collection", name);
                shut.addProperty("unavailable", why.what());
                all.add(shut);
            }
        });
        JsonObject json = new JsonObject();
        json.add("collections", all);
        return json;
    }

    /** The id as the address has it: one segment, percent-encoded; it is only ever a key, never part of a path. */
    static String id(Call call) {
        String path = call.context().rawPath();
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
