package dev.kindred.report;

import java.util.Locale;

/** What a colour means; light and dark pages each have their own for it. */
public enum Tone {
    /** What the page is about. */
    MAIN,
    /** What it is compared with. */
    OTHER,
    /** Further things compared. */
    THIRD,
    FOURTH,
    FIFTH,
    /** Guides, chance, the background. */
    QUIET,
    GOOD,
    BAD;

    String css() {
        return "t-" + name().toLowerCase(Locale.ROOT);
    }
}
