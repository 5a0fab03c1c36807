package dev.kindred.index;

import java.util.Map;

/**
 * An item found.
 *
 * @param score higher is more alike, see {@link dev.kindred.core.Distance}
 * @param payload the item's fields, in the order of their names
 */
public record Neighbor(String id, double score, Map<String, Value> payload) {}
