package dev.kindred.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Distance;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.data.Dataset;
import dev.kindred.data.Examples;
import dev.kindred.data.Kind;
import dev.kindred.data.Loaded;
import dev.kindred.data.Loading;
import dev.kindred.data.Split;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.CharacterPreparation;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.Sealing;
import dev.kindred.encode.Weights;
import dev.kindred.train.CharacterPlan;
import dev.kindred.train.Lesson;
import dev.kindred.train.Lessons;
import dev.kindred.train.Recipe;
import dev.kindred.train.Samples;
import dev.kindred.train.Teaching;
import dev.kindred.train.Trainer;
import dev.kindred.train.TrainingSet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Texts that teach an encoder of their characters from nothing. */
record CharacterCourse(
        Run run,
        TrainRun.Wishes wishes,
        Examples examples,
        Split split,
        Samples.Characters texts,
        Lesson lesson,
        CharacterPlan plan)
        implements Course {

    static CharacterCourse of(Run run, TrainRun.Wishes wishes, Workers workers) {
        Examples examples = TaughtExamples.read(run, wishes);
        Dataset samples = examples.samples();
        if (samples.kind() != Kind.TEXT) {
            throw new Refusal(
                    "an encoder of characters takes texts, DATA holds "
                            + samples.kind().plural(),
                    "--encoder",
                    "leave it out");
        }
        if (examples instanceof Examples.Judged) {
            throw new Refusal(
                    "judged queries teach a head on an encoder that is there already",
                    "--encoder",
                    "name its bundle, or give pairs");
        }
        Split split = TaughtExamples.split(run, wishes, examples);
        Loaded<Content> loaded = Loading.each(
                samples, workers, (row, content) -> content, wishes.reading().strict(), run.progress());
        run.tellLeftOut(loaded.failures());
        CharacterPreparation preparation = CharacterPlan.preparation(loaded.values().stream()
                .mapToInt(content -> ((Content.Text) content).value().getBytes(StandardCharsets.UTF_8).length)
                .toArray());
        List<byte[]> bytes = loaded.values().stream().map(preparation::bytes).toList();
        Lesson lesson = Lessons.of(
                examples,
                TaughtExamples.places(examples, loaded.rows()),
                split,
                wishes.options().wantedLoss());
        CharacterPlan plan = CharacterPlan.of(preparation, lesson, wishes.options(), wishes.seed());
        run.say("teaching an encoder of characters on %,d %s; %s for validation"
                .formatted(lesson.size(), TaughtExamples.what(lesson), split.how()));
        return new CharacterCourse(
                run, wishes, examples, split, new Samples.Characters(bytes, preparation), lesson, plan);
    }

    @Override
    public TrainingSet set() {
        return new TrainingSet(texts, lesson);
    }

    @Override
    public Architecture architecture() {
        return plan.architecture();
    }

    @Override
    public Weights start() {
        return Weights.untrained(plan.architecture(), wishes.seed());
    }

    @Override
    public Recipe recipe() {
        return plan.recipe();
    }

    @Override
    public String fingerprint() {
        return String.join("\n", examples.samples().fingerprint(), split.how(), TaughtExamples.what(lesson));
    }

    @Override
    public Answer seal(Teaching.Taught taught, Trainer trainer, Workers workers) {
        EncoderParts parts = EncoderParts.of(
                plan.architecture(),
                taught.best(),
                plan.preparation(),
                plan.recipe().distance() == Distance.L2 ? Distance.L2 : Distance.COSINE);
        List<byte[]> held = Arrays.stream(lesson.validation())
                .mapToObj(sample -> texts.texts().get(sample))
                .toList();
        Embeddings validation = new Embeddings(parts.space(), held.size(), trainer.characters(held));
        HeadDecision decided = HeadDecision.of(lesson, validation, wishes.seed(), workers);
        Bundle bundle = new Sealing(
                        parts,
                        Sealing.probe(plan.preparation(), trainer::characters),
                        decided.decision(),
                        decided.baseline(),
                        provenance(taught),
                        card(parts, taught))
                .write(wishes.out());
        if (wishes.report() != null) {
            Path page = wishes.report().resolve(TrainRun.REPORT);
            HeadReport.write(page, facts(taught), HeadProvenance.heldOut(lesson, split, examples), taught);
            run.say("report: " + page);
        }
        return answer(bundle, taught);
    }

    private JsonObject provenance(Teaching.Taught taught) {
        JsonObject recipe = HeadProvenance.recipe(recipe(), taught);
        recipe.addProperty("encoder", architecture().name());
        return Provenance.whole(
                HeadProvenance.data(examples, lesson, split),
                recipe,
                recipe().seed(),
                run.settings().threads(),
                taught,
                new JsonArray());
    }

    private List<String> facts(Teaching.Taught taught) {
        return List.of(
                String.format(
                        Locale.ROOT,
                        "%,d %s taught of %,d texts; held out: %s.",
                        lesson.size(),
                        TaughtExamples.what(lesson),
                        examples.samples().size(),
                        split.how()),
                String.format(
                        Locale.ROOT,
                        "Characters as the first %,d bytes of UTF-8, %,d values an embedding, compared by %s.",
                        plan.preparation().length(),
                        architecture().dimension(),
                        recipe().distance().wireName()),
                String.format(
                        Locale.ROOT,
                        "%,d steps of %s with %s, seed %d; the best weights are those of step %,d.",
                        taught.steps(),
                        recipe().batching(),
                        RecipeText.of(recipe().loss()),
                        recipe().seed(),
                        taught.bestStep()));
    }

    private String card(EncoderParts parts, Teaching.Taught taught) {
        Lesson.Judged best = taught.judged();
        return "# A Kindred encoder of characters\n\n- " + String.join("\n- ", facts(taught)) + "\n- Space `"
                + parts.space().id() + "`.\n\n## Measured on " + HeadProvenance.heldOut(lesson, split, examples)
                + String.format(
                        Locale.ROOT,
                        "%n%n| what | value |%n|---|---|%n| %s | %.4f |%n| %s | %.4f |%n",
                        best.chosenBy().name(),
                        best.chosenBy().value(),
                        best.beside().name(),
                        best.beside().value())
                + "\n"
                + "The best weights were chosen on these, so the figures flatter a little.\n\n"
                + "## Limits\n\n"
                + "It has learned from the texts named above and nothing else.\n\n"
                + "## Licence\n\n"
                + "The weights follow the licence of the texts they were taught on. No weights of others are"
                + " inside.\n";
    }

    private Answer answer(Bundle bundle, Teaching.Taught taught) {
        Lesson.Score best = taught.judged().chosenBy();
        double before = taught.history().getFirst().judged().chosenBy().value();
        JsonObject json = new JsonObject();
        json.addProperty("bundle", bundle.id());
        json.addProperty("space", bundle.space().id());
        json.addProperty("path", bundle.path().toString());
        json.addProperty("steps", taught.steps());
        json.addProperty("bestStep", taught.bestStep());
        json.addProperty("stopped", taught.stopped());
        json.addProperty("validatedBy", best.name());
        json.addProperty("validation", best.value());
        json.addProperty("validationUntaught", before);
        json.addProperty("samplesPerSecond", taught.figures().samplesPerSecond());
        json.addProperty("seconds", wishes.secondsSince());
        return Answer.done(
                json,
                String.format(
                        Locale.ROOT,
                        "Sealed %s (space %s) after %,d steps in %.0f s.%nValidation, on %s: %s %.1f%%, %.1f%%"
                                + " untaught.",
                        bundle.path(),
                        bundle.space().shortId(),
                        taught.steps(),
                        wishes.secondsSince(),
                        HeadProvenance.heldOut(lesson, split, examples),
                        best.name(),
                        100 * best.value(),
                        100 * before));
    }
}
