package dev.kindred.train;

import dev.kindred.encode.Probes;
import dev.kindred.encode.Weights;
import java.util.List;

/** How a run ended. */
public sealed interface Teaching {

    /**
     * The state of a run at one of its validations.
     *
     * @param step steps taken so far
     * @param loss mean over the steps since the last point
     * @param recall Recall@1 among validation samples, leave-one-out, in [0, 1]
     * @param mapAtR MAP@R among them, which the best weights are chosen by
     * @param variance total variance of the validation embeddings; 0 when all are alike, at most 1 at unit length
     */
    record Point(int step, double loss, double recall, double mapAtR, double variance, double learningRate) {}

    List<Point> history();

    /**
     * There is something to seal.
     *
     * @param best the weights of the validation with the highest MAP@R
     * @param bestStep when that was
     * @param steps taken in all
     * @param planned steps the recipe had, after a cut where one was made
     * @param stopped whether a person or the time ended it before its last step
     * @param history empty where it was ended before its first step: then there is nothing worth sealing
     * @param probes what this engine makes of the probe pictures, with the best weights
     * @param figures of speed, for people
     */
    record Taught(
            Weights best,
            int bestStep,
            int steps,
            int planned,
            boolean stopped,
            Probes probes,
            List<Point> history,
            Figures figures)
            implements Teaching {}

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
     * @param picturesPerSecond taught on, over the time of the steps without the validations between them
     * @param waitingShare of the steps' time spent waiting for data, in [0, 1]
     * @param seconds from start to end, validations and all
     */
    record Figures(int steps, double picturesPerSecond, double waitingShare, double seconds) {}
}
