package dev.kindred.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.hnsw.HnswGraphProvider;
import org.apache.lucene.codecs.lucene95.HasIndexSlice;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MemorySegmentAccessInput;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.jspecify.annotations.Nullable;

/**
 * One segment of the view: its rows as they lie in the mapped file, {@code count} of {@code dimension} floats, their codes and its graph
 * where it has them. Row and document have the same number, since every document has a vector.
 */
final class ViewSegment {
    private final LeafReaderContext leaf;
    private final int dimension;
    private final MemorySegment rows;
    private final @Nullable MemorySegment codes;
    /** Where rows are read from that have codes; null where they are not in a file of their own. */
    private final @Nullable RowFile file;

    private final @Nullable Bits live;
    private final @Nullable HnswGraphProvider graphs;

    ViewSegment(LeafReaderContext leaf, int dimension) throws IOException {
        this.leaf = leaf;
        this.dimension = dimension;
        LeafReader reader = leaf.reader();
        this.live = reader.getLiveDocs();
        this.graphs = graphs(reader);
        FloatVectorValues values = reader.getFloatVectorValues(ViewFields.VECTOR);
        require(values, dimension);
        this.rows = mapped(
                values,
                (long) Float.BYTES * dimension,
                (row, copy) -> MemorySegment.copy(
                        values.vectorValue(row),
                        0,
                        copy,
                        ValueLayout.JAVA_FLOAT,
                        (long) Float.BYTES * dimension * row,
                        dimension));
        ByteVectorValues coded = reader.getByteVectorValues(ViewFields.CODES);
        if (coded == null) {
            this.codes = null;
            this.file = null;
        } else {
            int width = RowCodes.bytes(dimension);
            require(coded, width);
            this.codes = mapped(
                    coded,
                    width,
                    (row, copy) -> MemorySegment.copy(
                            coded.vectorValue(row), 0, copy, ValueLayout.JAVA_BYTE, (long) width * row, width));
            this.file = file(reader, (long) values.size() * dimension * Float.BYTES);
        }
    }

    private void require(@Nullable KnnVectorValues values, int width) throws Damage {
        int documents = leaf.reader().maxDoc();
        if (values == null || values.size() != documents || values.dimension() != width) {
            throw new Damage("a segment of the view has " + (values == null ? 0 : values.size())
                    + " vectors where it has " + documents + " documents");
        }
    }

    private interface RowCopy {
        void of(int row, MemorySegment copy) throws IOException;
    }

    private static MemorySegment mapped(KnnVectorValues values, long stride, RowCopy each) throws IOException {
        if (values instanceof HasIndexSlice sliced) {
            IndexInput slice = sliced.getSlice();
            if (slice instanceof MemorySegmentAccessInput mapped) {
                MemorySegment whole = mapped.segmentSliceOrNull(0, slice.length());
                if (whole != null) {
                    return whole;
                }
            }
        }
        // Not mapped as one piece, e.g. on a directory that is no file system's.
        MemorySegment copy = Arena.ofAuto().allocate(Math.max(1, values.size() * stride), 64);
        for (int row = 0; row < values.size(); row++) {
            each.of(row, copy);
        }
        return copy;
    }

    /** The rows are the last that stands in their field's file, before its checksum. */
    private static @Nullable RowFile file(LeafReader reader, long bytes) throws IOException {
        FieldInfo field = reader.getFieldInfos().fieldInfo(ViewFields.VECTOR);
        if (!(reader instanceof SegmentReader segment) || field == null) {
            return null;
        }
        String format = field.getAttribute(PerFieldKnnVectorsFormat.PER_FIELD_FORMAT_KEY);
        String suffix = field.getAttribute(PerFieldKnnVectorsFormat.PER_FIELD_SUFFIX_KEY);
        String name = IndexFileNames.segmentFileName(segment.getSegmentName(), format + "_" + suffix, "vec");
        if (!(FilterDirectory.unwrap(segment.directory()) instanceof FSDirectory folder)) {
            return null;
        }
        Path path = folder.getDirectory().resolve(name);
        return Files.isRegularFile(path)
                ? new RowFile(path, Files.size(path) - CodecUtil.footerLength() - bytes)
                : null;
    }

    private static @Nullable HnswGraphProvider graphs(LeafReader reader) throws IOException {
        if (!(reader instanceof CodecReader codec)) {
            return null;
        }
        KnnVectorsReader vectors = codec.getVectorReader();
        KnnVectorsReader own = vectors instanceof PerFieldKnnVectorsFormat.FieldsReader fields
                ? fields.getFieldReader(ViewFields.VECTOR)
                : vectors;
        if (own instanceof HnswGraphProvider provider) {
            HnswGraph graph = provider.getGraph(ViewFields.VECTOR);
            return graph == null || graph.size() == 0 ? null : provider;
        }
        return null;
    }

    /** The one of them that holds a row numbered through all. */
    static ViewSegment holding(List<ViewSegment> segments, int row) {
        int i = segments.size() - 1;
        while (segments.get(i).base() > row) {
            i--;
        }
        return segments.get(i);
    }

    /** Its first row's number among those of all segments. */
    int base() {
        return leaf.docBase;
    }

    /** Its own number among the segments. */
    int number() {
        return leaf.ord;
    }

    /** Rows, those that are gone among them. */
    int count() {
        return leaf.reader().maxDoc();
    }

    int live() {
        return leaf.reader().numDocs();
    }

    MemorySegment rows() {
        return rows;
    }

    /** Bytes from one row to the next. */
    long stride() {
        return (long) dimension * Float.BYTES;
    }

    boolean hasCodes() {
        return codes != null;
    }

    /** Rows of {@link RowCodes}. */
    MemorySegment codes() {
        if (codes == null) {
            throw new IllegalStateException("a segment without codes");
        }
        return codes;
    }

    /** Copies one row; where there are codes without a trace of it in the memory of this process. */
    void read(int row, MemorySegment into) {
        if (file == null) {
            MemorySegment.copy(rows, row * stride(), into, 0, stride());
            return;
        }
        try {
            file.read(row * stride(), into.asSlice(0, stride()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same for people of floats. */
    float[] vector(int row) {
        float[] vector = new float[dimension];
        MemorySegment bytes = Arena.ofAuto().allocate(stride());
        read(row, bytes);
        MemorySegment.copy(bytes, ValueLayout.JAVA_FLOAT, 0, vector, 0, dimension);
        return vector;
    }

    /** Lets go of the memory of rows that are not searched themselves, which checking or merging them took. */
    void unload() {
        if (file != null && rows.isMapped()) {
            rows.unload();
        }
    }

    boolean isLive(int row) {
        return live == null || live.get(row);
    }

    boolean hasGraph() {
        return graphs != null;
    }

    /** For one thread. */
    HnswGraph graph() throws IOException {
        if (graphs == null) {
            throw new IllegalStateException("a segment without a graph");
        }
        return graphs.getGraph(ViewFields.VECTOR);
    }

    LeafReader reader() {
        return leaf.reader();
    }

    void close() {
        if (file != null) {
            file.close();
        }
    }
}
