package dev.kindred.index;

import dev.kindred.index.TrialResult.Figures;
import dev.kindred.index.TrialResult.Point;
import java.util.ArrayList;
import java.util.List;

/**
 * The engine to take for a recall.
 *
 * <p>Of every engine the least effort counts whose recall is {@linkplain RecallCurve.Point#low() surely} what is wanted. Those that
 * answer nearly as many queries per CPU-second as the fastest ({@link #NEARLY}) count as equally fast; of these the one of least memory
 * is taken, and of those of nearly the same memory (a tenth or 16 MiB more) the one that was named first, which is the simplest.
 *
 * @param target the recall that was wanted
 * @param taken the engine, and the effort by which it reaches the recall
 * @param reaching every engine that does, in the order of the trial, {@code taken} among them
 * @param rows that were measured on
 * @param total that the choice is for; speeds and memory are those expected there
 */
public record TrialChoice(double target, Candidate taken, List<Candidate> reaching, long rows, long total) {
    /** What must be gained to be worth anything. */
    public static final double NEARLY = 1.25;

    private static final double NEARLY_THE_SAME_MEMORY = 1.1;
    /** Nobody chooses by less. */
    private static final long LITTLE_MEMORY = 16L << 20;

    public TrialChoice {
        reaching = List.copyOf(reaching);
    }

    /**
     * @param perCpuSecond queries that a second of one processor is expected to answer among all rows
     * @param bytes of memory that it is expected to take with all rows
     */
    public record Candidate(Figures figures, Point point, double perCpuSecond, long bytes) {
        /** Whether it takes so much more than another that it may count. */
        public boolean takesClearlyMore(Candidate other) {
            return takesClearlyMore(other.bytes);
        }

        private boolean takesClearlyMore(long than) {
            return bytes > NEARLY_THE_SAME_MEMORY * than && bytes - than > LITTLE_MEMORY;
        }
    }

    /**
     * @param engines at least one of which reads all rows, so that one reaches any recall
     * @param rows that were measured on
     * @param total that the choice is for
     */
    public static TrialChoice of(List<Figures> engines, double target, long rows, long total) {
        List<Candidate> reaching = new ArrayList<>();
        for (Figures figures : engines) {
            figures.curve().stream()
                    .filter(point -> point.recall().low() >= target)
                    .findFirst()
                    .ifPresent(point -> reaching.add(new Candidate(
                            figures, point, expected(figures, point, rows, total), bytes(figures, rows, total))));
        }
        double fastest =
                reaching.stream().mapToDouble(Candidate::perCpuSecond).max().orElseThrow();
        List<Candidate> fast = reaching.stream()
                .filter(each -> each.perCpuSecond() * NEARLY >= fastest)
                .toList();
        long least = fast.stream().mapToLong(Candidate::bytes).min().orElseThrow();
        Candidate taken = fast.stream()
                .filter(each -> !each.takesClearlyMore(least))
                .findFirst()
                .orElseThrow();
        return new TrialChoice(target, taken, reaching, rows, total);
    }

    /** Every row takes what one of those measured took. */
    private static long bytes(Figures figures, long rows, long total) {
        long measured = figures.memory().bytes();
        return total <= rows ? measured : Math.round((double) measured * total / rows);
    }

    /** Reading all rows takes as much longer as there are more of them; a walk as their logarithm grows (Malkov, Yashunin 2018). */
    private static double expected(Figures figures, Point point, long rows, long total) {
        double measured = point.perCpuSecond().median();
        if (total <= rows) {
            return measured;
        }
        return figures.engine().readsAll() || point.exact()
                ? measured * rows / total
                : measured * Math.log(Math.max(2, rows)) / Math.log(total);
    }
}
