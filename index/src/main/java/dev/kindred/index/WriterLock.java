package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One writer a folder: the operating system's lock on {@code writer.lock}, which falls with the process however it ends, and beside it
 * {@code writer.txt}, which says who holds it.
 *
 * <p>The owner's file is asked first and apart: on POSIX, closing any descriptor of a locked file drops the lock of the whole process,
 * so a second writer of the same process must never open the locked file itself.
 */
final class WriterLock implements AutoCloseable {
    private static final String PROCESS = ProcessHandle.current().pid() + "@" + UUID.randomUUID();
    static final String LOCK = "writer.lock";
    static final String OWNER = "writer.txt";
    private static final int MAX_OWNER_BYTES = 4096;

    private final FileChannel channel;
    private final Path owner;
    private boolean held = true;

    private WriterLock(FileChannel channel, Path owner) {
        this.channel = channel;
        this.owner = owner;
    }

    /**
     * Takes the folder for writing.
     *
     * @param who for another writer's refusal, e.g. a server's URL; one line
     * @throws Refusal naming who holds it
     */
    static WriterLock take(Path dir, String who) {
        synchronized (WriterLock.class) {
            Path owner = dir.resolve(OWNER);
            try {
                Files.createDirectories(dir);
                Optional<List<String>> holder = read(owner);
                if (holder.isPresent() && holder.get().getFirst().equals(PROCESS)) {
                    throw taken(dir, holder);
                }
                return lock(dir, owner, who);
            } catch (IOException e) {
                throw new Refusal(
                        "cannot be opened for writing (" + e + ")",
                        dir.toString(),
                        "check who may write there and that there is room",
                        e);
            }
        }
    }

    /** Keeps writers away until it is closed. */
    interface Reading extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    /**
     * Keeps writers away, and changes nothing: shared with others that only read, and without an owner's file. Where no lock's file
     * stands, none is made and nothing is held: no writer ever had the folder open, as a copy's, or it may not be written in.
     *
     * @throws Refusal where somebody writes in the folder now, naming them
     */
    static Reading reading(Path dir) throws IOException {
        synchronized (WriterLock.class) {
            Optional<List<String>> holder = read(dir.resolve(OWNER));
            if (holder.isPresent() && holder.get().getFirst().equals(PROCESS)) {
                throw taken(dir, holder);
            }
            if (!Files.isRegularFile(dir.resolve(LOCK), LinkOption.NOFOLLOW_LINKS)) {
                return () -> {};
            }
            FileChannel channel = FileChannel.open(dir.resolve(LOCK), StandardOpenOption.READ);
            boolean locked = false;
            try {
                if (channel.tryLock(0, Long.MAX_VALUE, true) == null) {
                    throw taken(dir, holder);
                }
                locked = true;
                return channel::close;
            } catch (OverlappingFileLockException e) {
                throw taken(dir, holder);
            } finally {
                if (!locked) {
                    channel.close();
                }
            }
        }
    }

    private static WriterLock lock(Path dir, Path owner, String who) throws IOException {
        // A folder from elsewhere may hold links in these places; nothing is written through them.
        FileChannel channel = FileChannel.open(
                dir.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        boolean locked = false;
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw taken(dir, read(owner));
            }
            Files.deleteIfExists(owner);
            Files.write(
                    owner,
                    List.of(
                            PROCESS,
                            who.lines().findFirst().orElse(""),
                            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()),
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
            sweep(dir);
            locked = true;
            return new WriterLock(channel, owner);
        } catch (OverlappingFileLockException e) {
            throw taken(dir, read(owner));
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    /** Takes away what a writer that was killed left unfinished. */
    private static void sweep(Path dir) throws IOException {
        for (String unfinished : List.of(
                "." + ExactIndex.FILE + "*.part", "." + Archive.FILE + "*.part", Spool.PREFIX + "*" + Spool.SUFFIX)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(dir, unfinished)) {
                for (Path file : files) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static Optional<List<String>> read(Path owner) throws IOException {
        if (!Files.isRegularFile(owner, LinkOption.NOFOLLOW_LINKS) || Files.size(owner) > MAX_OWNER_BYTES) {
            return Optional.empty();
        }
        List<String> lines = new String(Files.readAllBytes(owner), StandardCharsets.UTF_8)
                .lines()
                .toList();
        return lines.size() < 3 ? Optional.empty() : Optional.of(lines);
    }

    private static Refusal taken(Path dir, Optional<List<String>> holder) {
        String who = holder.map(lines -> "%s (process %s, since %s)"
                        .formatted(lines.get(1), lines.get(0).replaceFirst("@.*", ""), lines.get(2)))
                .orElse("another process");
        return new Refusal("is being written by " + who, dir.toString(), "ask it to do this, or stop it first");
    }

    @Override
    public void close() {
        synchronized (WriterLock.class) {
            if (!held) {
                return;
            }
            held = false;
            try {
                Files.deleteIfExists(owner);
                channel.close();
            } catch (IOException e) {
                throw new Refusal("the writer's lock could not be given back", owner.toString(), "delete it", e);
            }
        }
    }
}
