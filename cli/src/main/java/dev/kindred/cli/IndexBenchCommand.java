package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.NewFile;
import dev.kindred.core.Refusal;
import dev.kindred.index.EngineTrial;
import dev.kindred.index.TrialEngine;
import dev.kindred.index.TrialResult;
import dev.kindred.index.TrialSet;
import dev.kindred.report.Picture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which engine for these vectors? */
@CommandLine.Command(
        description = {
            "Try every engine on your own vectors: recall, speed, memory, build, and which one to take.",
            "",
            "SOURCE is an index folder, whose items are tried, or vectors as index build takes them. Without"
                    + " --queries some of them are drawn as queries and left out of what is indexed. Nothing is kept"
                    + " but the report.",
        },
        footer = {
            "",
            "Examples:",
            "  kindred index bench holiday.index --report engines.html",
            "  kindred index bench vectors.npy --distance l2 --queries asked.npy --target-recall 0.95"
        })
final class IndexBenchCommand implements Command {
    @Parameters(index = "0", paramLabel = "SOURCE", description = "An index folder, or vectors.")
    Path source = Path.of("");

    @Option(
            names = "--queries",
            paramLabel = "Q.npy",
            description = "Queries as people ask them, as vectors. Default: up to 500 of the vectors, held out.")
    @Nullable
    Path queries;

    @Option(
            names = "--target-recall",
            paramLabel = "R",
            description = "Share of the true k nearest to be found on average, above 0 and at most 1. Default:"
                    + " ${DEFAULT-VALUE}.")
    double target = 0.99;

    @Option(names = "-k", paramLabel = "K", description = "How many a query asks for. Default: ${DEFAULT-VALUE}.")
    int k = 10;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            description = "What it may take, about; fewer rows are drawn where all would take longer. Default:"
                    + " ${DEFAULT-VALUE}.")
    double minutes = 5;

    @Option(names = "--rows", paramLabel = "N", description = "Draw so many of the vectors. Default: all.")
    @Nullable
    Integer rows;

    @Option(names = "--seed", paramLabel = "S", description = "Of what is drawn. Default: ${DEFAULT-VALUE}.")
    long seed = 1;

    @Option(names = "--report", paramLabel = "R.html", description = "Also write one self-contained page.")
    @Nullable
    Path report;

    @Option(
            names = "--picture",
            paramLabel = "P.svg",
            description = "Also draw recall and speed of each engine as a picture of its own.")
    @Nullable
    Path picture;

    @Mixin
    VectorOptions vectors = new VectorOptions();

    @Mixin
    DataOptions data = new DataOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) throws IOException {
        EngineTrial.Plan plan = plan(run);
        if (report != null) {
            NewFile.requirePlace(report);
        }
        if (picture != null) {
            NewFile.requirePlace(picture);
        }
        Natives.forIndex(run.home());
        long begun = System.nanoTime();
        TrialSource from = TrialSource.of(source, vectors, data, seed, run);
        TrialSet set = queries == null
                ? TrialSet.holdingOut(from.vectors(), from.total(), seed)
                : TrialSet.asked(from.vectors(), from.total(), from.queries(queries, run), seed);
        TrialResult result;
        try (TrialFolder folder = TrialFolder.in(run.home())) {
            result = EngineTrial.run(rows == null ? set : set.limited(rows, seed), plan, folder.path(), run.progress());
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        TrialAnswer answer = new TrialAnswer(Words.line(source.toString()), from.given(), plan, result);
        JsonObject json = answer.json();
        json.addProperty("seconds", seconds);
        String text = answer.text();
        TrialPage page = new TrialPage(answer, seconds);
        if (picture != null) {
            String drawn = Picture.of(page.speed("Recall and speed on " + answer.source()));
            NewFile.write(picture, out -> out.write(drawn.getBytes(StandardCharsets.UTF_8)));
            json.addProperty("picture", picture.toString());
            text += "\npicture: " + picture;
        }
        if (report != null) {
            page.page().write(report);
            json.addProperty("report", report.toString());
            text += "\nreport: " + report;
        }
        return Answer.done(json, text);
    }

    private EngineTrial.Plan plan(Run run) {
        if (!(minutes > 0 && minutes <= 10_000)) {
            throw new Refusal("--minutes is " + minutes, "--minutes", "use more than 0, e.g. 5");
        }
        if (picture != null && !picture.toString().toLowerCase(Locale.ROOT).endsWith(".svg")) {
            throw new Refusal("is no name of an SVG, which is what is drawn", "--picture " + picture, "end it in .svg");
        }
        if (rows != null && rows < 1) {
            throw new Refusal("--rows is " + rows, "--rows", "use 1 or more, or leave it out to take all");
        }
        Duration time = Duration.ofMillis(Math.round(60_000 * minutes));
        return new EngineTrial.Plan(k, target, time, run.settings().threads(), seed, TrialEngine.usual());
    }
}
