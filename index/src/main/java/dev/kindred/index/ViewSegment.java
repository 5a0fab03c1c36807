package dev.kindred.index;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.hnsw.HnswGraphProvider;
import org.apache.lucene.codecs.lucene95.HasIndexSlice;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MemorySegmentAccessInput;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.jspecify.annotations.Nullable;

/**
 * One segment of the view: its rows as they lie in the mapped file, {@code count} of {@code dimension} floats, and its graph where it has
 * one. Row and document have the same number, since every document has a vector.
 */
final class ViewSegment {
    private final LeafReaderContext leaf;
    private final int dimension;
    private final MemorySegment rows;
    private final @Nullable Bits live;
    private final @Nullable HnswGraphProvider graphs;

    ViewSegment(LeafReaderContext leaf, int dimension) throws IOException {
        this.leaf = leaf;
        this.dimension = dimension;
        LeafReader reader = leaf.reader();
        this.live = reader.getLiveDocs();
        FloatVectorValues values = reader.getFloatVectorValues(ViewFields.VECTOR);
        if (values == null || values.size() != reader.maxDoc() || values.dimension() != dimension) {
            throw new LuceneView.Damage("a segment of the view has " + (values == null ? 0 : values.size())
                    + " vectors where it has " + reader.maxDoc() + " documents");
        }
        this.rows = rows(values);
        this.graphs = graphs(reader);
    }

    private static MemorySegment rows(FloatVectorValues values) throws IOException {
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
        long bytes = (long) values.size() * values.dimension() * Float.BYTES;
        MemorySegment copy = java.lang.foreign.Arena.ofAuto().allocate(Math.max(1, bytes), 64);
        for (int row = 0; row < values.size(); row++) {
            MemorySegment.copy(
                    values.vectorValue(row),
                    0,
                    copy,
                    ValueLayout.JAVA_FLOAT,
                    (long) row * values.dimension() * Float.BYTES,
                    values.dimension());
        }
        return copy;
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

    /** Its first row's number among those of all segments. */
    int base() {
        return leaf.docBase;
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
}
