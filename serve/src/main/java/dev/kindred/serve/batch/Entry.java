package dev.kindred.serve.batch;

import java.util.Comparator;

/**
 * A piece in the line of one order.
 *
 * @param index of the piece in its order
 * @param cost in nanoseconds of computing, about
 * @param start its place, in the queue's own time
 * @param number tells those of one start apart, by when they came
 */
record Entry(Order order, int index, Piece piece, Flow flow, long cost, long start, long number) {
    static final Comparator<Entry> IN_TURN =
            Comparator.comparingLong(Entry::start).thenComparingLong(Entry::number);

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(number);
    }
}
