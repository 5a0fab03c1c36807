package dev.kindred.core;

/**
 * What makes two vectors comparable. Only vectors of one space are ever compared; a query from another is refused.
 *
 * @param id SHA-256 in hex over the bundle entries that decide a vector, or {@code external:<name>/<d>/<distance>} for vectors made
 *     elsewhere; {@code <id>:<d>} for the first d dimensions
 * @param dimension values a vector, at least 1
 */
public record Space(String id, int dimension, Distance distance) {
    public Space {
        if (dimension < 1) {
            throw new IllegalArgumentException("a space of " + dimension + " dimensions");
        }
    }

    /** The space of vectors that another program made. */
    public static Space external(String name, int dimension, Distance distance) {
        return new Space("external:" + name + "/" + dimension + "/" + distance.wireName(), dimension, distance);
    }

    /** The id cut for people: its first 12 characters where it is a hash. */
    public String shortId() {
        return id.startsWith("external:") || id.length() <= 12 ? id : id.substring(0, 12);
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
