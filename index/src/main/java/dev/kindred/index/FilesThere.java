package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The file of the items and its write-ahead log, as they were when they were opened. Whoever takes one away while it is open leaves the
 * writer with a file that nobody finds again.
 *
 * @param key what the system knows the file by; null where it tells none
 */
record FilesThere(Path file, Path log, @Nullable Object key) {
    static FilesThere of(Path file) {
        return new FilesThere(file, file.resolveSibling(file.getFileName() + "-wal"), key(file));
    }

    /** @throws Refusal where one is gone, or the file is another */
    void requireAll() {
        Path gone = !Objects.equals(key(file), key) ? file : !Files.exists(log) ? log : null;
        if (gone != null) {
            throw new Refusal(
                    "was taken away while it was open; nothing was written",
                    gone.toString(),
                    "put it back, or close what has the items open, which saves what it can, and restore a snapshot",
                    new NoSuchFileException(gone.toString()));
        }
    }

    private static @Nullable Object key(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return "gone";
        }
    }
}
