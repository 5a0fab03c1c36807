package dev.kindred.index;

import dev.kindred.core.Progress;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;
import org.apache.lucene.util.hnsw.UpdateableRandomVectorScorer;
import org.jspecify.annotations.Nullable;

/**
 * Counts the rows of graphs while they are built, and holds the building to a {@link Pace}: a row that is put in is the first that
 * distances are taken from, and from then on it is one of the graph.
 *
 * <p>The count is about right: a row of a graph that was taken over is counted when a new one gets near it, if ever, so a merge that
 * begins with a large graph ends before all of its rows are counted.
 */
final class GraphRows {
    /** Distances are taken some thirty times from another row for each that is put in, in about 0.1 ms. */
    private static final int STEP = 16;

    private static final long TELL_MILLIS = 100;
    private static final String BUILDING = "building the graph";

    private final Pace pace;
    private volatile @Nullable Graph latest;

    GraphRows(Pace pace) {
        this.pace = pace;
    }

    /** One graph under way. */
    private static final class Graph {
        private final int total;
        private final AtomicInteger done = new AtomicInteger();
        private final AtomicLongArray seen;

        Graph(int total) {
            this.total = total;
            this.seen = new AtomicLongArray((total + 63) / 64);
        }

        void at(int row) {
            long bit = 1L << row;
            if ((seen.get(row >> 6) & bit) == 0
                    && (seen.getAndAccumulate(row >> 6, bit, (old, more) -> old | more) & bit) == 0) {
                done.incrementAndGet();
            }
        }
    }

    /** Rows so far of the graph that was begun last, or was whole last; 0 before the first. */
    int done() {
        Graph graph = latest;
        return graph == null ? 0 : graph.done.get();
    }

    /** What may throw as the view does. */
    interface Work {
        void run() throws IOException;
    }

    /**
     * Does work on a thread of its own and says every tenth of a second how far the graph is that it builds. Where the saying throws, that
     * is thrown, and the work goes on until what it works on is closed.
     */
    void tell(Work work, Progress progress) throws IOException {
        latest = null;
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            work.run();
            return true;
        });
        Thread.ofPlatform().daemon().name("kindred-merging").start(task);
        boolean interrupted = false;
        try {
            while (!task.isDone()) {
                try {
                    task.get(TELL_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    Graph graph = latest;
                    if (graph != null && graph.done.get() < graph.total) {
                        progress.at(BUILDING, graph.done.get(), graph.total, "");
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw failed(e.getCause());
                }
            }
            Graph graph = latest;
            if (graph != null) {
                progress.at(BUILDING, graph.total, graph.total, "");
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static IOException failed(@Nullable Throwable cause) {
        return switch (cause) {
            case IOException e -> e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> new IOException(cause);
        };
    }

    /**
     * The same scorer, counted and paced where it builds a graph.
     *
     * @param ended whether the graph is given up, as Lucene itself does not ask while it builds one
     */
    FlatVectorsScorer counting(FlatVectorsScorer scorer, AtomicBoolean ended) {
        return new FlatVectorsScorer() {
            @Override
            public RandomVectorScorerSupplier getRandomVectorScorerSupplier(
                    VectorSimilarityFunction similarity, KnnVectorValues rows) throws IOException {
                Graph graph = new Graph(rows.size());
                latest = graph;
                return counting(scorer.getRandomVectorScorerSupplier(similarity, rows), graph, ended);
            }

            @Override
            public RandomVectorScorer getRandomVectorScorer(
                    VectorSimilarityFunction similarity, KnnVectorValues rows, float[] query) throws IOException {
                return scorer.getRandomVectorScorer(similarity, rows, query);
            }

            @Override
            public RandomVectorScorer getRandomVectorScorer(
                    VectorSimilarityFunction similarity, KnnVectorValues rows, byte[] query) throws IOException {
                return scorer.getRandomVectorScorer(similarity, rows, query);
            }

            @Override
            public String toString() {
                return scorer.toString();
            }
        };
    }

    private RandomVectorScorerSupplier counting(RandomVectorScorerSupplier scorers, Graph graph, AtomicBoolean ended) {
        return new RandomVectorScorerSupplier() {
            @Override
            public UpdateableRandomVectorScorer scorer() throws IOException {
                return new Counting(scorers.scorer(), graph, pace, ended);
            }

            @Override
            public RandomVectorScorerSupplier copy() throws IOException {
                return counting(scorers.copy(), graph, ended);
            }
        };
    }

    /** Of one thread. */
    private static final class Counting implements UpdateableRandomVectorScorer {
        private final UpdateableRandomVectorScorer scorer;
        private final Graph graph;
        private final Pace pace;
        private final AtomicBoolean ended;
        private int untilStep = STEP;

        Counting(UpdateableRandomVectorScorer scorer, Graph graph, Pace pace, AtomicBoolean ended) {
            this.scorer = scorer;
            this.graph = graph;
            this.pace = pace;
            this.ended = ended;
        }

        @Override
        public void setScoringOrdinal(int row) throws IOException {
            graph.at(row);
            if (--untilStep == 0) {
                untilStep = STEP;
                pace.step();
                if (ended.get()) {
                    throw new MergePolicy.MergeAbortedException("the view is closed");
                }
            }
            scorer.setScoringOrdinal(row);
        }

        @Override
        public float score(int row) throws IOException {
            return scorer.score(row);
        }

        @Override
        public float bulkScore(int[] rows, float[] scores, int count) throws IOException {
            return scorer.bulkScore(rows, scores, count);
        }

        @Override
        public int maxOrd() {
            return scorer.maxOrd();
        }

        @Override
        public int ordToDoc(int row) {
            return scorer.ordToDoc(row);
        }

        @Override
        public Bits getAcceptOrds(Bits documents) {
            return scorer.getAcceptOrds(documents);
        }
    }
}
