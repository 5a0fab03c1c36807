package dev.kindred.index;

import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** What is done with a generation's folder while nobody has it open: making it of a snapshot, saving it from damage, putting it away. */
public final class GenerationFolder {
    private GenerationFolder() {}

    /**
     * Makes a generation of a snapshot, whose every byte is checked first; its view is made when it is opened.
     *
     * @param folder that is not there yet
     */
    public static ItemsSnapshot restore(Path snapshot, Path folder) {
        ItemsSnapshot kept = ItemsSnapshot.read(snapshot);
        try {
            return NewFolder.make(folder, part -> {
                kept.restore(snapshot, part);
                return kept;
            });
        } catch (FileAlreadyExistsException e) {
            throw new Refusal("is there already", folder.toString(), "name a new folder to restore into", e);
        } catch (IOException e) {
            throw new Refusal(
                    "cannot be restored (" + e.getMessage() + ")",
                    folder.toString(),
                    "check who may write there and that there is room",
                    e);
        }
    }

    /** Whether a folder is a snapshot, which is never opened itself. */
    public static boolean isSnapshot(Path folder) {
        return ItemsSnapshot.isIn(folder);
    }

    /** @throws Refusal where a folder is a snapshot: nothing takes its place by mistake */
    public static void requireNoSnapshot(Path folder) {
        ItemsSnapshot.requireNone(folder);
    }

    /** Whether a folder holds items that are archived. */
    public static boolean isArchive(Path folder) {
        return Archive.isIn(folder);
    }

    /**
     * What is wrong with a snapshot or an archive, of which every byte is read and nothing changed.
     *
     * @throws Refusal where the folder is neither, or cannot be read
     */
    public static List<Finding> check(Path folder) {
        if (isArchive(folder)) {
            return Archive.check(folder);
        }
        try {
            return ItemsSnapshot.check(folder);
        } catch (IOException e) {
            throw new Refusal("cannot be read (" + e.getMessage() + ")", folder.toString(), "check who may read it", e);
        }
    }

    /**
     * Saves what can be read of damaged items into a new generation, what else the view has from there, and tells what is lost. The
     * damaged folder is only read. The new one's view is made when it is opened.
     *
     * @param folder that is not there yet
     * @param beside files that belong to the items, e.g. the bundle
     * @param known the space of vectors of so many values, as the bundle or somebody says; null where only the items can tell
     * @param owner whom another writer's refusal names
     * @throws Refusal where these are no items, somebody writes there, or nothing tells of which space they are
     */
    public static Rescued rescue(
            Path damaged, Path folder, List<Path> beside, @Nullable IntFunction<Space> known, String owner) {
        return Rescue.of(damaged, folder, beside, known, owner);
    }

    /**
     * Drops the view and compresses the items into one file, which is whole and durable before they go. Opened again, they are made again
     * of it, byte by byte checked, and a view of them.
     *
     * @throws Refusal where somebody writes or reads there, or an item is damaged; nothing was changed then
     */
    public static void archive(Path folder, String owner) {
        Archive.pack(folder, owner);
    }
}
