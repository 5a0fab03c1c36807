package dev.kindred.cli;

import ai.djl.Device;
import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Decision;
import dev.kindred.core.Embeddings;
import dev.kindred.core.NewFile;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.Verification;
import dev.kindred.data.Dataset;
import dev.kindred.data.Duplicates;
import dev.kindred.data.Loaded;
import dev.kindred.data.Loading;
import dev.kindred.data.PictureSizes;
import dev.kindred.data.ReadOptions;
import dev.kindred.data.Split;
import dev.kindred.data.Splits;
import dev.kindred.data.Survey;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.encode.EncoderParts;
import dev.kindred.encode.PicturePreparation;
import dev.kindred.encode.Sealing;
import dev.kindred.evaluate.Baseline;
import dev.kindred.evaluate.Calibrator;
import dev.kindred.evaluate.Encoded;
import dev.kindred.media.PictureShape;
import dev.kindred.train.Lesson;
import dev.kindred.train.Observer;
import dev.kindred.train.Options;
import dev.kindred.train.Plan;
import dev.kindred.train.Samples;
import dev.kindred.train.Teaching;
import dev.kindred.train.Torch;
import dev.kindred.train.Trainer;
import dev.kindred.train.TrainingSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** From pictures to a sealed bundle: read, split, plan, teach, decide, seal. */
final class TrainRun {
    /** Every run is done within this, from start to sealed file, where nothing else is asked for. */
    private static final Duration USUAL = Duration.ofMinutes(18);

    private static final String REPORT = "index.html";

    private final Run run;
    private final Wishes wishes;
    private final long began = System.nanoTime();

    /**
     * What was asked for.
     *
     * @param minutes null for the usual limit
     * @param splitBy attribute whose values are held out whole; null for classes or their parents
     * @param report folder of the report; null for none
     */
    record Wishes(
            List<Path> data,
            ReadOptions reading,
            Path out,
            Options options,
            @Nullable Double minutes,
            long seed,
            String device,
            @Nullable String splitBy,
            @Nullable Path report,
            @Nullable String resume) {}

    TrainRun(Run run, Wishes wishes) {
        this.run = run;
        this.wishes = wishes;
    }

    Answer teach() {
        requirePlaces();
        try (Workers workers = run.workers()) {
            Dataset data = Dataset.read(wishes.data(), wishes.reading(), run.progress());
            data.warnings().forEach(warning -> run.say("note: " + warning));
            Split split = Splits.holdOut(data, 0.2, wishes.seed(), wishes.splitBy());
            Plan plan = plan(data, split, workers);
            Material lesson = load(data, split, plan, workers);
            tellDuplicates(data, split);
            run.say("teaching %,d pictures of %,d classes; %s for validation"
                    .formatted(lesson.set().lesson().size(), classes(data, split.train()), split.how()));
            Device device = Torch.start(run.settings().threads(), wishes.device());
            try (Trainer trainer =
                    new Trainer(lesson.set(), plan.architecture(), plan.recipe(), device, workers, new Telling(plan))) {
                KeptRun kept = KeptRun.of(run, wishes, name(lesson, plan));
                Teaching teaching = trainer.teach(remaining(), run.stop(), kept.runs());
                return end(teaching, trainer, lesson, plan, kept, workers);
            }
        }
    }

    /** Twenty minutes are too long to wait for the word that the result has no place. */
    private void requirePlaces() {
        NewFile.requirePlace(wishes.out());
        if (wishes.report() != null) {
            NewFile.requirePlace(wishes.report().resolve(REPORT));
        }
    }

    private Answer end(Teaching teaching, Trainer trainer, Material lesson, Plan plan, KeptRun kept, Workers workers) {
        Answer answer = switch (teaching) {
            case Teaching.Collapsed collapsed -> collapsed(collapsed);
            case Teaching.Taught taught
            when taught.steps() == 0 -> {
                run.stop().check();
                throw new Refusal("the time was over before the first step", "--minutes", "allow more");
            }
            case Teaching.Taught taught -> {
                kept.tellStopped(taught);
                try {
                    yield seal(lesson, plan, taught, trainer, workers);
                } catch (RuntimeException e) {
                    kept.tellKept();
                    throw e;
                }
            }
        };
        if (!(teaching instanceof Teaching.Taught taught && taught.stopped())) {
            kept.clear();
        }
        return answer;
    }

    /**
     * Everything read.
     *
     * @param rows of the data set that could be decoded, one a raster
     */
    private record Material(Dataset data, Split split, Samples.Pictures pictures, Lesson.Classes classes, int[] rows) {
        TrainingSet set() {
            return new TrainingSet(pictures, classes);
        }
    }

    /** Recipe and data as text: a run is gone on with only where both are the same. */
    private String name(Material lesson, Plan plan) {
        return String.join(
                "\n",
                plan.recipe().withSteps(1).toString(),
                "steps " + wishes.options().steps(),
                plan.architecture().toString(),
                lesson.data().fingerprint(),
                lesson.split().how());
    }

    private Duration remaining() {
        Duration all = wishes.minutes() == null ? USUAL : Duration.ofMillis((long) (wishes.minutes() * 60_000));
        Duration left = all.minusNanos(System.nanoTime() - began);
        if (wishes.options().steps() != null) {
            return Duration.ofDays(365);
        }
        if (left.isNegative() || left.isZero()) {
            throw new Refusal("reading the pictures took all the time there was", "--minutes", "allow more");
        }
        return left;
    }

    private Plan plan(Dataset data, Split split, Workers workers) {
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

    private void tellDuplicates(Dataset data, Split split) {
        List<Duplicates.Duplicate> duplicates = Duplicates.across(data, split);
        duplicates.stream().limit(5).forEach(d -> run.say("note: " + d.line(data)));
        if (duplicates.size() > 5) {
            run.say("note: " + (duplicates.size() - 5) + " more duplicates stand on both sides of the split");
        }
    }

    private Material load(Dataset data, Split split, Plan plan, Workers workers) {
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
        return new Material(
                data,
                split,
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

    private Answer collapsed(Teaching.Collapsed collapsed) {
        JsonObject json = new JsonObject();
        json.addProperty("collapsed", true);
        json.addProperty("step", collapsed.step());
        json.addProperty("variance", collapsed.variance());
        json.addProperty("advice", collapsed.advice());
        return new Answer(
                json,
                "The embeddings collapsed: after %d steps all are alike (variance %.2g). Nothing was sealed.%nLikely why: %s."
                        .formatted(collapsed.step(), collapsed.variance(), collapsed.advice()),
                false);
    }

    private Answer seal(Material lesson, Plan plan, Teaching.Taught taught, Trainer trainer, Workers workers) {
        EncoderParts parts = EncoderParts.of(
                plan.architecture(),
                taught.best(),
                lesson.pictures().preparation(),
                plan.recipe().distance());
        List<Content.Pixels> pictures = validationPictures(lesson);
        Embeddings validation;
        try (Encoder encoder = parts.open(run.settings().threads())) {
            validation = Encoded.encode(encoder, pictures, "encoding", run.words());
        }
        int[] rows = Arrays.stream(lesson.classes().validation())
                .map(sample -> lesson.rows()[sample])
                .toArray();
        int[] labels =
                Arrays.stream(rows).map(row -> lesson.data().labels()[row]).toArray();
        Verification pairs = Verification.measure(validation, labels, wishes.seed(), workers);
        Decision decision = Calibrator.decision(pairs);
        JsonObject baseline = Baseline.of(validation, pairs).json();
        Provenance provenance = new Provenance(
                lesson.data(),
                lesson.split(),
                plan,
                taught,
                wishes,
                run.settings().threads());
        Bundle bundle = new Sealing(
                        parts,
                        Sealing.probe(lesson.pictures().preparation(), trainer::pictures),
                        decision,
                        baseline,
                        provenance.json(),
                        provenance.card(parts.space(), decision, pairs))
                .write(wishes.out());
        if (wishes.report() != null) {
            Path page = wishes.report().resolve(REPORT);
            new TrainReport(provenance, taught, parts, decision, pictures)
                    .write(page, rows, validation, run.settings().threads(), workers, run.words());
            run.say("report: " + page);
        }
        return answer(bundle, taught, decision, provenance);
    }

    /** The validation pictures as the sealed preprocessing gives them, so that the whole sealed way is measured. */
    private static List<Content.Pixels> validationPictures(Material lesson) {
        PicturePreparation preparation = lesson.pictures().preparation();
        PictureShape shape = preparation.shape();
        List<Content.Pixels> pictures = new ArrayList<>();
        for (int sample : lesson.classes().validation()) {
            byte[] raster = preparation.raster(lesson.data().content(lesson.rows()[sample]));
            pictures.add(new Content.Pixels(shape.width(), shape.height(), shape.channels(), raster));
        }
        return pictures;
    }

    private Answer answer(Bundle bundle, Teaching.Taught taught, Decision decision, Provenance provenance) {
        Lesson.Judged best = taught.bestPoint().judged();
        double seconds = (System.nanoTime() - began) / 1e9;
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

    /** Tells people how the run goes. */
    private final class Telling implements Observer {
        private final Plan plan;

        Telling(Plan plan) {
            this.plan = plan;
        }

        @Override
        public void step(
                int step,
                int total,
                double loss,
                Lesson.@Nullable Judged judged,
                double variance,
                double picturesPerSecond) {
            String note = String.format(
                    Locale.ROOT,
                    "loss %.3f · recall@1 %s · variance %.2f · %,.0f images/s",
                    loss,
                    judged == null
                            ? "–"
                            : String.format(
                                    Locale.ROOT, "%.1f%%", 100 * judged.beside().value()),
                    variance,
                    picturesPerSecond);
            run.words().at("teaching", step, total, note);
        }

        @Override
        public void outOfTime(int step, int total) {
            run.say("the machine became slower: out of time after %,d of %,d steps, the best so far is kept"
                    .formatted(step, total));
        }

        @Override
        public void cut(int planned, int fitting) {
            run.say(
                    "%,d steps would not fit into the time: teaching %,d instead, from the start (--steps %d --seed %d gives the same)"
                            .formatted(planned, fitting, fitting, plan.recipe().seed()));
        }
    }
}
