package dev.kindred.cli;

import dev.kindred.core.Content;
import dev.kindred.core.Embeddings;
import dev.kindred.core.NewFile;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.data.Dataset;
import dev.kindred.data.Entry;
import dev.kindred.data.Kind;
import dev.kindred.encode.Bundle;
import dev.kindred.evaluate.Encoded;
import dev.kindred.evaluate.Subject;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Engine;
import dev.kindred.index.ExactIndex;
import dev.kindred.index.Generation;
import dev.kindred.index.GenerationFolder;
import dev.kindred.index.GenerationItems;
import dev.kindred.index.IndexBuilder;
import dev.kindred.index.IndexInfo;
import dev.kindred.index.Item;
import dev.kindred.index.Items;
import dev.kindred.index.Value;
import dev.kindred.release.Generations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An index folder holds its bundle, so that what was built can be asked years later. */
final class IndexFolder {
    private static final String BUNDLE = "bundle.kindred";
    private static final String READY = "." + BUNDLE;
    private static final String PART = ".part";
    private static final String OWNER = "a command of Kindred's";

    private final Path folder;

    IndexFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Opens it, and says so where what searches read is not what it was.
     *
     * @throws Refusal where there is none
     */
    EmbeddedIndex open(Run run) {
        EmbeddedIndex index = openQuietly(run);
        if (index instanceof Generation generation) {
            generation
                    .metAtOpening()
                    .ifPresent(what -> run.say(
                            "note: " + folder.resolve(Generation.VIEW) + " is made anew of the items, since " + what));
        }
        return index;
    }

    /** The same, for who tells of it himself. */
    EmbeddedIndex openQuietly(Run run) {
        return open(run, OWNER);
    }

    /**
     * The items of a generation, beside whoever has it open; empty for a rows file.
     *
     * @throws Refusal where there is no index, or it is archived
     */
    Optional<GenerationItems> items(Run run) {
        EmbeddedIndex.require(folder);
        if (!Generation.isIn(folder)) {
            return Optional.empty();
        }
        Natives.forIndex(run.home());
        return Optional.of(GenerationItems.open(folder));
    }

    /**
     * What an index holds, of either kind, read beside whoever has it open.
     *
     * @param scan all items of the moment it is called at, to be closed
     */
    record Reading(IndexInfo info, Supplier<Items> scan, Runnable closing) implements AutoCloseable {
        @Override
        public void close() {
            closing.run();
        }
    }

    Reading reading(Run run) {
        Optional<GenerationItems> items = items(run);
        if (items.isPresent()) {
            GenerationItems there = items.get();
            return new Reading(there.info(), () -> there.scan(0), there::close);
        }
        EmbeddedIndex rows = open(run);
        return new Reading(rows.info(), () -> rows.scan(0), rows::close);
    }

    /** @param owner whom another writer's refusal names */
    private EmbeddedIndex open(Run run, String owner) {
        EmbeddedIndex.require(folder);
        Natives.forIndex(run.home());
        return EmbeddedIndex.open(folder, owner, run.settings().threads());
    }

    /** What gives the vectors of the index: its bundle; nobody, where they were made elsewhere. */
    Subject giver(EmbeddedIndex index) {
        Space space = index.info().space();
        return space.isExternal()
                ? new Subject.OfVectors(String.valueOf(folder.getFileName()), space)
                : new Subject.OfBundle(bundle(index));
    }

    /** The bundle in the folder, refused where it gives another space than the index is of. */
    Bundle bundle(EmbeddedIndex index) {
        Path file = folder.resolve(BUNDLE);
        if (index.info().space().isExternal()) {
            throw new Refusal(
                    "holds vectors made elsewhere, there is no bundle that embeds",
                    folder.toString(),
                    "ask it by @id or a .npy of one vector");
        }
        if (!Files.exists(file)) {
            throw new Refusal(
                    "has no " + BUNDLE, folder.toString(), "build the index again, or ask it by @id or a .npy");
        }
        Bundle bundle = Bundle.open(file);
        index.info().space().require(bundle.space(), file.toString());
        return bundle;
    }

    /**
     * Builds the index anew. The bundle's copy, where there is one, lies ready before the rows take the old ones' place, so that a full
     * disk leaves what stood there.
     *
     * @param giver of the items' vectors
     * @param items closed afterwards
     * @param total how many to expect, for progress
     * @return how many items there are
     */
    long build(Subject giver, Stream<Item> items, int total, Run run) throws IOException {
        if (Generation.isIn(folder)) {
            throw new Refusal(
                    "holds a database of items, which a rows file cannot take the place of",
                    folder.toString(),
                    "build into another folder, or with --engine exact or graph");
        }
        boolean made = !Files.exists(folder);
        requirePlace();
        Files.createDirectories(folder);
        boolean whole = false;
        @Nullable Path ready = null;
        try (items;
                IndexBuilder builder = ExactIndex.builder(folder, giver.space())) {
            sweep();
            if (giver instanceof Subject.OfBundle(Bundle bundle)) {
                ready = Files.createTempFile(folder, READY, PART);
                Files.copy(bundle.path(), ready, StandardCopyOption.REPLACE_EXISTING);
            }
            items.forEach(item -> {
                builder.add(item);
                run.progress().at("indexing", builder.count(), total, "");
            });
            try (EmbeddedIndex index = builder.finish()) {
                if (ready == null) {
                    Files.deleteIfExists(folder.resolve(BUNDLE));
                } else {
                    Files.move(ready, folder.resolve(BUNDLE), StandardCopyOption.ATOMIC_MOVE);
                }
                whole = true;
                return index.info().count();
            }
        } finally {
            if (ready != null) {
                Files.deleteIfExists(ready);
            }
            if (made && !whole) {
                Generations.delete(folder);
            }
        }
    }

    /**
     * The same as a generation, filled beside the folder.
     *
     * @param share of the cores that its merges in the background may take
     */
    long build(Subject giver, Stream<Item> items, int total, Engine engine, double share, Run run) throws IOException {
        requirePlace();
        Natives.forIndex(run.home());
        return new NewGeneration(folder, BUNDLE)
                .fill(giver, items, total, engine, share, OWNER, run.settings().threads(), run.progress());
    }

    /** Takes away what a build that was killed left; called under the writer's lock. */
    private void sweep() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, READY + "*" + PART)) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** A folder of somebody's other things is no place for an index; what a build that was killed left in a new one is none. */
    void requirePlace() throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new Refusal("is a file", folder.toString(), "name a folder for the index");
        }
        GenerationFolder.requireNoSnapshot(folder);
        NewFile.requirePlace(folder.resolve(ExactIndex.FILE));
        if (!Files.exists(folder) || EmbeddedIndex.isIn(folder)) {
            return;
        }
        try (Stream<Path> inside = Files.list(folder)) {
            if (inside.map(path -> String.valueOf(path.getFileName()))
                    .anyMatch(name ->
                            !name.startsWith(".") && !name.equals(BUNDLE) && !ExactIndex.LOCK_FILES.contains(name))) {
                throw new Refusal(
                        "holds other files and no index", folder.toString(), "name a new folder for the index");
            }
        }
    }

    /**
     * Items in the order of the data: label and attributes as payload. Of a picture the file's bytes are its source; a text stands in
     * the payload as {@code text}.
     *
     * @param sources whether pictures and texts are kept
     */
    static Stream<Item> items(Dataset data, Encoded encoded, boolean sources) {
        Embeddings embeddings = encoded.views().encoder();
        return IntStream.range(0, encoded.rows().length).mapToObj(i -> {
            int row = encoded.rows()[i];
            Entry entry = data.entry(row);
            Map<String, Value> payload = new TreeMap<>();
            entry.attributes().forEach((name, value) -> payload.put(name, Value.of(value)));
            if (entry.label() != null) {
                payload.put("label", Value.of(entry.label()));
            }
            if (sources && data.kind() == Kind.TEXT && data.content(row) instanceof Content.Text(String text)) {
                payload.put("text", Value.of(text));
                return item(entry.id(), embeddings.row(i), payload, null);
            }
            return item(
                    entry.id(),
                    embeddings.row(i),
                    payload,
                    sources && data.kind() != Kind.VECTOR ? data.bytes(row) : null);
        });
    }

    // NullAway does not read `byte @Nullable []` from another module's class file.
    @SuppressWarnings("NullAway")
    private static Item item(String id, float[] vector, Map<String, Value> payload, byte @Nullable [] source) {
        return new Item(id, vector, payload, source);
    }

    /**
     * The bundle's file, where there is one.
     *
     * @throws Refusal where it is a link: a folder from elsewhere would have another file copied with it
     */
    List<Path> bundles() {
        Path bundle = folder.resolve(BUNDLE);
        if (Files.isSymbolicLink(bundle)) {
            throw new Refusal(
                    "is a link, which is not followed",
                    bundle.toString(),
                    "put the bundle itself in its place, or delete the link");
        }
        return Files.isRegularFile(bundle) ? List.of(bundle) : List.of();
    }

    /** Leaves an archive in the place of items and view. */
    void archive() {
        if (!Files.isDirectory(folder)) {
            throw new Refusal(
                    Files.exists(folder) ? "is not a folder" : "does not exist",
                    folder.toString(),
                    "name an index folder");
        }
        if (Files.exists(folder.resolve(ExactIndex.FILE))) {
            throw new Refusal(
                    "is a rows file, which is all there is of it",
                    folder.toString(),
                    "this is for an index built with --engine exact or graph");
        }
        GenerationFolder.archive(folder, OWNER);
    }

    /** The space of the bundle's vectors; null where there is no bundle that can be read. */
    @Nullable
    Space bundleSpace() {
        try {
            List<Path> bundles = bundles();
            return bundles.isEmpty() ? null : Bundle.open(bundles.getFirst()).space();
        } catch (Refusal e) {
            // It says nothing then.
            return null;
        }
    }

    /** Bytes that the folder takes. */
    long bytes() {
        try (Stream<Path> tree = Files.walk(folder)) {
            return tree.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
