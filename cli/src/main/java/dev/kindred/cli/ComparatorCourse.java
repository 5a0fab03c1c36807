package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.ComparatorParts;
import dev.kindred.encode.Comparators;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.encode.PairProbes;
import dev.kindred.encode.Sealing;
import dev.kindred.encode.Weights;
import dev.kindred.train.ComparatorPlan;
import dev.kindred.train.Lesson;
import dev.kindred.train.Options;
import dev.kindred.train.Recipe;
import dev.kindred.train.Teaching;
import dev.kindred.train.Trainer;
import dev.kindred.train.TrainingSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Examples that teach a learned distance on the embeddings of a frozen encoder, or of a head that was taught on it just before. The space
 * stays what it is below.
 *
 * @param below the examples as those embeddings, which the comparator learns from
 * @param encoders what is sealed beside the comparator
 * @param known what is known of the samples: classes, pairs or matches
 * @param head taught before; null where the comparator stands on the frozen encoder
 */
record ComparatorCourse(
        Run run,
        TrainRun.Wishes wishes,
        FrozenExamples below,
        List<Sealing.Proven> encoders,
        Lesson known,
        ComparatorPlan plan,
        @Nullable TaughtHead head)
        implements Course {

    /** On the frozen encoder itself. */
    static ComparatorCourse of(Run run, TrainRun.Wishes wishes, Path encoder, Workers workers) {
        Options options = wishes.options();
        for (String[] wish : new String[][] {
            {"--loss", options.loss()}, {"--miner", options.miner()}, {"--distance", options.distance()}
        }) {
            if (wish[1] != null) {
                throw new Refusal(
                        "a comparator has a loss of its own",
                        wish[0],
                        "leave it out, or teach a head too: --head linear");
            }
        }
        FrozenExamples below = FrozenExamples.read(run, wishes, encoder, workers);
        return on(run, wishes, below, below.base().proven(), null, workers);
    }

    /** On embeddings, of whatever they are. */
    static ComparatorCourse on(
            Run run,
            TrainRun.Wishes wishes,
            FrozenExamples below,
            List<Sealing.Proven> encoders,
            @Nullable TaughtHead head,
            Workers workers) {
        Lesson known = below.lesson(null);
        ComparatorPlan plan = ComparatorPlan.of(
                below.features(),
                encoders.getFirst().parts().space().distance(),
                known,
                wishes.options(),
                wishes.seed(),
                workers);
        run.say("teaching a comparator on %,d pairs; %s for validation"
                .formatted(plan.lesson().size(), below.split().how()));
        return new ComparatorCourse(run, wishes, below, encoders, known, plan, head);
    }

    @Override
    public TrainingSet set() {
        return new TrainingSet(plan.samples(), plan.lesson());
    }

    @Override
    public Architecture architecture() {
        return plan.network();
    }

    @Override
    public Weights start() {
        return plan.start();
    }

    @Override
    public Recipe recipe() {
        return plan.recipe();
    }

    @Override
    public String fingerprint() {
        return String.join(
                "\n",
                "comparator",
                space().id(),
                below.fingerprint(),
                String.valueOf(plan.lesson().size()));
    }

    Space space() {
        return encoders.getFirst().parts().space();
    }

    @Override
    public Answer seal(Teaching.Taught taught, Trainer trainer, Workers workers) {
        PairProbes probes = PairProbes.of(
                Sealing.documents(encoders).probes(), space(), (left, right) -> scores(trainer.logits(left, right)));
        ComparatorParts parts = ComparatorParts.of(plan.samples().form(), plan.network(), taught.best(), probes);
        Embeddings validation = new Embeddings(space(), known.validation().length, below.values(known.validation()));
        HeadDecision decided;
        try (LearnedDistance comparator = parts.open(space(), workers.threads())) {
            decided = HeadDecision.of(known, validation, comparator, wishes.seed(), workers);
        }
        ComparatorProvenance provenance =
                new ComparatorProvenance(this, taught, run.settings().threads());
        Bundle bundle = new Sealing(
                        encoders,
                        parts,
                        decided.decision(),
                        decided.baseline(),
                        provenance.json(),
                        provenance.card(decided))
                .write(wishes.out());
        if (wishes.report() != null) {
            Path page = wishes.report().resolve(TrainRun.REPORT);
            HeadReport.write(page, provenance.facts(), provenance.heldOut(), taught);
            run.say("report: " + page);
        }
        return answer(bundle, taught, decided.decision(), provenance);
    }

    private static float[] scores(float[] logits) {
        float[] scores = new float[logits.length];
        for (int p = 0; p < scores.length; p++) {
            scores[p] = (float) Comparators.score(logits[p]);
        }
        return scores;
    }

    private Answer answer(
            Bundle bundle, Teaching.Taught taught, @Nullable Decision decision, ComparatorProvenance provenance) {
        Lesson.Score best = taught.judged().chosenBy();
        double before = HeadProvenance.untaught(taught);
        double seconds = wishes.secondsSince();
        JsonObject json = TaughtAnswer.json(bundle, below.base(), taught, decision, seconds);
        json.addProperty("comparator", true);
        String headLine = "";
        if (head != null) {
            JsonObject told = HeadProvenance.validated(head.taught());
            told.addProperty("steps", head.taught().steps());
            told.addProperty("bestStep", head.taught().bestStep());
            json.add("head", told);
            headLine = String.format(
                    Locale.ROOT,
                    "%nThe head: %s %.1f%%, %.1f%% before teaching.",
                    told.get("by").getAsString(),
                    100 * told.get("value").getAsDouble(),
                    100 * told.get("untaught").getAsDouble());
        }
        String text = String.format(
                Locale.ROOT,
                "Sealed %s (space %s, with a comparator) after %,d steps in %.0f s.%s%nValidation, on %s: %s %.1f%% by"
                        + " the comparator, %.1f%% by the embeddings alone.%s",
                bundle.path(),
                bundle.space().shortId(),
                taught.steps(),
                seconds,
                headLine,
                provenance.heldOut(),
                best.name(),
                100 * best.value(),
                100 * before,
                taught.bestStep() == 0
                        ? "%nNothing that was taught was better on it, so the comparator ranks as the embeddings do."
                                .formatted()
                        : "");
        return Answer.done(json, text);
    }
}
