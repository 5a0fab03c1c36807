package dev.kindred.index;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One page of a b-tree of SQLite's, none of whose bytes is believed: rows are read each for itself.
 *
 * @param bytes {@link DamagedPages#SIZE}
 */
record DamagedTree(DamagedPages pages, int number, byte[] bytes) {
    static final int TABLE_INNER = 0x05;
    static final int TABLE_LEAF = 0x0D;
    static final int INDEX_INNER = 0x02;
    static final int INDEX_LEAF = 0x0A;

    private static final int SIZE = DamagedPages.SIZE;
    /** The most bytes of a row that Kindred writes. */
    private static final int MOST = Item.MAX_SOURCE_BYTES + PayloadCodec.MAX_BYTES + 4 * Header.MAX_DIMENSION + 4_096;

    /** Those of an item, and of the generation. */
    private static final int MOST_COLUMNS = 6;

    /**
     * A row.
     *
     * @param key its number; 0 in an index
     * @param columns numbers as {@link Long}, texts and blobs as {@code byte[]}
     */
    record Row(long key, List<@Nullable Object> columns) {
        boolean has(Class<?>... types) {
            if (columns.size() != types.length) {
                return false;
            }
            for (int i = 0; i < types.length; i++) {
                if (types[i] != Void.class && !types[i].isInstance(columns.get(i))) {
                    return false;
                }
            }
            return true;
        }

        byte[] bytes(int column) {
            return (byte[]) java.util.Objects.requireNonNull(columns.get(column));
        }

        long number(int column) {
            return (Long) java.util.Objects.requireNonNull(columns.get(column));
        }
    }

    /** A number of one to nine bytes and where the next begins. */
    private record Varint(long value, int end) {}

    static DamagedTree of(DamagedPages pages, int number) {
        return new DamagedTree(pages, number, pages.page(number));
    }

    private int header() {
        return number == 1 ? 100 : 0;
    }

    int type() {
        return bytes[header()];
    }

    private boolean isInner() {
        return type() == TABLE_INNER || type() == INDEX_INNER;
    }

    private int pointers() {
        return header() + (isInner() ? 12 : 8);
    }

    private int uint16(int at) {
        return Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(at));
    }

    private int int32(int at) {
        return ByteBuffer.wrap(bytes).getInt(at);
    }

    /** Rows, or children but the last. */
    int cells() {
        return Math.min(uint16(header() + 3), (SIZE - pointers()) / 2);
    }

    private int at(int cell) {
        return uint16(pointers() + 2 * cell);
    }

    int lastChild() {
        return int32(header() + 8);
    }

    /** 0, which is no page, where there is none. */
    int child(int cell) {
        return at(cell) + 4 <= SIZE ? int32(at(cell)) : 0;
    }

    /** Of a page of a table: the row's number, or the greatest below a child. The least there is where it cannot be read. */
    long key(int cell) {
        try {
            int at = type() == TABLE_INNER
                    ? at(cell) + 4
                    : varint(bytes, at(cell)).end();
            return varint(bytes, at).value();
        } catch (IndexOutOfBoundsException e) {
            return Long.MIN_VALUE;
        }
    }

    /** The row of a cell; null where it cannot be read. */
    @Nullable
    Row row(int cell) {
        try {
            int at = at(cell) + (type() == INDEX_INNER ? 4 : 0);
            Varint length = varint(bytes, at);
            Varint key = type() == TABLE_LEAF ? varint(bytes, length.end()) : new Varint(0, length.end());
            byte[] record = record(length.value(), key.end());
            return record == null ? null : new Row(key.value(), columns(record));
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            return null;
        }
    }

    /** Bytes of a row that lie in the page itself. */
    private int local(long length) {
        int most = type() == TABLE_LEAF ? SIZE - 35 : (SIZE - 12) * 64 / 255 - 23;
        if (length <= most) {
            return (int) length;
        }
        int least = (SIZE - 12) * 32 / 255 - 23;
        int fitting = least + (int) ((length - least) % (SIZE - 4));
        return fitting <= most ? fitting : least;
    }

    private byte @Nullable [] record(long length, int at) {
        if (length < 1 || length > Math.min(MOST, pages.bytes())) {
            return null;
        }
        int local = local(length);
        byte[] record = new byte[(int) length];
        System.arraycopy(bytes, at, record, 0, local);
        int next = local < length ? int32(at + local) : 0;
        Set<Integer> passed = new HashSet<>();
        for (int done = local; done < length; ) {
            if (!pages.has(next) || !passed.add(next)) {
                return null;
            }
            byte[] more = pages.page(next);
            int now = (int) Math.min(SIZE - 4, length - done);
            System.arraycopy(more, 4, record, done, now);
            done += now;
            next = ByteBuffer.wrap(more).getInt(0);
        }
        return record;
    }

    private static List<@Nullable Object> columns(byte[] record) {
        Varint header = varint(record, 0);
        List<@Nullable Object> columns = new ArrayList<>();
        int at = Math.toIntExact(Math.min(Integer.MAX_VALUE, Math.max(0, header.value())));
        for (int type = header.end(); type < header.value(); ) {
            Varint serial = varint(record, type);
            type = serial.end();
            if (columns.size() == MOST_COLUMNS || type > header.value()) {
                throw new IllegalArgumentException("more columns than any table has");
            }
            int length = length(serial.value());
            if (at + (long) length > record.length) {
                throw new IndexOutOfBoundsException(at);
            }
            columns.add(value(serial.value(), record, at, length));
            at += length;
        }
        if (at != record.length) {
            throw new IllegalArgumentException("bytes behind the last column");
        }
        return columns;
    }

    private static int length(long serial) {
        if (serial < 0) {
            throw new IllegalArgumentException("a column of kind " + serial);
        }
        if (serial >= 12) {
            return Math.toIntExact(Math.min(Integer.MAX_VALUE, (serial - 12) / 2));
        }
        return switch ((int) serial) {
            case 0, 8, 9 -> 0;
            case 1, 2, 3, 4 -> (int) serial;
            case 5 -> 6;
            case 6 -> 8;
            default -> throw new IllegalArgumentException("a column of kind " + serial);
        };
    }

    private static @Nullable Object value(long serial, byte[] record, int at, int length) {
        if (serial >= 12) {
            return Arrays.copyOfRange(record, at, at + length);
        }
        if (serial == 0) {
            return null;
        }
        if (serial >= 8) {
            return serial - 8;
        }
        long value = record[at];
        for (int i = 1; i < length; i++) {
            value = value << 8 | record[at + i] & 0xFF;
        }
        return value;
    }

    private static Varint varint(byte[] bytes, int at) {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 7 | bytes[at + i] & 0x7F;
            if (bytes[at + i] >= 0) {
                return new Varint(value, at + i + 1);
            }
        }
        return new Varint(value << 8 | bytes[at + 8] & 0xFF, at + 9);
    }

    /**
     * Whether cells and free blocks fill the page as they must, without overlap. One where they do not may show what was deleted: its
     * bytes stay until they are written over.
     */
    boolean isSound() {
        try {
            int content = uint16(header() + 5);
            int cells = uint16(header() + 3);
            boolean known =
                    type() == TABLE_LEAF || type() == TABLE_INNER || type() == INDEX_LEAF || type() == INDEX_INNER;
            if (!known || pointers() + 2 * cells > content) {
                return false;
            }
            List<long[]> parts = new ArrayList<>();
            for (int cell = 0; cell < cells; cell++) {
                parts.add(new long[] {at(cell), end(at(cell))});
            }
            int before = 0;
            for (int block = uint16(header() + 1); block != 0; block = uint16(block)) {
                if (block <= before) {
                    return false;
                }
                parts.add(new long[] {block, block + uint16(block + 2)});
                before = block;
            }
            parts.sort((a, b) -> Long.compare(a[0], b[0]));
            long at = content;
            long gaps = 0;
            for (long[] part : parts) {
                if (part[0] < at) {
                    return false;
                }
                gaps += part[0] - at;
                at = part[1];
            }
            return at <= SIZE && gaps + SIZE - at == Byte.toUnsignedInt(bytes[header() + 7]);
        } catch (IndexOutOfBoundsException e) {
            return false;
        }
    }

    private long end(int cell) {
        int at = cell + (isInner() ? 4 : 0);
        Varint first = varint(bytes, at);
        if (type() == TABLE_INNER) {
            return first.end();
        }
        int from = type() == TABLE_LEAF ? varint(bytes, first.end()).end() : first.end();
        int local = local(Math.max(0, first.value()));
        return Math.max(cell + 4L, from + local + (local < first.value() ? 4L : 0));
    }
}
