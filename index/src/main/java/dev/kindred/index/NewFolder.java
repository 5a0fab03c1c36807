package dev.kindred.index;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/** A folder that is filled beside its place, under a hidden name, and moved there when it is whole and durable. */
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
        Files.createDirectories(parent);
        // Not a temporary folder in Java's sense, which only its owner may read.
        Path part = Files.createDirectory(parent.resolve("." + folder.getFileName() + "." + UUID.randomUUID()));
        boolean whole = false;
        try {
            T filled = filling.fill(part);
            ItemsSnapshot.force(part);
            Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
            whole = true;
            ItemsSnapshot.force(parent);
            return filled;
        } finally {
            if (!whole) {
                Generation.takeAway(part);
            }
        }
    }
}
