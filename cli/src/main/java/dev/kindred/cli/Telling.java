package dev.kindred.cli;

import dev.kindred.train.Lesson;
import dev.kindred.train.Observer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells people how a run goes. */
final class Telling implements Observer {
    private final Run run;
    private final long seed;

    Telling(Run run, long seed) {
        this.run = run;
        this.seed = seed;
    }

    @Override
    public void step(
            int step,
            int total,
            double loss,
            Lesson.@Nullable Judged judged,
            double variance,
            double samplesPerSecond) {
        String note = String.format(
                Locale.ROOT,
                "loss %.3f · %s · variance %.2f · %,.0f samples/s",
                loss,
                judged == null
                        ? "not validated yet"
                        : String.format(
                                Locale.ROOT,
                                "%s %.1f%%",
                                judged.beside().name(),
                                100 * judged.beside().value()),
                variance,
                samplesPerSecond);
        run.words().at("teaching", step, total, note);
    }

    @Override
    public void outOfTime(int step, int total) {
        run.say("the machine became slower: out of time after %,d of %,d steps, the best so far is kept"
                .formatted(step, total));
    }

    @Override
    public void cut(int planned, int fitting) {
        run.say(
                "%,d steps would not fit into the time: teaching %,d instead, from the start (--steps %d --seed %d gives the same)"
                        .formatted(planned, fitting, fitting, seed));
    }
}
