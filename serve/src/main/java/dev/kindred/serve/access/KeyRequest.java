package dev.kindred.serve.access;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Nearest;
import dev.kindred.core.Refusal;
import dev.kindred.release.Key;
import dev.kindred.release.Usage;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A key that somebody wants, as they say it in a command or a request.
 *
 * @param role reader, writer, operator or admin
 * @param collections where it has that role; empty for all
 * @param expires {@code 90d} or a day; null for never
 * @param limits {@code requests=10/s} and the like
 */
public record KeyRequest(
        String name,
        String role,
        List<String> collections,
        @Nullable String expires,
        List<String> limits) {
    private static final int LONGEST_NAME = 100;

    /** A new key, and its text, which is shown once and kept nowhere. */
    public record Made(Key key, ApiKey secret) {}

    /** @throws Refusal where something of it is wrong */
    public Made make(Instant now) {
        if (name.isBlank() || name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw new Refusal("is no name for a key", name, "write 1 to " + LONGEST_NAME + " letters");
        }
        if (ApiKey.form(name) != ApiKey.Form.FOREIGN) {
            throw new Refusal("is a key, not a name for one", ApiKey.PREFIX + "…", "say what it is for");
        }
        List<String> roles = Arrays.stream(Role.values())
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .toList();
        if (!roles.contains(role)) {
            throw new Refusal(
                    "there is no such role",
                    role,
                    Nearest.advice(role, roles, "say one of " + String.join(", ", roles)));
        }
        Map<String, String> byCollection = new TreeMap<>();
        for (String collection : collections) {
            if (!ApiKey.withoutKeys(collection).equals(collection)) {
                throw new Refusal(
                        "is a key, not a collection", ApiKey.PREFIX + "…", "say where the new one may be used");
            }
            if (collection.isBlank() || collection.length() > LONGEST_NAME) {
                throw new Refusal("is no name of a collection", collection, "write its name as in addresses");
            }
            byCollection.put(collection, role);
        }
        if (byCollection.isEmpty()) {
            byCollection.put(Key.EVERY, role);
        }
        List<String> rates = Rate.parse(limits).stream().map(Rate::toString).toList();
        ApiKey secret = ApiKey.make();
        Key key = new Key(
                ApiKey.makeId(),
                name.strip(),
                secret.hash(),
                byCollection,
                rates,
                now,
                expires == null ? null : Moments.until(expires, now),
                null);
        return new Made(key, secret);
    }

    /** What the audit log says of a new key. */
    public static JsonObject audited(Key key) {
        JsonObject json = new JsonObject();
        json.addProperty("key", key.id());
        json.addProperty("name", key.name());
        json.add("roles", roles(key));
        json.add("limits", limits(key));
        Instant expires = key.expires();
        if (expires != null) {
            json.addProperty("expires", expires.toString());
        }
        return json;
    }

    /** As lists show it: {@code {"id", "name", "roles", "limits", "created", "expires"?, "revoked"?, "today": {"requests", "inputs"}}}. */
    public static JsonObject json(Key key, Usage.Count today) {
        JsonObject json = new JsonObject();
        json.addProperty("id", key.id());
        json.addProperty("name", key.name());
        json.add("roles", roles(key));
        json.add("limits", limits(key));
        json.addProperty("created", key.created().toString());
        Instant expires = key.expires();
        if (expires != null) {
            json.addProperty("expires", expires.toString());
        }
        Instant revoked = key.revoked();
        if (revoked != null) {
            json.addProperty("revoked", revoked.toString());
        }
        JsonObject used = new JsonObject();
        used.addProperty("requests", today.requests());
        used.addProperty("inputs", today.inputs());
        json.add("today", used);
        return json;
    }

    private static JsonObject roles(Key key) {
        JsonObject json = new JsonObject();
        new TreeMap<>(key.roles()).forEach(json::addProperty);
        return json;
    }

    private static JsonArray limits(Key key) {
        JsonArray json = new JsonArray();
        key.limits().forEach(json::add);
        return json;
    }
}
