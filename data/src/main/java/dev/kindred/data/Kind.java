package dev.kindred.data;

/** What the samples of a data set are. One set is of one kind. */
public enum Kind {
    PICTURE,
    TEXT,
    VECTOR;

    /** For messages: {@code pictures}. */
    public String plural() {
        return singular() + "s";
    }

    /** For messages: {@code picture}. */
    public String singular() {
        return switch (this) {
            case PICTURE -> "picture";
            case TEXT -> "text";
            case VECTOR -> "vector";
        };
    }
}
