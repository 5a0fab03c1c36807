package dev.kindred.core;

import org.jspecify.annotations.Nullable;

/**
 * Bad input or usage: what was wrong, where, and what to do. Commands end with exit code 2 and one line, the server answers with a
 * problem detail; neither shows a stack trace. A fault of Kindred's own is any other exception.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String where;
    private final String hint;

    /**
     * @param what what was wrong, without a full stop
     * @param where the file, line, column, field or option; empty where there is none
     * @param hint what to do; empty where there is nothing to advise
     */
    public Refusal(String what, String where, String hint) {
        this(what, where, hint, null);
    }

    public Refusal(String what, String where, String hint, @Nullable Throwable cause) {
        super(what, cause);
        this.where = where;
        this.hint = hint;
    }

    /** What was wrong, alone. */
    public String what() {
        return String.valueOf(getMessage());
    }

    public String where() {
        return where;
    }

    public String hint() {
        return hint;
    }

    /** The whole of it on one line: {@code where: what; hint}. */
    public String line() {
        return (where.isEmpty() ? "" : where + ": ") + what() + (hint.isEmpty() ? "" : "; " + hint);
    }
}
