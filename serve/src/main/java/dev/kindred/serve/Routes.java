package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import dev.kindred.serve.access.Role;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;

/** Which address means what. */
final class Routes {
    private static final MediaType PROMETHEUS_TEXT = MediaType.parse("text/plain; version=0.0.4; charset=utf-8");
    private static final String COLLECTION = "/v1/collections/{collection}";

    private final Hosts hosts;
    private final Console console;
    private final Meters meters;
    private final BooleanSupplier ready;

    Routes(Hosts hosts, Meters meters, BooleanSupplier ready) {
        this.hosts = hosts;
        this.console = new Console();
        this.meters = meters;
        this.ready = ready;
    }

    void bind(Door door) {
        for (String path : console.paths()) {
            door.open(path, (call, request) -> console.answer(path, request));
        }
        door.open("/livez", (call, request) -> plain("live"));
        door.open("/readyz", (call, request) -> {
            if (!ready.getAsBoolean()) {
                throw new Problem(HttpStatus.SERVICE_UNAVAILABLE, "stopping", "the server is stopping", "", "");
            }
            return plain("ready");
        });
        door.get(
                "/metrics",
                Role.OPERATOR,
                (call, request) -> HttpResponse.of(HttpStatus.OK, PROMETHEUS_TEXT, HttpData.ofUtf8(meters.text())));

        bindAnswer(door, "embed", Answers::embed);
        bindAnswer(door, "verify", Answers::verify);
        bindAnswer(door, "search", Answers::search);

        door.get("/v1/collections", Role.READER, (call, request) -> Wire.json(collections(call)));
        browse(door, "", (browsing, call) -> browsing.collection());
        browse(door, "/items", (browsing, call) -> browsing.items(call.query()));
        browse(door, "/items/{id}", (browsing, call) -> browsing.item(id(call), call.query()));
        door.get(
                COLLECTION + "/items/{id}/source",
                Role.READER,
                (call, request) -> hosted(call).browsing().source(id(call)));
        door.get(
                COLLECTION + "/items/{id}/picture",
                Role.READER,
                (call, request) -> hosted(call).browsing().picture(id(call)));
    }

    private void browse(Door door, String path, BiFunction<Browsing, Call, JsonObject> answer) {
        door.get(COLLECTION + path, Role.READER, (call, request) -> {
            Hosted hosted = hosted(call);
            return Wire.json(answer.apply(hosted.browsing(), call), hosted.served());
        });
    }

    private void bindAnswer(Door door, String verb, BiFunction<Answers, Body, JsonObject> answer) {
        for (String path : new String[] {"/v1/" + verb, COLLECTION + "/" + verb}) {
            door.post(
                    path,
                    Role.READER,
                    this::hosted,
                    (hosted, body) -> Wire.json(answer.apply(hosted.answers(), body), hosted.served()));
        }
    }

    /** All collections that this caller may read, each as {@link Browsing#collection} has it. */
    private JsonObject collections(Call call) {
        JsonArray all = new JsonArray();
        for (Hosted hosted : hosts.readable(call.principal())) {
            all.add(hosted.browsing().collection());
        }
        JsonObject json = new JsonObject();
        json.add("collections", all);
        return json;
    }

    /** The collection asked for; a caller who says which space it expects is never answered from another. */
    private Hosted hosted(Call call) {
        Hosted hosted = hosts.require(call);
        Served served = hosted.served();
        String expected = call.context().request().headers().get(Wire.SPACE);
        if (expected != null && !expected.equals(served.space().id())) {
            throw new Problem(
                    HttpStatus.CONFLICT,
                    "wrong-space",
                    "this collection is of space " + served.space().shortId() + ", not the one expected",
                    "Kindred-Space",
                    "embed anew with bundle " + served.bundle());
        }
        return hosted;
    }

    private static HttpResponse plain(String text) {
        return HttpResponse.of(HttpStatus.OK, MediaType.PLAIN_TEXT_UTF_8, text + "\n");
    }

    /** The id as the address has it: one segment, percent-encoded; it is only ever a key, never part of a path. */
    private static String id(Call call) {
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
