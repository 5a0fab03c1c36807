package dev.kindred.cli;

import dev.kindred.core.Refusal;
import dev.kindred.data.Dataset;
import dev.kindred.data.Kind;
import dev.kindred.data.ReadOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How DATA is read, for every command that reads some. */
final class DataOptions {
    enum As {
        pictures,
        vectors
    }

    @Option(
            names = "--label",
            paramLabel = "REGEX",
            description = "Take the label from the path: the first group of this expression.")
    @Nullable
    String label;

    @Option(
            names = "--attribute",
            paramLabel = "NAME=REGEX",
            description = "Take an attribute from the path, e.g. drawer='_(\\d\\d)\\.png'. May be given several times.")
    List<String> attributes = new ArrayList<>();

    @Option(
            names = "--columns",
            paramLabel = "ROLE=COLUMN,…",
            description =
                    "Map a table's columns, e.g. label=category,image=file: names, or positions from 1 where there is"
                            + " no header.")
    List<String> columns = new ArrayList<>();

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description =
                    "Labels (ids, attributes) of vectors, one row each under a header, e.g. id,label. Default: the"
                            + " file beside them, if any; ids are the rows' numbers where none names them.")
    @Nullable
    Path labels;

    @Option(
            names = "--as",
            paramLabel = "KIND",
            description = "What an IDX file holds: pictures or vectors. Default: pictures.")
    @Nullable
    As as;

    @Option(
            names = "--where",
            paramLabel = "NAME=VALUE",
            description = "Take only samples whose attribute (or label) has this value, e.g. split=test. May be given"
                    + " several times.")
    List<String> only = new ArrayList<>();

    @Option(
            names = "--strict",
            description = "Stop at the first bad picture or row. Default: at more than 1%% of them.")
    boolean strict;

    /** @throws Refusal for an expression or a mapping that cannot be understood */
    ReadOptions readOptions() {
        return ReadOptions.of(label, attributes, columns, strict)
                .withLabels(labels)
                .withKind(areVectors() ? Kind.VECTOR : null)
                .withOnly(only);
    }

    /** Whether files that could hold either are to be read as vectors. */
    boolean areVectors() {
        return as == As.vectors;
    }

    /** Finds the samples and tells what a person should know of them. */
    Dataset read(List<Path> paths, ReadOptions options, Run run) {
        Dataset data = Dataset.read(paths, options, run.progress());
        data.warnings().forEach(warning -> run.say("warning: " + warning));
        return data;
    }
}
