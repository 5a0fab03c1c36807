package dev.kindred.index;

import dev.kindred.core.Refusal;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Bytes that may become many: in memory up to a bound, then in a file beside the index that vanishes when closed. */
final class Spool extends OutputStream {
    static final String PREFIX = ".rows";
    static final String SUFFIX = ".spool";
    static final int IN_MEMORY = 4 << 20;

    private final Path folder;
    private final int inMemory;
    private byte[] buffer = new byte[1 << 10];
    private int filled;
    private long spilled;
    private @Nullable FileChannel file;

    Spool(Path folder) {
        this(folder, IN_MEMORY);
    }

    /** @param inMemory bytes that are kept in memory, at most 1 GiB */
    Spool(Path folder, int inMemory) {
        this.folder = folder;
        this.inMemory = inMemory;
    }

    long size() {
        return spilled + filled;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        while (length > 0) {
            if (filled == buffer.length) {
                makeRoom();
            }
            int now = Math.min(length, buffer.length - filled);
            System.arraycopy(bytes, offset, buffer, filled, now);
            filled += now;
            offset += now;
            length -= now;
        }
    }

    private void makeRoom() throws IOException {
        if (buffer.length < inMemory) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        } else {
            spill();
        }
    }

    private void spill() throws IOException {
        FileChannel channel = file;
        if (channel == null) {
            Path path = Files.createTempFile(folder, PREFIX, SUFFIX);
            channel = FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
            file = channel;
        }
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, filled);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        spilled += filled;
        filled = 0;
    }

    /** All that was written, for as long as the arena lives. Nothing may be written afterwards. */
    MemorySegment segment(Arena arena) throws IOException {
        if (file == null) {
            // A copy outside the heap, so that a segment is of one kind wherever it came from.
            MemorySegment copy = arena.allocate(Math.max(1, filled), 64).asSlice(0, filled);
            return copy.copyFrom(MemorySegment.ofArray(buffer).asSlice(0, filled));
        }
        spill();
        return file.map(FileChannel.MapMode.READ_ONLY, 0, spilled, arena);
    }

    @Override
    public void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            throw new Refusal("a temporary file could not be removed", folder.toString(), "delete its .spool files", e);
        }
    }
}
