package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Refusal;
import dev.kindred.data.Dataset;
import dev.kindred.encode.Bundle;
import dev.kindred.evaluate.Encoded;
import dev.kindred.index.Change;
import dev.kindred.index.Classes;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Item;
import dev.kindred.index.Visibility;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A class is a few examples: no teaching. */
@CommandLine.Command(
        description = "Add classes, or examples of classes, by labelled DATA; nothing is taught.",
        footer = {
            "",
            "Examples:",
            "  kindred classes add shells.classes examples/ --bundle photos.kindred",
            "  kindred classes add shells.classes one-more-kind/"
        })
final class ClassesAddCommand implements Command {
    @Parameters(index = "0", paramLabel = "DIR", description = "The folder of the classes: an index of labelled items.")
    Path dir = Path.of("");

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "DATA", description = "Labelled examples.")
    List<Path> paths = List.of();

    @Option(
            names = "--bundle",
            paramLabel = "M.kindred",
            description = "The bundle to embed with, for a folder that is not there yet.")
    @Nullable
    Path bundle;

    @Mixin
    DataToEmbed data = new DataToEmbed();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Answer run(Run run) throws IOException {
        data.device.require();
        IndexFolder folder = new IndexFolder(dir);
        if (Files.exists(dir.resolve(ExactIndex.FILE))) {
            return add(folder, run);
        }
        if (bundle == null) {
            throw new Refusal("does not exist", dir.toString(), "name the bundle to make it with: --bundle M.kindred");
        }
        folder.requirePlace();
        Bundle opened = Bundle.open(bundle);
        Dataset found = labelled(opened, run);
        Encoded encoded = data.encode(opened, found, run);
        int count = encoded.rows().length;
        folder.build(opened, IndexFolder.items(found, encoded, false), count, run);
        try (ExactIndex index = folder.open()) {
            return answer(index, count, encoded.failures().size(), 0);
        }
    }

    private Answer add(IndexFolder folder, Run run) {
        try (ExactIndex index = folder.open()) {
            Bundle opened = folder.bundle(index);
            if (bundle != null) {
                index.info().space().require(Bundle.open(bundle).space(), "--bundle");
            }
            Dataset found = labelled(opened, run);
            Encoded encoded = data.encode(opened, found, run);
            long begun = System.nanoTime();
            List<Change> changes;
            try (Stream<Item> items = IndexFolder.items(found, encoded, false)) {
                changes = items.<Change>map(Change.Put::new).toList();
            }
            index.write(changes, Visibility.SEARCHABLE);
            double milliseconds = (System.nanoTime() - begun) / 1e6;
            return answer(index, changes.size(), encoded.failures().size(), milliseconds);
        }
    }

    private Dataset labelled(Bundle opened, Run run) {
        Dataset found = data.read(opened, paths, run);
        for (int row = 0; row < found.size(); row++) {
            if (found.entry(row).label() == null) {
                throw new Refusal(
                        "has no label", found.where(row), "an example needs its class: --label, or a column label");
            }
        }
        return found;
    }

    private Answer answer(ExactIndex index, int added, int bad, double milliseconds) {
        Classes classes = Classes.of(index);
        JsonObject json = new JsonObject();
        json.addProperty("added", added);
        json.addProperty("bad", bad);
        json.addProperty("classes", classes.names().size());
        json.addProperty("count", index.info().count());
        json.addProperty("space", index.info().space().id());
        json.addProperty("milliseconds", milliseconds);
        return Answer.done(
                json,
                String.format(
                        Locale.ROOT,
                        "%,d examples added; %s now holds %,d classes of %,d examples",
                        added,
                        dir,
                        classes.names().size(),
                        index.info().count()));
    }
}
