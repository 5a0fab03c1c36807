package dev.kindred.core.metric;

/**
 * Which items a query may not be answered with: they are neither hits nor misses, as if they were not there. Called from many threads.
 */
@FunctionalInterface
public interface Exclusion {
    boolean excludes(int query, int item);

    /** Every item may answer. */
    Exclusion NONE = (query, item) -> false;

    /** Leave one out: queries and items are the same rows, and none answers itself. */
    Exclusion SELF = (query, item) -> query == item;

    /** Items of the query's own group (family, drawer, session …) may not answer; nor the query itself, which shares its group. */
    static Exclusion sameGroup(int[] queryGroups, int[] itemGroups) {
        return (query, item) -> queryGroups[query] == itemGroups[item];
    }
}
