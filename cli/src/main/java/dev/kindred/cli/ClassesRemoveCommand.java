package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Nearest;
import dev.kindred.core.Refusal;
import dev.kindred.index.Change;
import dev.kindred.index.Classes;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Items;
import dev.kindred.index.Value;
import dev.kindred.index.Visibility;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Fewer classes. */
@CommandLine.Command(
        description = "Remove classes with all their examples, all of those named or none.",
        footer = {"", "Example:", "  kindred classes remove shells.classes cockle"})
final class ClassesRemoveCommand implements Command {
    @Parameters(index = "0", paramLabel = "DIR", description = "The folder of the classes.")
    Path dir = Path.of("");

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "NAME", description = "Classes by name.")
    List<String> names = List.of();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        try (EmbeddedIndex index = new IndexFolder(dir).open(run)) {
            Classes before = Classes.of(index);
            for (String name : names) {
                if (!before.names().contains(name)) {
                    throw new Refusal(
                            "there is no class '" + name + "'",
                            dir.toString(),
                            Nearest.advice(name, before.names(), "nothing was removed"));
                }
            }
            List<Change> changes = new ArrayList<>();
            Set<String> gone = Set.copyOf(names);
            try (Items items = index.scan(0)) {
                for (Items.Written written : items) {
                    if (written.item().payload().get(Classes.LABEL) instanceof Value.Text(String name)
                            && gone.contains(name)) {
                        changes.add(new Change.Delete(written.item().id()));
                    }
                }
            }
            index.write(changes, Visibility.SEARCHABLE);
            int left = before.names().size() - gone.size();
            JsonObject json = new JsonObject();
            json.addProperty("removed", gone.size());
            json.addProperty("examples", changes.size());
            json.addProperty("classes", left);
            return Answer.done(
                    json,
                    String.format(
                            Locale.ROOT,
                            "classes removed: %,d, with %,d examples; %s now holds %,d classes",
                            gone.size(),
                            changes.size(),
                            dir,
                            left));
        }
    }
}
