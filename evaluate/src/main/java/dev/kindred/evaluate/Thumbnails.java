package dev.kindred.evaluate;

import org.jspecify.annotations.Nullable;

/** Small pictures of the samples, for reports. */
@FunctionalInterface
public interface Thumbnails {
    /** No pictures. */
    Thumbnails NONE = row -> null;

    /** A PNG of the sample, some tens of pixels a side; null where it has no picture. */
    byte @Nullable [] png(int row);
}
