package dev.kindred.cli;

import ai.djl.Device;
import com.google.gson.JsonObject;
import dev.kindred.core.NewFile;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.data.ReadOptions;
import dev.kindred.train.Options;
import dev.kindred.train.Teaching;
import dev.kindred.train.Torch;
import dev.kindred.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From examples to a sealed bundle: read, split, plan, teach, decide, seal. */
final class TrainRun {
    /** Every run is done within this, from start to sealed file, where nothing else is asked for. */
    private static final Duration USUAL = Duration.ofMinutes(18);

    static final String REPORT = "index.html";

    private final Run run;
    private final Wishes wishes;

    /**
     * What was asked for.
     *
     * @param head {@code linear} or {@code mlp} on a frozen encoder; null where none is named
     * @param comparator whether a learned distance is taught on top
     * @param validation what is validated on instead of a part of the data; empty for that part
     * @param minutes null for the usual limit
     * @param splitBy attribute whose values are held out whole; null for classes or their parents
     * @param report folder of the report; null for none
     * @param began when, by {@link System#nanoTime}
     */
    record Wishes(
            List<Path> data,
            ReadOptions reading,
            Path out,
            Options options,
            @Nullable String head,
            boolean comparator,
            List<Path> validation,
            @Nullable Double minutes,
            long seed,
            String device,
            @Nullable String splitBy,
            @Nullable Path report,
            @Nullable String resume,
            long began) {

        double secondsSince() {
            return (System.nanoTime() - began) / 1e9;
        }
    }

    TrainRun(Run run, Wishes wishes) {
        this.run = run;
        this.wishes = wishes;
    }

    Answer teach() {
        requirePlaces();
        try (Workers workers = run.workers()) {
            Course course = course(workers);
            Device device = Torch.start(run.settings().threads(), wishes.device());
            KeptRun kept = KeptRun.of(run, wishes, name(course));
            while (true) {
                try (Trainer trainer = new Trainer(
                        course.set(),
                        course.architecture(),
                        course.start(),
                        course.recipe(),
                        device,
                        workers,
                        new Telling(run, wishes.seed()))) {
                    Teaching teaching = trainer.teach(remaining(course.share()), run.stop(), kept.runs());
                    Course next = teaching instanceof Teaching.Taught taught
                                    && !run.stop().getAsBoolean()
                            ? course.next(taught, trainer, workers).orElse(null)
                            : null;
                    if (next == null) {
                        return end(teaching, trainer, course, kept, workers);
                    }
                    course = next;
                    kept = kept.next(name(next));
                }
            }
        }
    }

    private Course course(Workers workers) {
        String encoder = wishes.options().encoder();
        if (encoder != null && (encoder.endsWith(".kindred") || Files.exists(Path.of(encoder)))) {
            return wishes.comparator() && wishes.head() == null
                    ? ComparatorCourse.of(run, wishes, Path.of(encoder), workers)
                    : HeadCourse.of(run, wishes, Path.of(encoder), workers);
        }
        if (wishes.comparator()) {
            throw new Refusal(
                    "a comparator stands on an encoder that is there already",
                    "--comparator",
                    "name its bundle: --encoder base.kindred");
        }
        if (wishes.head() != null) {
            throw new Refusal(
                    "a head stands on an encoder that is there already",
                    "--head",
                    "name its bundle: --encoder base.kindred");
        }
        if (encoder != null && (encoder.equals("chars") || encoder.startsWith("chars:"))) {
            return CharacterCourse.of(run, wishes, workers);
        }
        if (!wishes.validation().isEmpty()) {
            throw new Refusal(
                    "an encoder of pictures taught from nothing validates on a part of DATA",
                    "--validation",
                    "leave it out");
        }
        return PictureCourse.of(run, wishes, workers);
    }

    /** Twenty minutes are too long to wait for the word that the result has no place. */
    private void requirePlaces() {
        NewFile.requirePlace(wishes.out());
        if (wishes.report() != null) {
            NewFile.requirePlace(wishes.report().resolve(REPORT));
        }
    }

    private Answer end(Teaching teaching, Trainer trainer, Course course, KeptRun kept, Workers workers) {
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
                    yield course.seal(taught, trainer, workers);
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

    /** Recipe and data as text: a run is gone on with only where both are the same. */
    private String name(Course course) {
        return String.join(
                "\n",
                course.recipe().withSteps(1).toString(),
                "steps " + wishes.options().steps(),
                course.architecture().toString(),
                course.fingerprint());
    }

    private Duration remaining(double share) {
        Duration all = wishes.minutes() == null ? USUAL : Duration.ofMillis((long) (wishes.minutes() * 60_000));
        Duration left = all.minusNanos(System.nanoTime() - wishes.began());
        if (wishes.options().steps() != null) {
            return Duration.ofDays(365);
        }
        if (left.isNegative() || left.isZero()) {
            throw new Refusal("reading the data took all the time there was", "--minutes", "allow more");
        }
        return Duration.ofNanos((long) (left.toNanos() * share));
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
}
