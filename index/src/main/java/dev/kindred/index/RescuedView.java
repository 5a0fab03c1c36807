package dev.kindred.index;

import dev.kindred.core.Distance;
import dev.kindred.core.Space;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** The view as it was last made durable, read for what the items themselves have lost. Changes nothing. */
final class RescuedView implements Closeable {
    private final DirectoryReader reader;
    private final String identity;
    private final long sequence;
    private final TreeMap<Long, Row> rows = new TreeMap<>();
    private boolean whole = true;
    private int dimension;
    private @Nullable Distance distance;

    /** A row that was live. */
    record Row(LeafReader segment, int row, String id) {}

    private RescuedView(DirectoryReader reader) throws IOException {
        this.reader = reader;
        Map<String, String> data = reader.getIndexCommit().getUserData();
        // Behind it stands by which engine.
        this.identity = data.getOrDefault("truth", "").replaceFirst(", .*", "");
        this.sequence = Long.parseLong(data.getOrDefault("sequence", "0"));
        for (LeafReaderContext leaf : reader.leaves()) {
            try {
                if (leaf.reader() instanceof SegmentReader segment) {
                    segment.checkIntegrity();
                    read(segment);
                }
            } catch (InternalError | IOException | RuntimeException e) {
                // A page of a mapped file that cannot be read is an internal error to the machine.
                whole = false;
            }
        }
    }

    /** Null where there is none that can be read. */
    static @Nullable RescuedView open(Path folder) {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        try {
            MMapDirectory directory = new MMapDirectory(folder);
            DirectoryReader opened = null;
            boolean ready = false;
            try {
                opened = DirectoryReader.open(directory);
                RescuedView view = new RescuedView(opened);
                ready = true;
                return view;
            } finally {
                if (!ready) {
                    if (opened != null) {
                        opened.close();
                    }
                    directory.close();
                }
            }
        } catch (InternalError | IOException | RuntimeException e) {
            return null;
        }
    }

    private void read(SegmentReader segment) throws IOException {
        FieldInfo info = segment.getFieldInfos().fieldInfo(ViewFields.VECTOR);
        BinaryDocValues ids = segment.getBinaryDocValues(ViewFields.ID);
        NumericDocValues numbers = segment.getNumericDocValues(ViewFields.SEQUENCE);
        if (info == null || ids == null || numbers == null) {
            throw new IOException("a segment without ids, numbers or vectors");
        }
        dimension = info.getVectorDimension();
        for (Distance each : Distance.values()) {
            if (ViewFields.similarity(each) == info.getVectorSimilarityFunction()) {
                distance = each;
            }
        }
        Bits live = segment.getLiveDocs();
        for (int row = ids.nextDoc(); row != DocIdSetIterator.NO_MORE_DOCS; row = ids.nextDoc()) {
            if ((live == null || live.get(row)) && numbers.advanceExact(row)) {
                rows.put(
                        numbers.longValue(),
                        new Row(segment, row, ids.binaryValue().utf8ToString()));
            }
        }
    }

    /** Which items it is of. */
    String identity() {
        return identity;
    }

    /** It holds every write up to this number. */
    long sequence() {
        return sequence;
    }

    /** Whether every segment's checksums hold, so that what it lacks was not there. */
    boolean isWhole() {
        return whole;
    }

    /** Live rows by number. */
    TreeMap<Long, Row> rows() {
        return rows;
    }

    /** Values a vector; 0 where it has none. */
    int dimension() {
        return dimension;
    }

    /** Whether its vectors are such a space's. */
    boolean isOf(Space space) {
        return rows.isEmpty() || (dimension == space.dimension() && distance == space.distance());
    }

    /**
     * The item of a row, as the view has it: of unit length under cosine, and without a source.
     *
     * @throws IOException where it cannot be read, a page of a mapped file included
     */
    Item item(Row row) throws IOException {
        try {
            return read(row);
        } catch (InternalError | RuntimeException e) {
            throw new IOException("a row that cannot be read", e);
        }
    }

    private static Item read(Row row) throws IOException {
        FloatVectorValues vectors = row.segment().getFloatVectorValues(ViewFields.VECTOR);
        BinaryDocValues payloads = row.segment().getBinaryDocValues(ViewFields.PAYLOAD);
        if (vectors == null || vectors.size() <= row.row() || payloads == null || !payloads.advanceExact(row.row())) {
            throw new IOException("a row without a vector or a payload");
        }
        BytesRef payload = payloads.binaryValue();
        MemorySegment fields = MemorySegment.ofArray(
                Arrays.copyOfRange(payload.bytes, payload.offset, payload.offset + payload.length));
        return new Item(
                row.id(),
                vectors.vectorValue(row.row()).clone(),
                PayloadCodec.decode(fields, Vectors.named(row.id())),
                null);
    }

    /** Whether a row is this item's. */
    boolean holds(Row row, Item item, Distance compared) throws IOException {
        Item held = item(row);
        return held.id().equals(item.id())
                && Arrays.equals(held.vector(), Vectors.compared(item.vector(), compared))
                && held.payload().equals(item.payload());
    }

    @Override
    public void close() throws IOException {
        try {
            reader.close();
        } finally {
            reader.directory().close();
        }
    }
}
