package dev.kindred.index;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.NeighborQueue;
import org.jspecify.annotations.Nullable;

/**
 * One query's way through a segment's graph (Malkov, Yashunin 2018): down the upper levels to the nearest node, then best first on the
 * lowest, keeping {@code ef} results. All neighbours of a node that are new are scored at once, so that several cache misses are under
 * way together. For one thread and one query.
 *
 * <p>With a filter only rows that pass are scored and walked over; those that do not are passed through to their own neighbours, as far
 * as that fills a node's share (after ACORN-1, Patel et al. 2024), so that a search costs about the same at any selectivity.
 */
final class GraphWalk {
    private final ViewSegment segment;
    private final HnswGraph graph;
    private final RowKeys ranks;
    private final int ef;
    private final @Nullable FixedBitSet passing;
    private final FixedBitSet seen;
    private final NeighborQueue candidates;
    private final NeighborQueue results;
    /** New neighbours, waiting to be scored. */
    private int[] batch;

    private float[] keys;
    private int waiting;
    /** Neighbours that do not pass, to be passed through. */
    private int[] through;

    private int share;
    private int scored;

    /**
     * @param ef results to keep, at least k
     * @param passing rows that may be found; null for all that are live
     */
    GraphWalk(ViewSegment segment, RowKeys ranks, int ef, @Nullable FixedBitSet passing) throws IOException {
        this.segment = segment;
        this.graph = segment.graph();
        this.ranks = ranks;
        this.ef = ef;
        this.passing = passing;
        this.seen = new FixedBitSet(segment.count());
        this.candidates = new NeighborQueue(ef, true);
        this.results = new NeighborQueue(ef, false);
        int room = Math.max(64, 2 * graph.maxConn());
        this.batch = new int[room];
        this.keys = new float[room];
        this.through = new int[room];
    }

    /** Gives the best rows found. */
    void into(TopK.Taker taker) throws IOException {
        int entry = entry();
        seen.set(entry);
        batch[0] = entry;
        waiting = 1;
        score(false);
        if (passing != null && !passing.get(entry)) {
            // Where to begin, though it is no answer.
            candidates.add(entry, keys[0]);
        }
        while (candidates.size() > 0) {
            float key = candidates.topScore();
            int node = candidates.pop();
            if (results.size() >= ef && key < results.topScore()) {
                break;
            }
            gather(node);
            score(true);
        }
        int found = results.size();
        for (int i = 0; i < found; i++) {
            float key = results.topScore();
            taker.take(key, results.pop());
        }
    }

    /** Rows scored so far: what the search cost. */
    int scored() {
        return scored;
    }

    private int entry() throws IOException {
        int node = graph.entryNode();
        batch[0] = node;
        float best = keysOf(1)[0];
        for (int level = graph.numLevels() - 1; level > 0; level--) {
            boolean moved = true;
            while (moved) {
                moved = false;
                graph.seek(level, node);
                int n = 0;
                for (int next = graph.nextNeighbor(); next < segment.count(); next = graph.nextNeighbor()) {
                    n = put(n, next);
                }
                float[] found = keysOf(n);
                for (int i = 0; i < n; i++) {
                    if (found[i] > best) {
                        best = found[i];
                        node = batch[i];
                        moved = true;
                    }
                }
            }
        }
        return node;
    }

    private void gather(int node) throws IOException {
        waiting = 0;
        int passed = 0;
        graph.seek(0, node);
        int degree = 0;
        for (int next = graph.nextNeighbor(); next < segment.count(); next = graph.nextNeighbor()) {
            degree++;
            if (!seen.getAndSet(next)) {
                if (passing == null || passing.get(next)) {
                    waiting = put(waiting, next);
                } else {
                    if (passed == through.length) {
                        through = Arrays.copyOf(through, 2 * passed);
                    }
                    through[passed++] = next;
                }
            }
        }
        share = Math.max(share, degree);
        for (int i = 0; i < passed && waiting < share; i++) {
            graph.seek(0, through[i]);
            for (int next = graph.nextNeighbor(); next < segment.count(); next = graph.nextNeighbor()) {
                if (passing != null && passing.get(next) && !seen.getAndSet(next)) {
                    waiting = put(waiting, next);
                }
            }
        }
    }

    private int put(int n, int row) {
        if (n == batch.length) {
            batch = Arrays.copyOf(batch, 2 * n);
            keys = new float[2 * n];
        }
        batch[n] = row;
        return n + 1;
    }

    private float[] keysOf(int n) {
        ranks.of(batch, n, keys);
        scored += n;
        return keys;
    }

    private void score(boolean floored) {
        float[] found = keysOf(waiting);
        for (int i = 0; i < waiting; i++) {
            float key = found[i];
            if (!floored || results.size() < ef || key > results.topScore()) {
                int row = batch[i];
                candidates.add(row, key);
                if (passing == null ? segment.isLive(row) : passing.get(row)) {
                    results.insertWithOverflow(row, key);
                }
            }
        }
    }
}
