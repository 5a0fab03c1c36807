package dev.kindred.index;

import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The writes since the rows file was made, in the file {@code vectors.journal} beside it: small writes cost their own
 * size, not the index's. All numbers are little-endian.
 *
 * <pre>
 *  0  magic "KNDRJRNL"    8  format version int32    12  zeros int32
 * 16  of the rows file that it goes on from: length int64, 24 checksum of its header, 28 of its checksums, 32 last sequence int64
 * 40  zeros              60  CRC-32C of all before
 *
 * then a record a write:
 *  0  length of its body int32     4  CRC-32C of its body     8  first sequence int64    16  last sequence int64
 * 24  zeros int32                 28  CRC-32C of all before
 *     body: a change after another: kind uint8 (1 put, 2 delete), sequence int64, id int32 + UTF-8, and of a put the vector
 *     (float32), the payload (int32 + {@link PayloadCodec}), the source (int32, −1 for none, + bytes)
 * </pre>
 *
 * A record that the file ends in was never acknowledged: the next writer takes it away. Any other damage is refused.
 */
final class Journal {
    static final String FILE = "vectors.journal";
    static final int VERSION = 1;

    /** No writer lets a journal grow so large; one that is was not made by one. */
    static final long MAX_BYTES = 1L << 30;

    private static final byte[] MAGIC = "KNDRJRNL".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = 64;
    private static final int RECORD = 32;
    private static final int PUT = 1;
    private static final int DELETE = 2;

    private Journal() {}

    /** Which rows file a journal goes on from: any other content has other checksums. */
    record Base(long length, int headerChecksum, int checksumsChecksum, long lastSequence) {}

    /**
     * What a journal's file holds.
     *
     * @param batches the writes in their order; empty where it goes on from another rows file
     * @param soundBytes up to where the file is whole; 0 where there is none or it is of another rows file
     * @param cutBytes what stands after that of a write that was cut off
     * @param overtaken whether a rows file that was made since holds all of it
     */
    record Replay(List<Batch> batches, long soundBytes, long cutBytes, boolean overtaken) {
        static final Replay NONE = new Replay(List.of(), 0, 0, false);
    }

    static Path in(Path dir) {
        return dir.resolve(FILE);
    }

    /**
     * Reads the journal of a folder.
     *
     * @throws Refusal where it is damaged, newer, or goes on from a rows file that is not there
     */
    static Replay read(Path dir, Space space, Base base) {
        Path path = in(dir);
        String where = path.toString();
        ByteBuffer file;
        try {
            file = bytes(path, where);
        } catch (NoSuchFileException e) {
            return Replay.NONE;
        } catch (IOException e) {
            throw new Refusal(
                    "could not be read (" + e.getMessage() + ")", where, "check that it is a readable file", e);
        }
        if (file.limit() < HEADER) {
            return new Replay(List.of(), 0, file.limit(), false);
        }
        Base own = header(file, where);
        Records records = records(file, space, where);
        if (own.equals(base)) {
            return new Replay(records.batches, records.sound, file.limit() - records.sound, false);
        }
        if (records.last > base.lastSequence) {
            throw new Refusal(
                    "goes on from another " + ExactIndex.FILE + " than stands beside it",
                    where,
                    "restore both files from the same copy, or delete the journal to go without what it holds");
        }
        return new Replay(List.of(), 0, file.limit(), true);
    }

    /** The last sequence number that the journal of a folder holds; 0 where it has none that can be read. */
    static long lastSequence(Path dir, Space space) {
        try {
            ByteBuffer file = bytes(in(dir), in(dir).toString());
            if (file.limit() < HEADER) {
                return 0;
            }
            header(file, in(dir).toString());
            return records(file, space, in(dir).toString()).last;
        } catch (IOException | Refusal e) {
            return 0;
        }
    }

    private static ByteBuffer bytes(Path path, String where) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            long size = channel.size();
            if (size > MAX_BYTES) {
                throw Header.damaged("has %,d bytes, more than any writer leaves".formatted(size), where);
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            return bytes.flip();
        }
    }

    private static Base header(ByteBuffer file, String where) {
        for (int i = 0; i < MAGIC.length; i++) {
            if (file.get(i) != MAGIC[i]) {
                throw Header.damaged("is no journal of an index", where);
            }
        }
        int version = file.getInt(8);
        if (version > VERSION) {
            throw new Refusal(
                    "is of format version " + version + ", newer than the " + VERSION + " known here",
                    where,
                    "open it with a newer Kindred, or build the index again with this one");
        }
        if (crc(file.array(), 0, HEADER - 4) != file.getInt(HEADER - 4) || version != VERSION) {
            throw Header.damaged("has a damaged header", where);
        }
        return new Base(file.getLong(16), file.getInt(24), file.getInt(28), file.getLong(32));
    }

    private record Records(List<Batch> batches, long sound, long last) {}

    private static Records records(ByteBuffer file, Space space, String where) {
        List<Batch> batches = new ArrayList<>();
        long last = 0;
        int at = HEADER;
        while (at < file.limit()) {
            if (file.limit() - at < RECORD || isBlank(file, at)) {
                break;
            }
            if (crc(file.array(), at, RECORD - 4) != file.getInt(at + RECORD - 4)) {
                throw damaged(at, where);
            }
            int length = file.getInt(at);
            long first = file.getLong(at + 8);
            long end = file.getLong(at + 16);
            if (length < 0 || end < first || (last > 0 && first != last + 1)) {
                throw damaged(at, where);
            }
            if (file.limit() - at - RECORD < length) {
                break;
            }
            if (crc(file.array(), at + RECORD, length) != file.getInt(at + 4)) {
                throw damaged(at, where);
            }
            try {
                batches.add(batch(file.slice(at + RECORD, length).order(ByteOrder.LITTLE_ENDIAN), space, end));
            } catch (BufferUnderflowException | IllegalArgumentException e) {
                throw damaged(at, where);
            }
            last = end;
            at += RECORD + length;
        }
        return new Records(batches, at, last);
    }

    /** Nothing but zeros up to the end: room that a system gave before a loss of power, and nobody filled. */
    private static boolean isBlank(ByteBuffer file, int from) {
        for (int at = from; at < file.limit(); at++) {
            if (file.get(at) != 0) {
                return false;
            }
        }
        return true;
    }

    private static Refusal damaged(int at, String where) {
        return Header.damaged("is damaged: the write at byte %,d does not hold".formatted(at), where);
    }

    private static Batch batch(ByteBuffer body, Space space, long last) {
        List<Batch.Numbered> changes = new ArrayList<>();
        while (body.hasRemaining()) {
            int kind = body.get();
            long sequence = body.getLong();
            String id = new String(string(body, Item.MAX_ID_BYTES), StandardCharsets.UTF_8);
            if (kind == DELETE) {
                changes.add(new Batch.Numbered(new Change.Delete(id), sequence));
            } else if (kind == PUT) {
                float[] vector = new float[space.dimension()];
                body.asFloatBuffer().get(vector);
                body.position(body.position() + 4 * vector.length);
                var payload =
                        PayloadCodec.decode(MemorySegment.ofArray(string(body, 2 * PayloadCodec.MAX_BYTES)), "journal");
                int source = body.getInt();
                byte[] bytes = source < 0 ? null : take(body, source, Item.MAX_SOURCE_BYTES);
                changes.add(new Batch.Numbered(new Change.Put(new Item(id, vector, payload, bytes)), sequence));
            } else {
                throw new IllegalArgumentException("kind " + kind);
            }
        }
        return new Batch(changes, last);
    }

    private static byte[] string(ByteBuffer body, int most) {
        return take(body, body.getInt(), most);
    }

    private static byte[] take(ByteBuffer body, int length, int most) {
        if (length < 0 || length > most || length > body.remaining()) {
            throw new IllegalArgumentException("length " + length);
        }
        byte[] bytes = new byte[length];
        body.get(bytes);
        return bytes;
    }

    /** The record of a write. */
    static byte[] record(Batch batch, long first) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[RECORD]);
        for (Batch.Numbered numbered : batch.changes()) {
            byte[] id = numbered.change().id().getBytes(StandardCharsets.UTF_8);
            boolean put = numbered.change() instanceof Change.Put;
            out.writeBytes(room(13).put((byte) (put ? PUT : DELETE))
                    .putLong(numbered.sequence())
                    .putInt(id.length)
                    .array());
            out.writeBytes(id);
            if (numbered.change() instanceof Change.Put(Item item)) {
                byte[] payload = PayloadCodec.encode(item.payload(), Vectors.named(item.id()));
                ByteBuffer vector = room(4 * item.vector().length);
                vector.asFloatBuffer().put(item.vector());
                out.writeBytes(vector.array());
                out.writeBytes(room(4).putInt(payload.length).array());
                out.writeBytes(payload);
                byte[] source = item.source();
                out.writeBytes(
                        room(4).putInt(source == null ? -1 : source.length).array());
                out.writeBytes(source == null ? new byte[0] : source);
            }
        }
        byte[] record = out.toByteArray();
        ByteBuffer head = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        head.putInt(record.length - RECORD)
                .putInt(crc(record, RECORD, record.length - RECORD))
                .putLong(first)
                .putLong(batch.lastSequence())
                .putInt(0);
        head.putInt(crc(record, 0, RECORD - 4));
        return record;
    }

    private static ByteBuffer room(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    static void delete(Path dir) {
        try {
            Files.deleteIfExists(in(dir));
        } catch (IOException e) {
            throw unwritable(in(dir), e);
        }
    }

    private static Refusal unwritable(Path path, IOException e) {
        String reason = e instanceof EOFException || e.getMessage() == null ? e.toString() : e.getMessage();
        return new Refusal(
                "could not be written (" + reason + ")",
                path.toString(),
                "free some space; what stood there before is untouched",
                e);
    }

    /** A journal that is written to; held by the one writer of the folder. */
    static final class Appender implements AutoCloseable {
        private final Path path;
        private final FileChannel channel;
        private long length;

        private Appender(Path path, FileChannel channel, long length) {
            this.path = path;
            this.channel = channel;
            this.length = length;
        }

        /**
         * Goes on where the sound part ends, or begins a journal for a rows file.
         *
         * @param replay what {@link Journal#read} found there
         */
        static Appender open(Path dir, Replay replay, Base base) {
            Path path = in(dir);
            try {
                FileChannel channel = FileChannel.open(
                        path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                try {
                    Appender appender = new Appender(path, channel, replay.soundBytes());
                    appender.begin(base);
                    return appender;
                } catch (IOException e) {
                    channel.close();
                    throw e;
                }
            } catch (IOException e) {
                throw unwritable(path, e);
            }
        }

        private void begin(Base base) throws IOException {
            channel.truncate(length);
            if (length > 0) {
                return;
            }
            ByteBuffer header = room(HEADER).put(MAGIC).putInt(VERSION).putInt(0);
            header.putLong(base.length())
                    .putInt(base.headerChecksum())
                    .putInt(base.checksumsChecksum())
                    .putLong(base.lastSequence());
            header.putInt(HEADER - 4, crc(header.array(), 0, HEADER - 4));
            write(header.clear());
            length = HEADER;
            channel.force(true);
            try (FileChannel folder = FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            } catch (IOException e) {
                // The system does not open folders; its file system journals the new name by itself.
            }
        }

        /** Durable when it returns; where it fails, the file is as it was. */
        void append(byte[] record) {
            try {
                write(ByteBuffer.wrap(record));
                channel.force(false);
                length += record.length;
            } catch (IOException e) {
                try {
                    channel.truncate(length);
                } catch (IOException again) {
                    // What is left is a write that was cut off, which readers leave alone.
                    e.addSuppressed(again);
                }
                throw unwritable(path, e);
            }
        }

        private void write(ByteBuffer bytes) throws IOException {
            long at = length;
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        }

        long length() {
            return length;
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw unwritable(path, e);
            }
        }
    }
}
