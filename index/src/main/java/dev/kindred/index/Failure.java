package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Of what kind it is that an index failed, so that whoever serves it knows what stands in. A refusal that has a cause is a failure of
 * storage; what is refused for how it was asked has none.
 */
public enum Failure {
    /** There is no view to search at the moment, and it is made anew: the items are whole, and searches by likeness read them. */
    VIEW,
    /** The disk is full; nothing of what was written is kept. */
    FULL,
    /** A lock, no memory, a file that cannot be opened: the next try may come through, and nothing is damaged. */
    PASSING,
    /** Damage, or a disk that fails: it will go on. */
    LASTING;

    /** Whether it is this that failed. */
    public boolean is(Throwable e) {
        return of(e).filter(this::equals).isPresent();
    }

    /** Empty where nothing failed. */
    public static Optional<Failure> of(Throwable e) {
        return switch (e) {
            case UncheckedIOException failed -> Optional.of(LASTING);
            case Refusal refusal ->
                Optional.ofNullable(refusal.getCause()).map(cause -> switch (cause) {
                    case ViewFailed view -> VIEW;
                    case SQLException items -> TruthFile.failure(items);
                    default -> LASTING;
                });
            default -> Optional.empty();
        };
    }
}
