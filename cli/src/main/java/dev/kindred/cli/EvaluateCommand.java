package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.NewFile;
import dev.kindred.core.Workers;
import dev.kindred.encode.Bundle;
import dev.kindred.evaluate.Evaluation;
import dev.kindred.evaluate.EvaluationOptions;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How good is it on what it never saw? */
@CommandLine.Command(
        description = "Measure a bundle on labelled DATA, beside raw pixels and the untrained encoder.",
        footer = {
            "",
            "Examples:",
            "  kindred evaluate photos.kindred unseen/ --report report.html",
            "  kindred evaluate faces.kindred people/ --task verify --by camera",
            "  kindred evaluate letters.kindred omniglot/ --task oneshot --episodes omniglot/episodes.csv"
        })
final class EvaluateCommand implements Command {
    enum Task {
        retrieval,
        verify,
        oneshot
    }

    @Parameters(index = "0", paramLabel = "M.kindred", description = "The bundle to measure.")
    Path bundle = Path.of("");

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "DATA",
            description = "Labelled pictures that it was not taught on.")
    List<Path> paths = List.of();

    @Option(
            names = "--task",
            paramLabel = "TASK",
            description = "retrieval, verify or oneshot. Default: ${DEFAULT-VALUE}.")
    Task task = Task.retrieval;

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
        Bundle opened = Bundle.open(bundle);
        Natives.forEncoding(run.home());
        EvaluationOptions options = new EvaluationOptions(
                EvaluationOptions.Task.ofWireName(task.name()),
                way,
                trials,
                across,
                episodes,
                by,
                seed,
                data.strict,
                true);
        try (Workers workers = run.workers()) {
            Evaluation evaluation = Evaluation.run(opened, paths, data.readOptions(), options, workers, run.progress());
            evaluation.warnings().forEach(warning -> run.say("note: " + warning));
            if (report != null) {
                evaluation.writeReport(report);
            }
            return answer(evaluation);
        }
    }

    private Answer answer(Evaluation evaluation) {
        JsonObject json = evaluation.json();
        String text = String.join("\n", evaluation.lines());
        if (report != null) {
            json.addProperty("report", report.toString());
            text += "\nreport: " + report;
        }
        return Answer.done(json, text);
    }
}
