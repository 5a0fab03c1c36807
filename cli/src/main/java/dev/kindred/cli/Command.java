package dev.kindred.cli;

import org.jspecify.annotations.Nullable;

/** One command: its options are picocli fields, its work is here. Made anew for every call. */
interface Command {

    /** The options that every command has. */
    CommonOptions common();

    /** The port asked for by flag, null where there was none. */
    default @Nullable Integer port() {
        return null;
    }

    /**
     * Does the work. Bad input is a {@link dev.kindred.core.Refusal}; anything else thrown is a fault.
     *
     * @return what to print and whether the answer is yes
     */
    Answer run(Run run) throws Exception;
}
