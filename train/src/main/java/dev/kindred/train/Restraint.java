package dev.kindred.train;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.RankFigure;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Heads;
import dev.kindred.encode.Weights;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How much of a head's correction is kept. What is searched for later is seldom like what was taught, and the further a head goes from its
 * encoder, the more it gives up of what that knew; weights between the two keep most of both (Wortsman et al. 2022, "Robust fine-tuning
 * of zero-shot models"). Of four shares the smallest is kept whose loss against the whole, paired by held anchor, is within one
 * standard error of nothing (the rule of Breiman et al. 1984 for the simplest of models that cannot be told apart).
 *
 * @param share of the correction, in (0, 1]; 1 where nothing was held back
 * @param judged what validation says of it; null where it was never asked
 */
public record Restraint(Weights weights, double share, Lesson.@Nullable Judged judged) {
    private static final double[] SHARES = {0.25, 0.5, 0.75};

    /** Nothing is held back. */
    static Restraint none(Weights weights, Lesson.@Nullable Judged judged) {
        return new Restraint(weights, 1, judged);
    }

    /**
     * @param judged of the whole
     * @param untaught what the head that was not taught is chosen by: what is kept is never worse
     * @param validation embeds the lesson's validation with these weights
     */
    static Restraint of(
            Architecture head,
            Weights taught,
            Lesson.Judged judged,
            double untaught,
            Lesson.Matches lesson,
            Function<Weights, Embeddings> validation,
            Workers workers) {
        double[] whole = ranks(validation.apply(taught), lesson, workers);
        for (double share : SHARES) {
            Weights part = Heads.part(head, taught, share);
            Embeddings embedded = validation.apply(part);
            Lesson.Judged now = Judging.matches(embedded, lesson, workers);
            if (now.chosenBy().value() >= untaught && alike(whole, ranks(embedded, lesson, workers))) {
                return new Restraint(part, share, now);
            }
        }
        return none(taught, judged);
    }

    private static double[] ranks(Embeddings embeddings, Lesson.Matches lesson, Workers workers) {
        return Judging.found(embeddings, lesson, workers).asked(RankFigure.RECIPROCAL_RANK);
    }

    /** Whether the mean of what is lost is at most its standard error. */
    static boolean alike(double[] whole, double[] part) {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < whole.length; i++) {
            double lost = whole[i] - part[i];
            sum += lost;
            squares += lost * lost;
        }
        double mean = sum / whole.length;
        double variance = Math.max(0, squares / whole.length - mean * mean);
        return mean <= Math.sqrt(variance / whole.length);
    }
}
