package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Distance;
import dev.kindred.core.Space;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.GenerationFolder;
import dev.kindred.index.Rescued;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is left of a damaged index. */
@CommandLine.Command(
        description = {
            "Save what can be read of an index with damaged items: exit code 1 where something is lost.",
            "",
            "The damaged folder is only read. rescued.json in the new one lists what was lost, and what the view alone"
                    + " still had."
        },
        footer = {"", "Example:", "  kindred index rescue holiday.index --out rescued.index"})
final class IndexRescueCommand implements Command {
    /** Ids of each list with {@code --json}; all are in the file. */
    private static final int MOST_IDS = 1_000;

    private static final int SHOWN = 5;

    @Parameters(index = "0", paramLabel = "DIR", description = "The index folder.")
    Path dir = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "NEW", description = "A folder that is not there yet.")
    Path out = Path.of("");

    @Option(
            names = "--space",
            paramLabel = "NAME",
            description = "Of vectors made elsewhere whose items no longer tell it: the name of their space.")
    @Nullable
    String space;

    @Option(
            names = "--distance",
            paramLabel = "NAME",
            description = "The same: cosine, l2 or dot. Default: ${DEFAULT-VALUE}.")
    String distance = "cosine";

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) {
        Natives.forIndex(run.home());
        IndexFolder folder = new IndexFolder(dir);
        Rescued rescued = GenerationFolder.rescue(dir, out, folder.bundles(), known(folder), "a rescue of items");
        JsonObject json = new JsonObject();
        json.addProperty("index", out.toString());
        rescued.json(MOST_IDS).asMap().forEach(json::add);
        // Opening it makes the view.
        try (EmbeddedIndex index = new IndexFolder(out).open(run)) {
            json.addProperty("count", index.info().count());
        }
        return new Answer(json, text(rescued), rescued.isWhole());
    }

    private @Nullable IntFunction<Space> known(IndexFolder folder) {
        if (space != null) {
            String name = space;
            Distance compared = Distance.ofWireName(distance);
            return dimension -> Space.external(name, dimension, compared);
        }
        Space bundle = folder.bundleSpace();
        return bundle == null ? null : dimension -> bundle;
    }

    private String text(Rescued rescued) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT, "%s: %,d items saved, %,d of them read whole", out, rescued.count(), rescued.read()));
        list(text, "from the view alone", rescued.fromView());
        list(text, "older than their last write, or may be", rescued.older());
        list(text, "lost", rescued.lost());
        if (!rescued.fromView().isEmpty() || !rescued.older().isEmpty()) {
            text.append(String.format("%n%s", rescued.note()));
        }
        if (rescued.logDamaged()) {
            text.append(String.format("%nits write-ahead log is damaged: of the last writes some may be lost unnamed"));
        }
        if (!rescued.notCopied().isEmpty()) {
            text.append(String.format("%ncannot be read, so not copied: %s", String.join(", ", rescued.notCopied())));
        }
        if (rescued.unnamed()) {
            text.append(String.format(
                    "%nsome may be lost unnamed: neither the items, nor their ids, nor the view are whole"));
        }
        return text.toString();
    }

    private void list(StringBuilder text, String what, List<String> ids) {
        if (!ids.isEmpty()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%,d %s: %s%s",
                    ids.size(),
                    what,
                    Words.line(String.join(", ", ids.subList(0, Math.min(SHOWN, ids.size())))),
                    ids.size() > SHOWN ? " … (all in " + out.resolve(Rescued.FILE) + ")" : ""));
        }
    }
}
