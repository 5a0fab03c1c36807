package dev.kindred.index;

import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import org.jspecify.annotations.Nullable;

/**
 * What to find.
 *
 * @param vector the space's dimension of finite numbers; not to be changed after construction
 * @param space the space the vector is of; an index of another refuses it
 * @param k how many, 1 to 100,000; page on with {@code after} for more
 * @param after the end of the page before, or null for the first
 */
public record Query(
        float[] vector,
        Space space,
        int k,
        Filter filter,
        Effort effort,
        @Nullable After after) {
    /** The most neighbours of one answer. */
    public static final int MAX_K = 100_000;

    public Query {
        if (vector.length != space.dimension()) {
            throw new Refusal(
                    "the query has " + vector.length + " values where its space has " + space.dimension(),
                    "query",
                    "embed it with the bundle of the index");
        }
        for (float value : vector) {
            if (!Float.isFinite(value)) {
                throw new Refusal("the query holds a value that is no finite number", "query", "embed it anew");
            }
        }
        requireK(k);
    }

    static void requireK(int k) {
        if (k < 1 || k > MAX_K) {
            throw new Refusal("k is " + k, "k", "ask for 1 to " + MAX_K + " neighbours and page on for more");
        }
    }

    /** The k nearest of all items, exactly. */
    public static Query of(Space space, float[] vector, int k) {
        return new Query(vector, space, k, Filter.everything(), Effort.exact(), null);
    }

    public Query filter(Filter chosen) {
        return new Query(vector, space, k, chosen, effort, after);
    }

    public Query effort(Effort chosen) {
        return new Query(vector, space, k, filter, chosen, after);
    }

    public Query k(int chosen) {
        return new Query(vector, space, chosen, filter, effort, after);
    }

    /** The page that follows. */
    public Query after(@Nullable After end) {
        return new Query(vector, space, k, filter, effort, end);
    }
}
