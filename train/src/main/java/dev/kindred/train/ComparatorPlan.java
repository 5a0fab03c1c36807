package dev.kindred.train;

import dev.kindred.core.Distance;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Comparators;
import dev.kindred.encode.PairFeatures;
import dev.kindred.encode.Weights;

/**
 * How a comparator is taught where nothing is said: its pairs, its network, and the line on the plain score that it begins from.
 *
 * @param samples pairs, those to learn from first
 * @param start what ranks as the plain score does, with the log-odds that fit the taught pairs best
 */
public record ComparatorPlan(
        Lesson.Compared lesson, Samples.Compared samples, Architecture network, Weights start, Recipe recipe) {
    /** Few, and a large share of what is seen left out: chosen by the validation pairs of Abt-Buy, where more is learned by heart. */
    private static final int HIDDEN = 64;

    private static final double DROPOUT = 0.3;
    private static final int EPOCHS = 20;
    private static final int FEWEST_STEPS = 400;
    private static final int MOST_STEPS = 4_000;
    private static final int VALIDATIONS = 40;

    /**
     * @param features what stands below gives
     * @param distance how that is compared
     * @param below what is known of the samples
     * @param options of which the steps count
     */
    public static ComparatorPlan of(
            Samples.Features features, Distance distance, Lesson below, Options options, long seed, Workers workers) {
        requireAnswers(below);
        Lesson.Compared lesson = new PairDrawing(features, distance, seed, workers).lesson(below);
        PairFeatures form = new PairFeatures(features.dimension(), distance, scale(features, distance));
        Samples.Compared samples = new Samples.Compared(
                features, form, lesson.pairs().left(), lesson.pairs().right());
        Architecture network = Comparators.network(form, HIDDEN);
        Line line = Line.of(samples, lesson);
        Batching batching = HeadPlan.batching(lesson);
        Recipe planned = new Recipe(
                HeadPlan.loss(lesson),
                Distance.L2,
                batching,
                Math.clamp((long) EPOCHS * lesson.size() / HeadPlan.size(batching), FEWEST_STEPS, MOST_STEPS),
                1e-3,
                1e-2,
                5,
                0.05,
                VALIDATIONS,
                Augmentation.NONE,
                DROPOUT,
                seed);
        return new ComparatorPlan(
                lesson,
                samples,
                network,
                Comparators.untaught(network, form, (float) line.slope(), (float) line.intercept(), seed),
                options.stepsIn(planned));
    }

    /** @throws Refusal where what is known are grades */
    public static void requireAnswers(Lesson below) {
        if (below instanceof Lesson.Pairs pairs && pairs.graded()) {
            throw new Refusal(
                    "a comparator learns from what is the same and what is different, not from grades",
                    "--comparator",
                    "leave it out, or give pairs with a label of 0 or 1");
        }
    }

    /** One over the root of the mean square of the values; cosines know no scale. */
    private static float scale(Samples.Features features, Distance distance) {
        if (distance == Distance.COSINE) {
            return 1;
        }
        double squares = 0;
        for (int i = 0; i < features.count(); i++) {
            for (float value : features.row(i)) {
                squares += (double) value * value;
            }
        }
        double mean = squares / Math.max(1, (long) features.count() * features.dimension());
        return mean > 0 ? (float) (1 / Math.sqrt(mean)) : 1;
    }

    /** Log-odds as a straight line of the plain score. */
    private record Line(double slope, double intercept) {
        private static final int ITERATIONS = 50;
        private static final double RIDGE = 1e-3;

        /** Logistic regression by Newton's method on standardised scores, weighed as the loss does. */
        static Line of(Samples.Compared samples, Lesson.Compared lesson) {
            int n = lesson.taught();
            double[] x = new double[n];
            double sum = 0;
            double squares = 0;
            for (int p = 0; p < n; p++) {
                x[p] = samples.row(p)[samples.form().score()];
                sum += x[p];
                squares += x[p] * x[p];
            }
            double mean = sum / n;
            double deviation = Math.sqrt(Math.max(1e-12, squares / n - mean * mean));
            double a = 1;
            double b = 0;
            double sameWeight = lesson.sameWeight();
            for (int i = 0; i < ITERATIONS; i++) {
                double ga = RIDGE * n * a;
                double gb = 0;
                double aa = RIDGE * n;
                double ab = 0;
                double bb = 1e-9;
                for (int p = 0; p < n; p++) {
                    double t = (x[p] - mean) / deviation;
                    boolean same = lesson.pairs().same()[p];
                    double weight = same ? sameWeight : 1;
                    double q = 1 / (1 + Math.exp(-a * t - b));
                    double off = weight * (q - (same ? 1 : 0));
                    double bend = weight * q * (1 - q);
                    ga += off * t;
                    gb += off;
                    aa += bend * t * t;
                    ab += bend * t;
                    bb += bend;
                }
                double determinant = aa * bb - ab * ab;
                double stepA = (bb * ga - ab * gb) / determinant;
                double stepB = (aa * gb - ab * ga) / determinant;
                if (!Double.isFinite(stepA) || !Double.isFinite(stepB)) {
                    break;
                }
                a -= Math.clamp(stepA, -2, 2);
                b -= Math.clamp(stepB, -2, 2);
            }
            // Where the plain score tells nothing, or the wrong way round, it is still what the ranking begins from.
            a = Math.max(1, a);
            return new Line(a / deviation, b - a * mean / deviation);
        }
    }
}
