package dev.kindred.index;

import dev.kindred.core.Distance;
import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Columns made item by item; what does not fit in memory waits in files beside the index. */
final class ColumnsBuilder implements AutoCloseable {
    private final Space space;
    private final Path folder;
    private final Spool rows;
    private final Spool norms;
    private final Spool sequences;
    private final Strings ids;
    private final Strings payloads;
    private final Strings sources;
    private final byte[] row;
    private int count;

    ColumnsBuilder(Space space, Path folder) {
        this(space, folder, Spool.IN_MEMORY);
    }

    /** One that writes no file; for what is known to be small, or where nothing may be written. */
    static ColumnsBuilder inMemory(Space space, Path folder) {
        return new ColumnsBuilder(space, folder, 1 << 30);
    }

    private ColumnsBuilder(Space space, Path folder, int inMemory) {
        this.space = space;
        this.folder = folder;
        this.rows = new Spool(folder, inMemory);
        this.norms = new Spool(folder, inMemory);
        this.sequences = new Spool(folder, inMemory);
        this.ids = new Strings(folder, inMemory);
        this.payloads = new Strings(folder, inMemory);
        this.sources = new Strings(folder, inMemory);
        this.row = new byte[Columns.stride(space.dimension())];
    }

    int count() {
        return count;
    }

    /** @throws Refusal where the item does not belong into the space, or the disk is full */
    void add(Item item, long sequence) {
        Vectors.require(space, item);
        byte[] payload = PayloadCodec.encode(item.payload(), Vectors.named(item.id()));
        if (count == Header.maxCount()) {
            throw new Refusal("holds as many items as one index can", folder.toString(), "split the collection");
        }
        try {
            Layout.copyFloats(item.vector(), MemorySegment.ofArray(row), 0);
            rows.write(row);
            if (Columns.hasNorms(space.distance())) {
                norms.write(littleEndian(4)
                        .putFloat((float) (1 / Distance.length(item.vector())))
                        .array());
            }
            sequences.write(littleEndian(8).putLong(sequence).array());
            ids.add(item.id().getBytes(StandardCharsets.UTF_8));
            payloads.add(payload);
            sources.add(source(item));
        } catch (IOException e) {
            throw unwritable(e);
        }
        count++;
    }

    /** Takes a row of other columns of the same space as it is. */
    void copy(Columns from, int at) {
        try {
            rows.write(bytes(from.rows(), (long) at * row.length, row.length));
            if (Columns.hasNorms(space.distance())) {
                norms.write(bytes(from.norms(), 4L * at, 4));
            }
            sequences.write(bytes(from.sequences(), 8L * at, 8));
            ids.add(from.ids().copy(at));
            payloads.add(from.payloads().copy(at));
            sources.add(from.sources().copy(at));
        } catch (IOException e) {
            throw unwritable(e);
        }
        count++;
    }

    private static byte[] bytes(MemorySegment from, long at, int length) {
        return from.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] source(Item item) {
        byte[] source = item.source();
        return source == null
                ? new byte[0]
                : ByteBuffer.allocate(1 + source.length)
                        .put((byte) 1)
                        .put(source)
                        .array();
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** What was added, for as long as the arena lives and this is open. */
    Columns columns(Arena arena) {
        try {
            return new Columns(
                    count,
                    row.length,
                    rows.segment(arena),
                    norms.segment(arena),
                    sequences.segment(arena),
                    ids.ragged(arena),
                    payloads.ragged(arena),
                    sources.ragged(arena));
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private Refusal unwritable(IOException e) {
        return new Refusal(
                "could not be written (" + e.getMessage() + ")",
                folder.toString(),
                "free some space; what stood there before is untouched",
                e);
    }

    @Override
    public void close() {
        for (Spool spool : List.of(rows, norms, sequences)) {
            spool.close();
        }
        for (Strings strings : List.of(ids, payloads, sources)) {
            strings.close();
        }
    }

    /** Byte strings end to end, and where each starts. */
    private static final class Strings {
        private final Spool offsets;
        private final Spool bytes;

        Strings(Path folder, int inMemory) {
            offsets = new Spool(folder, inMemory);
            bytes = new Spool(folder, inMemory);
        }

        void add(byte[] string) throws IOException {
            offsets.write(littleEndian(8).putLong(bytes.size()).array());
            bytes.write(string);
        }

        Ragged ragged(Arena arena) throws IOException {
            offsets.write(littleEndian(8).putLong(bytes.size()).array());
            return new Ragged(offsets.segment(arena), bytes.segment(arena));
        }

        void close() {
            offsets.close();
            bytes.close();
        }
    }
}
