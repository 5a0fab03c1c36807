package dev.kindred.cli;

import java.util.LinkedHashMap;
import java.util.Map;
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
            description = "Take an attribute from the path. May be given several times.")
    Map<String, String> attributes = new LinkedHashMap<>();

    @Option(
            names = "--columns",
            paramLabel = "ROLE=COLUMN",
            split = ",",
            description = "Map a table's columns, e.g. label=category,image=file: names, or positions from 1 where there is no header.")
    Map<String, String> columns = new LinkedHashMap<>();

    @Option(names = "--strict", description = "Stop at the first bad row. Default: at more than 1%% of bad rows.")
    boolean strict;
}
