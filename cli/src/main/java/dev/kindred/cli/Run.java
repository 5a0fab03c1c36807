package dev.kindred.cli;

import dev.kindred.core.Progress;
import dev.kindred.core.Workers;
import dev.kindred.data.Problem;
import java.nio.file.Path;
import java.util.List;

/**
 * What a command works with, settled before it starts.
 *
 * @param terminal the process's streams and environment
 * @param voice what is said on standard error meanwhile
 * @param settings home, port and threads, by flag, environment, file or default
 * @param json whether the answer is asked for as JSON
 * @param stop Ctrl-C
 * @param progress where long work says how far it is. It unwinds the work with {@link StopSignal.Stopped} once it was asked to end
 * @param words progress that never unwinds, for work that polls {@code stop} and ends by itself
 */
record Run(
        Terminal terminal,
        Voice voice,
        Settings settings,
        boolean json,
        StopSignal stop,
        Progress progress,
        Progress words) {

    Path home() {
        return settings.home();
    }

    /** The process's one thread budget, as a pool for computing; close it. */
    Workers workers() {
        return Workers.of(settings.threads());
    }

    /** A line for people, while the work goes on. Standard error, so that standard output stays the answer's. */
    void say(String line) {
        voice.say(line);
    }

    /** Names what could not be read: the first few and how many more. */
    void tellLeftOut(List<Problem> failures) {
        failures.stream().limit(5).forEach(bad -> say("left out: " + bad.where() + ": " + bad.what()));
        if (failures.size() > 5) {
            say("left out: " + (failures.size() - 5) + " more");
        }
    }
}
