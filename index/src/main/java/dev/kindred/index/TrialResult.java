package dev.kindred.index;

import java.util.Arrays;
import java.util.List;

/**
 * What a trial measured.
 *
 * @param set what was indexed, which may be a draw of what was given
 * @param themselves queries that are items too and find themselves
 * @param timedQueries how many of the queries, the first ones, were timed
 * @param rounds in which all was timed by turns
 * @param engines in the order of the trial
 */
public record TrialResult(
        TrialSet set, int themselves, int timedQueries, int rounds, List<Figures> engines, TrialChoice choice) {
    public TrialResult {
        engines = List.copyOf(engines);
    }

    /**
     * One engine.
     *
     * @param curve by rising effort, at least one point
     */
    public record Figures(TrialEngine engine, Build build, Memory memory, List<Point> curve) {
        public Figures {
            curve = List.copyOf(curve);
        }
    }

    /**
     * @param seconds by the clock
     * @param cpuSeconds of all threads of the process
     * @param bytes of its files
     */
    public record Build(double seconds, double cpuSeconds, long bytes) {}

    /**
     * An open index's.
     *
     * @param heapBytes more on the heap, after a collection, than before it was opened
     * @param mappedBytes of its mapped files: what is resident of them, once all was searched
     * @param resident false where the system does not tell that, and all bytes of the files that searches map are counted
     */
    public record Memory(long heapBytes, long mappedBytes, boolean resident) {
        public long bytes() {
            return heapBytes + mappedBytes;
        }
    }

    /**
     * One effort.
     *
     * @param recall its {@code ef} is 0 where every answer was made of all rows
     * @param medianMicros latency of one query on one thread
     * @param p95Micros what one query of twenty takes longer than
     * @param perCpuSecond queries that a second of one processor answers
     */
    public record Point(RecallCurve.Point recall, Rounds medianMicros, Rounds p95Micros, Rounds perCpuSecond) {
        /** Whether every answer was surely that of the true neighbours. */
        public boolean exact() {
            return recall.ef() == 0;
        }
    }

    /** A figure's median over rounds, and its range. */
    public record Rounds(double low, double median, double high) {
        /** @param values at least one */
        public static Rounds of(double... values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            int n = sorted.length;
            return new Rounds(sorted[0], (sorted[(n - 1) / 2] + sorted[n / 2]) / 2, sorted[n - 1]);
        }
    }
}
