package dev.kindred.index;

import dev.kindred.core.Distance;
import dev.kindred.core.Space;
import java.util.Set;

/**
 * What an index holds and can do.
 *
 * @param engine the engine's name, e.g. {@code exact}
 * @param count items that a search can find
 * @param lastSequence the sequence number of the last write, 0 where nothing was ever written
 */
public record IndexInfo(Space space, String engine, long count, long lastSequence, Set<Capability> capabilities) {
    public IndexInfo {
        capabilities = Set.copyOf(capabilities);
    }

    public int dimension() {
        return space.dimension();
    }

    public Distance distance() {
        return space.distance();
    }

    /** What an engine may or may not be able to do. */
    public enum Capability {
        /** Every answer is the exact one, whatever the effort asked for. */
        EXACT,
        /** Filters of every kind, at any selectivity. */
        FILTER,
        /** Paging by {@link Query#after()}. */
        PAGING,
        /** Writes. */
        WRITE,
        /** Keeps the source of an item. */
        SOURCE
    }
}
