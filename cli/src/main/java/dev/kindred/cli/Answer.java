package dev.kindred.cli;

import com.google.gson.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * What a command ends with.
 *
 * @param json the one object printed with {@code --json}
 * @param text the same for people; empty where everything was said on the way
 * @param yes false where the work is done and the answer is no: exit code 1
 * @param afterwards what goes on once the answer is printed, until it is asked to end: serving; null for nothing
 */
record Answer(
        JsonObject json, String text, boolean yes, @Nullable Afterwards afterwards) {

    /** Work that lasts until Ctrl-C. */
    @FunctionalInterface
    interface Afterwards {
        void goOn() throws Exception;
    }

    Answer(JsonObject json, String text, boolean yes) {
        this(json, text, yes, null);
    }

    static Answer done(JsonObject json, String text) {
        return new Answer(json, text, true);
    }

    Answer then(Afterwards more) {
        return new Answer(json, text, yes, more);
    }

    int exitCode() {
        return yes ? ExitCode.DONE : ExitCode.NO;
    }
}
