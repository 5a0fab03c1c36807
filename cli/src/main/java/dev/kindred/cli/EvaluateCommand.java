package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Content;
import dev.kindred.core.Refusal;
import dev.kindred.core.Workers;
import dev.kindred.data.Dataset;
import dev.kindred.data.Entry;
import dev.kindred.data.Episodes;
import dev.kindred.data.Located;
import dev.kindred.encode.Bundle;
import dev.kindred.encode.Encoder;
import dev.kindred.evaluate.EvaluationReport;
import dev.kindred.evaluate.OneShotTask;
import dev.kindred.evaluate.PixelBaseline;
import dev.kindred.evaluate.RetrievalTask;
import dev.kindred.evaluate.Samples;
import dev.kindred.evaluate.Thumbnails;
import dev.kindred.evaluate.VerificationTask;
import dev.kindred.evaluate.Views;
import dev.kindred.media.PictureShape;
import dev.kindred.media.Pictures;
import dev.kindred.report.Page;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "DATA", description = "Labelled pictures that it was not taught on.")
    List<Path> paths = List.of();

    @Option(names = "--task", paramLabel = "TASK", description = "retrieval, verify or oneshot. Default: ${DEFAULT-VALUE}.")
    Task task = Task.retrieval;

    @Option(
            names = "--episodes",
            paramLabel = "E.csv",
            description = "One-shot trials as episode,query,candidate,match; paths are relative to DATA and go into zips.")
    @Nullable
    Path episodes;

    @Option(names = "--way", paramLabel = "N", description = "Candidates of a drawn one-shot trial. Default: ${DEFAULT-VALUE}.")
    int way = 20;

    @Option(names = "--trials", paramLabel = "N", description = "One-shot trials to draw. Default: ${DEFAULT-VALUE}.")
    int trials = 1000;

    @Option(names = "--across", description = "Draw one-shot trials across parents. Default: within one, where labels are nested.")
    boolean across;

    @Option(names = "--by", paramLabel = "ATTRIBUTE", description = "Also a table by this attribute; label and parent are always there.")
    @Nullable
    String by;

    @Option(names = "--seed", paramLabel = "S", description = "Of drawn trials and intervals. Default: ${DEFAULT-VALUE}.")
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
        if (episodes != null && task != Task.oneshot) {
            throw new Refusal("episodes are for the one-shot task", "--episodes", "add --task oneshot");
        }
        Bundle opened = Bundle.open(bundle);
        Episodes given = episodes == null ? null : Episodes.read(episodes, Located.open(paths));
        Dataset found = given == null ? data.read(paths, run) : Located.open(paths).dataset(given.ids());
        if (given == null) {
            requireClasses(found);
        }
        Natives.forEncoding(run.home());
        // A picture that a given trial asks for cannot be left out.
        boolean strict = data.strict || given != null;
        EmbeddedData embedded;
        Views views;
        try (Encoder encoder = opened.encoder(run.settings().threads())) {
            embedded = EmbeddedData.of(found, opened.preparation(), encoder, strict, run);
        }
        try (Encoder untrained = opened.untrained(run.settings().threads())) {
            views = new Views(
                    embedded.embeddings(),
                    PixelBaseline.of(embedded.rasters()),
                    EmbeddedData.encode(embedded.rasters(), opened.preparation().shape(), untrained, "untrained", run));
        }
        embedded.tellFailures(run);
        try (Workers workers = run.workers()) {
            return measured(opened, embedded, views, given, workers);
        }
    }

    private Answer measured(
            Bundle opened, EmbeddedData embedded, Views views, @Nullable Episodes given, Workers workers) {
        Samples samples = samples(embedded);
        Thumbnails thumbnails = thumbnails(embedded.rasters(), opened.preparation().shape());
        Page page = Page.titled("How good is " + bundle.getFileName() + "?", "Measured on " + told(embedded) + ".");
        if (task == Task.oneshot) {
            OneShotTask.Result result = OneShotTask.run(samples, views, trials(embedded, given), by);
            write(() -> EvaluationReport.oneShot(page, result, views.encoder(), thumbnails), opened);
            return answer(opened, result.json(), result.lines());
        }
        RetrievalTask.Result retrieval =
                task == Task.retrieval || report != null ? RetrievalTask.run(samples, views, by, seed, workers) : null;
        VerificationTask.Result verification = task == Task.verify || report != null
                ? VerificationTask.run(samples, views, opened.decision().orElse(null), by, seed, workers)
                : null;
        if (retrieval != null && verification != null) {
            write(
                    () -> EvaluationReport.verification(
                            EvaluationReport.retrieval(page, retrieval, views.encoder(), thumbnails), verification),
                    opened);
        }
        if (task == Task.retrieval && retrieval != null) {
            return answer(opened, retrieval.json(), retrieval.lines());
        }
        if (verification == null) {
            throw new IllegalStateException("nothing was measured");
        }
        return answer(opened, verification.json(), verification.lines());
    }

    private static void requireClasses(Dataset data) {
        if (data.classes().size() < 2) {
            throw new Refusal(
                    data.classes().isEmpty() ? "there are no labels" : "there is one class only, '" + data.classes().getFirst() + "'",
                    "DATA",
                    "give pictures of two classes at least, in a folder each, or say --label");
        }
    }

    private List<OneShotTask.Trial> trials(EmbeddedData embedded, @Nullable Episodes given) {
        Dataset data = embedded.data().subset(embedded.rows());
        boolean nested = data.classes().stream().anyMatch(label -> Dataset.parent(label) != null);
        Episodes drawn = given != null ? given : Episodes.draw(data, way, trials, seed, nested && !across);
        Map<String, Integer> rows = new LinkedHashMap<>();
        List<String> ids = embedded.ids();
        for (int i = 0; i < ids.size(); i++) {
            rows.put(ids.get(i), i);
        }
        List<OneShotTask.Trial> asked = new ArrayList<>();
        for (Episodes.Trial trial : drawn.trials()) {
            int[] candidates = trial.candidates().stream().mapToInt(id -> row(rows, id)).toArray();
            asked.add(new OneShotTask.Trial(trial.episode(), row(rows, trial.query()), candidates, trial.match()));
        }
        return asked;
    }

    private static int row(Map<String, Integer> rows, String id) {
        Integer row = rows.get(id);
        if (row == null) {
            throw new IllegalStateException("trial of an unknown picture " + id);
        }
        return row;
    }

    private static Samples samples(EmbeddedData embedded) {
        Dataset data = embedded.data();
        int[] all = data.labels();
        int[] labels = new int[embedded.rows().length];
        List<Map<String, String>> attributes = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            Entry entry = data.entry(embedded.rows()[i]);
            labels[i] = all[embedded.rows()[i]];
            attributes.add(entry.attributes());
        }
        return new Samples(embedded.ids(), data.classes(), labels, attributes);
    }

    private static Thumbnails thumbnails(List<byte[]> rasters, PictureShape shape) {
        return row -> Pictures.png(new Content.Pixels(shape.width(), shape.height(), shape.channels(), rasters.get(row)));
    }

    private static String told(EmbeddedData embedded) {
        return embedded.rows().length + " pictures of " + embedded.data().classes().size() + " classes";
    }

    /** A page drawn only where one was asked for. */
    private void write(java.util.function.Supplier<Page> page, Bundle opened) {
        if (report != null) {
            page.get().colophon("Kindred " + Version.current() + ", bundle " + opened.id() + ", space " + opened.space().id() + ".").write(report);
        }
    }

    private Answer answer(Bundle opened, JsonObject json, List<String> lines) {
        json.addProperty("bundle", opened.id());
        json.addProperty("space", opened.space().id());
        String text = String.join("\n", lines);
        if (report != null) {
            json.addProperty("report", report.toString());
            text += "\nreport: " + report;
        }
        return Answer.done(json, text);
    }
}
