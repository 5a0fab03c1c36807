package dev.kindred.index;

import dev.kindred.core.Space;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a query.
 *
 * @param neighbors best first, at most k
 * @param exact whether these are surely the true neighbours
 * @param degraded whether a part of the engine fails at the moment: this took longer than it does else, or lacks the last writes
 * @param next where the next page starts, or null where this was the last
 */
public record Found(
        Space space,
        List<Neighbor> neighbors,
        boolean exact,
        boolean degraded,
        @Nullable After next) {
    public Found {
        neighbors = List.copyOf(neighbors);
    }

    /** The same, marked: what was written last is not in. */
    Found withoutWhatCame() {
        return new Found(space, neighbors, exact, true, next);
    }

    /** By an engine that is whole. */
    public Found(Space space, List<Neighbor> neighbors, boolean exact, @Nullable After next) {
        this(space, neighbors, exact, false, next);
    }
}
