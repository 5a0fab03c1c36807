package dev.kindred.evaluate;

import dev.kindred.core.Workers;
import dev.kindred.core.metric.Rankings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
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
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;

/**
 * What words alone find: BM25 (Robertson, Zaragoza 2009) as Lucene computes it with its defaults, k1 = 1.2 and b = 0.75, over English
 * stems without stop words; other languages are cut at their words and lower-cased. The index is in memory and searched whole. Safe for
 * many threads.
 */
public final class Bm25 implements AutoCloseable {
    private static final String FIELD = "text";
    /** Different words of one query beyond these are not looked for: Lucene's own bound on clauses. */
    private static final int MOST_TERMS = 1_000;

    private final ByteBuffersDirectory directory = new ByteBuffersDirectory();
    private final Analyzer analyzer = new EnglishAnalyzer();
    private final DirectoryReader reader;
    private final IndexSearcher searcher;
    /** Held, so that its level is not forgotten: Lucene tells on standard error which registers it found. */
    private final Logger vectorization = Logger.getLogger("org.apache.lucene.internal.vectorization");

    private Bm25(List<String> documents) throws IOException {
        vectorization.setLevel(Level.OFF);
        IndexWriterConfig config = new IndexWriterConfig(analyzer).setSimilarity(new BM25Similarity());
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (String text : documents) {
                Document document = new Document();
                document.add(new TextField(FIELD, text, Field.Store.NO));
                writer.addDocument(document);
            }
            // One segment, so that its document numbers are our rows.
            writer.forceMerge(1);
        }
        reader = DirectoryReader.open(directory);
        searcher = new IndexSearcher(reader);
        searcher.setSimilarity(new BM25Similarity());
        searcher.setQueryCache(null);
    }

    /** @param documents their rows are their places in this list */
    public static Bm25 of(List<String> documents) {
        try {
            return new Bm25(documents);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int size() {
        return reader.maxDoc();
    }

    /**
     * The score of every document for a query, above zero where they share a word, else zero.
     *
     * @param scores as long as there are documents; all of it is written
     */
    public void scores(String query, float[] scores) {
        Arrays.fill(scores, 0);
        try {
            Weight weight = searcher.createWeight(searcher.rewrite(query(query)), ScoreMode.COMPLETE, 1);
            for (LeafReaderContext leaf : reader.leaves()) {
                Scorer scorer = weight.scorer(leaf);
                if (scorer != null) {
                    DocIdSetIterator matching = scorer.iterator();
                    for (int d = matching.nextDoc(); d != DocIdSetIterator.NO_MORE_DOCS; d = matching.nextDoc()) {
                        scores[leaf.docBase + d] = scorer.score();
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What each query finds; a document that shares no word is not found. Equal scores by rising row.
     *
     * @param depth documents kept a query, at least 1
     */
    public Rankings rankings(List<String> queries, int depth, Workers workers) {
        int[][] found = new int[queries.size()][];
        double[][] kept = new double[queries.size()][];
        workers.blocks(queries.size(), 16, (from, to) -> {
            float[] scores = new float[size()];
            for (int q = from; q < to; q++) {
                scores(queries.get(q), scores);
                int[] best = IntStream.range(0, scores.length)
                        .filter(row -> scores[row] > 0)
                        .boxed()
                        .sorted(Comparator.comparingDouble((Integer row) -> -scores[row]))
                        .limit(depth)
                        .mapToInt(Integer::intValue)
                        .toArray();
                found[q] = best;
                kept[q] = IntStream.of(best).mapToDouble(row -> scores[row]).toArray();
            }
        });
        return new Rankings(found, kept);
    }

    private BooleanQuery query(String text) throws IOException {
        Map<String, Integer> counts = new LinkedHashMap<>();
        try (TokenStream tokens = analyzer.tokenStream(FIELD, text)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                String word = term.toString();
                if (counts.size() < MOST_TERMS || counts.containsKey(word)) {
                    counts.merge(word, 1, Integer::sum);
                }
            }
            tokens.end();
        }
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        counts.forEach((word, count) ->
                any.add(new BoostQuery(new TermQuery(new Term(FIELD, word)), count), BooleanClause.Occur.SHOULD));
        return any.build();
    }

    @Override
    public void close() {
        try {
            reader.close();
            directory.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        analyzer.close();
    }
}
