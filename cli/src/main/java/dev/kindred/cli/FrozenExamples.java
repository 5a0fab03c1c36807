package dev.kindred.cli;

import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.data.Examples;
import dev.kindred.data.Kind;
import dev.kindred.data.Split;
import dev.kindred.encode.Bundle;
import dev.kindred.train.FeatureFile;
import dev.kindred.train.Lesson;
import dev.kindred.train.Lessons;
import dev.kindred.train.Samples;
import dev.kindred.train.loss.Loss;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Examples as a frozen encoder sees them, which is computed once.
 *
 * @param base what stands below
 * @param places where each row of the samples stands among the features; −1 where it could not be read
 */
record FrozenExamples(Bundle base, Examples examples, Split split, Samples.Features features, int[] places) {

    /** @param encoder a bundle */
    static FrozenExamples read(Run run, TrainRun.Wishes wishes, Path encoder, Workers workers) {
        if (wishes.options().augment() != null) {
            throw new Refusal(
                    "what a frozen encoder gives is computed once and cannot be augmented",
                    "--augment",
                    "leave it out");
        }
        Bundle base = Bundle.open(encoder);
        Examples examples = TaughtExamples.read(run, wishes);
        requireFits(base, examples, encoder);
        Split split = TaughtExamples.split(run, wishes, examples);
        FeatureFile frozen = new Frozen(run, wishes.reading().strict()).of(base, examples, workers);
        return new FrozenExamples(
                base, examples, split, frozen.features(), TaughtExamples.places(examples, frozen.rows()));
    }

    private static void requireFits(Bundle base, Examples examples, Path encoder) {
        Kind kind = examples.samples().kind();
        if (!base.preparation().takes().equals(kind.plural())) {
            throw new Refusal(
                    "takes " + base.preparation().takes() + ", DATA holds " + kind.plural(),
                    encoder.toString(),
                    "name another encoder");
        }
    }

    /** @param loss what it must suit; null for the data's usual one */
    Lesson lesson(@Nullable Loss loss) {
        return Lessons.of(examples, places, split, loss);
    }

    /** The same examples as a taught head gives them. */
    FrozenExamples with(Samples.Features headed) {
        return new FrozenExamples(base, examples, split, headed, places);
    }

    /** Data and what stands below, as text. */
    String fingerprint() {
        String queries =
                examples instanceof Examples.Judged judged ? judged.queries().fingerprint() : "";
        return String.join("\n", base.space().id(), examples.samples().fingerprint(), queries, split.how());
    }

    /** What stands below of these samples, row after row. */
    float[] values(int[] samples) {
        int d = features.dimension();
        float[] values = new float[Math.multiplyExact(samples.length, d)];
        for (int i = 0; i < samples.length; i++) {
            System.arraycopy(features.row(samples[i]), 0, values, i * d, d);
        }
        return values;
    }

    /** All of it. */
    float[] values() {
        return values(IntStream.range(0, features.count()).toArray());
    }
}
