package dev.kindred.core;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writing beside, then moving: what stood at a path before stays whole until its successor is. */
public final class NewFile {
    private NewFile() {}

    /** Writes the content to the stream it is given. */
    @FunctionalInterface
    public interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes {@code path} anew, forced to disk before it takes the old one's place. A failure leaves the old file as it was and nothing
     * beside it.
     *
     * @throws Refusal where the disk is full or the place cannot be written
     */
    public static void write(Path path, Body body) {
        Path target = path.toAbsolutePath();
        Path folder = target.getParent();
        if (folder == null) {
            throw new Refusal("is not a file's path", path.toString(), "name a file");
        }
        Path beside = null;
        try {
            Files.createDirectories(folder);
            // Not a temporary file in Java's sense, which only its owner may read.
            beside = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
            try (OutputStream out =
                    Files.newOutputStream(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                body.writeTo(out);
            }
            try (FileChannel written = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                written.force(true);
            }
            try {
                Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
            }
            beside = null;
            forceFolder(folder);
        } catch (IOException e) {
            throw new Refusal(
                    "could not be written (" + reason(e) + ")",
                    path.toString(),
                    "free some space or choose another place; what stood there before is untouched",
                    e);
        } finally {
            if (beside != null) {
                try {
                    Files.deleteIfExists(beside);
                } catch (IOException e) {
                    // The folder is beyond writing; the failure already on its way says so.
                }
            }
        }
    }

    /**
     * Refuses a place that {@link #write} could not write, before long work is done for what would stand there. Changes nothing; a disk
     * may still fill meanwhile.
     */
    public static void requirePlace(Path path) {
        Path target = path.toAbsolutePath();
        if (Files.isDirectory(target)) {
            throw new Refusal("is a folder", path.toString(), "name a file in it");
        }
        Path standing = target.getParent();
        while (standing != null && !Files.exists(standing)) {
            standing = standing.getParent();
        }
        if (standing == null || !Files.isDirectory(standing) || !Files.isWritable(standing)) {
            throw new Refusal(
                    "cannot be written: " + standing
                            + (standing == null || Files.isDirectory(standing)
                                    ? " gives no permission"
                                    : " is no folder"),
                    path.toString(),
                    "choose another place");
        }
    }

    /** Makes the move itself outlive a loss of power, where folders can be forced (not on Windows). */
    private static void forceFolder(Path folder) {
        try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
            entries.force(true);
        } catch (IOException e) {
            // The system does not open folders; its file system journals the move by itself.
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case java.nio.file.AccessDeniedException denied -> "no permission";
            case java.nio.file.NoSuchFileException missing -> "no such folder";
            case java.nio.file.FileAlreadyExistsException there -> "a file stands where its folder would be";
            case java.nio.file.FileSystemException system when system.getReason() != null -> system.getReason();
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }
}
