package dev.kindred.evaluate;

import dev.kindred.core.Decision;
import dev.kindred.core.Workers;
import dev.kindred.report.Axis;
import dev.kindred.report.Block;
import dev.kindred.report.Page;
import dev.kindred.report.Plot;
import dev.kindred.report.Tone;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The page that a run leaves behind: how teaching went, then what the best weights do on the validation classes beside the baselines.
 *
 * @param history at least one point, by rising step
 * @param facts a line each: the data, the recipe, the time; may be empty
 * @param samples of the validation classes
 * @param views of these samples
 * @param decision chosen on these samples
 */
public record TrainingReport(
        List<Point> history,
        List<String> facts,
        Samples samples,
        Views views,
        Decision decision,
        Thumbnails thumbnails) {

    /**
     * The state of teaching at one step; NaN where a figure was not taken then.
     *
     * @param loss mean since the last point
     * @param figure what validation is told by, e.g. {@code Recall@1}
     * @param value its value, mostly in [0, 1]
     * @param variance of validation embeddings; near 0 they are all alike
     */
    public record Point(long step, double loss, String figure, double value, double variance, double learningRate) {}

    /** @param seed of the intervals */
    public Page page(long seed, Workers workers) {
        Page page = teaching(
                Page.titled("How teaching went", "One run, from its first step to the sealed bundle."), history, facts);
        RetrievalTask.Result found = RetrievalTask.run(samples, views, null, seed, workers);
        page = EvaluationReport.retrieval(page, found, views.encoder(), thumbnails);
        VerificationTask.Result told = VerificationTask.run(samples, views, decision, null, seed, workers);
        return EvaluationReport.verification(page, told);
    }

    /** Adds the section of how teaching went alone. */
    public static Page teaching(Page page, List<Point> history, List<String> facts) {
        List<Plot> plots = new ArrayList<>();
        String figure = history.getFirst().figure();
        add(plots, history, "Loss", "The mean loss of the batches since the last point.", "loss", Point::loss, false);
        add(
                plots,
                history,
                "Validation " + figure,
                "On what was held out from teaching; the best weights are kept.",
                figure,
                Point::value,
                true);
        add(
                plots,
                history,
                "Embedding variance",
                "Near zero the embeddings are all alike: they have collapsed.",
                "variance",
                Point::variance,
                false);
        add(plots, history, "Learning rate", "Warm-up, then a cosine down.", "rate", Point::learningRate, false);
        List<Block> blocks = new ArrayList<>();
        facts.forEach(fact -> blocks.add(new Block.Prose(fact)));
        blocks.add(new Block.Plots(plots));
        return page.section("Teaching", blocks);
    }

    private static void add(
            List<Plot> plots,
            List<Point> history,
            String title,
            String about,
            String label,
            ToDoubleFunction<Point> figure,
            boolean share) {
        List<Point> taken = history.stream()
                .filter(p -> Double.isFinite(figure.applyAsDouble(p)))
                .toList();
        if (taken.isEmpty()) {
            return;
        }
        double[] steps = taken.stream().mapToDouble(Point::step).toArray();
        double[] values = taken.stream().mapToDouble(figure).toArray();
        double highest = taken.stream().mapToDouble(figure).max().orElseThrow();
        double lowest = Math.min(0, taken.stream().mapToDouble(figure).min().orElseThrow());
        plots.add(new Plot.Lines(
                title,
                about,
                Axis.linear("step", Math.min(steps[0], 0), steps[steps.length - 1]),
                share ? Axis.share(label) : Axis.linear(label, lowest, highest * 1.05),
                List.of(new Plot.Series(label, steps, values, Tone.MAIN, taken.size() <= 40)),
                false));
    }
}
