package dev.kindred.cli.load;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Counts a run as it goes, within a fixed size. Used by one thread alone. */
final class Recording {
    private static final long LEAST_NANOS = 1_000;
    private static final long MOST_NANOS = 3_600_000_000_000L;
    private static final int DIGITS = 3;
    private static final int MOST_SLICES = 240;
    private static final int LEAST_SLICES = 16;
    private static final int MOST_FAILURES = 16;

    /** One kind's. */
    private static final class Tally {
        final Histogram ok = histogram();
        final Histogram turnedAway = histogram();
        long asked;
        long bare;
        long errors;

        Figures.OfKind figures(String name) {
            return new Figures.OfKind(
                    name,
                    asked,
                    ok.getTotalCount(),
                    turnedAway.getTotalCount(),
                    bare,
                    errors,
                    Latency.of(ok),
                    Latency.of(turnedAway));
        }

        void add(Tally other) {
            ok.add(other.ok);
            turnedAway.add(other.turnedAway);
            asked += other.asked;
            bare += other.bare;
            errors += other.errors;
        }
    }

    private final List<String> names;
    private final Tally[] kinds;
    private final long from;
    private final long to;
    private final long width;
    private final Histogram lag = histogram();
    private final SortedMap<Integer, Long> codes = new TreeMap<>();
    private final SortedMap<String, Long> failures = new TreeMap<>();
    private final List<Figures.Slice> slices = new ArrayList<>();
    private final Histogram slice = histogram();
    private int at;
    private long sliceOk;
    private long sliceTurnedAway;
    private long sliceErrors;
    private long okInTime;
    private long heldBack;
    private long unsent;
    private long late;

    /**
     * @param from nanoseconds of the clock from which on calls count
     * @param to where counting ends
     */
    Recording(List<String> names, long from, long to) {
        this.names = names;
        this.kinds = new Tally[names.size()];
        for (int i = 0; i < kinds.length; i++) {
            kinds[i] = new Tally();
        }
        this.from = from;
        this.to = to;
        // Seconds, more of them together where there are many, and less of one where the run is short, so that it too
        // has a picture.
        long whole = to - from;
        this.width = Math.max(Math.max(1, whole / MOST_SLICES), Math.min(1_000_000_000L, whole / LEAST_SLICES));
    }

    private static Histogram histogram() {
        return new Histogram(LEAST_NANOS, MOST_NANOS, DIGITS);
    }

    private boolean counts(long due) {
        return due >= from && due < to;
    }

    /**
     * A call leaves.
     *
     * @param waited whether no connection was free when it was due
     */
    void left(int kind, long due, long now, boolean waited) {
        if (counts(due)) {
            kinds[kind].asked++;
            late += now >= to ? 1 : 0;
            if (waited) {
                heldBack++;
            } else {
                lag.recordValue(clipped(now - due));
            }
        }
    }

    /** A call that was due and never left. */
    void unsent(long due) {
        if (counts(due)) {
            unsent++;
        }
    }

    /** A reply came. */
    void answered(int kind, long due, long now, int code, boolean saysWhenToRetry) {
        boolean ok = code >= 200 && code < 300;
        moment(now);
        if (now >= from && now < to) {
            if (ok) {
                okInTime++;
                sliceOk++;
                slice.recordValue(clipped(now - due));
            } else if (code == 429) {
                sliceTurnedAway++;
            } else {
                sliceErrors++;
            }
        }
        if (!counts(due)) {
            return;
        }
        Tally tally = kinds[kind];
        codes.merge(code, 1L, Long::sum);
        if (ok) {
            tally.ok.recordValue(clipped(now - due));
        } else if (code == 429) {
            tally.turnedAway.recordValue(clipped(now - due));
            if (!saysWhenToRetry) {
                tally.bare++;
            }
        } else {
            tally.errors++;
        }
    }

    /** No reply came. */
    void failed(int kind, long due, long now, String why) {
        moment(now);
        if (now >= from && now < to) {
            sliceErrors++;
        }
        if (counts(due)) {
            kinds[kind].errors++;
            failures.merge(failures.containsKey(why) || failures.size() < MOST_FAILURES ? why : "other", 1L, Long::sum);
        }
    }

    private static long clipped(long nanos) {
        return Math.clamp(nanos, 0, MOST_NANOS);
    }

    /** Closes the slices that are over. */
    private void moment(long now) {
        moment(now, to);
    }

    /** @param until the end of the last slice, which may be shorter than the others */
    private void moment(long now, long until) {
        while (now >= from + (at + 1L) * width && from + (long) at * width < until) {
            boolean any = slice.getTotalCount() > 0;
            long begun = from + (long) at * width;
            double length = (Math.min(until, begun + width) - begun) / 1e9;
            slices.add(new Figures.Slice(
                    (begun - from) / 1e9 + length / 2,
                    length,
                    sliceOk,
                    sliceTurnedAway,
                    sliceErrors,
                    any ? slice.getValueAtPercentile(50) / 1e6 : Double.NaN,
                    any ? slice.getValueAtPercentile(99) / 1e6 : Double.NaN,
                    any ? slice.getMaxValue() / 1e6 : Double.NaN));
            slice.reset();
            sliceOk = 0;
            sliceTurnedAway = 0;
            sliceErrors = 0;
            at++;
        }
    }

    /**
     * @param busy share of the time in which the generator's thread computed
     * @param stopped whether somebody ended the run: calls under way are then nobody's, else they were not answered in time
     */
    Figures figures(long now, double busy, boolean stopped) {
        for (Tally kind : kinds) {
            long unanswered = kind.asked - kind.ok.getTotalCount() - kind.turnedAway.getTotalCount() - kind.errors;
            if (stopped) {
                kind.asked -= unanswered;
            } else if (unanswered > 0) {
                kind.errors += unanswered;
                failures.merge("unanswered", unanswered, Long::sum);
            }
        }
        long end = Math.clamp(now, from + 1, to);
        moment(Math.max(now, end + width), end);
        Tally all = new Tally();
        List<Figures.OfKind> each = new ArrayList<>();
        for (int i = 0; i < kinds.length; i++) {
            all.add(kinds[i]);
            each.add(kinds[i].figures(names.get(i)));
        }
        double seconds = (end - from) / 1e9;
        boolean any = lag.getTotalCount() > 0;
        return new Figures(
                seconds,
                okInTime / seconds,
                all.figures("all"),
                each,
                codes,
                failures,
                slices,
                new Figures.Schedule(
                        any ? lag.getValueAtPercentile(50) / 1e6 : 0,
                        any ? lag.getValueAtPercentile(99) / 1e6 : 0,
                        heldBack,
                        late,
                        unsent,
                        busy));
    }
}
