package dev.kindred.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.core.Refusal;
import dev.kindred.release.Key;
import dev.kindred.release.Keys;
import dev.kindred.release.Usage;
import dev.kindred.serve.access.KeyRequest;
import dev.kindred.serve.access.Oversight;
import dev.kindred.serve.access.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code /v1/keys}: made, listed and revoked by those who are admin of all collections. */
final class KeyRoutes {
    private static final long DAY_MILLIS = 86_400_000;

    private final Keys keys;
    private final Oversight oversight;

    KeyRoutes(Keys keys, Oversight oversight) {
        this.keys = keys;
        this.oversight = oversight;
    }

    void bind(Door door) {
        Rule admins = Rule.everywhere(Role.ADMIN).telling();
        door.get("/v1/keys", admins, (call, request) -> Wire.json(list()));
        door.post("/v1/keys", admins, this::add);
        door.handle("/v1/keys/{key}", admins, (call, request) -> revoke(call), HttpMethod.DELETE);
    }

    private JsonObject list() {
        Map<String, Usage.Count> used = oversight
                .usage()
                .map(usage -> usage.of(oversight.clock().millis() / DAY_MILLIS))
                .orElse(Map.of());
        JsonArray all = new JsonArray();
        for (Key key : keys.all()) {
            all.add(KeyRequest.json(key, used.getOrDefault(key.id(), Usage.Count.NONE)));
        }
        JsonObject json = new JsonObject();
        json.add("keys", all);
        return json;
    }

    /** {@code {"name", "role", "collections"?, "expires"?, "limits"?}}; the reply alone has the key itself. */
    private HttpResponse add(Call call, Body body) {
        Fields fields = body.fields().only("name", "role", "collections", "expires", "limits");
        KeyRequest wanted = new KeyRequest(
                fields.text("name").orElseThrow(() -> Problem.badRequest("a key needs a name", "name", "")),
                fields.text("role").orElseThrow(() -> Problem.badRequest("a key needs a role", "role", "")),
                texts(fields, "collections"),
                fields.text("expires").orElse(null),
                texts(fields, "limits"));
        KeyRequest.Made made = wanted.make(oversight.clock().instant());
        keys.add(
                made.key(),
                oversight.entry(call.principal(), "keys.add", "", call.request(), KeyRequest.audited(made.key())));
        oversight.changed();
        JsonObject json = KeyRequest.json(made.key(), Usage.Count.NONE);
        json.addProperty("key", made.secret().reveal());
        return Wire.json(json, HttpStatus.CREATED);
    }

    private HttpResponse revoke(Call call) {
        String id = String.valueOf(call.context().pathParam("key"));
        boolean force = call.query().getBoolean("force", false);
        JsonObject detail = new JsonObject();
        detail.addProperty("key", id);
        try {
            Key key = keys.revoke(
                    id,
                    force,
                    oversight.clock().instant(),
                    oversight.entry(call.principal(), "keys.revoke", "", call.request(), detail));
            oversight.changed();
            return Wire.json(KeyRequest.json(key, Usage.Count.NONE));
        } catch (Refusal refused) {
            boolean known = keys.all().stream().anyMatch(key -> key.id().equals(id));
            throw new Problem(
                    known ? HttpStatus.CONFLICT : HttpStatus.NOT_FOUND,
                    known ? "last-admin" : "no-key-of-that-id",
                    refused.what(),
                    "key",
                    known ? "make another with the role admin first, or say ?force=true" : "GET /v1/keys lists them");
        }
    }

    private static List<String> texts(Fields fields, String name) {
        if (!fields.has(name)) {
            return List.of();
        }
        if (!(fields.object().get(name) instanceof JsonArray array) || array.size() > 256) {
            throw Problem.badRequest("a list of at most 256 strings is wanted", fields.at(name), "");
        }
        List<String> texts = new ArrayList<>();
        for (JsonElement each : array) {
            if (!(each instanceof JsonPrimitive text) || !text.isString()) {
                throw Problem.badRequest("a list of strings is wanted", fields.at(name), "");
            }
            texts.add(text.getAsString());
        }
        return texts;
    }
}
