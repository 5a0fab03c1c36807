package dev.kindred.release;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An API key as the registry keeps it: all of it but the key itself.
 *
 * @param id what it is called in commands, logs and the audit log
 * @param name what people call it
 * @param hash SHA-256 of the key's text
 * @param roles by collection, {@code *} for all of them
 * @param limits as they were given: {@code requests=10/s}
 * @param expires null for never
 * @param revoked null while it holds
 */
public record Key(
        String id,
        String name,
        byte[] hash,
        Map<String, String> roles,
        List<String> limits,
        Instant created,
        @Nullable Instant expires,
        @Nullable Instant revoked) {
    /** In place of a collection's name: all of them. */
    public static final String EVERY = "*";
    /** The role of those who may make and revoke keys, where they have it in all collections. */
    public static final String ADMIN = "admin";

    public Key {
        hash = hash.clone();
        roles = Map.copyOf(roles);
        limits = List.copyOf(limits);
    }

    @Override
    public byte[] hash() {
        return hash.clone();
    }

    /** Whether it opens anything at this moment. */
    public boolean holds(Instant now) {
        return revoked == null && (expires == null || now.isBefore(expires));
    }

    /** Whether keys are made and revoked with it. */
    boolean isAdmin() {
        return ADMIN.equals(roles.get(EVERY));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Key key && id.equals(key.id) && Arrays.equals(hash, key.hash);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    /** Without the hash: nothing of a key stands in a log. */
    @Override
    public String toString() {
        return "key " + id + " (" + name + ")";
    }
}
