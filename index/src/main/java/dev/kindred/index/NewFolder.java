package dev.kindred.index;

import dev.kindred.core.HeldFolder;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A folder that is filled beside its place, under a hidden name, and moved there when it is whole and durable. What a killed process left of
 * the same place is taken away by the next.
 */
final class NewFolder {
    private NewFolder() {}

    interface Filling<T> {
        T fill(Path part) throws IOException;
    }

    /**
     * @param to a folder that is not there yet
     * @throws FileAlreadyExistsException where it is; nothing is filled then
     */
    static <T> T make(Path to, Filling<T> filling) throws IOException {
        Path folder = to.toAbsolutePath().normalize();
        Path parent = folder.getParent();
        if (parent == null || Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(to.toString());
        }
        try (HeldFolder held = HeldFolder.make(parent, "." + folder.getFileName() + ".")) {
            T filled = filling.fill(held.path());
            held.release();
            ItemsSnapshot.force(held.path());
            Files.move(held.path(), folder, StandardCopyOption.ATOMIC_MOVE);
            ItemsSnapshot.force(parent);
            return filled;
        }
    }
}
