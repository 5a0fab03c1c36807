package dev.kindred.index;

import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import dev.kindred.index.Header.Section;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The items of one moment: a rows file, mapped and never changed. Unmapped when the last who retained it lets go, so neither a write
 * nor closing the index pulls memory from under a search.
 */
final class Snapshot {
    /** Files up to this size are checked whole when opened, at some GB/s; of larger ones rows and sources before their first use. */
    private static final long CHECKED_AT_OPENING = 1L << 30;

    private final Arena arena;
    private final String where;
    private final Header header;
    private final Columns columns;
    private final MemorySegment idTable;
    private final Journal.Base base;
    private final Checksums checksums;
    private final AtomicInteger holders = new AtomicInteger(1);

    private Snapshot(Arena arena, String where, MemorySegment file) {
        this.arena = arena;
        this.where = where;
        this.header = Header.read(file, where);
        this.checksums = Checksums.of(file, header, where);
        this.base = base(file.byteSize(), file, file.byteSize() - 4);
        this.idTable = section(file, Section.ID_TABLE);
        this.columns = new Columns(
                header.count(),
                header.stride(),
                section(file, Section.ROWS),
                section(file, Section.NORMS),
                section(file, Section.SEQUENCES),
                new Ragged(section(file, Section.ID_OFFSETS), section(file, Section.ID_BYTES)),
                new Ragged(section(file, Section.PAYLOAD_OFFSETS), section(file, Section.PAYLOAD_BYTES)),
                new Ragged(section(file, Section.SOURCE_OFFSETS), section(file, Section.SOURCE_BYTES)));
    }

    private MemorySegment section(MemorySegment file, Section section) {
        return file.asSlice(header.offset(section), header.length(section));
    }

    /** The caller holds it until {@link #release}. */
    static Snapshot open(Path path) {
        return open(path, CHECKED_AT_OPENING);
    }

    /** @param checkedAtOpening the largest file that is checked whole */
    @SuppressWarnings("MustBeClosedChecker") // the last holder closes the arena
    static Snapshot open(Path path, long checkedAtOpening) {
        String where = path.toString();
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            Snapshot snapshot = new Snapshot(arena, where, file);
            snapshot.requireSound(checkedAtOpening);
            opened = true;
            return snapshot;
        } catch (NoSuchFileException e) {
            throw new Refusal("there is no index", where, "build one with: kindred index build", e);
        } catch (IOException e) {
            throw new Refusal(
                    "could not be read (" + e.getMessage() + ")", where, "check that it is a readable file", e);
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    private void requireSound(long checkedAtOpening) {
        if (header.fileLength() <= checkedAtOpening) {
            checksums.requireAll();
        } else {
            checksums.require(0, header.offset(Section.ROWS));
            checksums.require(header.offset(Section.NORMS), header.offset(Section.SOURCE_BYTES));
        }
        requireOffsets(columns.ids(), 1, Item.MAX_ID_BYTES);
        requireOffsets(columns.payloads(), 0, 2 * PayloadCodec.MAX_BYTES);
        requireOffsets(columns.sources(), 0, 1 + Item.MAX_SOURCE_BYTES);
        long before = 0;
        for (int row = 0; row < header.count(); row++) {
            long sequence = columns.sequence(row);
            if (sequence <= before || sequence > header.lastSequence()) {
                throw Header.damaged("holds sequence numbers that do not rise", where);
            }
            before = sequence;
        }
    }

    private void requireOffsets(Ragged strings, int shortest, int longest) {
        long at = strings.start(0);
        boolean sound = at == 0;
        for (int row = 0; row < header.count() && sound; row++) {
            long end = strings.end(row);
            sound = end - at >= shortest && end - at <= longest;
            at = end;
        }
        if (!sound || at != strings.bytes().byteSize()) {
            throw Header.damaged("holds lengths that contradict one another", where);
        }
    }

    /** Whether this may be used until {@link #release}; not where it is unmapped already. */
    boolean retain() {
        int now = holders.get();
        while (now > 0) {
            if (holders.compareAndSet(now, now + 1)) {
                return true;
            }
            now = holders.get();
        }
        return false;
    }

    void release() {
        if (holders.decrementAndGet() == 0) {
            arena.close();
        }
    }

    Header header() {
        return header;
    }

    Space space() {
        return header.space();
    }

    Columns columns() {
        return columns;
    }

    Checksums checksums() {
        return checksums;
    }

    String where() {
        return where;
    }

    /** Checks the rows {@code [from, to)} where that was not done yet. */
    void requireRows(int from, int to) {
        long start = header.offset(Section.ROWS);
        checksums.require(start + (long) from * header.stride(), start + (long) to * header.stride());
    }

    /** What a journal of this file names it by. */
    Journal.Base base() {
        return base;
    }

    /** The same of the file that stands at a path now; null where there is none that could be read. */
    static Journal.@Nullable Base baseOf(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(Header.BYTES + 4).order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.position() < Header.BYTES && channel.read(bytes.limit(Header.BYTES)) >= 0) {}
            bytes.limit(Header.BYTES + 4);
            if (channel.size() < Header.BYTES + 4 || channel.read(bytes, channel.size() - 4) < 4) {
                return null;
            }
            return base(channel.size(), MemorySegment.ofArray(bytes.array()), Header.BYTES);
        } catch (IOException e) {
            return null;
        }
    }

    /** @param checksumsAt where the last four bytes of the file are in {@code bytes} */
    private static Journal.Base base(long length, MemorySegment bytes, long checksumsAt) {
        return new Journal.Base(
                length,
                Layout.int32(bytes, Header.BYTES - 4),
                Layout.int32(bytes, checksumsAt),
                Layout.int64(bytes, Header.LAST_SEQUENCE_AT));
    }

    /** All of it, nothing gone. */
    Piece piece() {
        return new Piece(columns, idTable, new BitSet());
    }

    /** @return the row of the id, or −1 */
    int find(String id) {
        return IdTable.find(idTable, header.count(), id.getBytes(StandardCharsets.UTF_8), columns.ids());
    }

    String id(int row) {
        return text(columns.ids().copy(row));
    }

    static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    static int compare(MemorySegment left, MemorySegment right) {
        long at = left.mismatch(right);
        if (at < 0) {
            return 0;
        }
        if (at == left.byteSize() || at == right.byteSize()) {
            return Long.compare(left.byteSize(), right.byteSize());
        }
        return Byte.compareUnsigned(left.get(ValueLayout.JAVA_BYTE, at), right.get(ValueLayout.JAVA_BYTE, at));
    }

    Map<String, Value> payload(int row) {
        return PayloadCodec.decode(columns.payloads().slice(row), where);
    }

    Item item(int row) {
        requireRows(row, row + 1);
        return new Item(id(row), columns.vector(row, space().dimension()), payload(row), source(row));
    }

    private byte @Nullable [] source(int row) {
        Ragged sources = columns.sources();
        long start = header.offset(Section.SOURCE_BYTES);
        checksums.require(start + sources.start(row), start + sources.end(row));
        return View.source(columns, row);
    }
}
