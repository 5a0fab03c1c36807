package dev.kindred.serve.access;

import java.util.Map;
import java.util.Optional;

/**
 * Who asks.
 *
 * @param key the id of the key that was shown, never the key; {@code local} where none is asked for
 * @param name what people call it
 * @param roles by collection; {@value #EVERY} for all of them
 */
public record Principal(String key, String name, Map<String, Role> roles) {
    /** In place of a collection's name: all of them. */
    public static final String EVERY = "*";

    /** Whoever reaches a server on loopback that has no keys. */
    public static final Principal LOCAL = new Principal("local", "this machine", Map.of(EVERY, Role.ADMIN));

    /** Whoever asks for what is open to all: nobody was asked who they are, and they may do nothing else. */
    public static final Principal NOBODY = new Principal("none", "nobody", Map.of());

    public Principal {
        roles = Map.copyOf(roles);
    }

    /** @param collection {@value #EVERY} for what concerns none in particular */
    public boolean may(Role role, String collection) {
        return role(collection).filter(own -> own.includes(role)).isPresent();
    }

    private Optional<Role> role(String collection) {
        Role every = roles.get(EVERY);
        Role own = roles.get(collection);
        if (every == null || own == null) {
            return Optional.ofNullable(every == null ? own : every);
        }
        return Optional.of(own.includes(every) ? own : every);
    }
}
