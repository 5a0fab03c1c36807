package dev.kindred.index;

import dev.kindred.core.NewFile;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;
import java.util.zip.CRC32C;

/** Writes a rows file anew from runs of rows of other columns, front to back, checksums on the way. */
final class RowsWriter {
    private static final int CHUNK = 1 << 20;

    private final Space space;
    private final List<Run> runs = new ArrayList<>();
    private int count;

    RowsWriter(Space space) {
        this.space = space;
    }

    /** Rows {@code [from, to)} of some columns, which become rows from {@code start} on. */
    private record Run(Columns columns, int from, int to, int start) {
        int count() {
            return to - from;
        }
    }

    /** Takes all rows but the dropped ones. */
    RowsWriter add(Columns columns, BitSet dropped) {
        for (int from = dropped.nextClearBit(0); from < columns.count(); ) {
            int gap = dropped.nextSetBit(from);
            int to = gap < 0 ? columns.count() : Math.min(gap, columns.count());
            runs.add(new Run(columns, from, to, count));
            count = Math.addExact(count, to - from);
            from = dropped.nextClearBit(to);
        }
        return this;
    }

    /** @throws Refusal where an id stands twice, or the file cannot be written */
    void write(Path path, long lastSequence) {
        if (count > Header.maxCount()) {
            throw new Refusal("would hold more items than one index can", path.toString(), "split the collection");
        }
        int[] table = idTable();
        long[] lengths = Header.fixedLengths(space, count);
        lengths[Header.Section.ID_BYTES.ordinal()] = bytes(Columns::ids);
        lengths[Header.Section.PAYLOAD_BYTES.ordinal()] = bytes(Columns::payloads);
        lengths[Header.Section.SOURCE_BYTES.ordinal()] = bytes(Columns::sources);
        Header header = new Header(space, count, lastSequence, lengths);
        NewFile.write(path, out -> {
            Sink sink = new Sink(out, header.blocks());
            sink.bytes(header.bytes());
            for (Header.Section section : Header.Section.values()) {
                sink.align();
                section(section, table, sink);
            }
            sink.align();
            sink.checksums();
        });
    }

    private long bytes(Function<Columns, Ragged> column) {
        long bytes = 0;
        for (Run run : runs) {
            Ragged ragged = column.apply(run.columns);
            bytes += ragged.start(run.to) - ragged.start(run.from);
        }
        return bytes;
    }

    private void section(Header.Section section, int[] table, Sink sink) throws IOException {
        switch (section) {
            case ROWS -> fixed(Columns::rows, Columns.stride(space.dimension()), sink);
            case NORMS -> fixed(Columns::norms, Columns.hasNorms(space.distance()) ? 4 : 0, sink);
            case SEQUENCES -> fixed(Columns::sequences, 8, sink);
            case ID_OFFSETS -> offsets(Columns::ids, sink);
            case ID_BYTES -> ragged(Columns::ids, sink);
            case ID_TABLE -> {
                for (int row : table) {
                    sink.int32(row);
                }
            }
            case PAYLOAD_OFFSETS -> offsets(Columns::payloads, sink);
            case PAYLOAD_BYTES -> ragged(Columns::payloads, sink);
            case SOURCE_OFFSETS -> offsets(Columns::sources, sink);
            case SOURCE_BYTES -> ragged(Columns::sources, sink);
        }
    }

    private void fixed(Function<Columns, MemorySegment> column, long width, Sink sink) throws IOException {
        for (Run run : runs) {
            sink.segment(column.apply(run.columns).asSlice(run.from * width, run.count() * width));
        }
    }

    private void ragged(Function<Columns, Ragged> column, Sink sink) throws IOException {
        for (Run run : runs) {
            Ragged ragged = column.apply(run.columns);
            long start = ragged.start(run.from);
            sink.segment(ragged.bytes().asSlice(start, ragged.start(run.to) - start));
        }
    }

    private void offsets(Function<Columns, Ragged> column, Sink sink) throws IOException {
        long at = 0;
        for (Run run : runs) {
            Ragged ragged = column.apply(run.columns);
            for (int row = run.from; row < run.to; row++) {
                sink.int64(at);
                at += ragged.end(row) - ragged.start(row);
            }
        }
        sink.int64(at);
    }

    private int[] idTable() {
        int[] table = new int[IdTable.slots(count)];
        for (Run run : runs) {
            for (int row = run.from; row < run.to; row++) {
                byte[] id = run.columns.ids().copy(row);
                if (IdTable.insert(table, run.start + row - run.from, id, this::id) >= 0) {
                    throw new Refusal(
                            "stands twice among the items",
                            Vectors.named(Snapshot.text(id)),
                            "give every item its own id");
                }
            }
        }
        return table;
    }

    private MemorySegment id(int row) {
        int low = 0;
        int high = runs.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (runs.get(middle).start <= row) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Run run = runs.get(low);
        return run.columns.ids().slice(run.from + row - run.start);
    }

    /** The file's bytes on their way, in chunks of one checksum block each. */
    private static final class Sink {
        private final OutputStream out;
        private final byte[] chunk = new byte[CHUNK];
        private final ByteBuffer checksums;
        private int filled;
        private long written;

        Sink(OutputStream out, int blocks) {
            this.out = out;
            this.checksums = ByteBuffer.allocate(4 * blocks).order(ByteOrder.LITTLE_ENDIAN);
        }

        void bytes(byte[] bytes) throws IOException {
            segment(MemorySegment.ofArray(bytes));
        }

        void segment(MemorySegment segment) throws IOException {
            for (long at = 0; at < segment.byteSize(); ) {
                int now = (int) Math.min(CHUNK - filled, segment.byteSize() - at);
                MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, at, chunk, filled, now);
                at += now;
                advance(now);
            }
        }

        void int32(int value) throws IOException {
            for (int shift = 0; shift < 32; shift += 8) {
                chunk[filled] = (byte) (value >>> shift);
                advance(1);
            }
        }

        void int64(long value) throws IOException {
            int32((int) value);
            int32((int) (value >>> 32));
        }

        void align() throws IOException {
            while (written % 64 != 0) {
                chunk[filled] = 0;
                advance(1);
            }
        }

        private void advance(int bytes) throws IOException {
            filled += bytes;
            written += bytes;
            if (filled == CHUNK) {
                endBlock();
            }
        }

        private void endBlock() throws IOException {
            checksums.putInt(crc(chunk, filled));
            out.write(chunk, 0, filled);
            filled = 0;
        }

        void checksums() throws IOException {
            if (filled > 0) {
                endBlock();
            }
            byte[] list = checksums.array();
            out.write(list);
            ByteBuffer last =
                    ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(crc(list, list.length));
            out.write(last.array());
        }

        private static int crc(byte[] bytes, int length) {
            CRC32C crc = new CRC32C();
            crc.update(bytes, 0, length);
            return (int) crc.getValue();
        }
    }
}
