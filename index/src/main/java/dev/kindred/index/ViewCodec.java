package dev.kindred.index;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorScorerUtil;
import org.apache.lucene.codecs.hnsw.FlatVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99FlatVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsWriter;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.search.TaskExecutor;
import org.apache.lucene.store.IOContext;
import org.jspecify.annotations.Nullable;

/** How a view's segments are written: Lucene's own formats, but for when graphs are built and by whom. */
final class ViewCodec {
    private ViewCodec() {}

    /** Of an engine's view. */
    static Lucene104Codec of(Engine engine, LuceneView.Building workers) {
        KnnVectorsFormat without = new Lucene99HnswVectorsFormat(2, 1, 1, null, Integer.MAX_VALUE);
        KnnVectorsFormat merged = switch (engine) {
            case Engine.Exact e -> without;
            case Engine.Graph graph -> new GraphVectors(graph, workers);
        };
        // Each in a file of its own.
        KnnVectorsFormat vectors = new ViewVectors(without, merged);
        KnnVectorsFormat codes = new ViewVectors(without, without);
        return new Lucene104Codec() {
            @Override
            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return field.equals(ViewFields.CODES) ? codes : vectors;
            }
        };
    }

    /** Lucene's own format, its graphs built by our threads, which are counted and paced. */
    private static final class GraphVectors extends KnnVectorsFormat {
        private final Engine.Graph graph;
        private final FlatVectorsFormat rows;
        private final int threads;
        private final @Nullable TaskExecutor pool;

        GraphVectors(Engine.Graph graph, LuceneView.Building workers) {
            super(new Lucene99HnswVectorsFormat().getName());
            this.graph = graph;
            this.rows = new Lucene99FlatVectorsFormat(
                    workers.rows().counting(FlatVectorScorerUtil.getLucene99FlatVectorsScorer(), workers.ended()));
            this.threads = workers.threads();
            this.pool = threads > 1 ? new TaskExecutor(workers.pool()) : null;
        }

        /** Lucene leaves the graph out where walking it for this many neighbours would be expected to see every row. */
        private static int tiny(int from) {
            return (int) (from / Math.log(Math.max(from, 3)));
        }

        // Lucene takes null for "on the merge's own thread".
        @SuppressWarnings("NullAway")
        @Override
        public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
            return new Lucene99HnswVectorsWriter(
                    state,
                    graph.links(),
                    graph.beam(),
                    rows,
                    rows.fieldsWriter(state),
                    threads,
                    pool,
                    tiny(graph.from()));
        }

        @Override
        public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
            return new Lucene99HnswVectorsFormat().fieldsReader(state);
        }

        @Override
        public int getMaxDimensions(String field) {
            return Header.MAX_DIMENSION;
        }
    }

    /**
     * Lucene's own format, which is read by its name, without its bound of 1,024 dimensions; what is written gets no graph, what is merged
     * does.
     */
    private static final class ViewVectors extends KnnVectorsFormat {
        private final KnnVectorsFormat written;
        private final KnnVectorsFormat merged;

        ViewVectors(KnnVectorsFormat written, KnnVectorsFormat merged) {
            super(merged.getName());
            this.written = written;
            this.merged = merged;
        }

        @Override
        public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
            boolean merges = state.context.context() == IOContext.Context.MERGE;
            return (merges ? merged : written).fieldsWriter(state);
        }

        @Override
        public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
            return merged.fieldsReader(state);
        }

        @Override
        public int getMaxDimensions(String field) {
            return RowCodes.bytes(Header.MAX_DIMENSION);
        }
    }
}
