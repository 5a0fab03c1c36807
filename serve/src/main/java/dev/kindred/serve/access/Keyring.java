package dev.kindred.serve.access;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.kindred.release.Key;
import dev.kindred.release.Keys;
import dev.kindred.release.Registry;
import dev.kindred.serve.Problem;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Access by the API keys of a home. All of them are held in memory and read anew as soon as the registry says that another process (or
 * this one) has written there, so that a key that is revoked opens nothing a few hundredths of a second later.
 *
 * <p>While there is no key, everybody who reaches the server may do everything: the server sees to it that this is this machine alone.
 * Once a key was made, no server of the home opens again, even if the last one is revoked: then another is to be made.
 */
public final class Keyring implements Access, AutoCloseable {
    private static final long LOOK_MILLIS = 20;
    private static final String SCHEME = "Bearer ";
    private static final int LONGEST_HEADER = 512;

    private final Registry registry;
    private final Keys keys;
    private final InstantSource clock;
    private volatile Held held;
    private volatile BiConsumer<String, Problem> gone = (key, problem) -> {};
    private volatile boolean closed;
    private @Nullable Thread watcher;

    /** @param id of the key; of its limits what was given with it */
    private record Holder(Key key, Principal principal, List<Rate> limits) {}

    /**
     * What was last read.
     *
     * @param byHash by the first 8 bytes of the hash; whole hashes are compared after that
     * @param asked whether a key must be shown
     */
    private record Held(
            long version,
            long changes,
            Map<Long, Holder> byHash,
            Map<String, Holder> byId,
            Set<String> sensitive,
            boolean asked) {}

    /** Reads the keys, by a connection of its own. */
    Keyring(Registry registry, InstantSource clock) {
        this.registry = registry.another();
        this.keys = new Keys(this.registry);
        this.clock = clock;
        this.held = new Held(-1, -1, Map.of(), Map.of(), Set.of(), false);
        try {
            look();
        } catch (RuntimeException e) {
            this.registry.close();
            throw e;
        }
    }

    /** @param told the id of each key that was revoked, taken away or has expired, and what its requests end with */
    void tell(BiConsumer<String, Problem> told) {
        gone = told;
    }

    /**
     * Watches them from now on.
     *
     * @param faults told once where the registry cannot be read any more; what was last read holds on
     */
    void watch(Consumer<Throwable> faults) {
        watcher = Thread.ofPlatform().daemon().name("kindred-keys").start(() -> goOn(faults));
    }

    /** Whether a key must be shown. */
    boolean asks() {
        return held.asked();
    }

    /** Whether it is kept of a collection who searched and compared, by its own settings. */
    boolean isSensitive(String collection) {
        return held.sensitive().contains(collection);
    }

    /** The limits of a key; none where it has none or is no key. */
    List<Rate> limits(Principal principal) {
        Holder holder = held.byId().get(principal.key());
        return holder == null ? List.of() : holder.limits();
    }

    /** Whether a key still holds; what is no key always does. */
    boolean holds(Principal principal) {
        return principal == Principal.LOCAL ? !held.asked() : state(held.byId().get(principal.key())) == null;
    }

    @Override
    public Principal of(ServiceRequestContext context, HttpRequest request) {
        Held now = held;
        if (!now.asked()) {
            return Principal.LOCAL;
        }
        String shown = request.headers().get(HttpHeaderNames.AUTHORIZATION);
        if (shown == null) {
            throw refused(context, "no-key", "this server asks for a key", "send Authorization: Bearer kin_…", false);
        }
        if (shown.length() > LONGEST_HEADER || !shown.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw refused(context, "no-key", "this is no bearer key", "send Authorization: Bearer kin_…", false);
        }
        String key = shown.substring(SCHEME.length()).strip();
        switch (ApiKey.form(key)) {
            case FOREIGN ->
                throw refused(context, "unknown-key", "this is no key of Kindred's", "they begin with kin_", true);
            case MISTYPED ->
                throw refused(
                        context,
                        "mistyped-key",
                        "the key is not whole: its checksum is wrong",
                        "copy it again, all 53 characters",
                        true);
            case WHOLE -> {}
        }
        byte[] hash = ApiKey.hash(key);
        Holder holder = now.byHash().get(ByteBuffer.wrap(hash).getLong());
        // Where a hash stands in the map says nothing of the key that gave it; the rest is compared in constant time.
        if (holder == null || !MessageDigest.isEqual(holder.key().hash(), hash)) {
            throw refused(context, "unknown-key", "there is no such key", "ask whoever runs this server for one", true);
        }
        Problem ended = state(holder);
        if (ended != null) {
            challenge(context, true);
            throw ended;
        }
        return holder.principal();
    }

    /** What its requests end with; null while it holds. */
    private @Nullable Problem state(@Nullable Holder holder) {
        if (holder == null || holder.key().revoked() != null) {
            return unauthorized("revoked-key", "this key was revoked", "ask whoever runs this server for another");
        }
        Instant now = clock.instant();
        return holder.key().holds(now)
                ? null
                : unauthorized("expired-key", "this key has expired", "ask whoever runs this server for another");
    }

    private static Problem refused(
            ServiceRequestContext context, String kind, String what, String hint, boolean shown) {
        challenge(context, shown);
        return unauthorized(kind, what, hint);
    }

    /** RFC 6750, section 3. */
    private static void challenge(ServiceRequestContext context, boolean shown) {
        String challenge = "Bearer realm=\"kindred\"" + (shown ? ", error=\"invalid_token\"" : "");
        context.mutateAdditionalResponseHeaders(headers -> headers.set(HttpHeaderNames.WWW_AUTHENTICATE, challenge));
    }

    private static Problem unauthorized(String kind, String what, String hint) {
        return new Problem(HttpStatus.UNAUTHORIZED, kind, what, "Authorization", hint);
    }

    private void goOn(Consumer<Throwable> faults) {
        boolean failing = false;
        while (!closed) {
            try {
                look();
                failing = false;
            } catch (RuntimeException e) {
                if (!failing && !closed) {
                    faults.accept(e);
                }
                failing = true;
            }
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Reads what has changed, and tells of keys that no longer hold. */
    synchronized void look() {
        Held before = held;
        long version = registry.version();
        Held now = version == before.version() ? before : read(version, before);
        Set<String> ended = new HashSet<>();
        for (Holder holder : before.byId().values()) {
            if (state(now.byId().get(holder.key().id())) != null) {
                ended.add(holder.key().id());
            }
        }
        Map<String, Holder> holding = now.byId();
        if (now != before || !ended.isEmpty()) {
            holding = new HashMap<>(now.byId());
            holding.values().removeIf(holder -> state(holder) != null);
            held = new Held(
                    now.version(), now.changes(), now.byHash(), Map.copyOf(holding), now.sensitive(), now.asked());
        }
        for (String id : ended) {
            Problem problem = state(now.byId().get(id));
            if (problem != null) {
                gone.accept(id, problem);
            }
        }
    }

    private Held read(long version, Held before) {
        long changes = keys.changes();
        Set<String> sensitive = keys.sensitive();
        if (changes == before.changes()) {
            return new Held(version, changes, before.byHash(), before.byId(), sensitive, before.asked());
        }
        Map<Long, Holder> byHash = new HashMap<>();
        Map<String, Holder> byId = new HashMap<>();
        boolean asked = before.asked();
        for (Key key : keys.all()) {
            Map<String, Role> roles = new HashMap<>();
            key.roles()
                    .forEach((collection, role) -> roles.put(collection, Role.valueOf(role.toUpperCase(Locale.ROOT))));
            Holder holder = new Holder(key, new Principal(key.id(), key.name(), roles), Rate.parse(key.limits()));
            byHash.put(ByteBuffer.wrap(key.hash()).getLong(), holder);
            byId.put(key.id(), holder);
            asked = true;
        }
        return new Held(version, changes, Map.copyOf(byHash), Map.copyOf(byId), sensitive, asked);
    }

    @Override
    public void close() {
        closed = true;
        Thread started = watcher;
        if (started != null) {
            started.interrupt();
            try {
                started.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        registry.close();
    }
}
