package dev.kindred.encode;

import dev.kindred.core.Content;

/**
 * One content as an encoder's graph takes it: made by {@link Encoder#prepare} or {@link Encoder#ready}, run by {@link Encoder#run} of the
 * same encoder. Not to be changed after construction.
 */
public sealed interface Prepared permits Prepared.Whole, TokenIds, LevelRaster, LeadingBytes, ReadyValues {

    /** What running it costs, in the encoder's {@link Encoder.Unit}; at least 1. */
    int cost();

    /** A content that an encoder whose steps cannot be taken apart prepares when it runs it. */
    record Whole(Content content, int cost) implements Prepared {}

    /** What was prepared by another encoder. */
    static IllegalArgumentException foreign(Prepared prepared) {
        return new IllegalArgumentException(prepared.getClass().getSimpleName() + " was prepared for another encoder");
    }
}
