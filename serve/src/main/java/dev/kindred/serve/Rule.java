package dev.kindred.serve;

import dev.kindred.serve.access.Role;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask at an address.
 *
 * @param role null for whoever shows a key that holds
 * @param everywhere whether the role must be had in all collections, not only in the one that the address names
 * @param tellsItself whether the answer writes its own rows of the audit log
 */
record Rule(@Nullable Role role, boolean everywhere, boolean tellsItself) {
    /** Whoever shows a key: the answer asks for roles itself. */
    static final Rule KNOWN = new Rule(null, false, true);

    /** In the collection that the address names. */
    static Rule in(Role role) {
        return new Rule(role, false, false);
    }

    /** In all collections: for what concerns none in particular. */
    static Rule everywhere(Role role) {
        return new Rule(role, true, false);
    }

    Rule telling() {
        return new Rule(role, everywhere, true);
    }
}
