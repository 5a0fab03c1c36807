package dev.kindred.evaluate;

import org.jspecify.annotations.Nullable;

/** What a report shows of the samples: small pictures, or their words. */
@FunctionalInterface
public interface Thumbnails {
    /** No pictures. */
    Thumbnails NONE = row -> null;

    /** A PNG of the sample, some tens of pixels a side; null where it has no picture. */
    byte @Nullable [] png(int row);

    /** The words of the sample; null where it is no text. */
    default @Nullable String words(int row) {
        return null;
    }
}
