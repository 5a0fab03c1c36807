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
        /** A code of 500 or more; 503 said to be overload apart. */
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
        WOUND
    }

    @Override
    public String toString() {
        return kind + " by case " + by.number() + " (" + by.family() + ", " + by.route() + "): " + what;
    }
}
