package dev.kindred.cli;

import dev.kindred.core.Refusal;
import dev.kindred.data.Dataset;
import dev.kindred.data.ReadOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How DATA is read, for every command that reads some. */
final class DataOptions {
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
            description = "Labels (ids, attributes) of vectors, one row each. Default: the file beside them, if any.")
    @Nullable
    Path labels;

    @Option(
            names = "--strict",
            description = "Stop at the first bad picture or row. Default: at more than 1%% of them.")
    boolean strict;

    /** @throws Refusal for an expression or a mapping that cannot be understood */
    ReadOptions readOptions() {
        return ReadOptions.of(label, attributes, columns, strict).withLabels(labels);
    }

    /** Finds the samples and tells what a person should know of them. */
    Dataset read(List<Path> paths, Run run) {
        Dataset data = Dataset.read(paths, readOptions(), run.progress());
        data.warnings().forEach(warning -> run.say("warning: " + warning));
        return data;
    }
}
