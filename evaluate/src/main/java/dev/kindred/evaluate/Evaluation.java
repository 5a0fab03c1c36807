package dev.kindred.evaluate;

import com.google.gson.JsonObject;
import dev.kindred.core.Decision;
import dev.kindred.core.Distance;
import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.core.metric.Verification;
import dev.kindred.data.Dataset;
import dev.kindred.data.Episodes;
import dev.kindred.data.Examples;
import dev.kindred.data.Located;
import dev.kindred.data.Problem;
import dev.kindred.data.ReadOptions;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.LearnedDistance;
import dev.kindred.evaluate.EvaluationOptions.Task;
import dev.kindred.report.Page;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A bundle, or vectors that people already have, measured on data: {@code ./kindred evaluate} as a call. */
public final class Evaluation {
    private static final String TAUGHT_ON_IT =
            "the encoder was taught on this very data: the figures flatter, measure on classes it never saw";

    private final Subject subject;
    private final Outcome outcome;
    private final List<String> told;
    private final List<Problem> failures;
    private final boolean taughtOnIt;

    private Evaluation(
            Subject subject, Outcome outcome, List<String> told, List<Problem> failures, boolean taughtOnIt) {
        this.subject = subject;
        this.outcome = outcome;
        this.told = List.copyOf(told);
        this.failures = List.copyOf(failures);
        this.taughtOnIt = taughtOnIt;
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
        Subject subject = new Subject.OfBundle(bundle);
        Path csv = options.episodes();
        if (csv == null) {
            Examples examples = Examples.read(data, reading, progress);
            return run(subject, examples, reading, options, workers, progress);
        }
        if (options.task() != Task.ONESHOT) {
            throw new Refusal("episodes are one-shot trials", "--episodes", "say --task oneshot");
        }
        Located located = Located.open(data);
        Episodes episodes = Episodes.read(csv, located);
        return oneShot(subject, located.dataset(episodes.ids()), episodes, options, false, workers, progress);
    }

    /**
     * Reads and measures vectors that another program made.
     *
     * @param name of their space
     * @throws Refusal where DATA holds anything else, or cannot answer the task
     */
    public static Evaluation vectors(
            String name,
            Distance distance,
            List<Path> data,
            ReadOptions reading,
            EvaluationOptions options,
            Workers workers,
            Progress progress) {
        Examples examples = Examples.read(data, reading, progress);
        Subject subject = Subject.OfVectors.of(name, examples.samples(), distance);
        return run(subject, examples, reading, options, workers, progress);
    }

    /** Measures on a data set already read; one-shot trials are drawn from it. */
    public static Evaluation run(
            Bundle bundle, Dataset data, EvaluationOptions options, Workers workers, Progress progress) {
        return run(
                new Subject.OfBundle(bundle),
                new Examples.Labelled(data),
                ReadOptions.defaults(),
                options,
                workers,
                progress);
    }

    /**
     * Measures on examples already read, of any shape but triplets.
     *
     * @param reading how the validation pairs of the options are read
     * @throws Refusal where the shape cannot answer the task
     */
    public static Evaluation run(
            Subject subject,
            Examples examples,
            ReadOptions reading,
            EvaluationOptions options,
            Workers workers,
            Progress progress) {
        Task task = Objects.requireNonNullElseGet(options.task(), () -> Task.usual(examples));
        requireFitting(task, examples, options);
        return switch (examples) {
            case Examples.Labelled(Dataset data) -> labelled(subject, data, task, options, workers, progress);
            case Examples.Judged judged -> ranked(subject, judged, options, workers, progress);
            case Examples.Pairs pairs ->
                switch (task) {
                    case STS -> graded(subject, pairs, options, workers, progress);
                    case RETRIEVAL -> ranked(subject, JudgedSet.of(pairs), options, workers, progress);
                    default -> paired(subject, pairs, reading, options, workers, progress);
                };
            case Examples.Triplets triplets ->
                throw new Refusal("triplets teach, but nothing is measured on them", "DATA", "give pairs or labels");
        };
    }

    private static void requireFitting(Task task, Examples examples, EvaluationOptions options) {
        String shape = switch (examples) {
            case Examples.Labelled labelled -> "samples of classes";
            case Examples.Judged judged -> "judged queries";
            case Examples.Pairs pairs -> pairs.graded() ? "graded pairs" : "pairs that are the same or not";
            case Examples.Triplets triplets -> "triplets";
        };
        boolean fits = switch (examples) {
            case Examples.Labelled labelled -> task != Task.STS;
            case Examples.Judged judged -> task == Task.RETRIEVAL;
            case Examples.Pairs pairs -> pairs.graded() ? task == Task.STS : task != Task.STS && task != Task.ONESHOT;
            case Examples.Triplets triplets -> true;
        };
        if (!fits) {
            throw new Refusal(
                    "DATA holds " + shape + ", which do not answer the task " + task.wireName(),
                    "--task",
                    "leave it out for " + Task.usual(examples).wireName());
        }
        if (options.by() != null && !(examples instanceof Examples.Labelled)) {
            throw new Refusal("DATA holds " + shape + ", which have no attributes", "--by", "leave it out");
        }
        if (options.validation() != null && !(examples instanceof Examples.Pairs && task == Task.VERIFY)) {
            throw new Refusal(
                    "chooses the threshold of F1, which DATA has no answers for",
                    "--validation",
                    "leave it out, or give pairs with a label of 0 or 1");
        }
    }

    private static Evaluation labelled(
            Subject subject, Dataset data, Task task, EvaluationOptions options, Workers workers, Progress progress) {
        if (task == Task.ONESHOT) {
            boolean nested = data.classes().stream().anyMatch(label -> Dataset.parent(label) != null);
            boolean within = nested && !options.acrossParents();
            Episodes episodes = Episodes.draw(data, options.way(), options.trials(), options.seed(), within);
            int[] rows = episodes.ids().stream()
                    .mapToInt(id -> data.row(id).orElseThrow())
                    .toArray();
            return oneShot(subject, data.subset(rows), episodes, options, subject.taughtOn(data), workers, progress);
        }
        requireClasses(data);
        if (options.by() != null) {
            // Refused before the wait, not after it.
            Samples.of(data, IntStream.range(0, data.size()).toArray()).values(options.by());
        }
        Encoded encoded = subject.encode(Encoded.DOCUMENT, data, options, workers, progress);
        LabelledSet set = new LabelledSet(subject, data, encoded, options, workers);
        Outcome outcome = task == Task.VERIFY ? new Outcome.Told(set, set.told()) : new Outcome.Found(set, set.found());
        return new Evaluation(
                subject,
                outcome,
                LabelledSet.warnings(data, encoded, options),
                encoded.failures(),
                subject.taughtOn(data));
    }

    private static void requireClasses(Dataset data) {
        if (data.classes().size() < 2) {
            throw new Refusal(
                    data.classes().isEmpty()
                            ? "there are no labels"
                            : "there is one class only, '" + data.classes().getFirst() + "'",
                    "DATA",
                    switch (data.kind()) {
                        case PICTURE -> "give pictures of two classes at least, in a folder each, or say --label";
                        case TEXT ->
                            "give texts of two classes at least with a column of labels, or say --columns label=…";
                        case VECTOR -> "give vectors of two classes at least, or say --labels FILE";
                    });
        }
    }

    private static Evaluation oneShot(
            Subject subject,
            Dataset data,
            Episodes episodes,
            EvaluationOptions options,
            boolean taughtOnIt,
            Workers workers,
            Progress progress) {
        Encoded read = subject.encode(Encoded.DOCUMENT, data, options, workers, progress);
        Samples samples = Trials.withEpisodes(read.samples(), episodes);
        Encoded encoded = new Encoded(samples, read.views(), read.rows(), read.failures(), read.truncated());
        OneShotTask.Result result =
                OneShotTask.run(samples, encoded.views(), Trials.of(episodes, samples), options.by());
        LabelledSet set = new LabelledSet(subject, data, encoded, options, workers);
        return new Evaluation(
                subject,
                new Outcome.Answered(set, result),
                Stream.concat(data.warnings().stream(), encoded.notes().stream())
                        .toList(),
                encoded.failures(),
                taughtOnIt);
    }

    private static Evaluation ranked(
            Subject subject, Examples.Judged judged, EvaluationOptions options, Workers workers, Progress progress) {
        JudgedSet set = JudgedSet.of(subject, judged, options, workers, progress);
        try (LearnedDistance comparator = subject.comparator(workers.threads()).orElse(null)) {
            Outcome outcome = new Outcome.Ranked(set, set.ranked(comparator, options, workers));
            return new Evaluation(subject, outcome, set.warnings(), set.failures(), false);
        }
    }

    private static Evaluation graded(
            Subject subject, Examples.Pairs pairs, EvaluationOptions options, Workers workers, Progress progress) {
        PairSet set = PairSet.of(subject, pairs, options, workers, progress);
        StsTask.Result result = StsTask.run(set.encoded().samples().size(), set.graded(), options.seed(), workers);
        return measured(subject, pairs, set, options, new Outcome.Graded(set, result));
    }

    private static Evaluation paired(
            Subject subject,
            Examples.Pairs pairs,
            ReadOptions reading,
            EvaluationOptions options,
            Workers workers,
            Progress progress) {
        GivenPairsTask.@Nullable Answered validation = null;
        Path chosenOn = options.validation();
        if (chosenOn != null) {
            if (!(Examples.read(List.of(chosenOn), reading, progress) instanceof Examples.Pairs choosing)
                    || choosing.graded()) {
                throw new Refusal("holds no pairs with a label of 0 or 1", chosenOn.toString(), "give such pairs");
            }
            validation =
                    PairSet.of(subject, choosing, options, workers, progress).answered();
        }
        PairSet set = PairSet.of(subject, pairs, options, workers, progress);
        GivenPairsTask.Result result = GivenPairsTask.run(
                set.encoded().samples(),
                set.answered(),
                validation,
                subject.decision().orElse(null),
                options.seed(),
                workers);
        return measured(subject, pairs, set, options, new Outcome.Paired(set, result));
    }

    private static Evaluation measured(
            Subject subject, Examples.Pairs pairs, PairSet set, EvaluationOptions options, Outcome outcome) {
        Dataset data = pairs.samples();
        return new Evaluation(
                subject,
                outcome,
                LabelledSet.warnings(data, set.encoded(), options),
                set.encoded().failures(),
                subject.taughtOn(data));
    }

    /**
     * Thresholds and calibration chosen on these very pairs: for data that is to decide, not for the figures above. The first thing that
     * vectors made elsewhere lack.
     *
     * @throws Refusal where the task was not verification
     */
    public Decision decision() {
        Verification pairs = switch (outcome) {
            case Outcome.Told(LabelledSet set, VerificationTask.Result result) -> result.encoder();
            case Outcome.Paired(PairSet set, GivenPairsTask.Result result) ->
                result.told().encoder();
            default ->
                throw new Refusal(
                        "thresholds are chosen on pairs that are the same and pairs that are not",
                        "--decision",
                        "say --task verify");
        };
        return Calibrator.decision(pairs);
    }

    /** The figures as DESIGN §4 names them, with what was measured and the samples that could not be read. */
    public JsonObject json() {
        JsonObject json = outcome.json();
        subject.describe(json);
        json.addProperty("unreadable", failures.size());
        if (taughtOnIt) {
            json.addProperty("taughtOnThisData", true);
        }
        return json;
    }

    /** The figures for people. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>(outcome.lines());
        if (!failures.isEmpty()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%d left out, unreadable: %s",
                    failures.size(),
                    failures.stream().limit(3).map(Problem::line).collect(Collectors.joining("; "))));
        }
        return lines;
    }

    /** What a person should know of the data. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>(told);
        if (taughtOnIt) {
            warnings.add(TAUGHT_ON_IT);
        }
        return warnings;
    }

    /** The samples left out because they could not be read, one line each. */
    public List<String> failures() {
        return failures.stream().map(Problem::line).toList();
    }

    /**
     * Writes one self-contained HTML page. By label, retrieval and verification are both shown, whichever was asked for; the workers must
     * still be open.
     */
    public void writeReport(Path file) {
        String flattered = taughtOnIt ? " But " + TAUGHT_ON_IT + "." : "";
        outcome.addTo(Page.titled("Evaluation of " + subject.name(), outcome.sentence() + flattered))
                .colophon(subject.colophon())
                .write(file);
    }
}
