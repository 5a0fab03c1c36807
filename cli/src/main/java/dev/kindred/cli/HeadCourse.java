package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.core.Workers;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.Heads;
import dev.kindred.encode.Sealing;
import dev.kindred.encode.Weights;
import dev.kindred.train.ComparatorPlan;
import dev.kindred.train.HeadPlan;
import dev.kindred.train.Lesson;
import dev.kindred.train.Recipe;
import dev.kindred.train.Samples;
import dev.kindred.train.Teaching;
import dev.kindred.train.Trainer;
import dev.kindred.train.TrainingSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Examples that teach a head on a frozen encoder, whose outputs are computed once; both are sealed as one graph. */
record HeadCourse(Run run, TrainRun.Wishes wishes, FrozenExamples below, Lesson lesson, HeadPlan plan)
        implements Course {
    static HeadCourse of(Run run, TrainRun.Wishes wishes, Path encoder, Workers workers) {
        FrozenExamples below = FrozenExamples.read(run, wishes, encoder, workers);
        Bundle base = below.base();
        Lesson lesson = below.lesson(wishes.options().wantedLoss());
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
        if (wishes.comparator()) {
            // Before a head is taught for nothing.
            ComparatorPlan.requireAnswers(lesson);
        }
        run.say("teaching a %s on %,d %s; %s for validation"
                .formatted(
                        plan.head().name(),
                        lesson.size(),
                        TaughtExamples.what(lesson),
                        below.split().how()));
        return new HeadCourse(run, wishes, below, lesson, plan);
    }

    @Override
    public TrainingSet set() {
        return new TrainingSet(below.features(), lesson);
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
        return below.fingerprint() + "\n" + TaughtExamples.what(lesson);
    }

    @Override
    public double share() {
        return wishes.comparator() ? 0.5 : 1;
    }

    @Override
    public Optional<Course> next(Teaching.Taught taught, Trainer trainer, Workers workers) {
        if (!wishes.comparator()) {
            return Optional.empty();
        }
        Samples.Features headed = Samples.Features.of(plan.head().dimension(), trainer.features(below.values()));
        return Optional.of(ComparatorCourse.on(
                run, wishes, below.with(headed), proven(taught, trainer), new TaughtHead(this, taught), workers));
    }

    private List<Sealing.Proven> proven(Teaching.Taught taught, Trainer trainer) {
        List<EncoderParts> frozen = below.base().encoders();
        List<EncoderParts> headed = EncoderParts.withHead(frozen, plan.head(), taught.best());
        List<Sealing.Proven> proven = new ArrayList<>();
        for (int i = 0; i < headed.size(); i++) {
            proven.add(new Sealing.Proven(headed.get(i), Sealing.probe(frozen.get(i), trainer::features)));
        }
        return proven;
    }

    @Override
    public Answer seal(Teaching.Taught taught, Trainer trainer, Workers workers) {
        List<Sealing.Proven> proven = proven(taught, trainer);
        Space space = proven.getFirst().parts().space();
        Embeddings validation =
                new Embeddings(space, lesson.validation().length, trainer.features(below.values(lesson.validation())));
        HeadDecision decided = HeadDecision.of(lesson, validation, wishes.seed(), workers);
        HeadProvenance provenance =
                new HeadProvenance(new TaughtHead(this, taught), run.settings().threads());
        Decision decision = decided.decision();
        Bundle bundle = new Sealing(
                        proven, decision, decided.baseline(), provenance.json(), provenance.card(space, decided))
                .write(wishes.out());
        if (wishes.report() != null) {
            Path page = wishes.report().resolve(TrainRun.REPORT);
            HeadReport.write(page, provenance.facts(), provenance.heldOut(), taught);
            run.say("report: " + page);
        }
        return answer(bundle, taught, decision, provenance);
    }

    private static String kept(Teaching.Taught taught) {
        if (taught.bestStep() == 0) {
            return "%nNothing that was taught was better on it, so the encoder gives what it gave.".formatted();
        }
        double share = taught.restraint().share();
        return share == 1
                ? ""
                : "%nOf what was taught %.0f%% is kept: validation cannot tell it from all, and it is nearer to the encoder."
                        .formatted(100 * share);
    }

    private Answer answer(
            Bundle bundle, Teaching.Taught taught, @Nullable Decision decision, HeadProvenance provenance) {
        Lesson.Score best = taught.judged().chosenBy();
        double before = HeadProvenance.untaught(taught);
        double seconds = wishes.secondsSince();
        JsonObject json = TaughtAnswer.json(bundle, below.base(), taught, decision, seconds);
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
                kept(taught));
        return Answer.done(json, text);
    }
}
