package dev.kindred.serve.batch;

import java.util.Locale;

/** A key's two lines: its searches never wait for all that it embeds. */
public enum Lane {
    /** Contents to embed for their own sake: many, perhaps. */
    EMBED,
    /** Searches, comparisons and what these have to embed first: somebody looks at the screen. */
    ASK;

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
