package dev.kindred.index;

import dev.kindred.core.Distance;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The first 1,024 bytes of a rows file. All numbers are little-endian; every section starts at a multiple of 64, in the order of
 * {@link Section}, the first right after the header, the checksums right after the last.
 *
 * <pre>
 *    0  magic "KNDRROWS"        8  format version int32     12  header length int32
 *   16  file length int64      24  items int64              32  dimension int32
 *   36  distance int32         40  row stride int32         44  checksum block int32
 *   48  last sequence int64    56  sections int32           60  space id length int32
 *   64  section lengths int64 × 10                         144  space id, UTF-8, zeros after it
 * 1020  CRC-32C of all before
 * </pre>
 *
 * @param lengths bytes of each section, by ordinal
 */
record Header(Space space, int count, long lastSequence, long[] lengths) {
    static final int BYTES = 1024;
    static final int VERSION = 1;
    static final int BLOCK = 1 << 20;
    static final int MAX_DIMENSION = 1 << 16;
    static final int MAX_SPACE_ID = 512;
    private static final byte[] MAGIC = "KNDRROWS".getBytes(StandardCharsets.US_ASCII);
    /** Distances by their code in the file. */
    private static final List<Distance> DISTANCES = List.of(Distance.COSINE, Distance.L2, Distance.DOT);

    static final int LAST_SEQUENCE_AT = 48;
    private static final int LENGTHS_AT = 64;
    private static final int ID_AT = 144;

    /** What a rows file holds, in the order it stands there. */
    enum Section {
        ROWS,
        NORMS,
        SEQUENCES,
        ID_OFFSETS,
        ID_BYTES,
        ID_TABLE,
        PAYLOAD_OFFSETS,
        PAYLOAD_BYTES,
        SOURCE_OFFSETS,
        SOURCE_BYTES
    }

    static long aligned(long at) {
        return (at + 63) / 64 * 64;
    }

    int stride() {
        return Columns.stride(space.dimension());
    }

    long length(Section section) {
        return lengths[section.ordinal()];
    }

    long offset(Section section) {
        long at = BYTES;
        for (int i = 0; i < section.ordinal(); i++) {
            at = aligned(at + lengths[i]);
        }
        return at;
    }

    /** Where the checksums start: everything before is covered by them. */
    long checksumsAt() {
        return aligned(offset(Section.SOURCE_BYTES) + length(Section.SOURCE_BYTES));
    }

    int blocks() {
        return Math.toIntExact((checksumsAt() + BLOCK - 1) / BLOCK);
    }

    /** The whole file: the checksum of each block, and the checksum of those. */
    long fileLength() {
        return checksumsAt() + 4L * blocks() + 4;
    }

    byte[] bytes() {
        byte[] id = space.id().getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).putInt(VERSION).putInt(BYTES).putLong(fileLength()).putLong(count);
        out.putInt(space.dimension())
                .putInt(DISTANCES.indexOf(space.distance()))
                .putInt(stride())
                .putInt(BLOCK);
        out.putLong(lastSequence).putInt(lengths.length).putInt(id.length);
        for (long length : lengths) {
            out.putLong(length);
        }
        out.put(id);
        CRC32C crc = new CRC32C();
        crc.update(out.array(), 0, BYTES - 4);
        out.putInt(BYTES - 4, (int) crc.getValue());
        return out.array();
    }

    /**
     * Reads and bounds a header; nothing in it is believed before its checksum holds and all its lengths agree with the file's.
     *
     * @param file the whole file
     */
    static Header read(MemorySegment file, String where) {
        if (file.byteSize() < BYTES) {
            throw damaged("is cut short", where);
        }
        byte[] bytes = file.asSlice(0, BYTES).toArray(ValueLayout.JAVA_BYTE);
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (byte expected : MAGIC) {
            if (in.get() != expected) {
                throw damaged("is no rows file of an index", where);
            }
        }
        int version = in.getInt();
        if (version > VERSION) {
            throw new Refusal(
                    "is of format version " + version + ", newer than the " + VERSION + " known here",
                    where,
                    "open it with a newer Kindred, or build the index again with this one");
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, BYTES - 4);
        if ((int) crc.getValue() != in.getInt(BYTES - 4)) {
            throw damaged("has a damaged header", where);
        }
        return parse(in, version, file.byteSize(), where);
    }

    private static Header parse(ByteBuffer in, int version, long actualLength, String where) {
        int headerLength = in.getInt();
        long fileLength = in.getLong();
        if (actualLength < fileLength) {
            throw damaged("is cut short: %,d bytes of %,d".formatted(actualLength, fileLength), where);
        }
        if (actualLength > fileLength) {
            throw damaged("has %,d bytes after its end".formatted(actualLength - fileLength), where);
        }
        long count = in.getLong();
        int dimension = in.getInt();
        int distance = in.getInt();
        int stride = in.getInt();
        int block = in.getInt();
        long lastSequence = in.getLong();
        int sections = in.getInt();
        int idLength = in.getInt();
        boolean sound = version == VERSION
                && headerLength == BYTES
                && block == BLOCK
                && sections == Section.values().length
                && dimension >= 1
                && dimension <= MAX_DIMENSION
                && stride == Columns.stride(dimension)
                && distance >= 0
                && distance < DISTANCES.size()
                && count >= 0
                && count <= maxCount()
                && lastSequence >= count
                && idLength >= 1
                && idLength <= MAX_SPACE_ID;
        if (!sound) {
            throw damaged("has a header that contradicts itself", where);
        }
        long[] lengths = new long[sections];
        for (int i = 0; i < sections; i++) {
            lengths[i] = in.getLong(LENGTHS_AT + 8 * i);
            if (lengths[i] < 0 || lengths[i] > actualLength) {
                throw damaged("has a header that contradicts itself", where);
            }
        }
        String id = new String(in.array(), ID_AT, idLength, StandardCharsets.UTF_8);
        Space space = new Space(id, dimension, DISTANCES.get(distance));
        Header header = new Header(space, (int) count, lastSequence, lengths);
        long[] expected = fixedLengths(space, (int) count);
        for (Section section : Section.values()) {
            long fixed = expected[section.ordinal()];
            if (fixed >= 0 && fixed != header.length(section)) {
                throw damaged("has a header that contradicts itself", where);
            }
        }
        if (header.fileLength() != actualLength) {
            throw damaged("has a header that contradicts its length", where);
        }
        return header;
    }

    /** The bytes of the sections that the count decides; −1 for the others. */
    static long[] fixedLengths(Space space, int count) {
        long[] lengths = new long[Section.values().length];
        for (Section section : Section.values()) {
            lengths[section.ordinal()] = switch (section) {
                case ROWS -> (long) count * Columns.stride(space.dimension());
                case NORMS -> Columns.hasNorms(space.distance()) ? 4L * count : 0;
                case SEQUENCES -> 8L * count;
                case ID_OFFSETS, PAYLOAD_OFFSETS, SOURCE_OFFSETS -> 8L * (count + 1L);
                case ID_TABLE -> 4L * IdTable.slots(count);
                case ID_BYTES, PAYLOAD_BYTES, SOURCE_BYTES -> -1;
            };
        }
        return lengths;
    }

    /** The most items of one file: its table of ids is one array. */
    static int maxCount() {
        return 1 << 29;
    }

    static Refusal damaged(String what, String where) {
        return new Refusal(what, where, "restore the file from a copy or build the index again", new Damage(what));
    }
}
