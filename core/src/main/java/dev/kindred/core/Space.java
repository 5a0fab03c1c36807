package dev.kindred.core;

/**
 * What makes two vectors comparable. Only vectors of one space are ever compared; a query from another is refused.
 *
 * @param id SHA-256 in hex over the bundle entries that decide a vector, or {@code external:<name>/<d>/<distance>} for vectors made
 *     elsewhere; {@code <id>:<d>} for the first d dimensions
 * @param dimension values a vector, at least 1
 */
public record Space(String id, int dimension, Distance distance) {
    private static final String EXTERNAL = "external:";

    public Space {
        if (dimension < 1) {
            throw new IllegalArgumentException("a space of " + dimension + " dimensions");
        }
    }

    /** The space of vectors that another program made. */
    public static Space external(String name, int dimension, Distance distance) {
        return new Space(EXTERNAL + name + "/" + dimension + "/" + distance.wireName(), dimension, distance);
    }

    /** Whether its vectors were made elsewhere, so that no bundle gives more of them. */
    public boolean isExternal() {
        return id.startsWith(EXTERNAL);
    }

    /** The id cut for people: its first 12 characters where it is a hash. */
    public String shortId() {
        return isExternal() || id.length() <= 12 ? id : id.substring(0, 12);
    }

    /** Refuses vectors of another space by name. */
    public void require(Space other, String where) {
        if (!equals(other)) {
            throw new Refusal(
                    "vectors of space " + other.shortId() + " cannot be compared with those of space " + shortId(),
                    where,
                    "embed both with the same bundle, or rebuild the index with the new one");
        }
    }
}
