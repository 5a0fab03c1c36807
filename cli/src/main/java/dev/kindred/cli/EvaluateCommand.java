package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.NewFile;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.DecisionJson;
import dev.kindred.evaluate.Evaluation;
import dev.kindred.evaluate.EvaluationOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How good is it on what it never saw? */
@CommandLine.Command(
        description = {
            "Measure a bundle on DATA, beside what it is compared with.",
            "",
            "Pictures are compared with raw pixels and the untrained encoder, texts with words (BM25) and the untaught"
                    + " one. Vectors that another program made are measured without a bundle.",
            "",
            "DATA says what is measured: labels (retrieval, verify, oneshot), pairs that are the same or not (verify,"
                    + " F1), graded pairs (sts: Spearman), a BEIR folder (retrieval: nDCG@10, MAP, MRR, Recall@k)."
        },
        footer = {
            "",
            "Examples:",
            "  kindred evaluate photos.kindred unseen/ --report report.html",
            "  kindred evaluate faces.kindred people/ --task verify --by camera",
            "  kindred evaluate letters.kindred omniglot/ --task oneshot --episodes omniglot/episodes.csv",
            "  kindred evaluate words.kindred sts-test.csv",
            "  kindred evaluate words.kindred scifact/ --report worst-queries.html",
            "  kindred evaluate products.kindred test.csv --validation valid.csv",
            "  kindred evaluate vectors.npy --labels labels.csv --task verify --decision decision.json"
        })
final class EvaluateCommand implements Command {
    enum Task {
        retrieval,
        verify,
        sts,
        oneshot
    }

    @Parameters(
            index = "0",
            paramLabel = "M.kindred",
            description = "The bundle to measure; or vectors, which need none.")
    Path subject = Path.of("");

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "DATA",
            description = "Samples, pairs or judged queries that it was not taught on.")
    List<Path> paths = List.of();

    @Option(
            names = "--task",
            paramLabel = "TASK",
            description = "retrieval, verify, sts or oneshot. Default: what the shape of DATA asks for.")
    @Nullable
    Task task;

    @Option(
            names = "--episodes",
            paramLabel = "E.csv",
            description =
                    "One-shot trials as episode,query,candidate,match; paths are relative to DATA and go into zips.")
    @Nullable
    Path episodes;

    @Option(
            names = "--way",
            paramLabel = "N",
            description = "Candidates of a drawn one-shot trial. Default: ${DEFAULT-VALUE}.")
    int way = 20;

    @Option(names = "--trials", paramLabel = "N", description = "One-shot trials to draw. Default: ${DEFAULT-VALUE}.")
    int trials = 1000;

    @Option(
            names = "--across",
            description = "Draw one-shot trials across parents. Default: within one, where labels are nested.")
    boolean across;

    @Option(
            names = "--by",
            paramLabel = "ATTRIBUTE",
            description = "Also a table by this attribute; label and parent are always there.")
    @Nullable
    String by;

    @Option(
            names = "--validation",
            paramLabel = "PAIRS",
            description = "Labelled pairs that choose the threshold of F1 for the pairs of DATA.")
    @Nullable
    Path validation;

    @Mixin
    VectorOptions vectors = new VectorOptions();

    @Option(
            names = "--decision",
            paramLabel = "OUT.json",
            description = "With --task verify: also write thresholds and calibration chosen on DATA, as a bundle's"
                    + " decision.json holds them.")
    @Nullable
    Path decision;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Of drawn trials and intervals. Default: ${DEFAULT-VALUE}.")
    long seed = 1;

    @Option(names = "--report", paramLabel = "R.html", description = "Also write one self-contained page.")
    @Nullable
    Path report;

    @Mixin
    DataOptions data = new DataOptions();

    @Mixin
    DeviceOption device = new DeviceOption();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        device.require();
        if (report != null) {
            NewFile.requirePlace(report);
        }
        if (decision != null) {
            NewFile.requirePlace(decision);
        }
        EvaluationOptions options = new EvaluationOptions(
                task == null ? null : EvaluationOptions.Task.ofWireName(task.name()),
                way,
                trials,
                across,
                episodes,
                by,
                seed,
                data.strict,
                true,
                validation);
        try (Workers workers = run.workers()) {
            Evaluation evaluation =
                    vectors.stand(subject, data) ? vectors(options, workers, run) : bundle(options, workers, run);
            evaluation.warnings().forEach(warning -> run.say("note: " + warning));
            return answer(evaluation);
        }
    }

    private Evaluation bundle(EvaluationOptions options, Workers workers, Run run) {
        Bundle opened = Bundle.open(subject);
        if (paths.isEmpty()) {
            throw new Refusal("no DATA is named", "DATA", "say evaluate " + subject + " DATA");
        }
        Natives.forEncoding(run.home());
        return Evaluation.run(
                opened,
                paths,
                data.readOptions().withTaught(TaughtColumns.of(opened)),
                options,
                workers,
                run.progress());
    }

    private Evaluation vectors(EvaluationOptions options, Workers workers, Run run) {
        List<Path> all = new ArrayList<>(List.of(subject));
        all.addAll(paths);
        return Evaluation.vectors(
                vectors.name(subject), vectors.distance(), all, data.readOptions(), options, workers, run.progress());
    }

    private Answer answer(Evaluation evaluation) {
        JsonObject json = evaluation.json();
        String text = String.join("\n", evaluation.lines());
        if (decision != null) {
            JsonObject chosen = DecisionJson.write(evaluation.decision());
            NewFile.write(decision, out -> out.write((chosen + "\n").getBytes(StandardCharsets.UTF_8)));
            json.add("decision", chosen);
            text += "\ndecision: " + decision;
        }
        if (report != null) {
            evaluation.writeReport(report);
            json.addProperty("report", report.toString());
            text += "\nreport: " + report;
        }
        return Answer.done(json, text);
    }
}
