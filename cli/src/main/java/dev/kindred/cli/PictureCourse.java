package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Decision;
import dev.kindred.core.Embeddings;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.Verification;
import dev.kindred.data.Dataset;
import dev.kindred.data.Examples;
import dev.kindred.data.Kind;
import dev.kindred.data.Loaded;
import dev.kindred.data.Loading;
import dev.kindred.data.PictureSizes;
import dev.kindred.data.Split;
import dev.kindred.data.Splits;
import dev.kindred.data.Survey;
import dev.kindred.encode.Architecture;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Sealing;
import dev.kindred.encode.Weights;
import dev.kindred.evaluate.Baseline;
import dev.kindred.evaluate.Calibrator;
import dev.kindred.evaluate.Encoded;
import dev.kindred.media.PictureShape;
import dev.kindred.train.Lesson;
import dev.kindred.train.Plan;
import dev.kindred.train.Recipe;
import dev.kindred.train.Samples;
import dev.kindred.train.Teaching;
import dev.kindred.train.Trainer;
import dev.kindred.train.TrainingSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Pictures that teach an encoder from nothing: planned by sizes and counts, read, split, taught and sealed.
 *
 * @param rows of the data set that could be decoded, one a raster
 */
record PictureCourse(
        Run run,
        TrainRun.Wishes wishes,
        Dataset data,
        Split split,
        Plan plan,
        Samples.Pictures pictures,
        Lesson.Classes classes,
        int[] rows)
        implements Course {

    static PictureCourse of(Run run, TrainRun.Wishes wishes, Workers workers) {
        Dataset data = Dataset.read(wishes.data(), wishes.reading(), run.progress());
        data.warnings().forEach(warning -> run.say("note: " + warning));
        if (data.kind() == Kind.TEXT) {
            throw new Refusal(
                    "DATA holds texts, and nothing is named that could learn from them",
                    "--encoder",
                    "name chars to teach from nothing, or a bundle to teach a head on");
        }
        Split split = Splits.holdOut(data, 0.2, wishes.seed(), wishes.splitBy());
        PictureCourse course = load(run, wishes, data, split, plan(wishes, data, split, workers), workers);
        TaughtExamples.tellDuplicates(run, new Examples.Labelled(data), split);
        run.say("teaching %,d pictures of %,d classes; %s for validation"
                .formatted(course.classes().size(), classes(data, split.train()), split.how()));
        return course;
    }

    @Override
    public TrainingSet set() {
        return new TrainingSet(pictures, classes);
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
        return data.fingerprint() + "\n" + split.how();
    }

    private static Plan plan(TrainRun.Wishes wishes, Dataset data, Split split, Workers workers) {
        Survey survey = Survey.of(data, workers);
        PictureSizes sizes = survey.sizes();
        if (sizes.count() == 0) {
            throw new Refusal(
                    "none of the pictures can be decoded",
                    wishes.data().getFirst().toString(),
                    "give PNG, JPEG, GIF, BMP or PGM");
        }
        Plan plan = Plan.of(
                sizes.medianWidth(),
                sizes.medianHeight(),
                sizes.grey(),
                split.train().length,
                classes(data, split.train()),
                wishes.seed());
        return wishes.options().in(plan);
    }

    /** Classes with at least two samples among these rows. */
    private static int classes(Dataset data, int[] rows) {
        int[] counts = new int[data.classes().size()];
        int[] labels = data.labels();
        for (int row : rows) {
            if (labels[row] >= 0) {
                counts[labels[row]]++;
            }
        }
        return (int) Arrays.stream(counts).filter(c -> c > 1).count();
    }

    private static PictureCourse load(
            Run run, TrainRun.Wishes wishes, Dataset data, Split split, Plan plan, Workers workers) {
        var input = plan.architecture().input();
        PictureShape shape = new PictureShape(input.width(), input.height(), input.channels(), PictureShape.Fit.PAD);
        PictureShape fine = Samples.Pictures.fine(shape, plan.oversampling());
        Loaded<byte[]> loaded = Loading.each(
                data,
                workers,
                (row, content) -> fine.raster((Content.Pixels) content),
                wishes.reading().strict(),
                run.progress());
        run.tellLeftOut(loaded.failures());
        int[] place = new int[data.size()];
        Arrays.fill(place, -1);
        int[] labels = new int[loaded.rows().length];
        for (int i = 0; i < labels.length; i++) {
            place[loaded.rows()[i]] = i;
            labels[i] = data.labels()[loaded.rows()[i]];
        }
        int[] train = kept(split.train(), place);
        Samples.Pictures pictures =
                new Samples.Pictures(loaded.values(), plan.oversampling(), preparation(shape, loaded.values(), train));
        return new PictureCourse(
                run,
                wishes,
                data,
                split,
                plan,
                pictures,
                new Lesson.Classes(labels, train, kept(split.validation(), place)),
                loaded.rows());
    }

    private static int[] kept(int[] rows, int[] place) {
        return Arrays.stream(rows).map(row -> place[row]).filter(at -> at >= 0).toArray();
    }

    /** The mean and deviation of each channel over the teaching pictures. */
    private static PicturePreparation preparation(PictureShape shape, List<byte[]> rasters, int[] train) {
        int channels = shape.channels();
        List<Float> means = new ArrayList<>();
        List<Float> deviations = new ArrayList<>();
        for (int c = 0; c < channels; c++) {
            long sum = 0;
            long squares = 0;
            long count = 0;
            for (int sample : train) {
                byte[] raster = rasters.get(sample);
                for (int i = c; i < raster.length; i += channels) {
                    long level = raster[i] & 0xff;
                    sum += level;
                    squares += level * level;
                    count++;
                }
            }
            double mean = (double) sum / count;
            double variance = (double) squares / count - mean * mean;
            means.add((float) (mean / 255));
            // Pictures of nearly one level are not blown up into noise.
            deviations.add((float) Math.max(0.05, Math.sqrt(Math.max(0, variance)) / 255));
        }
        return new PicturePreparation(shape, means, deviations);
    }

    @Override
    public Answer seal(Teaching.Taught taught, Trainer trainer, Workers workers) {
        EncoderParts parts = EncoderParts.of(
                plan.architecture(),
                taught.best(),
                pictures.preparation(),
                plan.recipe().distance());
        List<Content.Pixels> held = validationPictures();
        Embeddings validation;
        try (Encoder encoder = parts.open(run.settings().threads())) {
            validation = Encoded.encode(encoder, held, "encoding", run.words());
        }
        int[] heldRows =
                Arrays.stream(classes.validation()).map(sample -> rows[sample]).toArray();
        int[] labels = Arrays.stream(heldRows).map(row -> data.labels()[row]).toArray();
        Verification pairs = Verification.measure(validation, labels, wishes.seed(), workers);
        Decision decision = Calibrator.decision(pairs);
        JsonObject baseline = Baseline.of(validation, pairs).json();
        Provenance provenance =
                new Provenance(data, split, plan, taught, wishes, run.settings().threads());
        Bundle bundle = new Sealing(
                        parts,
                        Sealing.probe(pictures.preparation(), trainer::pictures),
                        decision,
                        baseline,
                        provenance.json(),
                        provenance.card(parts.space(), decision, pairs))
                .write(wishes.out());
        if (wishes.report() != null) {
            Path page = wishes.report().resolve(TrainRun.REPORT);
            new TrainReport(provenance, taught, parts, decision, held)
                    .write(page, heldRows, validation, run.settings().threads(), workers, run.words());
            run.say("report: " + page);
        }
        return answer(bundle, taught, decision, provenance);
    }

    /** The validation pictures as the sealed preprocessing gives them, so that the whole sealed way is measured. */
    private List<Content.Pixels> validationPictures() {
        PicturePreparation preparation = pictures.preparation();
        PictureShape shape = preparation.shape();
        List<Content.Pixels> held = new ArrayList<>();
        for (int sample : classes.validation()) {
            byte[] raster = preparation.raster(data.content(rows[sample]));
            held.add(new Content.Pixels(shape.width(), shape.height(), shape.channels(), raster));
        }
        return held;
    }

    private Answer answer(Bundle bundle, Teaching.Taught taught, Decision decision, Provenance provenance) {
        Lesson.Judged best = taught.judged();
        double seconds = wishes.secondsSince();
        JsonObject json = new JsonObject();
        json.addProperty("bundle", bundle.id());
        json.addProperty("space", bundle.space().id());
        json.addProperty("path", bundle.path().toString());
        json.addProperty("steps", taught.steps());
        json.addProperty("bestStep", taught.bestStep());
        json.addProperty("stopped", taught.stopped());
        json.addProperty("classesHeldOut", provenance.classesHeldOut());
        json.addProperty("validationRecallAt1", best.beside().value());
        json.addProperty("validationMapAtR", best.chosenBy().value());
        json.addProperty("picturesPerSecond", taught.figures().samplesPerSecond());
        json.addProperty("waitingShare", taught.figures().waitingShare());
        json.addProperty("seconds", seconds);
        decision.usualThreshold().ifPresent(t -> {
            json.addProperty("threshold", t.threshold());
            json.addProperty("fmr", t.targetFmr());
        });
        String text = String.format(
                Locale.ROOT,
                "Sealed %s (space %s) after %,d steps in %.0f s.%nValidation, on %s: Recall@1 %.1f%%, MAP@R %.1f%%.",
                bundle.path(),
                bundle.space().shortId(),
                taught.steps(),
                seconds,
                provenance.heldOut(),
                100 * best.beside().value(),
                100 * best.chosenBy().value());
        return Answer.done(json, text);
    }
}
