package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.data.Dataset;
import dev.kindred.data.Kind;
import dev.kindred.evaluate.Encoded;
import dev.kindred.evaluate.Subject;
import dev.kindred.index.Change;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Visibility;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** More items for an index. */
@CommandLine.Command(
        description = "Add DATA to an index; an item of the same id is replaced.",
        footer = {"", "Example:", "  kindred index add holiday.index more/"})
final class IndexAddCommand implements Command {
    @Parameters(index = "0", paramLabel = "DIR", description = "The index folder.")
    Path dir = Path.of("");

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "DATA",
            description = "Folders, zips, tables, or single pictures and files of texts.")
    List<Path> paths = List.of();

    @Option(names = "--no-sources", description = "Keep no copy of pictures or texts; answers then cannot show them.")
    boolean noSources;

    @Mixin
    DataToEmbed data = new DataToEmbed();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        data.device.require();
        IndexFolder folder = new IndexFolder(dir);
        try (EmbeddedIndex index = folder.open(run)) {
            Subject giver = folder.giver(index);
            Dataset found = data.read(giver, paths, run);
            Encoded encoded = data.encode(giver, found, run);
            List<Change> changes;
            try (var items = IndexFolder.items(found, encoded, !noSources)) {
                changes = items.<Change>map(Change.Put::new).toList();
            }
            long before = index.info().count();
            index.write(changes, Visibility.SEARCHABLE);
            long added = Math.clamp(index.info().count() - before, 0, changes.size());
            long replaced = changes.size() - added;
            if (replaced > 0 && areNumbered(found)) {
                run.say("note: nothing names the rows of " + paths.getFirst()
                        + ", so they are 0, 1, 2 …, and replaced those that"
                        + " were so called; to keep both, name ids: --labels FILE with a column id");
            }
            JsonObject json = new JsonObject();
            json.addProperty("added", added);
            json.addProperty("replaced", replaced);
            json.addProperty("bad", encoded.failures().size());
            json.addProperty("count", index.info().count());
            json.addProperty("space", index.info().space().id());
            return Answer.done(
                    json,
                    String.format(
                            Locale.ROOT,
                            "%,d added, %,d replaced; %s now holds %,d items",
                            added,
                            replaced,
                            dir,
                            index.info().count()));
        }
    }

    /** Whether nothing names the rows, so that those of every such file have the same ids. */
    private boolean areNumbered(Dataset found) {
        return found.kind() == Kind.VECTOR
                && data.data.labels == null
                && IntStream.range(0, found.size())
                        .allMatch(row -> found.entry(row).id().equals(String.valueOf(row)));
    }
}
