package dev.kindred.index;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The write-ahead log of the items, made durable without SQLite. Its own wait for the disk is {@code fsync}, which also has the file's
 * times written; {@code fdatasync} leaves those out, and a log that is written over, as this one mostly is, then costs the disk half.
 * What is waited for is the same: the log's bytes and length, before anybody is told that a write is there.
 */
final class TruthLog implements AutoCloseable {
    private final FileChannel log;

    private TruthLog(FileChannel log) {
        this.log = log;
    }

    /** @param log of a database that is open: SQLite has made it by then, and keeps it */
    static TruthLog open(Path log) throws IOException {
        try (FileChannel folder = FileChannel.open(log.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            // The name too, once.
            folder.force(true);
        }
        return new TruthLog(FileChannel.open(log, StandardOpenOption.WRITE));
    }

    /** Everything that was committed is durable when this returns; where it fails, nobody knows what is. */
    void force() throws IOException {
        log.force(false);
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
