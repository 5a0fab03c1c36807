package dev.kindred.cli;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * The commands that work, in the order in which a reader meets them. A command's class is loaded when that command is called, and no
 * other: starting is most of what a short command costs.
 */
final class CommandList {

    /**
     * A command by name.
     *
     * @param name one word, or two for a command of a group: {@code bundle show}
     * @param summary one line; the first of its own description
     */
    record Entry(String name, String summary, Supplier<Command> maker) {
        String group() {
            int space = name.indexOf(' ');
            return space < 0 ? name : name.substring(0, space);
        }
    }

    private static final List<Entry> ENTRIES = List.of(
            new Entry(
                    "demo",
                    "See it all in minutes: teach on icons or words, measure, seal, index, and search them in the"
                            + " browser.",
                    () -> new DemoCommand()),
            new Entry("train", "Teach an encoder from examples and seal it into one file.", () -> new TrainCommand()),
            new Entry(
                    "evaluate",
                    "Measure a bundle on DATA, beside what it is compared with.",
                    () -> new EvaluateCommand()),
            new Entry(
                    "verify",
                    "Say whether two pictures show the same, or two texts mean it: exit code 0 if so, 1 if not.",
                    () -> new VerifyCommand()),
            new Entry("embed", "Write the embeddings of DATA as .npy or .csv.", () -> new EmbedCommand()),
            new Entry(
                    "bundle show",
                    "Show what a bundle is and learned from, after checking every byte.",
                    () -> new BundleShowCommand()),
            new Entry(
                    "bundle import",
                    "Seal an ONNX encoder that others made, of texts or pictures, as a bundle.",
                    () -> new BundleImportCommand()),
            new Entry(
                    "index build",
                    "Embed DATA and make an index of it, its bundle beside it.",
                    () -> new IndexBuildCommand()),
            new Entry(
                    "index search",
                    "Find what is most like a picture, a text, an item or a vector.",
                    () -> new IndexSearchCommand()),
            new Entry(
                    "index add",
                    "Add DATA to an index; an item of the same id is replaced.",
                    () -> new IndexAddCommand()),
            new Entry(
                    "index delete",
                    "Delete items from an index, all of those named or none.",
                    () -> new IndexDeleteCommand()),
            new Entry(
                    "index stats",
                    "Show how many items an index holds, of which space, and what they take.",
                    () -> new IndexStatsCommand()),
            new Entry(
                    "index duplicates",
                    "Find all pairs of items that are nearly the same, and the clusters they make.",
                    () -> new IndexDuplicatesCommand()),
            new Entry(
                    "index check",
                    "Read an index, a snapshot or an archive from end to end: exit code 1 where something is wrong.",
                    () -> new IndexCheckCommand()),
            new Entry(
                    "index compact",
                    "Make one segment and one graph of an index's many, without what was deleted; searches go on.",
                    () -> new IndexCompactCommand()),
            new Entry(
                    "index rebuild",
                    "Make what searches read anew from the items, beside what is there.",
                    () -> new IndexRebuildCommand()),
            new Entry(
                    "index snapshot",
                    "Keep the items of an index as they are now, and its bundle, in a folder with the SHA-256 of each.",
                    () -> new IndexSnapshotCommand()),
            new Entry(
                    "index export",
                    "Write the items of an index as they are now into a rows file, which many programs read at once.",
                    () -> new IndexExportCommand()),
            new Entry(
                    "index restore",
                    "Make an index of a snapshot, every byte of which is checked first.",
                    () -> new IndexRestoreCommand()),
            new Entry(
                    "index archive",
                    "Compress the items of an index that is seldom asked; its first use makes it again.",
                    () -> new IndexArchiveCommand()),
            new Entry(
                    "index rescue",
                    "Save what can be read of an index with damaged items: exit code 1 where something is lost.",
                    () -> new IndexRescueCommand()),
            new Entry(
                    "index bench",
                    "Try every engine on your own vectors: recall, speed, memory, build, and which one to take.",
                    () -> new IndexBenchCommand()),
            new Entry(
                    "classes add",
                    "Add classes, or examples of classes, by labelled DATA; nothing is taught.",
                    () -> new ClassesAddCommand()),
            new Entry(
                    "classes remove",
                    "Remove classes with all their examples, all of those named or none.",
                    () -> new ClassesRemoveCommand()),
            new Entry(
                    "classes calibrate",
                    "Choose the score below which an answer is unknown, for a stated loss of the known.",
                    () -> new ClassesCalibrateCommand()),
            new Entry(
                    "classes classify",
                    "Say of which class a query is: exit code 1 where the answer is unknown.",
                    () -> new ClassesClassifyCommand()),
            new Entry(
                    "serve",
                    "Answer embed, verify and search over HTTP, with a page for the browser, until Ctrl-C.",
                    () -> new ServeCommand()),
            new Entry(
                    "keys add",
                    "Make an API key, shown this once; from then on a server asks for one.",
                    () -> new KeysAddCommand()),
            new Entry(
                    "keys list",
                    "List the API keys of this home, what they may do and what they used today.",
                    () -> new KeysListCommand()),
            new Entry(
                    "keys revoke",
                    "Revoke an API key: it opens nothing from now on, and what it has open is ended.",
                    () -> new KeysRevokeCommand()),
            new Entry(
                    "audit",
                    "Show who changed what, and in sensitive collections who searched; or check that log.",
                    () -> new AuditCommand()),
            new Entry(
                    "load",
                    "Ask a running server many times and tell how it bore it: exit code 1 where an objective was not"
                            + " met.",
                    () -> new LoadCommand()),
            new Entry(
                    "doctor",
                    "Check this machine, the home and, if named, a bundle or an index: exit code 1 with findings.",
                    () -> new DoctorCommand()));

    private CommandList() {}

    static List<Entry> all() {
        return ENTRIES;
    }

    /** The entry of this very name. */
    static Optional<Entry> find(String name) {
        return ENTRIES.stream().filter(entry -> entry.name().equals(name)).findFirst();
    }

    /** The entries of a group of two-word commands; empty where there is no such group. */
    static List<Entry> group(String word) {
        return ENTRIES.stream()
                .filter(entry -> entry.name().indexOf(' ') > 0 && entry.group().equals(word))
                .toList();
    }

    /** Whether a command line is answered in a blink, so that Ctrl-C needs no order: help, versions and {@code bundle show}. */
    static boolean isBrief(String[] arguments) {
        return arguments.length == 0
                || arguments[0].startsWith("-")
                || (arguments[0].equals("bundle") && !(arguments.length > 1 && arguments[1].equals("import")))
                || List.of(arguments).contains("--help");
    }

    /** A parser of one command's options. */
    static CommandLine line(Entry entry, Command command) {
        CommandLine line = new CommandLine(command);
        // A word that begins with @ is an item's id, never a file of further words.
        line.setExpandAtFiles(false);
        line.setCommandName("kindred " + entry.name());
        line.setUsageHelpWidth(100);
        line.setUsageHelpLongOptionsMaxWidth(28);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.getCommandSpec().usageMessage().sortOptions(false).abbreviateSynopsis(true);
        return line;
    }

    /** What {@code --help} prints for several commands. */
    static String overview(String synopsis, List<Entry> entries) {
        int width =
                entries.stream().mapToInt(entry -> entry.name().length()).max().orElse(0);
        StringBuilder text = new StringBuilder("Usage: ").append(synopsis).append("\n\n");
        for (Entry entry : entries) {
            text.append("  ")
                    .append(entry.name())
                    .append(" ".repeat(width + 2 - entry.name().length()))
                    .append(entry.summary())
                    .append('\n');
        }
        String example = entries.getFirst().name();
        return text.append("\nkindred COMMAND --help tells a command's options. Example:\n  kindred ")
                .append(example)
                .append(" --help\n")
                .toString();
    }

    /** The words that may stand first. */
    static List<String> firstWords() {
        return ENTRIES.stream().map(Entry::group).distinct().toList();
    }
}
