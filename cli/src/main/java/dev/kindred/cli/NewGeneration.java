package dev.kindred.cli;

import dev.kindred.core.Progress;
import dev.kindred.core.Refusal;
import dev.kindred.evaluate.Subject;
import dev.kindred.index.EmbeddedIndex;
import dev.kindred.index.Engine;
import dev.kindred.index.Generation;
import dev.kindred.index.Item;
import dev.kindred.release.Generations;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** A generation that is filled beside the folder it is to stand in, and takes that place when it is whole. */
final class NewGeneration {
    private static final String BUILDING = ".building";
    private static final String REPLACED = ".replaced";

    private final Path folder;
    private final String bundle;

    /**
     * @param folder where it is to stand
     * @param bundle the file's name in it
     */
    NewGeneration(Path folder, String bundle) {
        this.folder = folder.toAbsolutePath().normalize();
        this.bundle = bundle;
    }

    /**
     * @param items closed afterwards
     * @param share of the cores that merges in the background may take
     * @return how many items there are
     */
    long fill(
            Subject giver,
            Stream<Item> items,
            int total,
            Engine engine,
            double share,
            String owner,
            int threads,
            Progress progress)
            throws IOException {
        Path parent = folder.getParent();
        if (parent == null) {
            throw new Refusal("is no place for an index", folder.toString(), "name a new folder");
        }
        Files.createDirectories(parent);
        sweep(parent);
        Path beside = Files.createTempDirectory(parent, prefix());
        boolean whole = false;
        try {
            long count;
            try (Generation generation = Generation.create(beside, giver.space(), engine, owner, threads)) {
                if (giver instanceof Subject.OfBundle(var given)) {
                    Files.copy(given.path(), beside.resolve(bundle));
                }
                generation.mergeShare(share);
                generation.load(items, total, progress);
                count = generation.info().count();
            }
            takePlace(beside, parent);
            whole = true;
            return count;
        } finally {
            items.close();
            if (!whole) {
                Generations.delete(beside);
            }
        }
    }

    private String prefix() {
        return "." + folder.getFileName() + BUILDING;
    }

    /** Two moves; a kill between them leaves what stood there under a name beside it. */
    private void takePlace(Path beside, Path parent) throws IOException {
        if (!Files.exists(folder)) {
            Files.move(beside, folder, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        Path replaced = parent.resolve("." + folder.getFileName() + REPLACED + System.nanoTime());
        // Nobody begins to write in what is about to go.
        try (EmbeddedIndex.Held held = EmbeddedIndex.hold(folder, "a build that takes its place")) {
            Files.move(folder, replaced, StandardCopyOption.ATOMIC_MOVE);
            try {
                Files.move(beside, folder, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                Files.move(replaced, folder, StandardCopyOption.ATOMIC_MOVE);
                throw e;
            }
        }
        Generations.delete(replaced);
    }

    /** Takes away what builds that were killed left; one under way is locked and stays. */
    private void sweep(Path parent) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(
                parent, path -> String.valueOf(path.getFileName()).startsWith(prefix()))) {
            for (Path each : left) {
                try (EmbeddedIndex.Held held = EmbeddedIndex.hold(each, "a build that clears up")) {
                    Generations.delete(each);
                } catch (Refusal e) {
                    // It is being filled.
                }
            }
        }
    }
}
