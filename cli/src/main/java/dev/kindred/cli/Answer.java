package dev.kindred.cli;

import com.google.gson.JsonObject;

/**
 * What a command ends with.
 *
 * @param json the one object printed with {@code --json}
 * @param text the same for people; empty where everything was said on the way
 * @param yes false where the work is done and the answer is no: exit code 1
 */
record Answer(JsonObject json, String text, boolean yes) {

    static Answer done(JsonObject json, String text) {
        return new Answer(json, text, true);
    }

    int exitCode() {
        return yes ? ExitCode.DONE : ExitCode.NO;
    }
}
