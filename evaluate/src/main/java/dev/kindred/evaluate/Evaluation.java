package dev.kindred.evaluate;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.kindred.core.Decision;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.data.Dataset;
import dev.kindred.data.Episodes;
import dev.kindred.data.Located;
import dev.kindred.data.ReadOptions;
import dev.kindred.encode.Bundle;
import dev.kindred.report.Page;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A bundle measured on data: {@code ./kindred evaluate} as a call. */
public final class Evaluation {
    private static final String TAUGHT_ON_IT =
            "the encoder was taught on this very data: the figures flatter, measure on classes it never saw";

    private final Bundle bundle;
    private final Dataset data;
    private final Encoded encoded;
    private final Outcome outcome;
    private final EvaluationOptions options;
    private final boolean taughtOnIt;
    private final Workers workers;

    /** One of the three, by task. */
    private sealed interface Outcome {
        record Found(RetrievalTask.Result result) implements Outcome {}

        record Told(VerificationTask.Result result) implements Outcome {}

        record Answered(OneShotTask.Result result) implements Outcome {}
    }

    private Evaluation(
            Bundle bundle,
            Dataset data,
            Encoded encoded,
            Outcome outcome,
            EvaluationOptions options,
            boolean taughtOnIt,
            Workers workers) {
        this.bundle = bundle;
        this.data = data;
        this.encoded = encoded;
        this.outcome = outcome;
        this.options = options;
        this.taughtOnIt = taughtOnIt;
        this.workers = workers;
    }

    /**
     * Reads DATA (or the pictures that the episodes name, relative to DATA) and measures.
     *
     * @throws Refusal where the data cannot answer the task
     */
    public static Evaluation run(
            Bundle bundle,
            List<Path> data,
            ReadOptions reading,
            EvaluationOptions options,
            Workers workers,
            Progress progress) {
        Path csv = options.episodes();
        if (csv == null) {
            return run(bundle, Dataset.read(data, reading, progress), options, workers, progress);
        }
        if (options.task() != EvaluationOptions.Task.ONESHOT) {
            throw new Refusal("episodes are one-shot trials", "--episodes", "say --task oneshot");
        }
        Located located = Located.open(data);
        Episodes episodes = Episodes.read(csv, located);
        return oneShot(bundle, located.dataset(episodes.ids()), episodes, options, false, workers, progress);
    }

    /** Measures on a data set already read; one-shot trials are drawn from it. */
    public static Evaluation run(
            Bundle bundle, Dataset data, EvaluationOptions options, Workers workers, Progress progress) {
        if (options.task() == EvaluationOptions.Task.ONESHOT) {
            boolean nested = data.classes().stream().anyMatch(label -> Dataset.parent(label) != null);
            boolean within = nested && !options.acrossParents();
            Episodes episodes = Episodes.draw(data, options.way(), options.trials(), options.seed(), within);
            int[] rows = episodes.ids().stream()
                    .mapToInt(id -> data.row(id).orElseThrow())
                    .toArray();
            return oneShot(bundle, data.subset(rows), episodes, options, taughtOn(bundle, data), workers, progress);
        }
        requireClasses(data);
        Encoded encoded = Encoded.of(bundle, data, options.baselines(), options.strict(), workers, progress);
        Outcome outcome = options.task() == EvaluationOptions.Task.VERIFY
                ? new Outcome.Told(told(bundle, encoded, options, workers))
                : new Outcome.Found(found(encoded, options, workers));
        return new Evaluation(bundle, data, encoded, outcome, options, taughtOn(bundle, data), workers);
    }

    private static void requireClasses(Dataset data) {
        if (data.classes().size() < 2) {
            throw new Refusal(
                    data.classes().isEmpty()
                            ? "there are no labels"
                            : "there is one class only, '" + data.classes().getFirst() + "'",
                    "DATA",
                    "give pictures of two classes at least, in a folder each, or say --label");
        }
    }

    private static Evaluation oneShot(
            Bundle bundle,
            Dataset data,
            Episodes episodes,
            EvaluationOptions options,
            boolean taughtOnIt,
            Workers workers,
            Progress progress) {
        Encoded read = Encoded.of(bundle, data, options.baselines(), options.strict(), workers, progress);
        Samples samples = Trials.withEpisodes(read.samples(), episodes);
        Encoded encoded = new Encoded(samples, read.views(), read.rows(), read.failures());
        OneShotTask.Result result =
                OneShotTask.run(samples, encoded.views(), Trials.of(episodes, samples), options.by());
        return new Evaluation(bundle, data, encoded, new Outcome.Answered(result), options, taughtOnIt, workers);
    }

    private static RetrievalTask.Result found(Encoded encoded, EvaluationOptions options, Workers workers) {
        return RetrievalTask.run(encoded.samples(), encoded.views(), options.by(), options.seed(), workers);
    }

    private static VerificationTask.Result told(
            Bundle bundle, Encoded encoded, EvaluationOptions options, Workers workers) {
        @Nullable Decision decision = bundle.decision().orElse(null);
        return VerificationTask.run(
                encoded.samples(), encoded.views(), decision, options.by(), options.seed(), workers);
    }

    /** The figures as DESIGN §4 names them, with the bundle and the samples that could not be read. */
    public JsonObject json() {
        JsonObject json = switch (outcome) {
            case Outcome.Found(RetrievalTask.Result result) -> result.json();
            case Outcome.Told(VerificationTask.Result result) -> result.json();
            case Outcome.Answered(OneShotTask.Result result) -> result.json();
        };
        json.addProperty("bundle", bundle.id());
        json.addProperty("space", bundle.space().id());
        json.addProperty("unreadable", encoded.failures().size());
        if (taughtOnIt) {
            json.addProperty("taughtOnThisData", true);
        }
        return json;
    }

    /** The figures for people. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>(
                switch (outcome) {
                    case Outcome.Found(RetrievalTask.Result result) -> result.lines();
                    case Outcome.Told(VerificationTask.Result result) -> result.lines();
                    case Outcome.Answered(OneShotTask.Result result) -> result.lines();
                });
        if (!encoded.failures().isEmpty()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%d left out, unreadable: %s",
                    encoded.failures().size(),
                    encoded.failures().stream().limit(3).map(p -> p.line()).collect(Collectors.joining("; "))));
        }
        return lines;
    }

    /** What a person should know of the data. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>(data.warnings());
        if (taughtOnIt) {
            warnings.add(TAUGHT_ON_IT);
        }
        return warnings;
    }

    /** Whether this is the very data set, by its fingerprint, that the encoder was taught and chosen on. */
    private static boolean taughtOn(Bundle bundle, Dataset data) {
        return bundle.manifest().get("provenance") instanceof JsonObject provenance
                && provenance.get("data") instanceof JsonObject learned
                && learned.get("fingerprint") instanceof JsonPrimitive fingerprint
                && learned.get("samples") instanceof JsonPrimitive samples
                // Counted first: the fingerprint reads every file.
                && samples.getAsString().equals(String.valueOf(data.size()))
                && fingerprint.getAsString().equals(data.fingerprint());
    }

    /** The samples left out because they could not be read, one line each. */
    public List<String> failures() {
        return encoded.failures().stream().map(p -> p.line()).toList();
    }

    /**
     * Writes one self-contained HTML page. Retrieval and verification are both shown, whichever was asked for; the workers must still
     * be open.
     */
    public void writeReport(Path file) {
        Thumbnails thumbnails = new DatasetThumbnails(data, encoded.rows());
        Page page = Page.titled("Evaluation of " + bundle.path().getFileName(), lead());
        page = switch (outcome) {
            case Outcome.Found(RetrievalTask.Result result) ->
                both(page, result, told(bundle, encoded, options, workers), thumbnails);
            case Outcome.Told(VerificationTask.Result result) ->
                both(page, found(encoded, options, workers), result, thumbnails);
            case Outcome.Answered(OneShotTask.Result result) ->
                EvaluationReport.oneShot(page, result, encoded.views().encoder(), thumbnails);
        };
        page.colophon("Bundle " + bundle.id() + ", space " + bundle.space().id() + ". Made by Kindred.")
                .write(file);
    }

    private Page both(Page page, RetrievalTask.Result found, VerificationTask.Result told, Thumbnails thumbnails) {
        return EvaluationReport.verification(
                EvaluationReport.retrieval(page, found, encoded.views().encoder(), thumbnails), told);
    }

    private String lead() {
        Samples samples = encoded.samples();
        String flattered = taughtOnIt ? " But " + TAUGHT_ON_IT + "." : "";
        long labelled =
                IntStream.of(samples.labels()).filter(label -> label >= 0).count();
        return labelled == 0
                ? String.format(Locale.ROOT, "Measured on %,d samples.%s", samples.size(), flattered)
                : String.format(
                        Locale.ROOT,
                        "Measured on %,d samples of %,d classes.%s",
                        samples.size(),
                        samples.classesPresent(),
                        flattered);
    }
}
