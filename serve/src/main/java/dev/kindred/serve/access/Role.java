package dev.kindred.serve.access;

/** What a key may do with a collection; each may also do what those before it may. */
public enum Role {
    /** Embed, verify, search, look at items, give feedback. */
    READER,
    /** Put and delete items. */
    WRITER,
    /** Settings, releases, jobs, metrics. */
    OPERATOR,
    /** Create and drop collections, make and revoke keys, read the audit log. */
    ADMIN;

    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }
}
