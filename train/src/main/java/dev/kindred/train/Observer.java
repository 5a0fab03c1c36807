package dev.kindred.train;

/** Who is told how a run goes. */
public interface Observer {
    Observer SILENT = new Observer() {};

    /**
     * After every step.
     *
     * @param total steps planned
     * @param loss smoothed over recent steps
     * @param recall Recall@1 of the last validation, NaN before the first
     * @param variance of the last batch's embeddings
     * @param picturesPerSecond over recent steps
     */
    default void step(int step, int total, double loss, double recall, double variance, double picturesPerSecond) {}

    default void validated(Teaching.Point point) {}

    /** The steps would not have fitted into the time and were cut, once, before the schedule started. */
    default void cut(int planned, int fitting) {}

    /** The machine became slower than it was when the steps were counted: teaching ends here with the best so far. */
    default void outOfTime(int step, int total) {}
}
