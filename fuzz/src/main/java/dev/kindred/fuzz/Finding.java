package dev.kindred.fuzz;

/**
 * Something that no request may bring about.
 *
 * @param kind of it
 * @param what was seen
 */
public record Finding(Kind kind, String what, Case by) {

    /** What may not be. */
    public enum Kind {
        /** A code of 500 or more, or what gRPC says in its place; but for a deadline that the request set itself. */
        SERVER_ERROR,
        /** No reply, or no end, in time. */
        HANG,
        /** A stack trace, or the name of a class. */
        TRACE,
        /** An error that is no problem document, or a reply without its request's id. */
        SHAPE,
        /** What is still there after a collection grows from round to round. */
        GROWTH,
        /** A sound request that is no longer answered as it was. */
        WOUND,
        /** A route of which nothing is reached: not one sound request is answered well, or not one spoiled one is read. */
        BLIND
    }

    @Override
    public String toString() {
        return kind + " by case " + by.number() + " (" + by.family() + ", " + by.route() + "): " + what;
    }
}
