package dev.kindred.index;

import dev.kindred.core.Refusal;
import dev.kindred.core.Space;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/**
 * Searches one moment of the view for words: BM25 (Robertson, Zaragoza 2009) as Lucene computes it, k1 = 1.2 and b = 0.75, a field's
 * length kept in a byte; over several fields the sum of each one's. Every row that has one of the words is scored. Rows that are gone count
 * in how rare a word is until they are merged away.
 */
final class ViewWords {
    /** Different words of one query beyond these are not looked for: Lucene's own bound on clauses. */
    private static final int MOST_WORDS = 1_000;

    private static final Set<FieldKind> TEXTS = EnumSet.of(FieldKind.TEXT, FieldKind.WORDS);

    private final List<ViewSegment> segments;
    private final Space space;
    private final IndexSearcher searcher;
    private final PayloadFields fields;

    ViewWords(List<ViewSegment> segments, Space space, IndexSearcher searcher, PayloadFields fields) {
        this.segments = segments;
        this.space = space;
        this.searcher = searcher;
        this.fields = fields;
    }

    /** Why the query's fields cannot be asked; null where they can. */
    @Nullable
    Refusal refusal(WordQuery query) {
        for (String field : new TreeSet<>(query.fields())) {
            if (!fields.isEmpty() && !fields.has(field, TEXTS)) {
                return FilterCheck.unknown(field, TEXTS, fields, "words");
            }
        }
        return null;
    }

    /** @param passing rows that pass the filter; null for all that are live */
    Found search(WordQuery query, FilterBits.@Nullable Passing passing) throws IOException {
        ViewColumn ids = new ViewColumn(segments, ViewFields.ID);
        TopK best = new TopK(
                query.k(), (left, right) -> BytesRef.deepCopyOf(ids.at(left)).compareTo(ids.at(right)));
        Map<String, Integer> words = counted(query.text());
        List<Weight> weights = new ArrayList<>();
        for (String field : asked(query)) {
            weights.add(searcher.createWeight(searcher.rewrite(anyOf(words, field)), ScoreMode.COMPLETE, 1));
        }
        for (int i = 0; i < segments.size(); i++) {
            score(i, weights, passing == null ? null : passing.segments().get(i), best);
        }
        return found(best);
    }

    private Set<String> asked(WordQuery query) {
        if (!query.fields().isEmpty()) {
            // In one order everywhere: sums of single precision differ by it.
            return new TreeSet<>(query.fields());
        }
        if (fields.has(WordQuery.USUAL_FIELD, TEXTS)) {
            return Set.of(WordQuery.USUAL_FIELD);
        }
        Set<String> all = new TreeSet<>();
        fields.named().forEach((name, kinds) -> {
            if (kinds.stream().anyMatch(TEXTS::contains)) {
                all.add(name);
            }
        });
        return all;
    }

    private static Map<String, Integer> counted(String text) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (String word : TextWords.of(text)) {
            if (counts.size() < MOST_WORDS || counts.containsKey(word)) {
                counts.merge(word, 1, Integer::sum);
            }
        }
        return counts;
    }

    private static BooleanQuery anyOf(Map<String, Integer> words, String field) {
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        words.forEach((word, count) -> any.add(
                new BoostQuery(new TermQuery(new Term(ViewFields.words(field), word)), count),
                BooleanClause.Occur.SHOULD));
        return any.build();
    }

    private void score(int segment, List<Weight> weights, @Nullable FixedBitSet bits, TopK best) throws IOException {
        ViewSegment there = segments.get(segment);
        float[] sums = new float[weights.size() > 1 ? there.count() : 0];
        for (Weight weight : weights) {
            Scorer scorer = weight.scorer(searcher.getIndexReader().leaves().get(segment));
            if (scorer == null) {
                continue;
            }
            DocIdSetIterator rows = scorer.iterator();
            for (int row = rows.nextDoc(); row != DocIdSetIterator.NO_MORE_DOCS; row = rows.nextDoc()) {
                if (bits == null ? there.isLive(row) : bits.get(row)) {
                    if (sums.length > 0) {
                        sums[row] += scorer.score();
                    } else {
                        best.offer(scorer.score(), there.base() + row);
                    }
                }
            }
        }
        for (int row = 0; row < sums.length; row++) {
            if (sums[row] > 0) {
                best.offer(sums[row], there.base() + row);
            }
        }
    }

    private Found found(TopK best) {
        int n = best.size();
        float[] scores = new float[n];
        int[] rows = new int[n];
        int[] at = {0};
        best.drain((score, row) -> {
            scores[at[0]] = score;
            rows[at[0]++] = row;
        });
        ViewColumn ids = new ViewColumn(segments, ViewFields.ID);
        ViewColumn payloads = new ViewColumn(segments, ViewFields.PAYLOAD);
        // In the order of the rows, in which columns are read without going back.
        long[] order = new long[n];
        for (int i = 0; i < n; i++) {
            order[i] = (long) rows[i] << 32 | i;
        }
        Arrays.sort(order);
        Neighbor[] neighbors = new Neighbor[n];
        for (long each : order) {
            int i = (int) each;
            String id = ids.at(rows[i]).utf8ToString();
            BytesRef payload = payloads.at(rows[i]);
            MemorySegment bytes = MemorySegment.ofArray(payload.bytes).asSlice(payload.offset, payload.length);
            neighbors[i] = new Neighbor(id, scores[i], PayloadCodec.decode(bytes, Vectors.named(id)));
        }
        return new Found(space, List.of(neighbors), true, null);
    }
}
