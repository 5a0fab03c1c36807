package dev.kindred.core.metric;

import dev.kindred.core.Workers;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * All pairs counted by score and, coarsely, by class: first some rows to lay the coarse edges, then every pair once. Counts are whole
 * numbers, so that they do not depend on which worker took which block.
 */
final class PairCounting {
    private static final int EDGE_ROWS = 512;

    /**
     * @param counts all pairs by score
     * @param histograms by class and coarse bin
     * @param different different pairs by coarse bin
     */
    record Counted(ScoreCounts counts, ClassHistograms histograms, long[] different) {}

    private PairCounting() {}

    static Counted of(PairSweep sweep, long exactPairs, Workers workers) {
        FineBins fine = FineBins.of(sweep.sorted());
        FineCounts sampled =
                fineCounts(new Pool<>(() -> new FineCounts(fine)), pool -> sweep.some(EDGE_ROWS, workers, pool));
        byte[] coarse = ClassHistograms.coarseBins(sampled.same, sampled.different);
        int bins = Byte.toUnsignedInt(coarse[coarse.length - 1]) + 1;
        if (sweep.pairs() > exactPairs) {
            Pool<ByClass> pool = new Pool<>(() -> new ByClass(sweep, fine, coarse, bins, new FineCounts(fine)));
            sweep.all(workers, pool);
            ByClass all = ByClass.sum(pool.made);
            FineCounts total = fineCounts(
                    pool.made.stream().map(part -> (FineCounts) part.also).toList());
            return all.counted(ScoreCounts.binned(fine.low(), fine.width(), total.same, total.different));
        }
        Scores scores = new Scores(sweep);
        Pool<ByClass> pool = new Pool<>(() -> new ByClass(sweep, fine, coarse, bins, scores));
        sweep.all(workers, pool);
        return ByClass.sum(pool.made).counted(ScoreCounts.exact(scores.same, scores.different));
    }

    private interface Walk {
        void with(Pool<FineCounts> pool);
    }

    private static FineCounts fineCounts(Pool<FineCounts> pool, Walk walk) {
        walk.with(pool);
        return fineCounts(pool.made);
    }

    private static FineCounts fineCounts(List<FineCounts> parts) {
        FineCounts sum = parts.getFirst();
        for (FineCounts part : parts.subList(1, parts.size())) {
            for (int i = 0; i < FineBins.COUNT; i++) {
                sum.same[i] += part.same[i];
                sum.different[i] += part.different[i];
            }
        }
        return sum;
    }

    /** As many visitors as blocks run at once. */
    private static final class Pool<V extends PairSweep.Visitor> implements PairSweep.Visitors<V> {
        private final Supplier<V> maker;
        private final Queue<V> free = new ConcurrentLinkedQueue<>();
        private final List<V> made = new CopyOnWriteArrayList<>();

        Pool(Supplier<V> maker) {
            this.maker = maker;
        }

        @Override
        public V lend() {
            V visitor = free.poll();
            if (visitor == null) {
                visitor = maker.get();
                made.add(visitor);
            }
            return visitor;
        }

        @Override
        public void giveBack(V visitor) {
            free.add(visitor);
        }
    }

    private static final class FineCounts implements PairSweep.Visitor {
        private final FineBins fine;
        private final long[] same = new long[FineBins.COUNT];
        private final long[] different = new long[FineBins.COUNT];

        FineCounts(FineBins fine) {
            this.fine = fine;
        }

        @Override
        public void run(int row, int from, int to, boolean isSame, float[] scores, int at) {
            long[] counts = isSame ? same : different;
            for (int i = at; i < at + to - from; i++) {
                counts[fine.bin(scores[i])]++;
            }
        }
    }

    /** Every score, each at a place of its own. */
    private static final class Scores implements PairSweep.Visitor {
        private final PairSweep sweep;
        private final int[] sameStart;
        private final int[] differentStart;
        private final float[] same;
        private final float[] different;

        Scores(PairSweep sweep) {
            this.sweep = sweep;
            int n = sweep.samples();
            sameStart = new int[n + 1];
            differentStart = new int[n + 1];
            for (int i = 0; i < n; i++) {
                sameStart[i + 1] = sameStart[i] + sweep.classEnd(i) - i - 1;
                differentStart[i + 1] = differentStart[i] + n - sweep.classEnd(i);
            }
            same = new float[sameStart[n]];
            different = new float[differentStart[n]];
        }

        @Override
        public void run(int row, int from, int to, boolean isSame, float[] scores, int at) {
            if (isSame) {
                System.arraycopy(scores, at, same, sameStart[row] + from - row - 1, to - from);
            } else {
                System.arraycopy(scores, at, different, differentStart[row] + from - sweep.classEnd(row), to - from);
            }
        }
    }

    /** Coarse histograms by class, and whatever else is to be gathered of the same scores. */
    private static final class ByClass implements PairSweep.Visitor {
        private final PairSweep sweep;
        private final FineBins fine;
        private final byte[] coarse;
        private final PairSweep.Visitor also;
        private final ClassHistograms histograms;
        private final long[] different;

        ByClass(PairSweep sweep, FineBins fine, byte[] coarse, int bins, PairSweep.Visitor also) {
            this.sweep = sweep;
            this.fine = fine;
            this.coarse = coarse;
            this.also = also;
            histograms = new ClassHistograms(sweep.classes(), bins);
            different = new long[bins];
        }

        @Override
        public void run(int row, int from, int to, boolean isSame, float[] scores, int at) {
            int own = sweep.classOf(row);
            for (int column = from; column < to; column++) {
                int bin = Byte.toUnsignedInt(coarse[fine.bin(scores[at + column - from])]);
                if (isSame) {
                    histograms.addSame(own, bin);
                } else {
                    histograms.addDifferent(own, sweep.classOf(column), bin);
                    different[bin]++;
                }
            }
            also.run(row, from, to, isSame, scores, at);
        }

        static ByClass sum(List<ByClass> parts) {
            ByClass sum = parts.getFirst();
            for (ByClass part : parts.subList(1, parts.size())) {
                sum.histograms.add(part.histograms);
                for (int i = 0; i < sum.different.length; i++) {
                    sum.different[i] += part.different[i];
                }
            }
            return sum;
        }

        Counted counted(ScoreCounts counts) {
            return new Counted(counts, histograms, different);
        }
    }
}
