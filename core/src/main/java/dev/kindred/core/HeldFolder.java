package dev.kindred.core;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A new folder for work that is not done: a file in it is locked by the operating system, whose lock falls with the process however it
 * ends, whichever container it was in. What others of the same name left and nobody holds is deleted first.
 */
public final class HeldFolder implements AutoCloseable {
    /** Folders of the same process are not looked into: closing a file drops all locks that the process has on it. */
    private static final String PROCESS = UUID.randomUUID().toString();

    private static final String LOCK = "held.lock";
    private static final Pattern TWO_IDS = Pattern.compile("[0-9a-f-]{36}\\.[0-9a-f-]{36}");

    private final Path path;
    private final FileChannel channel;

    private HeldFolder(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** @param prefix of its name, ended by ids of its own */
    public static HeldFolder make(Path parent, String prefix) throws IOException {
        Files.createDirectories(parent);
        sweep(parent, prefix);
        // Not a temporary folder in Java's sense, which only its owner may read.
        Path path = Files.createDirectory(parent.resolve(prefix + PROCESS + "." + UUID.randomUUID()));
        // It has its name once it is locked, so that nobody finds it unlocked.
        Path nameless = path.resolve("." + LOCK);
        FileChannel channel = null;
        boolean held = false;
        try {
            channel = FileChannel.open(nameless, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                throw new IOException("a new file is locked by another process");
            }
            Files.move(nameless, path.resolve(LOCK), StandardCopyOption.ATOMIC_MOVE);
            held = true;
            return new HeldFolder(path, channel);
        } finally {
            if (!held) {
                if (channel != null) {
                    channel.close();
                }
                delete(path);
            }
        }
    }

    private static void sweep(Path parent, String prefix) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, each -> isLeft(each, prefix))) {
            for (Path each : left) {
                sweep(each);
            }
        }
    }

    private static boolean isLeft(Path folder, String prefix) {
        String name = String.valueOf(folder.getFileName());
        return name.startsWith(prefix)
                && !name.startsWith(prefix + PROCESS)
                && TWO_IDS.matcher(name.substring(prefix.length())).matches()
                && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && Files.isRegularFile(folder.resolve(LOCK), LinkOption.NOFOLLOW_LINKS);
    }

    private static void sweep(Path folder) {
        Path file = folder.resolve(LOCK);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                FileLock lock = channel.tryLock()) {
            // Who lets go of a folder deletes this file before: then it is no longer this one that is locked.
            if (lock != null && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                delete(folder);
            }
        } catch (IOException | OverlappingFileLockException e) {
            // It is held, or another takes it away, or the next one does.
        }
    }

    public Path path() {
        return path;
    }

    /** Lets go of a folder that is done, to be moved to its place. */
    public void release() throws IOException {
        Files.deleteIfExists(path.resolve(LOCK));
        channel.close();
    }

    /** Deletes it, if it is still there. */
    @Override
    public void close() throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            deleteInside();
        }
        release();
        Files.deleteIfExists(path);
    }

    /** All but the lock: a deletion that is cut off is ended by the next sweep. */
    private void deleteInside() throws IOException {
        try (Stream<Path> inside = Files.list(path)) {
            for (Path each : inside.filter(each -> !each.endsWith(LOCK)).toList()) {
                delete(each);
            }
        }
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
            for (Path each : deepestFirst) {
                Files.deleteIfExists(each);
            }
        }
    }
}
