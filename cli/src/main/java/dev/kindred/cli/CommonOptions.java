package dev.kindred.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command has. */
final class CommonOptions {

    /** How progress is shown. */
    enum ProgressStyle {
        /** A bar on a terminal, else plain lines. */
        AUTO,
        /** Plain lines on standard error. */
        LINES,
        /** JSON lines on standard output, for a program that started this one. */
        JSON,
        NONE
    }

    @Option(names = "--json", description = "Print one JSON object on one line, the last on standard output.")
    boolean json;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of the whole process. Default: the cores that the control group allows.")
    @Nullable
    Integer threads;

    @Option(names = "--home", paramLabel = "DIR", description = "Where Kindred keeps its things. Default: ~/.kindred.")
    @Nullable
    Path home;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Settings. Default: kindred.yaml in this folder, if there is one; kindred serve"
                    + " --print-config shows them all.")
    @Nullable
    Path config;

    @Option(names = "--progress", hidden = true)
    ProgressStyle progress = ProgressStyle.AUTO;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;
}
