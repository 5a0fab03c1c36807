package dev.kindred.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;

/**
 * Which rows of one moment of the view pass a filter: a bit a row and segment, those that are gone left out. The last filters asked for
 * are kept, within {@value #MOST_BYTES} bytes. Safe for many threads.
 */
final class FilterBits {
    private static final long MOST_BYTES = 16 << 20;
    private static final int MOST_KEPT = 256;
    private static final int MOST_VALUES = 1_000;

    /** The rows that pass. */
    record Passing(List<FixedBitSet> segments, int[] counts) {
        long count() {
            long all = 0;
            for (int count : counts) {
                all += count;
            }
            return all;
        }
    }

    private final IndexSearcher searcher;
    private final long bytesEach;
    private final Map<Filter, Passing> kept = new LinkedHashMap<>(16, 0.75f, true);

    FilterBits(IndexSearcher searcher) {
        this.searcher = searcher;
        this.bytesEach = searcher.getIndexReader().maxDoc() / 8 + 64;
    }

    /** Whether the filter was asked for lately. */
    boolean isKept(Filter filter) {
        synchronized (kept) {
            return kept.containsKey(filter);
        }
    }

    Passing of(Filter filter) throws IOException {
        synchronized (kept) {
            Passing known = kept.get(filter);
            if (known != null) {
                return known;
            }
        }
        List<FixedBitSet> segments = bits(filter);
        int[] counts = new int[segments.size()];
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        for (int i = 0; i < counts.length; i++) {
            Bits live = leaves.get(i).reader().getLiveDocs();
            FixedBitSet bits = segments.get(i);
            if (live != null) {
                live.applyMask(bits, 0);
            }
            counts[i] = bits.cardinality();
        }
        Passing passing = new Passing(segments, counts);
        if (weight(filter) > MOST_VALUES) {
            return passing;
        }
        synchronized (kept) {
            kept.put(filter, passing);
            var eldest = kept.entrySet().iterator();
            while ((kept.size() > MOST_KEPT || kept.size() * bytesEach > MOST_BYTES) && eldest.hasNext()) {
                eldest.next();
                eldest.remove();
            }
        }
        return passing;
    }

    /** Values that the filter names, which are kept with it. */
    private static long weight(Filter filter) {
        return switch (filter) {
            case Filter.And and ->
                1 + and.all().stream().mapToLong(FilterBits::weight).sum();
            case Filter.Or or ->
                1 + or.any().stream().mapToLong(FilterBits::weight).sum();
            case Filter.Not not -> 1 + weight(not.filter());
            case Filter.In in -> in.values().size();
            case Filter.Ids ids -> ids.ids().size();
            case Filter.Equals e -> 1;
            case Filter.Range r -> 1;
            case Filter.Exists e -> 1;
        };
    }

    private List<FixedBitSet> bits(Filter filter) throws IOException {
        return switch (filter) {
            case Filter.And and -> {
                List<FixedBitSet> all = blank(true);
                for (Filter part : and.all()) {
                    List<FixedBitSet> bits = bits(part);
                    for (int i = 0; i < all.size(); i++) {
                        all.get(i).and(bits.get(i));
                    }
                }
                yield all;
            }
            case Filter.Or or -> {
                List<FixedBitSet> any = blank(false);
                for (Filter part : or.any()) {
                    List<FixedBitSet> bits = bits(part);
                    for (int i = 0; i < any.size(); i++) {
                        any.get(i).or(bits.get(i));
                    }
                }
                yield any;
            }
            case Filter.Not not -> {
                List<FixedBitSet> bits = bits(not.filter());
                for (FixedBitSet each : bits) {
                    each.flip(0, each.length());
                }
                yield bits;
            }
            case Filter.Equals equals -> any(FilterQueries.of(equals.field(), List.of(equals.value())));
            case Filter.In in -> any(FilterQueries.of(in.field(), in.values()));
            case Filter.Range range -> any(List.of(FilterQueries.range(range.field(), range.low(), range.high())));
            case Filter.Exists exists -> any(List.of(FilterQueries.exists(exists.field())));
            case Filter.Ids ids -> any(List.of(FilterQueries.ids(ids.ids())));
        };
    }

    private List<FixedBitSet> blank(boolean set) {
        List<FixedBitSet> bits = new ArrayList<>();
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            FixedBitSet each = new FixedBitSet(leaf.reader().maxDoc());
            if (set) {
                each.set(0, each.length());
            }
            bits.add(each);
        }
        return bits;
    }

    private List<FixedBitSet> any(List<Query> queries) throws IOException {
        List<FixedBitSet> any = blank(false);
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        for (Query query : queries) {
            Weight weight = searcher.createWeight(searcher.rewrite(query), ScoreMode.COMPLETE_NO_SCORES, 1);
            for (int i = 0; i < any.size(); i++) {
                Scorer scorer = weight.scorer(leaves.get(i));
                if (scorer != null) {
                    DocIdSetIterator rows = scorer.iterator();
                    any.get(i).or(rows);
                }
            }
        }
        return any;
    }
}
