package dev.kindred.serve;

import com.linecorp.armeria.common.HttpStatus;
import dev.kindred.release.CollectionSettings;
import dev.kindred.release.Snapshots;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * A collection that is open.
 *
 * @param folder of its generation; empty where whoever opened it said nothing of it
 * @param asOf when the snapshot was taken that stands in for a generation that cannot be opened; it takes no writes
 * @param encoderFault why nothing is encoded; empty where it is, or nothing ever was
 * @param closing closes what was opened for it
 */
record Opened(
        Served served,
        Optional<Path> folder,
        CollectionSettings settings,
        Optional<Instant> asOf,
        Optional<String> encoderFault,
        Runnable closing) {

    /** One that somebody else opened, and closes. */
    static Opened of(Served served) {
        return new Opened(
                served, Optional.empty(), CollectionSettings.usual(), Optional.empty(), Optional.empty(), () -> {});
    }

    Opened with(CollectionSettings changed) {
        return new Opened(served, folder, changed, asOf, encoderFault, closing);
    }

    Optional<Snapshots> snapshots() {
        return folder.map(Snapshots::new);
    }

    /** Why nothing is written here; empty where it is. */
    Optional<Problem> unwritable() {
        if (asOf.isPresent()) {
            return Optional.of(readOnly(
                    "a snapshot of " + asOf.get() + " stands in for items that cannot be opened",
                    "save what can be read of them: kindred index rescue"));
        }
        return settings.readOnly()
                ? Optional.of(readOnly("this collection is read-only", "PATCH it with {\"readOnly\": false}"))
                : Optional.empty();
    }

    private static Problem readOnly(String what, String hint) {
        return new Problem(HttpStatus.CONFLICT, "read-only", what, "collection", hint);
    }
}
