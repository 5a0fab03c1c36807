package dev.kindred.cli;

import java.util.Map;

/** One command: its options are picocli fields, its work is here. Made anew for every call. */
interface Command {

    /** The options that every command has. */
    CommonOptions common();

    /** What its own flags say of settings, as it was written; without those that were not given. */
    default Map<Setting<?>, String> stated() {
        return Map.of();
    }

    /**
     * Does the work. Bad input is a {@link dev.kindred.core.Refusal}; anything else thrown is a fault.
     *
     * @return what to print and whether the answer is yes
     */
    Answer run(Run run) throws Exception;
}
