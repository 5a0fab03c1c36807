package dev.kindred.serve.batch;

import java.util.List;

/**
 * What one computing thread does next.
 *
 * @param pieces of one encoder, or one task
 * @param cost in nanoseconds, about
 * @param at when it was taken
 */
record Taken(List<Piece> pieces, long cost, long at) {
    /** Whether it has a great picture in it; then the first of it has. */
    boolean isGreat() {
        return pieces.getFirst().isGreat();
    }
}
