package dev.kindred.index;

import dev.kindred.core.Space;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a query.
 *
 * @param neighbors best first, at most k
 * @param exact whether these are surely the true neighbours
 * @param next where the next page starts, or null where this was the last
 */
public record Found(
        Space space,
        List<Neighbor> neighbors,
        boolean exact,
        @Nullable After next) {
    public Found {
        neighbors = List.copyOf(neighbors);
    }
}
