package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.data.Examples;
import dev.kindred.data.Kind;
import dev.kindred.data.Split;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.Heads;
import dev.kindred.encode.Sealing;
import dev.kindred.encode.Weights;
import dev.kindred.train.FeatureFile;
import dev.kindred.train.HeadPlan;
import dev.kindred.train.Lesson;
import dev.kindred.train.Lessons;
import dev.kindred.train.Recipe;
import dev.kindred.train.Samples;
import dev.kindred.train.Teaching;
import dev.kindred.train.Trainer;
import dev.kindred.train.TrainingSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Examples that teach a head on a frozen encoder, whose outputs are computed once; both are sealed as one graph. */
record HeadCourse(
        Run run,
        TrainRun.Wishes wishes,
        Bundle base,
        Examples examples,
        Split split,
        Samples.Features features,
        Lesson lesson,
        HeadPlan plan)
        implements Course {
    static HeadCourse of(Run run, TrainRun.Wishes wishes, Path encoder, Workers workers) {
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
        Lesson lesson = Lessons.of(
                examples,
                TaughtExamples.places(examples, frozen.rows()),
                split,
                wishes.options().wantedLoss());
        HeadPlan plan = HeadPlan.of(
                wishes.head(),
                base.space().dimension(),
                base.space().distance(),
                lesson,
                wishes.options(),
                wishes.seed());
        if (plan.recipe().distance() != base.space().distance()) {
            throw new Refusal(
                    "the frozen encoder compares by " + base.space().distance().wireName(),
                    "--distance",
                    "leave it out");
        }
        run.say("teaching a %s on %,d %s; %s for validation"
                .formatted(plan.head().name(), lesson.size(), TaughtExamples.what(lesson), split.how()));
        return new HeadCourse(run, wishes, base, examples, split, frozen.features(), lesson, plan);
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

    @Override
    public TrainingSet set() {
        return new TrainingSet(features, lesson);
    }

    @Override
    public Architecture architecture() {
        return plan.head();
    }

    @Override
    public Weights start() {
        return Heads.untaught(plan.head(), wishes.seed());
    }

    @Override
    public Recipe recipe() {
        return plan.recipe();
    }

    @Override
    public String fingerprint() {
        String queries =
                examples instanceof Examples.Judged judged ? judged.queries().fingerprint() : "";
        return String.join(
                "\n",
                base.space().id(),
                examples.samples().fingerprint(),
                queries,
                split.how(),
                TaughtExamples.what(lesson));
    }

    @Override
    public Answer seal(Teaching.Taught taught, Trainer trainer, Workers workers) {
        List<EncoderParts> headed = EncoderParts.withHead(base.encoders(), plan.head(), taught.best());
        List<Sealing.Proven> proven = new ArrayList<>();
        for (int i = 0; i < headed.size(); i++) {
            proven.add(new Sealing.Proven(
                    headed.get(i), Sealing.probe(base.encoders().get(i), trainer::features)));
        }
        Embeddings validation =
                new Embeddings(headed.getFirst().space(), lesson.validation().length, trainer.features(held()));
        HeadDecision decided = HeadDecision.of(lesson, validation, wishes.seed(), workers);
        HeadProvenance provenance =
                new HeadProvenance(this, taught, run.settings().threads());
        Decision decision = decided.decision();
        Bundle bundle = new Sealing(
                        proven,
                        decision,
                        decided.baseline(),
                        provenance.json(),
                        provenance.card(headed.getFirst().space(), decided))
                .write(wishes.out());
        if (wishes.report() != null) {
            Path page = wishes.report().resolve(TrainRun.REPORT);
            HeadReport.write(page, provenance.facts(), provenance.heldOut(), taught);
            run.say("report: " + page);
        }
        return answer(bundle, taught, decision, provenance);
    }

    /** What the frozen encoder gives of the validation samples, row after row. */
    private float[] held() {
        int[] samples = lesson.validation();
        int d = features.dimension();
        float[] values = new float[Math.multiplyExact(samples.length, d)];
        for (int i = 0; i < samples.length; i++) {
            System.arraycopy(features.row(samples[i]), 0, values, i * d, d);
        }
        return values;
    }

    private Answer answer(
            Bundle bundle, Teaching.Taught taught, @Nullable Decision decision, HeadProvenance provenance) {
        Lesson.Score best = taught.bestPoint().judged().chosenBy();
        double before = taught.history().getFirst().judged().chosenBy().value();
        double seconds = wishes.secondsSince();
        JsonObject json = new JsonObject();
        json.addProperty("bundle", bundle.id());
        json.addProperty("space", bundle.space().id());
        json.addProperty("path", bundle.path().toString());
        json.addProperty("basedOn", base.id());
        json.addProperty("steps", taught.steps());
        json.addProperty("bestStep", taught.bestStep());
        json.addProperty("stopped", taught.stopped());
        json.addProperty("validatedBy", best.name());
        json.addProperty("validation", best.value());
        json.addProperty("validationUntaught", before);
        json.addProperty("samplesPerSecond", taught.figures().samplesPerSecond());
        json.addProperty("seconds", seconds);
        if (decision != null) {
            decision.usualThreshold().ifPresent(t -> {
                json.addProperty("threshold", t.threshold());
                json.addProperty("fmr", t.targetFmr());
            });
        }
        String text = String.format(
                Locale.ROOT,
                "Sealed %s (space %s) after %,d steps in %.0f s.%nValidation, on %s: %s %.1f%%, %.1f%% before"
                        + " teaching.%s",
                bundle.path(),
                bundle.space().shortId(),
                taught.steps(),
                seconds,
                provenance.heldOut(),
                best.name(),
                100 * best.value(),
                100 * before,
                taught.bestStep() == 0
                        ? "%nNothing that was taught was better on it, so the encoder gives what it gave.".formatted()
                        : "");
        return Answer.done(json, text);
    }
}
