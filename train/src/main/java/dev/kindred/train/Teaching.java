package dev.kindred.train;

import dev.kindred.encode.Weights;
import java.util.List;

/** How a run ended. */
public sealed interface Teaching {

    /**
     * The state of a run at one of its validations.
     *
     * @param step steps taken so far; 0 before the first, where the untaught state is a candidate too
     * @param loss mean over the steps since the last point; NaN where there were none
     * @param judged what validation says; the best weights are those of the highest {@code chosenBy}
     * @param variance total variance of the validation embeddings; 0 when all are alike, at most 1 at unit length
     */
    record Point(int step, double loss, Lesson.Judged judged, double variance, double learningRate) {}

    List<Point> history();

    /**
     * There is something to seal.
     *
     * @param restraint the weights of the best validation, or with a share of their correction
     * @param bestStep when that was; 0 where nothing was better than not to teach
     * @param steps taken in all
     * @param planned steps the recipe had, after a cut where one was made
     * @param stopped whether a person or the time ended it before its last step
     * @param history of all validations
     * @param figures of speed, for people
     */
    record Taught(
            Restraint restraint,
            int bestStep,
            int steps,
            int planned,
            boolean stopped,
            List<Point> history,
            Figures figures)
            implements Teaching {

        /** What is to be sealed. */
        public Weights best() {
            return restraint.weights();
        }

        /** What validation says of it. */
        public Lesson.Judged judged() {
            Lesson.Judged judged = restraint.judged();
            if (judged == null) {
                throw new IllegalStateException("a run that was stopped before its first step was not validated");
            }
            return judged;
        }
    }

    /**
     * The embeddings became all alike: nothing to seal.
     *
     * @param advice why that likely happened and what to change
     */
    record Collapsed(int step, double variance, String advice, List<Point> history) implements Teaching {}

    /**
     * Of the steps taken here: those of a stopped run that is gone on with are not counted again.
     *
     * @param steps taken here
     * @param samplesPerSecond taught on, over the time of the steps without the validations between them
     * @param waitingShare of the steps' time spent waiting for data, in [0, 1]
     * @param seconds from start to end, validations and all
     */
    record Figures(int steps, double samplesPerSecond, double waitingShare, double seconds) {}
}
