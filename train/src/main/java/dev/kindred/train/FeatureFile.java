package dev.kindred.train;

import dev.kindred.core.Hashes;
import dev.kindred.core.NewFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * What a frozen encoder gave, kept in a file and mapped from there: a header, the rows of the data set that could be decoded, the floats in
 * this machine's order, and the SHA-256 of all before. It is a copy of what can be computed: one that is damaged, cut short or of another
 * format is not there.
 *
 * @param rows of the data set, one a row of the features
 */
public record FeatureFile(int[] rows, Samples.Features features) {
    private static final long MAGIC = 0x4B46454154303031L;
    private static final int HEADER = Long.BYTES + 2 * Integer.BYTES;
    private static final int HASH = 32;
    private static final int BLOCK = 1 << 20;

    /** Gives blocks of rows, in order, to be written. */
    @FunctionalInterface
    public interface Blocks {
        void giveTo(Block block) throws IOException;
    }

    /** Takes whole rows, row after row. */
    @FunctionalInterface
    public interface Block {
        void put(float[] values) throws IOException;
    }

    /**
     * Writes it beside and moves it into place; what is held in memory is one block.
     *
     * @param blocks gives {@code rows.length · dimension} values in all
     */
    public static void write(Path path, int[] rows, int dimension, Blocks blocks) {
        NewFile.write(path, out -> {
            MessageDigest sha = Hashes.sha256();
            OutputStream buffered = new BufferedOutputStream(out, BLOCK);
            ByteBuffer header = ordered(HEADER + rows.length * Integer.BYTES);
            header.putLong(MAGIC).putInt(rows.length).putInt(dimension);
            header.asIntBuffer().put(rows);
            put(header.array(), buffered, sha);
            long[] written = {0};
            blocks.giveTo(values -> {
                ByteBuffer bytes = ordered(values.length * Float.BYTES);
                bytes.asFloatBuffer().put(values);
                put(bytes.array(), buffered, sha);
                written[0] += values.length;
            });
            if (written[0] != (long) rows.length * dimension) {
                throw new IllegalStateException(written[0] + " values for " + rows.length + " rows of " + dimension);
            }
            buffered.write(sha.digest());
            buffered.flush();
        });
    }

    private static ByteBuffer ordered(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    private static void put(byte[] bytes, OutputStream out, MessageDigest sha) throws IOException {
        sha.update(bytes);
        out.write(bytes);
    }

    /**
     * Maps one that was written.
     *
     * @param dimension values a row
     * @return empty where there is none that can be trusted
     */
    public static Optional<FeatureFile> open(Path path, int dimension) {
        if (!Files.isRegularFile(path)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer header = ordered(HEADER);
            channel.read(header);
            header.flip();
            if (header.remaining() < HEADER || header.getLong() != MAGIC) {
                return Optional.empty();
            }
            int count = header.getInt();
            long values = HEADER + (long) count * Integer.BYTES;
            long bytes = (long) count * dimension * Float.BYTES;
            if (count < 0 || header.getInt() != dimension || channel.size() != values + bytes + HASH) {
                return Optional.empty();
            }
            MemorySegment whole = channel.map(FileChannel.MapMode.READ_ONLY, 0, values + bytes + HASH, Arena.ofAuto());
            if (!sound(whole)) {
                return Optional.empty();
            }
            int[] rows = new int[count];
            MemorySegment.copy(whole, ValueLayout.JAVA_INT, HEADER, rows, 0, count);
            return Optional.of(
                    new FeatureFile(rows, new Samples.Features(count, dimension, whole.asSlice(values, bytes))));
        } catch (IOException e) {
            // As good as not there: it is made anew, and if that cannot be written, the one who writes says why.
            return Optional.empty();
        }
    }

    private static boolean sound(MemorySegment whole) {
        MessageDigest sha = Hashes.sha256();
        long end = whole.byteSize() - HASH;
        for (long at = 0; at < end; at += BLOCK) {
            sha.update(whole.asSlice(at, Math.min(BLOCK, end - at)).asByteBuffer());
        }
        byte[] sealed = whole.asSlice(end, HASH).toArray(ValueLayout.JAVA_BYTE);
        return MessageDigest.isEqual(sha.digest(), sealed);
    }
}
