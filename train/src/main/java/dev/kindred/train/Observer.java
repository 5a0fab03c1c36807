package dev.kindred.train;

import org.jspecify.annotations.Nullable;

/** Who is told how a run goes. */
public interface Observer {
    Observer SILENT = new Observer() {};

    /**
     * After every step.
     *
     * @param total steps planned
     * @param loss smoothed over recent steps
     * @param judged the last validation's word; null before the first
     * @param variance of the last batch's embeddings
     * @param samplesPerSecond over recent steps
     */
    default void step(
            int step,
            int total,
            double loss,
            Lesson.@Nullable Judged judged,
            double variance,
            double samplesPerSecond) {}

    default void validated(Teaching.Point point) {}

    /** The steps would not have fitted into the time and were cut, once, before the schedule started. */
    default void cut(int planned, int fitting) {}

    /** The machine became slower than it was when the steps were counted: teaching ends here with the best so far. */
    default void outOfTime(int step, int total) {}
}
