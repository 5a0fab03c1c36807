package dev.kindred.cli;

import com.google.gson.JsonObject;
import dev.kindred.core.Hashes;
import dev.kindred.core.Refusal;
import dev.kindred.data.Dataset;
import dev.kindred.data.Kind;
import dev.kindred.encode.Bundle;
import dev.kindred.evaluate.Encoded;
import dev.kindred.evaluate.Subject;
import dev.kindred.index.Change;
import dev.kindred.index.Classes;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Item;
import dev.kindred.index.Visibility;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
            "  kindred classes add shells.classes one-more-kind/",
            "  kindred classes add intents.classes words.csv --bundle minilm.kindred",
            "  kindred classes add speakers.classes vectors.npy --labels labels.csv",
            "  kindred classes add intents.classes --class refund --text \"my money back\" --text \"refund, please\""
        })
final class ClassesAddCommand implements Command {
    @Parameters(index = "0", paramLabel = "DIR", description = "The folder of the classes: an index of labelled items.")
    Path dir = Path.of("");

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "DATA", description = "Labelled examples.")
    List<Path> paths = List.of();

    @Option(
            names = "--text",
            paramLabel = "TEXT",
            description = "An example of the class of --class, instead of DATA. May be given several times.")
    List<String> texts = List.of();

    @Option(names = "--class", paramLabel = "NAME", description = "The class of the examples of --text.")
    @Nullable
    String name;

    @Option(
            names = "--bundle",
            paramLabel = "M.kindred",
            description = "The bundle to embed with, for a folder that is not there yet. Vectors need none.")
    @Nullable
    Path bundle;

    @Mixin
    VectorOptions vectors = new VectorOptions();

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
        if (EmbeddedIndex.isIn(dir)) {
            return add(folder, run);
        }
        Gathered gathered = gathered(run, folder);
        Dataset found = gathered.found();
        Encoded encoded = data.encode(gathered.giver(), found, run);
        int count = encoded.rows().length;
        folder.build(gathered.giver(), examples(found, encoded), count, run);
        try (EmbeddedIndex index = folder.open(run)) {
            return answer(index, count, encoded.failures().size(), 0);
        }
    }

    private Gathered gathered(Run run, IndexFolder folder) throws IOException {
        if (bundle == null && texts.isEmpty() && !paths.isEmpty() && vectors.stand(paths.getFirst(), data.data)) {
            folder.requirePlace();
            Gathered gathered = Gathered.vectors(paths, vectors, data, run);
            requireLabels(gathered.found());
            return gathered;
        }
        if (bundle == null) {
            throw new Refusal("does not exist", dir.toString(), "name the bundle to make it with: --bundle M.kindred");
        }
        folder.requirePlace();
        Subject giver = new Subject.OfBundle(Bundle.open(bundle));
        return new Gathered(giver, labelled(giver, run));
    }

    private Answer add(IndexFolder folder, Run run) {
        try (EmbeddedIndex index = folder.open(run)) {
            Subject giver = folder.giver(index);
            if (bundle != null) {
                index.info().space().require(Bundle.open(bundle).space(), "--bundle");
            }
            Dataset found = labelled(giver, run);
            Encoded encoded = data.encode(giver, found, run);
            long begun = System.nanoTime();
            List<Change> changes;
            try (Stream<Item> items = examples(found, encoded)) {
                changes = items.<Change>map(Change.Put::new).toList();
            }
            index.write(changes, Visibility.SEARCHABLE);
            double milliseconds = (System.nanoTime() - begun) / 1e6;
            return answer(index, changes.size(), encoded.failures().size(), milliseconds);
        }
    }

    private Dataset labelled(Subject giver, Run run) {
        if (paths.isEmpty() == texts.isEmpty() || texts.isEmpty() != (name == null)) {
            throw new Refusal(
                    paths.isEmpty() && texts.isEmpty() ? "no example is given" : "DATA, --text and --class do not fit",
                    "DATA",
                    "name labelled DATA, or say --class NAME --text TEXT");
        }
        Dataset found = paths.isEmpty() ? Dataset.texts(texts, name) : data.read(giver, paths, run);
        requireLabels(found);
        return found;
    }

    private static void requireLabels(Dataset found) {
        for (int row = 0; row < found.size(); row++) {
            if (found.entry(row).label() == null) {
                throw new Refusal(
                        "has no label", found.where(row), "an example needs its class: --label, or a column label");
            }
        }
    }

    /** Texts of tables are often numbered by their line alone, so an example that is a text is named by what it says. */
    private static Stream<Item> examples(Dataset found, Encoded encoded) {
        Stream<Item> items = IndexFolder.items(found, encoded, false);
        if (found.kind() != Kind.TEXT) {
            return items;
        }
        Map<String, Item> named = new LinkedHashMap<>();
        try (items) {
            Iterator<Item> each = items.iterator();
            for (int row : encoded.rows()) {
                Item item = each.next();
                String said = found.entry(row).label() + "\0" + new String(found.bytes(row), StandardCharsets.UTF_8);
                String id = "text-"
                        + Hashes.sha256Hex(said.getBytes(StandardCharsets.UTF_8))
                                .substring(0, 24);
                named.put(id, Item.of(id, item.vector(), item.payload()));
            }
        }
        return named.values().stream();
    }

    private Answer answer(EmbeddedIndex index, int added, int bad, double milliseconds) {
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
