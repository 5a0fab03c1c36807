package dev.kindred.cli;

import dev.kindred.train.Options;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Teaches an encoder from examples and seals it. The one command that runs with PyTorch. */
@CommandLine.Command(
        description = "Teach an encoder from examples and seal it into one file.",
        footer = {
            "",
            "With DATA and --out alone, everything else is chosen from the sizes and counts of the data.",
            "",
            "With an encoder's bundle, a head is taught on what it gives. DATA may then be texts as well, pairs,",
            "graded pairs, triplets or judged queries, and decides the loss: see docs/training.md. With --comparator",
            "a learned distance is taught on the embeddings, which then says what is the same and reorders what is"
                    + " found.",
            "",
            "Examples:",
            "  kindred train photos/ --out photos.kindred --report report/",
            "  kindred train names.csv --encoder chars --out names.kindred",
            "  kindred train pairs.csv --encoder minilm.kindred --out mine.kindred",
            "  kindred train products.csv --encoder minilm.kindred --head mlp --comparator --out matching.kindred"
        })
final class TrainCommand implements Command {
    @Parameters(arity = "1..*", paramLabel = "DATA", description = "Folders of class folders, zips of them, or tables.")
    List<Path> paths = List.of();

    @Option(names = "--out", required = true, paramLabel = "M.kindred", description = "The bundle to write.")
    Path out = Path.of("");

    @Option(
            names = "--encoder",
            paramLabel = "E",
            description =
                    "Pictures: conv4[:width[:embedding]], default by the data; texts: chars[:width[:embedding]], or a"
                            + " bundle to teach a head on.")
    @Nullable
    String encoder;

    @Option(names = "--head", paramLabel = "H", description = "On a bundle's encoder: linear or mlp. Default: linear.")
    @Nullable
    String head;

    @Option(
            names = "--comparator",
            description =
                    "On a bundle's encoder, or on the head: teach a learned distance that judges pairs of embeddings.")
    boolean comparator;

    @Option(
            names = "--validation",
            paramLabel = "DATA",
            description = "Validate a head on this instead of a part of DATA. May be given several times.")
    List<Path> validation = List.of();

    @Option(
            names = "--loss",
            paramLabel = "L",
            description =
                    "supcon, contrastive, triplet, margin-ranking, cosent or mnr. Default: by the data, supcon for"
                            + " classes.")
    @Nullable
    String loss;

    @Option(
            names = "--miner",
            paramLabel = "N",
            description = "For triplets: batch-all, batch-hard or semi-hard. Default: semi-hard.")
    @Nullable
    String miner;

    @Option(names = "--distance", paramLabel = "D", description = "cosine or l2. Default: cosine.")
    @Nullable
    String distance;

    @CommandLine.ArgGroup(exclusive = true)
    @Nullable
    Length length;

    /** How long to teach. */
    static final class Length {
        @Option(
                names = "--steps",
                paramLabel = "N",
                description = "Steps to teach; with --seed and --threads the same again.")
        @Nullable
        Integer steps;

        @Option(names = "--minutes", paramLabel = "T", description = "Minutes to teach, at most.")
        @Nullable
        Double minutes;
    }

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Decides every choice by chance. Default: ${DEFAULT-VALUE}.")
    long seed = 1;

    @Option(names = "--augment", paramLabel = "A", description = "gentle, drawing or none. Default: gentle.")
    @Nullable
    String augment;

    @Option(
            names = "--resume",
            paramLabel = "RUN",
            description = "Go on with a run that was stopped: its name or folder.")
    @Nullable
    String resume;

    @Option(names = "--report", paramLabel = "DIR", description = "Also write an HTML report into this folder.")
    @Nullable
    Path report;

    @Option(
            names = "--split-by",
            paramLabel = "ATTRIBUTE",
            description = "Hold out whole values of this attribute for validation. Default: classes, or their parents.")
    @Nullable
    String splitBy;

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
        long began = System.nanoTime();
        Options options = new Options(encoder, loss, miner, distance, length == null ? null : length.steps, augment);
        TrainRun.Wishes wishes = new TrainRun.Wishes(
                paths,
                data.readOptions(),
                out,
                options,
                head,
                comparator,
                validation,
                length == null ? null : length.minutes,
                seed,
                device.device.name(),
                splitBy,
                report,
                resume,
                began);
        Natives.forTraining(run.home());
        Natives.forEncoding(run.home());
        return new TrainRun(run, wishes).teach();
    }
}
