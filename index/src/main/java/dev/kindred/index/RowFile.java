package dev.kindred.index;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Rows of a file that are read one by one, so that they stay on the disk and in its cache and take no memory of ours. Safe for many threads. */
final class RowFile implements Closeable {
    private final Path file;
    private final long start;
    private volatile FileChannel channel;
    private volatile boolean closed;

    /** @param start where row 0 begins */
    RowFile(Path file, long start) throws IOException {
        this.file = file;
        this.start = start;
        this.channel = FileChannel.open(file, StandardOpenOption.READ);
    }

    /** Fills the segment with the bytes at an offset from row 0. */
    void read(long offset, MemorySegment into) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                FileChannel now = channel;
                try {
                    fill(now, start + offset, into.asByteBuffer());
                    return;
                } catch (ClosedChannelException e) {
                    // A thread that is interrupted closes the channel for all.
                    interrupted |= Thread.interrupted();
                    reopen(now);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void fill(FileChannel from, long position, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (from.read(into, position + into.position()) < 0) {
                throw new EOFException("ends within a row: " + file);
            }
        }
    }

    private synchronized void reopen(FileChannel before) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (channel == before) {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            channel.close();
        } catch (IOException e) {
            // It was read only.
        }
    }
}
