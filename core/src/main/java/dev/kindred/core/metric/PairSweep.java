package dev.kindred.core.metric;

import dev.kindred.core.Embeddings;
import dev.kindred.core.Workers;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * One walk over all pairs of different samples, in tiles. Samples are sorted by class first, so that the same pairs of a row are one
 * run of columns and a block of rows belongs to a run of classes.
 */
final class PairSweep {
    private static final int ROWS = 64;
    private static final int ITEM_TILE = 1024;

    private final ScoreTiles tiles;
    private final int[] classOf;
    private final int[] classEnd;
    private final int classes;
    private final Embeddings sorted;

    /** What is done with the scores of one row against columns {@code [from, to)}, all of its class or none. */
    interface Visitor {
        /** @param at the place of the first score in {@code scores} */
        void run(int row, int from, int to, boolean same, float[] scores, int at);
    }

    /** Lends a block of rows a visitor that no other block has at the same time. */
    interface Visitors<V extends Visitor> {
        V lend();

        void giveBack(V visitor);
    }

    PairSweep(Embeddings embeddings, int[] labels) {
        int[] order = IntStream.range(0, labels.length)
                .filter(i -> labels[i] >= 0)
                .boxed()
                .sorted(Comparator.comparingInt(i -> labels[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        sorted = embeddings.select(order);
        int n = order.length;
        classOf = new int[n];
        classEnd = new int[n];
        int seen = 0;
        for (int i = 0; i < n; i++) {
            classOf[i] = i > 0 && labels[order[i]] == labels[order[i - 1]] ? classOf[i - 1] : seen++;
        }
        classes = seen;
        for (int i = n - 1; i >= 0; i--) {
            classEnd[i] = i + 1 < n && classOf[i + 1] == classOf[i] ? classEnd[i + 1] : i + 1;
        }
        tiles = ScoreTiles.of(sorted, sorted);
    }

    int samples() {
        return classOf.length;
    }

    int classes() {
        return classes;
    }

    /** The class of a sorted row, numbered from 0 without gaps. */
    int classOf(int row) {
        return classOf[row];
    }

    /** One past the last row of a row's class. */
    int classEnd(int row) {
        return classEnd[row];
    }

    Embeddings sorted() {
        return sorted;
    }

    long pairs() {
        return (long) samples() * (samples() - 1) / 2;
    }

    long samePairs() {
        long same = 0;
        for (int i = 0; i < samples(); i++) {
            same += classEnd[i] - i - 1;
        }
        return same;
    }

    /** Every pair (row, column) with row &lt; column, once. */
    <V extends Visitor> void all(Workers workers, Visitors<V> visitors) {
        workers.blocks(samples(), ROWS, (from, to) -> {
            V visitor = visitors.lend();
            float[] tile = new float[ROWS * ScoreTiles.stride(0, ITEM_TILE)];
            for (int itemFrom = from / ScoreTiles.WIDTH * ScoreTiles.WIDTH;
                    itemFrom < samples();
                    itemFrom += ITEM_TILE) {
                int itemTo = Math.min(itemFrom + ITEM_TILE, samples());
                tiles.scores(from, to, itemFrom, itemTo, tile);
                for (int row = from; row < to; row++) {
                    int first = (row - from) * ScoreTiles.stride(itemFrom, itemTo) - itemFrom;
                    visit(visitor, row, Math.max(itemFrom, row + 1), itemTo, tile, first);
                }
            }
            visitors.giveBack(visitor);
        });
    }

    /** Every pair of up to {@code count} rows, evenly spaced, with all other samples. */
    <V extends Visitor> void some(int count, Workers workers, Visitors<V> visitors) {
        int take = Math.min(count, samples());
        int[] rows = IntStream.range(0, take)
                .map(i -> (int) ((long) i * samples() / take))
                .toArray();
        workers.blocks(take, 8, (from, to) -> {
            V visitor = visitors.lend();
            float[] tile = new float[ScoreTiles.stride(0, samples())];
            for (int row : Arrays.copyOfRange(rows, from, to)) {
                tiles.scores(row, row + 1, 0, samples(), tile);
                int classFrom = classOf[row] == 0 ? 0 : firstOf(row);
                visitor.run(row, 0, classFrom, false, tile, 0);
                visitor.run(row, classFrom, row, true, tile, classFrom);
                visit(visitor, row, row + 1, samples(), tile, 0);
            }
            visitors.giveBack(visitor);
        });
    }

    private int firstOf(int row) {
        int low = 0;
        int high = row;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (classOf[middle] < classOf[row]) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void visit(Visitor visitor, int row, int from, int to, float[] scores, int first) {
        int end = Math.clamp(classEnd[row], from, Math.max(from, to));
        if (from < end) {
            visitor.run(row, from, end, true, scores, first + from);
        }
        if (end < to) {
            visitor.run(row, end, to, false, scores, first + end);
        }
    }
}
