package dev.kindred.serve.wire;

import java.util.Optional;

/** The version of this build. */
final class Version {
    private Version() {}

    /** As the jar's manifest states it; {@code development} when run from classes. */
    static String current() {
        return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
