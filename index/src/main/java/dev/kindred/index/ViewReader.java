package dev.kindred.index;

import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.jspecify.annotations.Nullable;

/** One moment of the view, opened for searching; stays readable until the last who retained it lets go. Safe for many threads. */
final class ViewReader {
    private final DirectoryReader reader;
    private final Space space;
    private final long sequence;
    private final List<ViewSegment> segments;
    private final FilterBits filters;
    private final ViewWords words;

    /**
     * @param reader let go of with this
     * @param sequence everything up to it is in, nothing after
     */
    ViewReader(DirectoryReader reader, Space space, long sequence) throws IOException {
        this.reader = reader;
        this.space = space;
        this.sequence = sequence;
        List<ViewSegment> opened = new ArrayList<>();
        // Also where one of them cannot be opened, when the reader is let go of.
        reader.getReaderCacheHelper().addClosedListener(closed -> opened.forEach(ViewSegment::close));
        for (LeafReaderContext leaf : reader.leaves()) {
            opened.add(new ViewSegment(leaf, space.dimension()));
            opened.getLast().unload();
        }
        this.segments = List.copyOf(opened);
        IndexSearcher searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null);
        searcher.setSimilarity(new BM25Similarity());
        this.filters = new FilterBits(searcher);
        this.words = new ViewWords(segments, space, searcher, fields());
    }

    long sequence() {
        return sequence;
    }

    /** Items that can be found. */
    int count() {
        return reader.numDocs();
    }

    List<ViewSegment> segments() {
        return segments;
    }

    /** Why a filter cannot be asked of these items; null where it can. */
    @Nullable
    Refusal refusal(Filter filter) {
        return filters.isKept(filter) ? null : FilterCheck.refusal(filter, fields());
    }

    PayloadFields fields() {
        return new ViewPayloadFields(segments);
    }

    /** @param ef results that a walk through a graph keeps, at least k; 0 for the true neighbours */
    Found search(Query query, int ef) throws IOException {
        space.distance().require(query.vector(), "query");
        FilterBits.Passing passing = query.filter().equals(Filter.everything()) ? null : filters.of(query.filter());
        long passed = passing == null ? count() : passing.count();
        // Pages join without a gap only where each is the true one.
        ViewSearch search = new ViewSearch(segments, space, query);
        if (query.after() == null && query.effort() instanceof Effort.First first) {
            search.first(passing, first);
        } else {
            search.run(passing, query.after() == null && ef > 0 ? Math.max(ef, query.k() + 1) : 0);
        }
        if (query.after() == null && !search.complete(passed)) {
            search = new ViewSearch(segments, space, query);
            search.run(passing, 0);
        }
        return search.found();
    }

    /** Why words cannot be looked for so; null where they can. */
    @Nullable
    Refusal refusal(WordQuery query) {
        Refusal refused = refusal(query.filter());
        return refused != null ? refused : words.refusal(query);
    }

    Found words(WordQuery query) throws IOException {
        return words.search(query, query.filter().equals(Filter.everything()) ? null : filters.of(query.filter()));
    }

    /** Whether a search may go through a graph. */
    boolean walks() {
        return graphs() > 0;
    }

    int graphs() {
        return (int) segments.stream().filter(ViewSegment::hasGraph).count();
    }

    /** Whether nothing was merged or written since. */
    boolean isCurrent() throws IOException {
        return reader.isCurrent();
    }

    /** @throws IOException where a file's checksum is another, naming the file */
    void requireSound() throws IOException {
        for (ViewSegment segment : segments) {
            segment.reader().checkIntegrity();
            segment.unload();
        }
    }

    boolean isSound() {
        try {
            requireSound();
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    boolean retain() {
        return reader.tryIncRef();
    }

    void release() {
        try {
            reader.decRef();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
