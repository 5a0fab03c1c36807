package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import dev.kindred.index.Change;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Visibility;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Fewer items. */
@CommandLine.Command(
        description = "Delete items from an index, all of those named or none.",
        footer = {"", "Example:", "  kindred index delete holiday.index 2019/img_7.jpg"})
final class IndexDeleteCommand implements Command {
    @Parameters(index = "0", paramLabel = "DIR", description = "The index folder.")
    Path dir = Path.of("");

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "ID", description = "Ids as a search prints them.")
    List<String> ids = List.of();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        try (EmbeddedIndex index = new IndexFolder(dir).open(run)) {
            for (String id : ids) {
                if (index.get(id).isEmpty()) {
                    throw new Refusal("there is no such item", id, "nothing was deleted; ids are what a search prints");
                }
            }
            index.write(ids.stream().<Change>map(Change.Delete::new).toList(), Visibility.SEARCHABLE);
            JsonObject json = new JsonObject();
            json.addProperty("deleted", ids.size());
            json.addProperty("count", index.info().count());
            return Answer.done(
                    json,
                    String.format(
                            Locale.ROOT,
                            "%d deleted; %s now holds %,d items",
                            ids.size(),
                            dir,
                            index.info().count()));
        }
    }
}
